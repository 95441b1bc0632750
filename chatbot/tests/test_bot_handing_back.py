"""From people back to the bot: when nobody takes it, who forgot to, and what is finished."""

from datetime import UTC, datetime, timedelta

import pytest
from django.utils import timezone

from chatbot.dialog.waiting import close_finished, serve_again
from chatbot.models import Dialog
from chatbot.tests import handing_known
from chatbot.tests.desk import at, browser
from chatbot.tests.handing_known import the_episode, the_talk
from chatbot.work import work_off
from crm.conversations import ownership
from crm.conversations.models import AnsweringRules, Channel, Conversation, Episode, Message

# What is said on the desk is compared in English; the bot speaks the person's Spanish.
pytestmark = [pytest.mark.once, pytest.mark.django_db, pytest.mark.usefixtures("in_english")]
always_open, shut = handing_known.always_open, handing_known.shut
Owner, Reason = Episode.Owner, Episode.Reason


def said():
    rows = Message.objects.filter(author=Message.Author.BOT).order_by("id")
    return [message.text for message in rows]


def let_pass(minutes):
    """As if what happened so far had happened so much earlier."""
    ago = timedelta(minutes=minutes)
    Episode.objects.update(owner_since=timezone.now() - ago)
    Conversation.objects.update(last_message_at=timezone.now() - ago)
    for talk in Conversation.objects.exclude(waiting_since=None):
        Conversation.objects.filter(pk=talk.pk).update(waiting_since=timezone.now() - ago)


# --- Silence ---------------------------------------------------------------------------------


def test_while_people_have_it_the_bot_says_nothing_until_it_is_given_back(
    say, graph, always_open, agent
):
    say("asesor")
    before = graph.texts("51911000001")
    for text in ("Hola", "¿hay alguien?", "menú", "son unos ladrones"):
        say(text)
    assert graph.texts("51911000001") == before
    browser(agent).post(at("give_back", the_talk().pk))
    assert the_episode().owner == Owner.BOT
    say("menú")
    assert len(graph.texts("51911000001")) == len(before) + 1


def test_giving_back_forgets_what_was_misunderstood_and_what_was_asked(say, agent):
    say("Hola")
    ownership.claim(conversation=the_talk(), user=agent)
    Dialog.objects.update(
        misunderstood=2, name="create_ticket", step="subject",
        expires_at=timezone.now() + timedelta(minutes=9),
    )  # fmt: skip
    browser(agent).post(at("give_back", the_talk().pk))
    dialog = Dialog.objects.get()
    assert (dialog.misunderstood, dialog.name, dialog.expires_at) == (0, "", None)


def test_what_is_bold_elsewhere_has_no_asterisks_where_there_is_no_bold(say, graph, always_open):
    say("asesor")
    Channel.objects.update(provider="instagram")
    let_pass(60)
    assert serve_again() == 1
    assert "Escribe menú para" in said()[-1] and "*" not in said()[-1]


def test_where_nobody_takes_it_the_bot_says_so_once_and_serves_again(say, graph, always_open):
    say("asesor")
    waiting = the_talk().waiting_since
    let_pass(59)
    assert serve_again() == 0 and the_episode().owner == Owner.QUEUE
    let_pass(60)
    assert (serve_again(), serve_again()) == (1, 0)
    work_off()
    assert "todavía nadie ha podido" in graph.texts("51911000001")[-1]
    assert sum("todavía nadie" in text for text in graph.texts("51911000001")) == 1
    assert the_episode().owner == Owner.BOT
    # They still wait for a person, and stand in the queue's tab.
    assert waiting is not None and the_talk().waiting_since is not None
    say("menú")
    assert "Esto es lo que puedo hacer" in graph.texts("51911000001")[-1]


def test_only_working_minutes_count(say, shut):
    say("asesor")
    let_pass(600)
    assert serve_again() == 0 and the_episode().owner == Owner.QUEUE


@pytest.mark.parametrize("minutes", [0, 10])
def test_an_administrator_says_how_long(say, always_open, minutes):
    AnsweringRules.objects.create(queue_minutes=minutes)
    say("asesor")
    let_pass(10)
    assert serve_again() == (1 if minutes else 0)


def test_whoever_took_it_and_does_not_answer_loses_it_to_the_queue(say, always_open, agent):
    say("asesor")
    ownership.claim(conversation=the_talk(), user=agent)
    summary = the_episode().summary
    let_pass(239)
    assert serve_again() == 0
    let_pass(240)
    assert serve_again() == 1
    episode = the_episode()
    assert (episode.owner, episode.human, episode.reason) == (Owner.QUEUE, None, "unanswered")
    assert episode.summary == summary != ""
    # It is in the queue only now: the bot does not speak at once.
    assert serve_again() == 0


def test_whoever_answered_and_forgot_to_give_back_has_it_for_a_day_s_work(
    say, graph, always_open, agent
):
    say("asesor")
    browser(agent).post(at("reply", the_talk().pk), {"text": "Te ayudo yo", "token": "uno"})
    work_off()
    before = graph.texts("51911000001")
    let_pass(479)
    assert serve_again() == 0
    let_pass(480)
    assert serve_again() == 1 and the_episode().owner == Owner.BOT
    work_off()
    assert graph.texts("51911000001") == before


def test_somebody_who_answers_meanwhile_keeps_it(say, always_open, agent):
    say("asesor")
    let_pass(61)
    ownership.claim(conversation=the_talk(), user=agent)
    assert serve_again() == 0 and the_episode().human == agent


def test_outside_the_providers_window_the_bot_serves_again_without_a_word(say, graph, always_open):
    say("asesor")
    before = len(said())
    let_pass(60 * 30)
    Conversation.objects.update(last_inbound_at=timezone.now() - timedelta(hours=30))
    assert serve_again() == 1 and the_episode().owner == Owner.BOT
    assert len(said()) == before


# --- The end ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("facts", "outcome"),
    [
        ({}, "bot"),
        ({"first_response_at": datetime(2026, 1, 2, tzinfo=UTC)}, "answered"),
        ({"handed_at": datetime(2026, 1, 2, tzinfo=UTC), "owner": "queue"}, "unanswered"),
    ],
)
def test_what_is_silent_for_a_week_is_over_and_the_next_word_begins_anew(
    say, graph, facts, outcome
):
    say("Hola")
    first = the_episode()
    Episode.objects.update(**facts)
    Conversation.objects.update(
        waiting_since=None, last_message_at=timezone.now() - timedelta(days=7, minutes=1)
    )
    assert (close_finished(), close_finished()) == (1, 0)
    first.refresh_from_db()
    assert first.closed_at is not None and first.outcome == outcome
    assert the_talk().owner == Owner.BOT
    say("Buenas")
    second = the_episode()
    assert second.pk != first.pk and second.owner == Owner.BOT
    assert the_talk().messages.filter(episode=second, direction="in").count() == 1


def test_who_still_waits_or_wrote_this_week_is_not_finished(say):
    say("Hola")
    Conversation.objects.update(
        waiting_since=timezone.now(), last_message_at=timezone.now() - timedelta(days=30)
    )
    assert close_finished() == 0
    Conversation.objects.update(
        waiting_since=None, last_message_at=timezone.now() - timedelta(days=6)
    )
    assert close_finished() == 0
