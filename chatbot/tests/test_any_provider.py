"""Every provider's valid bodies with anything anywhere in them: never a 500, no neighbour lost."""

import json
import os

import pytest
from django.db import transaction
from django.test import Client
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from chatbot.channels import directory
from chatbot.channels.addresses import webhook_path
from chatbot.models import InboundEvent
from chatbot.tests.dialects import DIALECTS
from chatbot.tests.mutants import mutants_of
from chatbot.work import work_off
from crm.conversations.models import Message

SOAK = os.environ.get("SOAK") == "1"
# Daily the second database gets fewer: of them most say the same again.
FIRST = not os.environ.get("DATABASE_URL")
pytestmark = [pytest.mark.django_db, pytest.mark.timeout(1800 if SOAK else 120)]
ANA, LUIS = "51911000001", "51911000002"
SPOKEN = [one for one in DIALECTS if one.slug not in ("meta", "simulator")]


def elements(dialect):
    """One of everything this provider tells of."""
    said = [
        dialect.text("uno", ANA, "Hola, ¿sigue en venta?"),
        dialect.unknown("dos", ANA),
        dialect.echo("tres", ANA, "Le marco"),
        *(dialect.status("OUT-AAAA-1", state) for state in ("sent", "read", "failed")),
        dialect.edit("uno", ANA, "Otra cosa"),
        dialect.deletion("uno", ANA),
    ]
    return [one for one in said if one is not None]


@pytest.mark.parametrize("dialect", SPOKEN, ids=lambda one: one.slug)
@settings(
    max_examples=2_000 if SOAK else 15 if FIRST else 10,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(data=st.data())
def test_whatever_stands_in_a_body_nothing_fails_and_no_neighbour_is_lost(db, dialect, data):
    with transaction.atomic():
        channel = dialect.channel()
        directory.forget()
        bodies = [dialect.body(one) for one in elements(dialect)]
        strange = data.draw(mutants_of(bodies, above=1 if dialect.batches else 0))
        neighbour = dialect.text("vecina", LUIS, "Soy la vecina")
        if dialect.batches:
            # Beside the strange one in the same body, wherever that body keeps its elements.
            both = [strange, _beside(strange, dialect.body(neighbour))]
        else:
            both = [strange, dialect.body(neighbour)]
        for body in both:
            assert _post(dialect, channel, body) == 200
        work_off()
        heard = Message.objects.filter(direction="in", text="Soy la vecina")
        assert heard.filter(provider_id=dialect.stored_id("vecina", LUIS)).count() == 1
        assert not InboundEvent.objects.filter(state="aside").exists()
        for event in InboundEvent.objects.exclude(error=""):
            raise AssertionError(event.error)
        transaction.set_rollback(True)
        directory.forget()


def _post(dialect, channel, body):
    raw = json.dumps(body).encode()
    address = webhook_path(channel)
    headers = dialect.headers(raw)
    return Client().post(address, raw, content_type="application/json", headers=headers).status_code


def _beside(strange, body):
    """Both bodies' lists in one, the neighbour's elements last."""
    joined = dict(strange)
    for key, value in body.items():
        if isinstance(value, list):
            there = strange.get(key)
            joined[key] = [*there, *value] if isinstance(there, list) else value
    return joined
