"""Two worker processes on one PostgreSQL: each message once, and each person's in order."""

import shutil
import time
from contextlib import ExitStack, nullcontext

import pytest

from chatbot.tests.aftermath import assert_account_is_well, at_rest, sent_twice
from chatbot.tests.installation import POSTGRES
from chatbot.tests.senders import Senders
from crm.jobs.tests.clusters import wait_for
from crm.jobs.tests.outages import redis_server

pytestmark = [
    pytest.mark.serial,
    pytest.mark.timeout(300),
    pytest.mark.skipif(not POSTGRES, reason="two workers at once are for PostgreSQL"),
]

NUMBERS = {"people": 6, "messages": 30, "seconds": 2, "at_once": 3}
needs_redis = pytest.mark.skipif(not shutil.which("redis-server"), reason="no redis-server")


@pytest.mark.parametrize("ground", ["postgresql", pytest.param("redis", marks=needs_redis)])
def test_two_workers_keep_each_conversation_in_order(ground, installation, accounts, tmp_path):
    beside = redis_server(tmp_path) if ground == "redis" else nullcontext()
    with beside as redis, ExitStack() as running:
        installation.redis_url = redis.url if redis else ""
        installation.start("web", "work", "work 2")
        began = time.monotonic()
        # Other people than the next test's, who would have written all of this already.
        shift = 1000 if redis else 2000
        loads = [
            Senders(account.write, first=account.first + shift, **NUMBERS) for account in accounts
        ]
        for load in loads:
            running.enter_context(load)
        wait_for(at_rest(installation, accounts, loads), 120)
        for account, load in zip(accounts, loads, strict=True):
            assert assert_account_is_well(installation, account, load) == 0
            assert set(load.answers) == {200}
    assert sent_twice(installation) == []
    assert len(workers_since(installation, began)) == 2


def workers_since(installation, began):
    """Who sent something since then (`time.monotonic()`)."""
    seconds = time.monotonic() - began
    return installation.rows(
        "SELECT DISTINCT worker FROM chatbot_deliveryattempt "
        f"WHERE started_at > now() - interval '{seconds:.3f} seconds'"
    )
