"""Processes killed while four providers' messages come and go: nothing lost, nothing doubled.

Meta's own are in test_faults.py. WHAPI echoes and reports, Instagram echoes: there everything is
confirmed in the end. Maytapi acknowledges by ids that we never learnt, Telegram tells nothing:
what was under way there waits for a person.
"""

import os
import random
import time
from contextlib import ExitStack, suppress

import pytest

from chatbot.tests.aftermath import assert_account_is_well, at_rest, kill_one, sent_twice
from chatbot.tests.senders import Senders
from crm.jobs.tests.clusters import wait_for

pytestmark = [pytest.mark.serial, pytest.mark.once, pytest.mark.timeout(2_400)]

SOAK = os.environ.get("SOAK") == "1"
# Of one account.
KILLS, MESSAGES, PEOPLE, SECONDS = (50, 2_500, 125, 300) if SOAK else (3, 30, 6, 4)


def test_killed_at_random_while_messages_of_all_channels_come_and_go(installation, accounts):
    seed = random.randrange(1_000_000)
    chance = random.Random(seed)
    silent = next(account for account in accounts if account.slug == "telegram")
    installation.start("web", "work")
    numbers = {"people": PEOPLE, "messages": MESSAGES, "seconds": SECONDS, "at_once": 5}
    loads = [Senders(account.write, first=account.first, **numbers) for account in accounts]
    started = time.monotonic()
    with ExitStack() as running:
        for load in loads:
            running.enter_context(load)
        for number in range(KILLS):
            at = SECONDS * (number + chance.uniform(0.2, 1)) / (KILLS + 0.5)
            time.sleep(max(0, started + at - time.monotonic()))
            with suppress(AssertionError):
                wait_for(silent.under_way, 5 if number else 60)
            kill_one(installation, chance, number)
    wait_for(at_rest(installation, accounts, loads), 1_500 if SOAK else 120)
    open_ = {
        account.slug: assert_account_is_well(installation, account, load)
        for account, load in zip(accounts, loads, strict=True)
    }
    print(  # noqa: T201 - the figures of the run
        f"\nseed {seed}: {KILLS} kills, {len(accounts) * MESSAGES} messages, "
        f"answers {[dict(load.answers) for load in loads]}, not confirmed: {open_}, "
        f"{time.monotonic() - started:.0f} s in all"
    )
    assert sent_twice(installation) == []
    assert all(load.answers[500] == 0 for load in loads)
    assert open_["telegram"], "something was under way at the first kill, and nobody told of it"
    assert max(open_["whapi"], open_["instagram"]) <= KILLS * 2  # those never left after all
