"""A question that stays open: answered, left, failed, or forgotten by the person."""

from datetime import timedelta

import pytest
from django.utils import timezone

from chatbot.dialog import registry
from chatbot.dialog.contract import Outcome
from chatbot.dialog.timeouts import leave_expired
from chatbot.models import Dialog, ReplyWording
from crm.conversations import ownership
from crm.conversations.models import Channel, Conversation, Message

pytestmark = pytest.mark.django_db


def spoken(conversation):
    rows = conversation.messages.filter(author=Message.Author.BOT).order_by("id")
    return [message.text for message in rows]


@pytest.fixture
def talk(say):
    say("Hola")
    return Conversation.objects.get()


@pytest.fixture
def forgotten(talk):
    Dialog.objects.filter(conversation=talk).update(
        name="create_ticket", step="subject", expires_at=timezone.now() - timedelta(seconds=1)
    )
    return talk


def test_a_question_nobody_answers_is_left_with_a_word(forgotten):
    before = len(spoken(forgotten))
    assert (leave_expired(), leave_expired()) == (1, 0)
    dialog = Dialog.objects.get()
    assert (dialog.name, dialog.step, dialog.data, dialog.expires_at) == ("", "", {}, None)
    assert len(spoken(forgotten)) == before + 1 and "15 minutos" in spoken(forgotten)[-1]


def test_an_own_word_for_it_has_no_asterisks_where_there_is_no_bold(forgotten):
    ReplyWording.objects.create(name="timed_out", language="es", text="Lo *dejé* aquí")
    Channel.objects.update(provider="instagram")
    assert leave_expired() == 1
    assert spoken(forgotten)[-1] == "Lo dejé aquí"


def test_who_answers_too_late_is_told_and_served_all_the_same(forgotten, say):
    before = len(spoken(forgotten))
    say("¿tienen estacionamiento?")
    late = spoken(forgotten)[before:]
    assert "15 minutos" in late[0] and len(late) == 2
    assert leave_expired() == 0


def test_where_a_person_answers_the_bot_leaves_without_a_word(forgotten):
    ownership.hand_to_queue(conversation=forgotten)
    before = len(spoken(forgotten))
    assert leave_expired() == 1
    assert len(spoken(forgotten)) == before


def test_an_open_question_is_not_left(forgotten):
    Dialog.objects.update(expires_at=timezone.now() + timedelta(minutes=1))
    assert leave_expired() == 0


def test_a_topic_that_is_changed_in_its_place_is_kept(talk, say, monkeypatch):
    def found(turn):
        turn.topic.setdefault("shown", []).append(len(turn.text))
        return Outcome(topic=turn.topic)

    monkeypatch.setattr(registry, "handlers", lambda: {registry.REST: found})
    say("¿tienen estacionamiento?")
    say("¿y ascensor?")
    assert Dialog.objects.get().topic == {"shown": [24, 12]}
