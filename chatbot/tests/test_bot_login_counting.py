"""Tries in vain are counted once and for good, whatever happens to their event."""

import threading
from datetime import timedelta

import pytest
from django.db import connection
from django.utils import timezone

from chatbot import lanes
from chatbot.dialog.login import delivery
from chatbot.dialog.login.knowing import Given
from chatbot.models import InboundEvent, LoginCounter, LoginRequest
from chatbot.tests import login_desk
from chatbot.tests.locks_known import KEY, in_talk, tries
from chatbot.tests.login_desk import STRANGER, deliver, newest_request, session, talk_of
from chatbot.tests.partners_known import NOBODYS, RIGHT, WRONG_YEAR, YEAR
from chatbot.work import work_off
from crm.conversations.models import Message

pytestmark = pytest.mark.django_db
partner = login_desk.partner
hears = login_desk.hears
from_outside = login_desk.from_outside
PAST = timezone.now() - timedelta(days=1)


# --- Whatever happens to the event -------------------------------------------------------------


def refuse_rows(table, condition):
    """The database refuses such rows from now on: what comes after the try raises."""
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute(
                f"CREATE TRIGGER refused BEFORE INSERT ON {table} WHEN {condition}"
                " BEGIN SELECT RAISE(ABORT, 'refused'); END"
            )
            return
        cursor.execute(
            "CREATE FUNCTION refused() RETURNS trigger LANGUAGE plpgsql AS"
            " $$ BEGIN RAISE EXCEPTION 'refused'; END $$"
        )
        cursor.execute(
            f"CREATE TRIGGER refused BEFORE INSERT ON {table} FOR EACH ROW WHEN ({condition})"
            " EXECUTE FUNCTION refused()"
        )


def take_rows(table):
    with connection.cursor() as cursor:
        on = "" if connection.vendor == "sqlite" else f" ON {table}"
        cursor.execute(f"DROP TRIGGER refused{on}")


def again():
    InboundEvent.objects.filter(state="pending").update(due_at=PAST)
    work_off()


def test_a_try_is_counted_once_though_its_event_is_rolled_back(partner, say):
    say("Hola", sender=STRANGER)
    refuse_rows("conversations_message", "NEW.direction = 'out'")
    say(WRONG_YEAR, sender=STRANGER)
    event = InboundEvent.objects.get(state="pending")
    assert event.attempts == 1 and "refused" in event.error
    assert WRONG_YEAR in event.payload
    assert (tries(in_talk(STRANGER)), tries(KEY)) == (1, 1)
    again()
    assert (tries(in_talk(STRANGER)), tries(KEY)) == (1, 1)
    take_rows("conversations_message")
    again()
    event.refresh_from_db()
    assert event.state == "done" and "1991" not in event.payload
    assert (tries(in_talk(STRANGER)), tries(KEY)) == (1, 1)


def test_a_first_word_that_is_rolled_back_counts_on_the_document(partner, say):
    """The conversation it would have made is gone with it."""
    refuse_rows("conversations_message", "NEW.direction = 'out'")
    say(WRONG_YEAR, sender=STRANGER)
    assert talk_of(STRANGER) is None
    assert tries(KEY) == 1
    take_rows("conversations_message")
    again()
    assert (tries(in_talk(STRANGER)), tries(KEY)) == (1, 1)


def test_the_try_that_locks_is_no_victim_of_its_own_lock(partner, hears, say):
    hears("Hola")
    for _ in range(4):
        hears(NOBODYS, sender=STRANGER)
    refuse_rows("conversations_message", "NEW.direction = 'out'")
    say(RIGHT, sender=STRANGER)
    take_rows("conversations_message")
    again()
    assert newest_request().partner == partner
    assert LoginCounter.objects.get(key=in_talk(STRANGER)).locks == 1


def test_a_try_is_counted_though_its_handler_fails(partner, hears):
    hears("Hola", sender=STRANGER)
    refuse_rows("chatbot_loginrequest", "1 = 1")
    assert hears(WRONG_YEAR, sender=STRANGER)
    assert (tries(in_talk(STRANGER)), tries(KEY)) == (1, 1)
    take_rows("chatbot_loginrequest")
    hears(WRONG_YEAR, sender=STRANGER)
    assert (tries(in_talk(STRANGER)), tries(KEY)) == (2, 2)


def test_a_wrong_code_is_counted_once_though_its_event_is_rolled_back(partner, hears, say):
    hears("Hola")
    hears(RIGHT, sender=STRANGER)
    code = deliver()
    refuse_rows("conversations_message", "NEW.direction = 'out'")
    say(login_desk.other_than(code), sender=STRANGER)
    assert len(newest_request().tries) == 1
    take_rows("conversations_message")
    again()
    assert len(newest_request().tries) == 1
    hears(code, sender=STRANGER)
    assert session(STRANGER).partner == partner


def test_the_same_webhook_twice_is_one_try(partner, post):
    from chatbot.tests.graph_stub import text_body

    body = text_body(WRONG_YEAR, wamid="wamid.TWICE", sender=STRANGER)
    for _ in range(3):
        post(body)
        work_off()
    assert (tries(in_talk(STRANGER)), tries(KEY)) == (1, 1)


# --- At the same instant -----------------------------------------------------------------------


def at_once(*acts):
    """Each in a thread of its own; what they raised."""
    ready, raised = threading.Barrier(len(acts)), []

    def run(act):
        ready.wait()
        try:
            act()
        except Exception as error:
            raised.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=(act,)) for act in acts]
    [thread.start() for thread in threads]
    [thread.join() for thread in threads]
    return raised


def work(reverse=False):
    for _ in range(300):
        if not InboundEvent.objects.filter(state="pending").exists():
            return
        for lane in sorted(lanes.due_lanes(), reverse=reverse):
            lanes.handle_lane(lane)


@pytest.mark.django_db(transaction=True)
def test_tries_on_one_document_at_the_same_instant_all_count(partner, say):
    for number in range(9):
        say(WRONG_YEAR, sender=str(51911002000 + number), work=False)
    assert at_once(work, lambda: work(reverse=True)) == []
    assert tries(KEY) == 9
    assert LoginCounter.objects.get(key=KEY).locked_until is None
    for number in range(4):
        say(RIGHT, sender=str(51911003000 + number), work=False)
    at_once(work, lambda: work(reverse=True))
    assert LoginRequest.objects.filter(partner=partner).count() == 1
    assert LoginCounter.objects.get(key=KEY).locks == 1


@pytest.mark.django_db(transaction=True)
def test_crossed_documents_in_two_lanes_lose_no_try(partner, say):
    """Each lane holds one document's row and wants the other's."""
    for turn in range(2):
        for number, texts in enumerate([(WRONG_YEAR, NOBODYS), (NOBODYS, WRONG_YEAR)]):
            say(texts[turn], sender=str(51911004000 + number), work=False)
    at_once(work, lambda: work(reverse=True))
    InboundEvent.objects.filter(state="pending").update(due_at=PAST)
    work()
    assert not InboundEvent.objects.exclude(state="done").exclude(kind="status").exists()
    nobodys = f"document:{Given.of(NOBODYS.split()[0], YEAR).key}"
    assert (tries(KEY), tries(nobodys)) == (2, 2)


@pytest.mark.django_db(transaction=True)
def test_the_job_that_runs_twice_at_once_sends_one_code(partner, hears):
    hears("Hola")
    hears(RIGHT, sender=STRANGER)
    pk = newest_request().pk
    assert at_once(lambda: delivery.deliver(pk), lambda: delivery.deliver(pk)) == []
    assert Message.objects.filter(purpose=delivery.PURPOSE).count() == 1
