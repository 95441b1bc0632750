"""Meta's webhook: which addresses there are, and to which channel an element belongs."""

import json
import uuid

import pytest

from chatbot.channels.meta import sign
from chatbot.models import InboundEvent
from chatbot.tests.conftest import SECRET
from chatbot.tests.graph_stub import envelope, text_body
from chatbot.tests.meta_door import (
    ASKED,
    DOOR,
    RESERIALISED,
    VECTOR,
    VECTOR_SIGNATURE,
    door_of,
    knock,
    value_of,
)
from chatbot.work import work_off
from crm.conversations.models import Channel, Conversation, Message

pytestmark = pytest.mark.django_db


@pytest.fixture
def other(channel):
    """A second number of the same app."""
    return Channel.objects.create(
        name="Otra línea",
        provider="meta",
        mode=Channel.Mode.LIVE,
        external_id="100300",
        credentials=channel.credentials,
    )


# --- Addresses -------------------------------------------------------------------------------


@pytest.mark.parametrize("slash", ["", "/"])
def test_each_address_works_with_and_without_the_last_slash(client, channel, slash):
    for url in (DOOR.rstrip("/") + slash, door_of(channel).rstrip("/") + slash):
        body = json.dumps(text_body("Hola", wamid=f"wamid.{url}")).encode()
        assert knock(client, body, sign(SECRET, body), url).status_code == 200
        query = {**ASKED, "hub.verify_token": "sesamo", "hub.challenge": "99"}
        assert client.get(url, query).content == b"99"
    assert InboundEvent.objects.count() == 2


def test_an_uuid_in_capitals_is_the_same_one(client, channel):
    url = f"/webhooks/meta/{str(channel.uuid).upper()}/"
    assert knock(client, VECTOR, VECTOR_SIGNATURE, url).status_code == 200


def test_unknown_addresses_are_not_found(client, channel):
    for url in (
        f"/webhooks/meta/{uuid.uuid4()}/",
        f"/webhooks/simulator/{channel.uuid}/",
        f"/webhooks/telegram/{channel.uuid}/",
        "/webhooks/meta/1/",
        "/chatbot/webhook/fax/",
    ):
        assert knock(client, VECTOR, VECTOR_SIGNATURE, url).status_code == 404, url
        assert client.get(url, {**ASKED, "hub.verify_token": "sesamo"}).status_code == 404, url
    assert not InboundEvent.objects.exists()


@pytest.mark.parametrize("slash", ["", "/"])
def test_the_path_of_an_older_system_goes_on_working(client, channel, slash):
    channel.older_path = "/api/v1/hooks/wa"
    channel.save()
    url = f"/api/v1/hooks/wa{slash}"
    assert knock(client, VECTOR, VECTOR_SIGNATURE, url).status_code == 200
    assert knock(client, VECTOR, RESERIALISED, url).status_code == 403
    query = {"hub.mode": "subscribe", "hub.verify_token": "sesamo", "hub.challenge": "99"}
    assert client.get(url, query).content == b"99"
    assert InboundEvent.objects.get().channel == channel
    assert client.get("/api/v1/hooks", query).status_code == 404


def test_a_channel_switched_off_takes_nothing(client, channel):
    Channel.objects.update(is_active=False)
    assert knock(client, VECTOR, VECTOR_SIGNATURE, door_of(channel)).status_code == 403
    assert client.get(door_of(channel), {**ASKED, "hub.verify_token": "sesamo"}).status_code == 403
    assert knock(client, VECTOR, VECTOR_SIGNATURE).status_code == 403
    assert not InboundEvent.objects.exists()


def test_without_a_default_channel_its_door_is_shut(client, db):
    assert knock(client, VECTOR, VECTOR_SIGNATURE).status_code == 403
    assert client.get(DOOR, {**ASKED, "hub.verify_token": "sesamo"}).status_code == 403
    assert knock(client, VECTOR, VECTOR_SIGNATURE, "/chatbot/webhook/telegram/").status_code == 403


# --- Whose an element is ---------------------------------------------------------------------


def two_numbers(first="100200", second="100300"):
    body = text_body("Para una", wamid="wamid.1", number=first)
    body["entry"] += text_body("Para otra", wamid="wamid.2", number=second)["entry"]
    return body


def test_two_numbers_of_one_app_share_an_address(post, channel, other, graph):
    assert post(two_numbers()).status_code == 200
    work_off()
    kept = dict(Message.objects.filter(direction="in").values_list("text", "channel__name"))
    assert kept == {"Para una": channel.name, "Para otra": other.name}
    assert Conversation.objects.count() == 2
    assert len(graph.sent) == 2


def test_the_same_id_on_two_channels_is_two_messages(post, channel, other, graph):
    body = two_numbers()
    for entry in body["entry"]:
        entry["changes"][0]["value"]["messages"][0]["id"] = "wamid.SAME"
    post(body)
    work_off()
    assert Message.objects.filter(direction="in").count() == 2


def test_a_body_that_names_another_apps_channel_is_refused_whole(post, channel, other):
    other.credentials = {**other.credentials, "app_secret": "another-app"}
    other.save()
    assert post(two_numbers()).status_code == 403
    assert post(two_numbers(), secret="another-app").status_code == 403
    assert not InboundEvent.objects.exists()


def test_a_channel_without_a_secret_is_named_by_nobody(post, channel, other):
    other.credentials = {}
    other.save()
    assert post(two_numbers()).status_code == 403
    assert not InboundEvent.objects.exists()


def test_without_metadata_it_belongs_to_the_channel_of_the_address(post, channel, graph):
    body = text_body("Hola", wamid="wamid.1")
    del value_of(body)["metadata"]
    assert post(body).status_code == 200
    work_off()
    assert Message.objects.get(direction="in").channel == channel
    assert len(graph.sent) == 1


def test_an_element_without_id_gets_one_from_its_content(post, channel, graph):
    body = text_body("Hola", wamid="wamid.1")
    del value_of(body)["messages"][0]["id"]
    for _ in range(2):
        assert post(body).status_code == 200
        work_off()
    value_of(body)["messages"][0]["text"]["body"] = "Otra cosa"
    post(body)
    work_off()
    ids = list(Message.objects.filter(direction="in").values_list("provider_id", flat=True))
    assert len(ids) == 2 and all(id_.startswith("derived.") for id_ in ids)


def test_the_barest_body_a_person_tests_with(post, channel, graph):
    """No metadata, no contacts, no id, no time stamp."""
    message = {"from": "51911000001", "type": "text", "text": {"body": "Hola"}}
    assert post(envelope({"messages": [message]})).status_code == 200
    work_off()
    assert Message.objects.get(direction="in").text == "Hola"
    assert len(graph.sent) == 1
