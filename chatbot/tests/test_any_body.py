"""Documented bodies with anything anywhere in them, as hypothesis thinks it up."""

import os

import pytest
from django.db import transaction
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from chatbot.models import InboundEvent
from chatbot.tests import provider_bodies as bodies
from chatbot.tests.graph_stub import text_body
from chatbot.tests.mutants import anything, characters, mutants_of
from chatbot.tests.neighbours import (
    assert_neighbours_are_answered,
    assert_nothing_failed,
    neighbour,
    value_of,
)
from chatbot.work import work_off
from crm.conversations.models import Channel, Message

SOAK = os.environ.get("SOAK") == "1"
# Daily the second database gets fewer: of them most say the same again.
FIRST = not os.environ.get("DATABASE_URL")
pytestmark = [pytest.mark.django_db, pytest.mark.timeout(1200 if SOAK else 120)]


@pytest.fixture(autouse=True)
def dry(channel):
    """Nothing here is about sending."""
    channel.mode = Channel.Mode.DRY_RUN
    channel.save()


@settings(
    max_examples=4_000 if SOAK else 25 if FIRST else 15,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(body=mutants_of(bodies.BODIES, above=1), first=st.booleans())
def test_whatever_stands_in_a_body_its_neighbours_are_answered(post, channel, body, first):
    with transaction.atomic():
        body["entry"].insert(0 if first else len(body["entry"]), neighbour()["entry"][0])
        beside = _messages_beside(body, first)
        if beside is not None:
            beside.append(value_of(neighbour())["messages"][0])
        for _ in range(2):
            assert post(body).status_code == 200
            work_off()
            # What it says of our account may have stopped the channel; what waits is not lost.
            Channel.objects.update(stopped_at=None)
            work_off()
        assert_neighbours_are_answered(1 if beside is None else 2)
        assert_nothing_failed()
        # What speaks of a message nobody knows waits for it, apart.
        waiting = InboundEvent.objects.filter(state="pending")
        waiting = waiting.exclude(kind="status").exclude(lane__contains="~")
        assert not waiting.exists()
        transaction.set_rollback(True)


def _messages_beside(body, first):
    """The mutated change's own list of messages, if it still is one that is answered."""
    try:
        change = body["entry"][1 if first else 0]["changes"][0]
        messages = change["value"]["messages"]
    except (KeyError, IndexError, TypeError):
        return None
    answered = isinstance(messages, list) and change.get("field") != "history"
    return messages if answered else None


@settings(
    max_examples=1_000 if SOAK else 15 if FIRST else 10,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(body=st.dictionaries(st.sampled_from(["object", "entry", "x"]), anything, max_size=3))
def test_any_object_is_kept(post, channel, body):
    with transaction.atomic():
        assert post(body).status_code == 200
        assert InboundEvent.objects.exists()
        work_off()
        assert_nothing_failed()
        transaction.set_rollback(True)


@settings(max_examples=1_000 if SOAK else 15 if FIRST else 10, deadline=None,
          suppress_health_check=[HealthCheck.function_scoped_fixture])  # fmt: skip
@given(raw=st.binary(max_size=200))
def test_any_bytes_are_answered(post, channel, raw):
    with transaction.atomic():
        assert post(raw).status_code in (200, 400)
        transaction.set_rollback(True)


@settings(max_examples=1_000 if SOAK else 15 if FIRST else 10, deadline=None,
          suppress_health_check=[HealthCheck.function_scoped_fixture])  # fmt: skip
@given(text=st.text(characters, min_size=1, max_size=300), name=st.text(characters, max_size=300))
def test_any_text_of_anybody_is_answered(post, channel, text, name):
    assume(text.strip())
    with transaction.atomic():
        assert post(text_body(text, wamid="wamid.1", name=name)).status_code == 200
        work_off()
        assert Message.objects.filter(direction="out", state="sent").count() == 1
        assert_nothing_failed()
        transaction.set_rollback(True)
