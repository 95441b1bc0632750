"""A valid message beside whatever else a body holds: it must always be answered."""

import itertools

from chatbot.models import InboundEvent
from chatbot.tests.graph_stub import text_body
from crm.conversations.models import Message

NEIGHBOUR = "51911000009"

numbers = itertools.count(1)


def neighbour():
    return text_body("Soy la vecina", wamid=f"wamid.N{next(numbers)}", sender=NEIGHBOUR)


def assert_neighbours_are_answered(count=1):
    messages = Message.objects.filter(conversation__identity__addresses__value=NEIGHBOUR)
    assert messages.filter(direction="in", text="Soy la vecina").count() == count
    assert messages.filter(direction="out", state="sent").count() >= count


def assert_nothing_failed():
    assert list(InboundEvent.objects.exclude(error="").values_list("error", flat=True)) == []


def value_of(body):
    return body["entry"][0]["changes"][0]["value"]
