"""The neutral door's elements with anything anywhere in them."""

import json
import os

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from chatbot.channels.events import InboundMessage
from chatbot.channels.neutral import Neutral
from chatbot.tests.fakes.neutral import OWN, element, status_element, text_element
from chatbot.tests.mutants import anything, mutants_of
from crm.conversations.models import Channel

pytestmark = pytest.mark.django_db

SOAK = os.environ.get("SOAK") == "1"
FILE = {"url": "https://files.example.com/1.jpg", "mime": "image/jpeg", "name": "casa.jpg"}
ELEMENTS = [
    text_element("Hola", id_="n-1"),
    element(message={"id": "n-2", "text": "Mire", "media": [FILE], "reply_to": "n-1"}),
    text_element("Le ayudo", id_="n-3", sender=OWN, recipient="51911000001"),
    text_element("Hola a todos", id_="n-4", group={"id": "g-1", "name": "Vecinos"}),
    status_element("out-1", "failed", attempt="a-1", error="No existe", code="7"),
    element("edit", message={"id": "n-1", "text": "Adiós"}),
    element("deletion", message={"id": "n-1"}),
]
patient = settings(
    max_examples=5_000 if SOAK else 100,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)


def understood(content):
    """All that a body means, through the database's JSON."""
    neutral = Neutral(Channel(provider="neutral", external_id=OWN, credentials={}))
    events = neutral.parse(json.loads(json.dumps(content)))
    assert events
    found = []
    for event in events:
        assert event.key.encode() and event.lane.encode()
        found.append(neutral.understand(event.kind, json.loads(json.dumps(event.payload))))
    return found


@patient
@given(mutant=mutants_of(ELEMENTS) | anything, first=st.booleans())
def test_whatever_stands_in_an_element_its_neighbour_is_understood(mutant, first):
    neighbour = text_element("Soy la vecina", id_="n-N", sender="51911000009")
    batch = [neighbour, mutant] if first else [mutant, neighbour]
    messages = [one for one in understood({"messages": batch}) if isinstance(one, InboundMessage)]
    assert "Soy la vecina" in [message.text for message in messages]
    for message in messages:
        assert message.id and (message.addresses or message.group)
        (message.text + message.name + message.reply_to).encode()


@patient
@given(body=st.dictionaries(st.sampled_from(["messages", "type", "message", "x"]), anything))
def test_any_object_is_kept(body):
    understood(body)


@patient
@given(
    kind=st.sampled_from(["message", "echo", "status", "edit", "deletion", "notice"]),
    payload=st.dictionaries(st.sampled_from(["element", "id"]), anything),
)
def test_whatever_stands_in_the_database_is_read(kind, payload):
    Neutral(Channel(provider="neutral")).understand(kind, payload)
