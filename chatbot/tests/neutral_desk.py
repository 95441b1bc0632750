"""A neutral channel, its adapter, and what knocks at its door."""

import json

import pytest
from django.test import Client

from chatbot.tests.fakes.neutral import (
    OWN,
    TOKEN,
    NeutralFake,
)
from crm.conversations.models import Channel

DOOR = "/api/messages"


@pytest.fixture
def adapter(settings):
    with NeutralFake() as fake:
        yield fake


@pytest.fixture
def channel(db, adapter):
    return Channel.objects.create(
        name="Adaptador de prueba",
        provider="neutral",
        mode=Channel.Mode.LIVE,
        external_id=OWN,
        credentials={"token": TOKEN, "endpoint_url": adapter.endpoint},
    )


@pytest.fixture
def knock(channel):
    client = Client(enforce_csrf_checks=True)

    def post(content, token=TOKEN, url=DOOR, **headers):
        raw = content if isinstance(content, bytes) else json.dumps(content).encode()
        if token is not None:
            headers["Authorization"] = f"Bearer {token}"
        return client.post(url, raw, content_type="application/json", headers=headers)

    return post
