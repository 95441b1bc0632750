"""Order on screen is the provider's time, then arrival; most providers count whole seconds."""

import itertools
from datetime import timedelta

import pytest
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from chatbot.tests.events import apply, heard
from crm.conversations import outreach
from crm.conversations.models import Conversation, Message

pytestmark = pytest.mark.django_db

numbers = itertools.count(51_930_000_000)


def base():
    return (timezone.now() - timedelta(minutes=30)).replace(microsecond=0)


def texts(talk):
    rows = talk.messages.filter(direction=Message.Direction.IN).order_by("shown_at", "id")
    return list(rows.values_list("text", flat=True))


@given(
    seconds=st.lists(st.integers(0, 3), min_size=1, max_size=8),
    answers=st.sets(st.integers(0, 7)),
)
@settings(
    max_examples=25,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@pytest.mark.once
def test_the_persons_words_stand_in_the_order_of_their_seconds(channel, seconds, answers):
    start, sender = base(), str(next(numbers))
    for number, second in enumerate(seconds):
        at = start + timedelta(seconds=second)
        apply(channel, heard(str(number), sender=sender, at=at, wakes=False))
        talk = Conversation.objects.get(identity__addresses__value=sender)
        if number in answers:
            outreach.send(conversation=talk, text="Voy", author=Message.Author.BOT)
    wanted = sorted(range(len(seconds)), key=lambda number: (seconds[number], number))
    assert texts(talk) == [str(number) for number in wanted]


def test_one_that_comes_late_stands_below_the_others_of_its_second(channel):
    start = base()
    for number, second in enumerate((0, 0, 1, 0)):
        apply(channel, heard(str(number), at=start + timedelta(seconds=second)))
    assert texts(Conversation.objects.get()) == ["0", "1", "3", "2"]


def test_who_tells_milliseconds_is_believed(channel):
    start = base()
    for number, ms in enumerate((900, 200, 500)):
        apply(channel, heard(str(number), at=start + timedelta(milliseconds=ms)))
    assert texts(Conversation.objects.get()) == ["1", "2", "0"]


def test_an_answer_stands_below_what_it_answers(channel):
    apply(channel, heard("Hola", at=timezone.now().replace(microsecond=0)))
    talk = Conversation.objects.get()
    outreach.send(conversation=talk, text="Voy", author=Message.Author.BOT)
    rows = talk.messages.order_by("shown_at", "id").values_list("direction", flat=True)
    assert rows[0] == "in" and set(rows[1:]) == {"out"}
