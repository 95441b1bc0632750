"""Two at once: jobs that give back and close, and people who answer or write just then."""

import time
from datetime import timedelta

import pytest
from django.db import connection, transaction
from django.utils import timezone

from chatbot.dialog import handing
from chatbot.dialog.locking import lock_talk
from chatbot.dialog.waiting import close_finished, serve_again
from chatbot.models import Dialog
from chatbot.tests.desk import at, browser
from chatbot.tests.desk import person as colleague
from chatbot.tests.events import apply, heard
from chatbot.tests.test_claim_races import Beside
from crm.conversations import ownership
from crm.conversations.models import ChannelIdentity, Conversation, Episode, Message
from crm.people.models import OpeningHours

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(connection.vendor == "sqlite", reason="SQLite has one writer"),
]


@pytest.fixture
def forsaken(channel, person, settings):
    """Somebody in the queue for hours of work, with a dialog of the bot's."""
    settings.HOLIDAYS = ""
    for weekday in range(7):
        OpeningHours.objects.create(weekday=weekday, opens="00:00", closes="00:00")
    talk = person()
    ownership.hand_to_queue(conversation=talk, reason=Episode.Reason.ASKED)
    Dialog.objects.create(conversation=talk)
    ago = timezone.now() - timedelta(hours=3)
    Episode.objects.update(owner_since=ago)
    Conversation.objects.update(waiting_since=ago, last_message_at=ago)
    return talk


def told():
    return Message.objects.filter(author=Message.Author.BOT).count()


def test_two_jobs_at_once_say_it_once(forsaken):
    with transaction.atomic():
        ChannelIdentity.objects.select_for_update().get(pk=forsaken.identity_id)
        jobs = [Beside(serve_again) for _ in range(4)]
        time.sleep(0.5)
    assert sorted(job.outcome() for job in jobs) == [0, 0, 0, 1]
    assert told() == 1 and Episode.objects.get().owner == Episode.Owner.BOT


def test_who_takes_it_at_that_moment_keeps_it_and_the_bot_is_silent(forsaken):
    agent = colleague("agent")
    with transaction.atomic():
        ownership.claim(conversation=forsaken, user=agent)
        job = Beside(serve_again)
        time.sleep(0.5)
    assert job.outcome() == 0
    assert told() == 0 and Episode.objects.get().human == agent


def test_giving_back_and_the_job_do_not_stand_in_each_other_s_way(forsaken):
    agent = colleague("manager")
    for _round in range(5):
        Episode.objects.update(
            owner=Episode.Owner.QUEUE, owner_since=timezone.now() - timedelta(hours=3)
        )
        job = Beside(serve_again)
        handing.give_back(conversation=forsaken, user=agent)
        assert job.outcome() in (0, 1)
    assert Episode.objects.get().owner == Episode.Owner.BOT


def test_giving_back_waits_for_whom_the_job_holds_already(forsaken):
    agent = colleague("manager")
    with transaction.atomic():
        lock_talk(forsaken.pk)
        giving = Beside(lambda: handing.give_back(conversation=forsaken, user=agent))
        time.sleep(0.5)
        Dialog.objects.select_for_update().get()
    assert giving.outcome().owner == Episode.Owner.BOT


def test_who_writes_while_it_is_being_closed_begins_a_new_one_or_keeps_theirs(channel, forsaken):
    ownership.leave_to_bot(conversation=forsaken)
    Conversation.objects.update(
        waiting_since=None, last_message_at=timezone.now() - timedelta(days=8)
    )
    with transaction.atomic():
        apply(channel, heard("Volví", sender="51911000001"))
        job = Beside(close_finished)
        time.sleep(0.5)
    # Whose identity is held is left for the next time.
    assert job.outcome() == 0
    message = Message.objects.get(text="Volví")
    assert message.episode.is_open and message.episode == Episode.objects.get(closed_at=None)


@pytest.mark.parametrize(("action", "owner"), [("claim", "human"), ("give_back", "bot")])
def test_who_takes_it_while_a_message_is_handled_waits_for_its_end(forsaken, action, owner):
    Dialog.objects.all().delete()  # nothing but their identity keeps the two apart
    Episode.objects.update(owner=Episode.Owner.QUEUE)
    desk = browser(colleague("manager"))
    with transaction.atomic():
        # As a message's handling takes them, one after the other.
        ChannelIdentity.objects.select_for_update().get(pk=forsaken.identity_id)
        Conversation.objects.update(changed_at=timezone.now())
        press = Beside(lambda: desk.post(at(action, forsaken.pk)))
        time.sleep(0.5)
        Episode.objects.select_for_update().get()
    assert press.outcome().status_code == 302
    assert Episode.objects.get().owner == owner
