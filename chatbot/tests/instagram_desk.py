"""An account at Instagram, and what its items become."""

import json

import pytest

from chatbot.channels.instagram import Instagram
from chatbot.tests.fakes.instagram import ACCOUNT, body
from crm.conversations.models import Channel

MS = 1790000000900


@pytest.fixture
def instagram():
    return Instagram(Channel(provider="instagram", external_id=ACCOUNT, credentials={}))


@pytest.fixture
def events(instagram):
    return lambda *items, **options: instagram.parse(body(*items, **options))


@pytest.fixture
def one(instagram, events):
    """one(item) -> what it means; it must be one event, and come through the database's JSON."""

    def understood(content, **options):
        [event] = events(content, **options)
        payload = json.loads(json.dumps(event.payload))
        return instagram.understand(event.kind, payload)

    return understood
