"""The database, or Redis, is away for a while: the jobs wait, and go on by themselves."""

import os
import time
from urllib.parse import unquote, urlsplit

import pytest
from django.db import connection, transaction

from crm.jobs.broker import RedisBroker
from crm.jobs.queue import enqueue, put
from crm.jobs.tests.clusters import database_url, running, wait_for
from crm.jobs.tests.outages import Proxy, redis_server

pytestmark = [pytest.mark.serial, pytest.mark.django_db(transaction=True)]

AWAY = 10 if os.environ.get("SOAK") == "1" else 4  # seconds
MARK = "crm.jobs.tests.samples.mark"
ASK = "crm.jobs.tests.samples.mark_what_the_database_says"


def by_way_of(proxy_port):
    """The database's address with the proxy in between."""
    url = urlsplit(database_url())
    login = url.netloc.rpartition("@")[0]
    return url._replace(netloc=f"{login}@127.0.0.1:{proxy_port}", query="").geturl()


def postgres_address():
    """Where the server really is: host and port, or the path of its socket."""
    host = str(connection.settings_dict["HOST"] or "127.0.0.1")
    port = int(connection.settings_dict["PORT"] or 5432)
    folder = unquote(host)
    return f"{folder}/.s.PGSQL.{port}" if folder.startswith("/") else (host, port)


@pytest.mark.skipif("not os.environ.get('DATABASE_URL', '').startswith('postgres')")
@pytest.mark.parametrize("dead_after", ["2", "60"])
def test_the_database_is_away(dead_after, tmp_path):
    """Whether the supervisor loses patience meanwhile or not."""
    proxy = Proxy(postgres_address())
    with running(DATABASE_URL=by_way_of(proxy.port), JOBS_DEAD_AFTER=dead_after) as cluster:
        enqueue(ASK, str(tmp_path / "before"))
        wait_for((tmp_path / "before").exists)
        proxy.shut()
        enqueue(ASK, str(tmp_path / "meanwhile"))
        time.sleep(AWAY)
        assert cluster.process.poll() is None
        proxy.open()
        wait_for((tmp_path / "meanwhile").exists)
        enqueue(ASK, str(tmp_path / "after"))
        wait_for((tmp_path / "after").exists)
    proxy.shut()


@pytest.mark.once
def test_redis_is_away(tmp_path, settings):
    with redis_server(tmp_path) as server:
        settings.REDIS_URL = server.url
        with running(REDIS_URL=server.url) as cluster:
            guard = cluster.parts()["guard"]
            enqueue(ASK, str(tmp_path / "before"), broker=RedisBroker())
            wait_for((tmp_path / "before").exists)
            server.kill()
            time.sleep(AWAY)
            assert cluster.process.poll() is None
            server.start()
            enqueue(ASK, str(tmp_path / "after"), broker=RedisBroker())
            wait_for((tmp_path / "after").exists)
            assert guard.is_running()  # its beat went on without the queue


@pytest.mark.once
def test_whoever_queues_a_job_is_spared_that_redis_is_away(tmp_path, settings, caplog):
    with redis_server(tmp_path) as server:
        settings.REDIS_URL = server.url
        broker = RedisBroker()
        server.kill()
        began = time.monotonic()
        assert not put(MARK, ["nowhere"], options={"broker": broker})
        with transaction.atomic():
            enqueue(MARK, "nowhere", broker=broker)
        assert time.monotonic() - began < 8
        assert "Could not queue" in caplog.text
        server.start()


@pytest.mark.once
def test_a_killed_part_with_redis(tmp_path, settings):
    with redis_server(tmp_path) as server:
        settings.REDIS_URL = server.url
        with running(REDIS_URL=server.url) as cluster:
            before = cluster.parts()
            before["pusher"].kill()
            wait_for(lambda: not before["guard"].is_running())
            enqueue(MARK, str(tmp_path / "after"), broker=RedisBroker())
            wait_for((tmp_path / "after").exists)
