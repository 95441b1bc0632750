"""Processes killed, database and Redis away, under load: nothing lost, doubled or out of order."""

import os
import random
import socket
import time
import urllib.error
import urllib.parse
import urllib.request
from collections import Counter, defaultdict
from contextlib import ExitStack, suppress

import pytest

from chatbot.tests.aftermath import (
    assert_account_is_well,
    assert_each_was_heard_once,
    at_rest,
    kill_one,
    messages_of,
)
from chatbot.tests.graph_stub import message_body, post_signed, text_body
from chatbot.tests.installation import POSTGRES, SECRET
from chatbot.tests.senders import Senders
from crm.jobs.tests.clusters import wait_for
from crm.jobs.tests.outages import redis_server

pytestmark = [pytest.mark.serial, pytest.mark.timeout(1_500)]

SOAK = os.environ.get("SOAK") == "1"
KILLS, MESSAGES, PEOPLE, SECONDS = (50, 10_000, 500, 300) if SOAK else (3, 120, 20, 5)
AWAY = 30 if SOAK else 10  # seconds


def senders(installation, first, **numbers):
    def post(person, n):
        body = text_body(str(n), wamid=f"wamid.{person}.{n}", sender=person)
        return post_signed(installation.door, SECRET, body)

    return Senders(post, first=first, **numbers)


@pytest.mark.skipif(POSTGRES, reason="PostgreSQL does so by itself")
def test_what_was_answered_200_has_reached_the_disk(place):
    """PRAGMA synchronous: 2 is FULL, and lasts through a power cut."""
    ask = "from django.db import connection as c; k = c.cursor(); "
    check = "assert k.execute('PRAGMA synchronous').fetchone() == (2,); "
    journal = "assert k.execute('PRAGMA journal_mode').fetchone() == ('wal',)"
    place.run("shell", "--no-imports", "-c", ask + check + journal)


# --- Bodies on the wire ----------------------------------------------------------------------


def raw_post(installation, head, body=b""):
    """The status of a request written by hand; 0 where the connection just ends."""
    with socket.create_connection(("127.0.0.1", installation.port), timeout=10) as wire:
        start = "POST /chatbot/webhook/whatsapp/ HTTP/1.1\r\nHost: 127.0.0.1\r\n"
        with suppress(OSError):
            wire.sendall(f"{start}{head}\r\n\r\n".encode() + body)
            wire.shutdown(socket.SHUT_WR)
        with suppress(OSError):
            answer = wire.recv(65536)
            return int(answer.split()[1]) if answer else 0
    return 0


def test_bodies_that_are_too_long_too_short_or_in_pieces(installation):
    installation.start("web")
    person = "51950000001"
    huge = text_body("x" * 10_000_000, wamid="wamid.HUGE", sender=person)
    assert post_signed(installation.door, SECRET, huge) in (413, 0)
    pieces = (b"100000\r\n" + b"x" * 0x100000 + b"\r\n") * 10 + b"0\r\n\r\n"
    assert raw_post(installation, "Transfer-Encoding: chunked", pieces) in (413, 400, 403, 0)
    for head in ("Content-Length: 1000", "Content-Length: many", "Content-Length: -1", "X: y"):
        assert raw_post(installation, head, b'{"entry":') in (400, 403, 0), head
    assert (
        post_signed(installation.door, SECRET, text_body("Hola", wamid="w", sender=person)) == 200
    )
    assert installation.get("/healthz")[0] == 200


# --- What must hold afterwards ---------------------------------------------------------------


def sent_ids(installation, people):
    """The ids of the messages the provider got for each of them, in order of arrival."""
    attempts = installation.rows("SELECT id, message_id FROM chatbot_deliveryattempt")
    message_of = {str(attempt).replace("-", ""): message for attempt, message in attempts}
    got = defaultdict(list)
    for body in installation.sent():
        if body["to"] in people:
            callback = body["biz_opaque_callback_data"].replace("-", "")
            got[body["to"]].append(message_of[callback])
    return got


def settled(installation, people):
    """Everything in, answered, sent and reported; what is not confirmed may stay so."""

    def check():
        states = Counter(one.state for one in messages_of(installation, people))
        [(waiting,)] = installation.rows(
            "SELECT count(*) FROM chatbot_inboundevent e JOIN conversations_channel c "
            "ON c.id = e.channel_id WHERE e.state = 'pending' AND c.provider = 'meta'"
        )
        under_way = states["queued"] + states["sending"] + states["sent"]
        return not waiting and not under_way and states["received"]

    return check


def assert_all_is_well(installation, load, unconfirmed_at_most):
    """Returns how many messages stayed unconfirmed that the provider never got."""
    said = messages_of(installation, load.people)
    assert_each_was_heard_once(said, load)
    got = sent_ids(installation, set(load.people))
    for person, ids in got.items():
        assert ids == sorted(set(ids)), f"{person}: {ids}"
    answers = [one for one in said if one.direction == "out"]
    unknown = {one.pk for one in answers if one.state == "unknown"}
    arrived = {pk for ids in got.values() for pk in ids}
    assert not unknown & arrived, "a status should have settled these"
    assert len(unknown) <= unconfirmed_at_most
    assert arrived | unknown == {one.pk for one in answers}
    assert {one.state for one in answers} <= {"delivered", "unknown"}
    return len(unknown)


# --- Killed ----------------------------------------------------------------------------------


def test_killed_at_random_while_messages_arrive(installation):
    seed = random.randrange(1_000_000)
    chance = random.Random(seed)
    installation.start_graph()
    installation.start("web", "work")
    load = senders(installation, 51_920_000_000, people=PEOPLE, messages=MESSAGES, seconds=SECONDS)
    started = time.monotonic()
    with load:
        for number in range(KILLS):
            at = SECONDS * (number + chance.uniform(0.2, 1)) / (KILLS + 0.5)
            time.sleep(max(0, started + at - time.monotonic()))
            kill_one(installation, chance, number)
    wait_for(settled(installation, load.people), 900 if SOAK else 120)
    unconfirmed = assert_all_is_well(installation, load, KILLS * 2)
    print(  # noqa: T201 - the figures of the run
        f"\nseed {seed}: {KILLS} kills, {MESSAGES} messages, answers {dict(load.answers)}, "
        f"unconfirmed and never sent: {unconfirmed}, {time.monotonic() - started:.0f} s in all"
    )
    assert load.answers[500] == 0


# --- The database away -----------------------------------------------------------------------


def pids(installation, *names):
    return {p.pid for name in names for p in installation.family(name)}


def get_desk(installation):
    """A page for whoever has, or had, a session: it asks the database who that is."""
    return installation.get("/", Cookie="sessionid=0123456789abcdefghijklmnopqrstuv")


def assert_plain(status, text):
    assert status == 503, text[:500]
    assert "<html" in text
    assert "Traceback" not in text and "OperationalError" not in text


def at_their_own_door(account):
    """Some people who write all the while to a channel with an address of its own."""
    numbers = {"people": 2, "messages": 2 * AWAY, "seconds": AWAY + 4, "at_once": 1}
    return Senders(account.write, first=account.first + 3000, **numbers)


@pytest.mark.skipif(not POSTGRES, reason="SQLite is a file: it does not go away")
def test_postgresql_is_away_under_load(installation, accounts):
    installation.start_graph()
    installation.start("web", "work", "jobs")
    wait_for(lambda: installation.get("/readyz")[0] == 200, 30)
    load = senders(installation, 51_930_000_000, people=20, messages=20 * AWAY, seconds=AWAY + 4)
    others = [at_their_own_door(account) for account in accounts]
    with load, ExitStack() as beside:
        for other in others:
            beside.enter_context(other)
        time.sleep(2)
        before = pids(installation, "web", "work")
        assert get_desk(installation)[0] == 200
        installation.postgres("stop")
        try:
            gone = time.monotonic()
            while time.monotonic() < gone + AWAY:
                assert installation.get("/healthz")[0] == 200
                assert installation.get("/readyz")[0] == 503
                assert_plain(*get_desk(installation))
                time.sleep(1)
            back = time.monotonic()
        finally:
            installation.postgres("start")
        wait_for(lambda: get_desk(installation)[0] == 200, 10)
        page = time.monotonic() - back
        wait_for(lambda: installation.get("/readyz")[0] == 200, 30)
    wait_for(settled(installation, load.people), 120)
    recovered = time.monotonic() - back
    assert_all_is_well(installation, load, 0)
    wait_for(at_rest(installation, accounts, others), 120)
    for account, other in zip(accounts, others, strict=True):
        assert assert_account_is_well(installation, account, other) == 0
        assert set(other.answers) == {200, 503}, account.slug
    assert pids(installation, "web", "work") == before
    meanwhile = Counter(status for at, status in load.seen if gone + 0.5 < at < back)
    print(  # noqa: T201 - the figures of the run
        f"\naway {AWAY} s: answered {dict(meanwhile)}, pages back after {page:.1f} s, "
        f"all answered after {recovered:.1f} s"
    )
    assert set(meanwhile) == {503}
    assert set(load.answers) == {200, 503}


# --- Redis away ------------------------------------------------------------------------------


def image(person, n):
    element = {
        "from": person,
        "id": f"wamid.IMAGE.{n}",
        "type": "image",
        "image": {"id": f"70{n}", "mime_type": "image/jpeg"},
    }
    return message_body(element, sender=person)


def try_to_log_in(installation):
    """The status of a log-in with a wrong password, which the cache counts."""
    status, text = installation.get("/accounts/login/")
    if status != 200:
        return status
    token = text.split('name="csrfmiddlewaretoken" value="')[1].split('"')[0]
    form = {"csrfmiddlewaretoken": token, "login": "nadie", "password": "nada"}
    request = urllib.request.Request(
        f"{installation.url}/accounts/login/",
        data=urllib.parse.urlencode(form).encode(),
        headers={"Cookie": f"csrftoken={token}", "Referer": installation.url},
    )
    try:
        with urllib.request.urlopen(request, timeout=30) as answer:
            return answer.status
    except urllib.error.HTTPError as error:
        if error.code == 503:
            assert_plain(error.code, error.read().decode())
        return error.code


@pytest.mark.once
def test_redis_is_away_under_load(installation, tmp_path):
    with redis_server(tmp_path) as redis:
        installation.redis_url = redis.url
        installation.start_graph()
        installation.start("web", "work", "jobs")
        load = senders(installation, 51_940_000_000, people=20, messages=120, seconds=AWAY)
        with load:
            before = pids(installation, "web", "work")
            redis.kill()
            gone = time.monotonic()
            assert post_signed(installation.door, SECRET, image("51949000000", 1)) == 200
            while time.monotonic() < gone + AWAY:
                assert installation.get("/healthz")[0] == 200
                assert try_to_log_in(installation) in (200, 503)
                time.sleep(1)
        redis.start()
        wait_for(lambda: try_to_log_in(installation) == 200, 10)
        wait_for(settled(installation, load.people), 120)
        assert_all_is_well(installation, load, 0)
        assert set(load.answers) == {200}
        assert pids(installation, "web", "work") == before
        # The job queued now is done; the one lost meanwhile a schedule finds within a minute.
        assert post_signed(installation.door, SECRET, image("51949000000", 2)) == 200
        fetched = "SELECT state FROM conversations_attachment WHERE media_id = '702'"
        wait_for(lambda: installation.rows(fetched) not in ([], [("pending",)]), 30)
