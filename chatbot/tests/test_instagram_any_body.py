"""Instagram's bodies with anything anywhere in them: never a raise, never a lost neighbour."""

import json
import os

from hypothesis import given, settings
from hypothesis import strategies as st

from chatbot.channels.events import InboundMessage
from chatbot.channels.instagram import Instagram
from chatbot.tests.fakes.instagram import ACCOUNT, body, echo_item, file_item, item, text_item
from chatbot.tests.mutants import anything, mutants_of
from chatbot.tests.test_instagram_envelopes import COMMENT
from chatbot.tests.test_instagram_items import AD
from crm.conversations.models import Channel

SOAK = os.environ.get("SOAK") == "1"
ITEMS = [
    text_item("Hola", mid="m_1"),
    item(message={"mid": "m_2", "text": "Sí", "quick_reply": {"payload": "x"}, "referral": AD}),
    item(message={"mid": "m_3", "text": "Sí", "reply_to": {"story": {"id": "s", "url": "u"}}}),
    file_item("image", mid="m_4"),
    file_item("share", title="Villa Marina", mid="m_5"),
    echo_item(mid="m_6"),
    item(message={"mid": "m_1", "is_deleted": True}),
    item(message={"mid": "m_7", "is_unsupported": True}),
    item(reaction={"mid": "m_1", "action": "react", "reaction": "love", "emoji": "❤️"}),
    item(postback={"mid": "m_8", "title": "Mi saldo", "payload": "menu:saldo"}),
    item(read={"mid": "m_out_1"}),
    item(referral=AD),
    item(message_edit={"mid": "m_1", "text": "Hola!", "num_edit": 1}),
]
BODIES = [body(one) for one in ITEMS] + [
    body({"field": "messages", "value": ITEMS[0]}, name="changes"),
    body(COMMENT, name="changes"),
    body(ITEMS[3], ITEMS[5], name="standby"),
]


def understood(content):
    """All that a body means, through the database's JSON; what cannot be stored raises."""
    instagram = Instagram(Channel(provider="instagram", external_id=ACCOUNT, credentials={}))
    events = instagram.parse(json.loads(json.dumps(content)))
    assert events and all(event.key and event.lane for event in events)
    found = []
    for event in events:
        assert event.lane.encode() and event.key.encode()
        found.append(instagram.understand(event.kind, json.loads(json.dumps(event.payload))))
    return found


def texts(content):
    found = understood(content)
    for message in found:
        if isinstance(message, InboundMessage):
            assert message.id and message.addresses
            (message.text + message.reply_to + message.choice).encode()
    return [message.text for message in found if isinstance(message, InboundMessage)]


@settings(max_examples=5_000 if SOAK else 100, deadline=None)
@given(mutant=mutants_of(ITEMS), first=st.booleans())
def test_whatever_stands_in_an_item_its_neighbour_is_understood(mutant, first):
    neighbour = text_item("Soy la vecina", mid="m_N", sender="9009")
    items = [neighbour, mutant] if first else [mutant, neighbour]
    assert "Soy la vecina" in texts(body(*items))


@settings(max_examples=5_000 if SOAK else 100, deadline=None)
@given(mutant=mutants_of(BODIES))
def test_whatever_stands_in_a_body_is_kept(mutant):
    understood(mutant)


@settings(max_examples=2_000 if SOAK else 60, deadline=None)
@given(entry=anything, first=st.booleans())
def test_whatever_an_entry_is_its_neighbour_is_understood(entry, first):
    content = body(text_item("Soy la vecina", mid="m_N", sender="9009"))
    content["entry"].insert(0 if first else 1, entry)
    assert "Soy la vecina" in texts(content)


@settings(max_examples=2_000 if SOAK else 60, deadline=None)
@given(
    kind=st.sampled_from(["message", "echo", "status", "edit", "deletion", "notice"]),
    payload=st.dictionaries(st.sampled_from(["item", "id", "person", "ours"]), anything),
)
def test_whatever_stands_in_the_database_is_read(kind, payload):
    Instagram(Channel(provider="instagram")).understand(kind, payload)
