"""WHAPI's bodies with anything anywhere in them, as hypothesis thinks it up."""

import copy
import os

from hypothesis import HealthCheck, given, settings

from chatbot.channels.events import InboundMessage
from chatbot.tests.fakes import whapi as fake
from chatbot.tests.mutants import all_understood, anything, mutants_of
from chatbot.tests.whapi_desk import provider, update

SOAK = os.environ.get("SOAK") == "1"
NEIGHBOUR = "51911000009"
GROUP = "120363000000000001@g.us"
CONTEXT = {
    "quoted_id": "OUT1-gAAAB",
    "ad": {"title": "x", "ctwa": "c", "source": {"id": "1", "type": "ad", "url": "u"}},
}
FILE = {"id": "jpeg-1", "mime_type": "image/jpeg", "file_name": "a.jpg", "caption": "x"}
CARD = {"name": "Beto", "vcard": "BEGIN:VCARD\nFN:Beto\nTEL:+51911000007"}
PLACE = {"latitude": -12.0, "longitude": -77.0, "name": "Casa"}
BLOCKS = {
    "text": {"body": "Hola"},
    "link_preview": {"body": "x", "url": "https://x.pe"},
    "image": FILE,
    "documentWithCaption": {"document": FILE},
    "location": PLACE,
    "live_location": PLACE,
    "contact": CARD,
    "contact_list": {"list": [CARD]},
    "reply": {"buttons_reply": {"id": "ButtonsV3:a", "title": "A"}},
    "poll": {"title": "¿?", "options": ["a"], "results": [{"name": "a"}]},
    "order": {"title": "x", "item_count": 2, "total_price": 3.5, "currency": "PEN"},
    "product": {"product_id": "7"},
    "interactive": {"body": {"text": "x"}},
    "action": {"target": "OUT1-gAAAB", "type": "reaction", "emoji": "👍"},
    "system": {"body": "x"},
}
EDIT = {
    "target": "OUT1-gAAAB",
    "type": "edit",
    "edited_type": "text",
    "edited_content": {"body": "y"},
}
BODIES = [
    *(fake.body_of("messages", fake.message(one, BLOCKS[one], context=CONTEXT)) for one in BLOCKS),
    fake.body_of("messages", fake.message("action", EDIT)),
    fake.body_of("messages", fake.message(chat_id=GROUP)),
    fake.echo_body(source="api"),
    fake.body_of("messages_updates", update("PsA1-gAAAB", "a", "b")),
    fake.body_of("messages_removed", "PsA1-gAAAB"),
    fake.status_body("OUT1-gAAAB", "failed", errors=[{"code": 1, "message": "x"}]),
    fake.health_body("QR"),
]
SETTINGS = settings(
    max_examples=4_000 if SOAK else 100,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
)


@SETTINGS
@given(body=mutants_of(BODIES))
def test_whatever_stands_in_a_body_its_neighbours_are_understood(body):
    body = copy.deepcopy(body)
    element = fake.message("text", {"body": "Soy la vecina"}, sender=NEIGHBOUR, id_="N1")
    if isinstance(body.get("messages"), list):
        body["messages"].append(element)
    else:
        body["messages"] = [element]
    heard = [told for event, told in all_understood(provider(), body) if event.key == "message:N1"]
    assert [one.text for one in heard if isinstance(one, InboundMessage)] == ["Soy la vecina"]


@SETTINGS
@given(body=mutants_of(BODIES))
def test_what_is_understood_fits_the_desk(body):
    for event, told in all_understood(provider(), body):
        if isinstance(told, InboundMessage):
            assert told.id and (told.addresses or told.group)
            assert len(told.choice) <= 256 and len(told.sender) <= 200 and len(told.name) <= 200
            assert all(len(one.value) <= 150 and len(one.kind) <= 12 for one in told.addresses)
            assert all(len(one.id) <= 2000 for one in told.media)
            told.text.encode()
            assert "\x00" not in told.text + told.name
        assert len(event.key) <= 255


@SETTINGS
@given(value=anything)
def test_any_value_under_any_key_is_kept(value):
    for key in ("messages", "messages_updates", "messages_removed", "statuses", "health", "x"):
        assert list(all_understood(provider(), {key: value})) is not None
        assert list(all_understood(provider(), {key: [value]}))
