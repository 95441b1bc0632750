"""Maytapi's bodies with anything anywhere in them, as hypothesis thinks it up."""

import os

from hypothesis import HealthCheck, given, settings

from chatbot.channels.events import InboundMessage, StatusUpdate
from chatbot.tests.fakes import maytapi as fake
from chatbot.tests.mutants import all_understood, anything, mutants_of
from chatbot.tests.test_maytapi import GROUP, SENT, provider

SOAK = os.environ.get("SOAK") == "1"
URL = "https://cdnydm.com/wh/abc.pdf"
MESSAGES = [
    {"type": "text", "text": "Hola"},
    {"type": "document", "url": URL, "mime": "application/pdf", "filename": "a.pdf"},
    {"type": "location", "payload": "-12.0464,-77.0428"},
    {"type": "vcard", "vcardList": [{"displayName": "Beto", "vcard": "TEL:+51911000007"}]},
    {"type": "poll", "text": "¿?", "options": [{"id": 0, "name": "Sí"}]},
    {"type": "info", "subtype": "group/add", "participant": f"{fake.ANA}@c.us"},
]
BODIES = [
    *(fake.message_body(one, quoted={"id": SENT, "type": "text"}) for one in MESSAGES),
    fake.message_body(conversation=GROUP),
    fake.echo_body(id_=SENT),
    fake.ack_body(fake.ack_item(SENT, "seen"), fake.reaction_item(SENT, "👍")),
    fake.ack_body(fake.ack_item(SENT, "deleted"), {"options": [], "msgId": SENT}),
    fake.error_body(SENT),
    fake.status_body("qr-code"),
]
SETTINGS = settings(
    max_examples=4_000 if SOAK else 100,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
)


@SETTINGS
@given(body=mutants_of(BODIES))
def test_whatever_stands_in_a_body_is_kept_and_fits_the_desk(body):
    events = list(all_understood(provider(), body))
    assert events
    for _event, told in events:
        if isinstance(told, InboundMessage):
            assert told.id and (told.addresses or told.group)
            assert len(told.sender) <= 200 and len(told.name) <= 200
            assert all(len(one.value) <= 150 and len(one.kind) <= 12 for one in told.addresses)
            assert all(len(one.id) <= 2000 for one in told.media)
            assert "\x00" not in told.text + told.name
            told.text.encode()


@SETTINGS
@given(value=anything, body=mutants_of(BODIES))
def test_whatever_stands_beside_it_an_acknowledgement_is_understood(value, body):
    item = fake.ack_item(SENT, "seen")
    for data in ([value, item], [item, value], [body, item], [body.get("data"), item]):
        events = all_understood(provider(), fake.ack_body(*data))
        told = [one for _event, one in events if isinstance(one, StatusUpdate)]
        assert any(one.id == SENT and one.state == "read" for one in told)


@SETTINGS
@given(value=anything)
def test_any_value_under_any_key_is_kept(value):
    for key in ("message", "type", "data", "phone_id", "user", "conversation"):
        assert list(all_understood(provider(), {key: value}))
        assert list(all_understood(provider(), fake.text_body() | {key: value}))
        assert list(all_understood(provider(), fake.ack_body() | {key: value}))
