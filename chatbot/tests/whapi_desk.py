"""WHAPI's channel, and bodies as it sends them."""

import json

import pytest

from chatbot.channels.events import InboundMessage
from chatbot.channels.whapi import Whapi
from chatbot.tests import understanding
from chatbot.tests.fakes import whapi as fake
from crm.conversations.models import Channel


def provider(**credentials):
    secrets = {"access_token": fake.TOKEN, "webhook_secret": fake.SECRET} | credentials
    return Whapi(Channel(provider="whapi", external_id=fake.CHANNEL, credentials=secrets))


parsed, only, understood = understanding.of(provider)


@pytest.fixture
def whapi_channel(db):
    return Channel.objects.create(
        name="WHAPI de prueba",
        provider="whapi",
        external_id=fake.CHANNEL,
        credentials={"access_token": fake.TOKEN, "webhook_secret": fake.SECRET},
    )


@pytest.fixture
def post(client, whapi_channel):
    def send(body, *, secret=fake.SECRET):
        raw = json.dumps(body)
        headers = {} if secret is None else {"X-Webhook-Secret": secret}
        path = f"/webhooks/whapi/{whapi_channel.uuid}/"
        return client.post(path, raw, content_type="application/json", headers=headers)

    return send


def update(id_, before, after, *, trigger="EDIT-0001", changes=("text",), **rest):
    return {
        "id": id_,
        "trigger": {**fake.message(id_=trigger), "timestamp": 1_790_000_500},
        "before_update": fake.message("text", {"body": before}, id_=id_),
        "after_update": fake.message("text", {"body": after}, id_=id_),
        "changes": list(changes),
        **rest,
    }


def read(type_="text", block=None, **rest):
    told = understood(fake.body_of("messages", fake.message(type_, block, **rest)))
    assert isinstance(told, InboundMessage)
    return told
