"""Tries in vain: locked for a while, not for the registered phone, and no key to guess."""

import os
import re
import time
from datetime import timedelta

import pytest
from django.contrib.contenttypes.models import ContentType
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st
from stdnum.pe import cui

from chatbot import lanes
from chatbot.dialog.login import counting
from chatbot.dialog.login.knowing import Given
from chatbot.models import LoginCounter, LoginRequest, PartnerSession
from chatbot.tests import login_desk
from chatbot.tests.locks_known import KEY, in_talk, tries
from chatbot.tests.login_desk import STRANGER, deliver, newest_request, session, talk_of
from chatbot.tests.partners_known import DNI, NOBODYS, PHONE, RIGHT, WRONG_YEAR, YEAR
from chatbot.work import work_off
from crm.audit.models import AuditEntry
from crm.conversations.models import Conversation
from partners.models import Partner

pytestmark = pytest.mark.django_db
partner = login_desk.partner
hears = login_desk.hears
from_outside = login_desk.from_outside
CHECK = cui.calc_check_digits(DNI)[0]  # as it stands on the card, after the number


def later(**time):
    """Time goes by for the locks."""
    for row in LoginCounter.objects.exclude(locked_until=None):
        row.locked_until -= timedelta(**time)
        row.save()


# --- Of one conversation -----------------------------------------------------------------------


@pytest.mark.once
def test_after_five_in_vain_right_data_hear_the_same_refusal(partner, hears):
    refused = {hears(WRONG_YEAR)[0] for _ in range(5)}
    refused.add(hears(RIGHT)[0])
    assert len(refused) == 1 and session() is None
    later(minutes=5)
    hears(RIGHT)
    assert session().partner == partner


@pytest.mark.once
def test_four_in_vain_are_forgiven_by_the_right_data(partner, hears):
    for _ in range(2):
        for _ in range(4):
            hears(WRONG_YEAR)
        hears(RIGHT)
        assert session().partner == partner
        hears("cerrar sesión")


@pytest.mark.once
def test_the_lock_grows_to_an_hour_and_ends_by_itself(partner, hears):
    lasted = []
    for _ in range(6):
        for _ in range(5):
            hears(WRONG_YEAR)
        row = LoginCounter.objects.get(key=in_talk(PHONE))
        lasted.append(round((row.locked_until - timezone.now()).total_seconds() / 60))
        hears(WRONG_YEAR)
        assert LoginCounter.objects.get(key=in_talk(PHONE)).locked_until == row.locked_until
        later(minutes=lasted[-1])
    assert lasted == [5, 15, 30, 60, 60, 60]
    hears(RIGHT)
    assert session().partner == partner


@pytest.mark.once
def test_a_day_without_a_try_makes_the_first_lock_short_again(partner, hears):
    for _ in range(2):
        for _ in range(5):
            hears(WRONG_YEAR)
        LoginCounter.objects.update(
            locked_until=timezone.now(), last_at=timezone.now() - timedelta(hours=25)
        )
    assert LoginCounter.objects.get(key=in_talk(PHONE)).locks == 1
    counting.forget()
    assert not LoginCounter.objects.exists()


def test_from_another_phone_a_locked_one_hears_the_same_and_gets_no_code(partner, hears):
    hears("Hola")
    (first,) = hears(NOBODYS, sender=STRANGER)
    for _ in range(4):
        hears(NOBODYS, sender=STRANGER)
    assert hears(RIGHT, sender=STRANGER) == [first]
    assert newest_request().partner is None and deliver() is None


@pytest.mark.once
def test_right_data_count_like_wrong_ones_until_they_open_the_door(partner, hears):
    """Else the lock that follows would tell which of somebody's tries were right."""
    hears("Hola")
    for _ in range(4):
        hears(NOBODYS, sender=STRANGER)
    hears(RIGHT, sender=STRANGER)
    hears(RIGHT, sender=STRANGER)
    assert newest_request().partner is None
    assert LoginCounter.objects.get(key=in_talk(STRANGER)).locked_until is not None


@pytest.mark.once
def test_the_code_of_the_last_try_still_opens(partner, hears):
    hears("Hola")
    for _ in range(4):
        hears(NOBODYS, sender=STRANGER)
    hears(RIGHT, sender=STRANGER)
    hears(deliver(), sender=STRANGER)
    assert session(STRANGER).partner == partner


# --- Of one document ---------------------------------------------------------------------------


def flood(hears, number, text=WRONG_YEAR):
    for one in range(number):
        hears(text, sender=str(51911001000 + one))


def test_a_document_is_locked_after_ten_for_all_phones_but_the_registered_one(partner, hears):
    hears("Hola")
    flood(hears, 10)
    assert LoginCounter.objects.get(key=KEY).partner == partner
    hears(RIGHT, sender=STRANGER)
    assert newest_request().partner is None and deliver() is None
    hears(RIGHT)
    assert session().partner == partner


def test_the_registered_phone_does_not_count_on_its_own_document(partner, hears):
    hears(WRONG_YEAR)
    assert tries(KEY) == 0
    hears(WRONG_YEAR, sender=STRANGER)
    assert tries(KEY) == 1


def test_every_way_to_write_a_document_counts_as_one():
    ways = ["12345678", "12.345.678", f"12345678-{CHECK}", f"12345678 {CHECK}"]
    assert len({Given.of(one, 1990).key for one in ways}) == 1
    assert Given.of("12345679", 1990).key != Given.of("12345678", 1990).key
    assert DNI not in Given.of(DNI, 1990).key


@pytest.mark.once
def test_officers_find_it_in_the_audit_log_and_no_document_does(partner, hears, caplog):
    flood(hears, 10)
    entry = AuditEntry.objects.get(action="login_locked_by_document")
    assert entry.subject == partner and entry.after["times"] == 1
    assert "Log-ins by chat locked: document" in caplog.text
    assert DNI not in caplog.text and PHONE not in caplog.text and "Ana" not in caplog.text
    assert DNI not in repr(
        list(LoginCounter.objects.values()) + list(LoginRequest.objects.values())
    )


@pytest.mark.once
def test_a_lock_asks_as_much_for_a_partners_document_as_for_nobodys(partner, hears):
    """Else the time of the tenth try would tell whether the document is anybody's."""
    for model in (Conversation, Partner):
        ContentType.objects.get_for_model(model)
    asked, counted = [], []
    for at, text in enumerate((WRONG_YEAR, NOBODYS)):
        for number in range(9):
            hears(text, sender=str(51911001000 + 100 * at + number))
        sender = str(51911009000 + at)
        hears("hola", sender=sender)
        # Not in the second in which the conversation was made: that costs a query of its own.
        hears(text, sender=sender, work=False, at=int(time.time()) + 2)
        with CaptureQueriesContext(connection) as context:
            for lane in lanes.due_lanes():
                lanes.handle_lane(lane)
        work_off()
        told = [one["sql"] for one in context.captured_queries]
        # Not whom it is about: neither what is looked for nor whose lane is locked.
        shapes = [re.split("WHERE|hashtext", sql)[0] for sql in told]
        asked.append([shape for shape in shapes if shape.startswith("SELECT")])
        counted.append(len(told))
    assert LoginCounter.objects.exclude(locked_until=None).count() == 2
    assert asked[0] == asked[1] and counted[0] == counted[1]


# --- Brute force -------------------------------------------------------------------------------

GUESSES, NUMBERS = 10_000, 50


@pytest.mark.once
def test_ten_thousand_guesses_from_fifty_numbers_are_mostly_not_even_looked_at(
    partner, hears, say, person
):
    """The counters driven directly, one guess a second: nearly three hours."""
    talks, now, looked_at = [person(n) for n in range(1, NUMBERS + 1)], timezone.now(), 0
    start = now
    key = Given.of(DNI, YEAR).key
    with transaction.atomic():
        for guess in range(GUESSES):
            talk, now = talks[guess % NUMBERS], now + timedelta(seconds=1)
            counted = counting.look(talk, key, own=False, event=f"guess:{guess}", now=now)
            if not counted.talk_locked and not counted.document_locked:
                looked_at += 1
                counting.count(counted, conversation=talk, owner=partner)
    assert looked_at <= 10 * (4 + (now - start) / timedelta(hours=1))
    assert LoginCounter.objects.get(key=KEY).is_locked(now)
    hears(RIGHT)
    assert session().partner == partner and PartnerSession.objects.count() == 1


@pytest.mark.skipif(os.environ.get("SOAK") != "1", reason="long: under --soak")
def test_ten_thousand_guesses_by_webhook_let_nobody_in(partner, hears, say):
    hears("Hola")
    for guess in range(GUESSES):
        year = 1920 + guess % 90
        text = f"{DNI} {year}" if guess % 3 else f"{guess:06d}"
        say(text, sender=str(51911005000 + guess % NUMBERS), work=guess % 10 == 0)
        if guess % 500 == 0:
            work_off()
            hears(RIGHT)
            assert session().partner == partner
            hears("cerrar sesión")
    work_off()
    assert not PartnerSession.objects.exclude(conversation=talk_of(PHONE)).exists()


# --- For any course of events ------------------------------------------------------------------


@given(st.lists(st.integers(min_value=0, max_value=7200), max_size=80), st.sampled_from([5, 10]))
def test_no_lock_outlasts_an_hour_and_none_comes_before_its_tries(gaps, most):
    row, now, since = LoginCounter(key="talk:1"), timezone.now(), 0
    for number, gap in enumerate(gaps):
        now += timedelta(seconds=gap)
        was_locked = row.is_locked(now)
        counted = counting._counted(row, f"event:{number}", now)
        assert counted != was_locked
        since += counted
        if counted and len(row.tries) >= most:
            counting._lock(row, f"event:{number}", now)
            assert since >= most
            since = 0
        if row.locked_until is not None:
            assert row.locked_until - now <= timedelta(minutes=60)
        assert len(row.tries) < most
