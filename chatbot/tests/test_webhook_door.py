"""The doors providers knock at: who is let in, what is kept, and what each is told."""

import copy
import json
import logging

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from chatbot.channels import directory
from chatbot.channels.meta import sign
from chatbot.models import InboundEvent
from chatbot.tests.conftest import SECRET
from chatbot.tests.graph_stub import envelope, message_body, text_body
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
from crm.logs import RedactingFormatter

pytestmark = pytest.mark.django_db


# --- Signature -------------------------------------------------------------------------------


def test_the_documented_vector_is_let_in(client, channel, graph):
    assert len(VECTOR) == 400
    assert knock(client, VECTOR, VECTOR_SIGNATURE).status_code == 200
    work_off()
    assert Message.objects.get(direction="in").text == "¿Hola?"
    assert Conversation.objects.get().contact.name == "José"


def test_a_digest_in_capitals_was_not_written_by_meta(client, channel):
    assert knock(client, VECTOR, VECTOR_SIGNATURE.upper()).status_code == 403


@pytest.mark.parametrize(
    "signature",
    [
        None,
        "",
        "sha256=",
        RESERIALISED,
        VECTOR_SIGNATURE.replace("sha256=", "sha1="),
        VECTOR_SIGNATURE.removeprefix("sha256="),
        VECTOR_SIGNATURE[:-1],
        VECTOR_SIGNATURE + "0",
        "sha256=" + "z" * 64,
        "sha256=ñandú",
        "sha256=\xff\xfe",
    ],
)
def test_another_signature_is_refused_and_nothing_kept(client, channel, signature):
    assert knock(client, VECTOR, signature).status_code == 403
    assert not InboundEvent.objects.exists()


def test_the_old_sha1_header_is_no_signature(client, channel):
    answer = knock(client, VECTOR, **{"X-Hub-Signature": VECTOR_SIGNATURE})
    assert answer.status_code == 403


def test_a_body_written_anew_is_not_the_one_that_was_signed(client, channel):
    again = json.dumps(json.loads(VECTOR), ensure_ascii=False, separators=(",", ":")).encode()
    assert knock(client, again, VECTOR_SIGNATURE).status_code == 403
    assert knock(client, again, sign(SECRET, again)).status_code == 200


@pytest.mark.parametrize(
    ("debug", "demo", "status"),
    [(False, False, 403), (True, False, 403), (False, True, 403), (True, True, 200)],
)
def test_without_a_secret_nothing_is_let_in_but_to_a_developer(
    client, channel, settings, debug, demo, status
):
    channel.credentials = {}
    channel.save()
    settings.DEBUG, settings.DEMO = debug, demo
    assert knock(client, VECTOR).status_code == status
    assert knock(client, VECTOR, sign("", VECTOR)).status_code == status
    assert InboundEvent.objects.exists() == (status == 200)


def test_unsigned_is_refused_before_the_body_is_looked_at(client, channel):
    assert knock(client, b"[" * 50_000).status_code == 403
    assert knock(client, b"no JSON").status_code == 403


# --- The subscription check ------------------------------------------------------------------


@pytest.mark.parametrize("mode", [ASKED, {}], ids=["asked", "without mode"])
def test_the_challenge_comes_back_bare(client, channel, mode):
    query = {**mode, "hub.verify_token": "sesamo", "hub.challenge": "99"}
    answer = client.get(DOOR, query)
    assert (answer.status_code, answer.content) == (200, b"99")
    assert answer["Content-Type"].split(";")[0] == "text/plain"
    assert client.get(door_of(channel), query).content == b"99"


def test_who_does_not_ask_to_subscribe_learns_nothing(client, channel):
    for mode in ({"hub.mode": ""}, {"hub.mode": "Subscribe"}, {"hub.mode": "unsubscribe"}):
        query = {**mode, "hub.verify_token": "sesamo", "hub.challenge": "99"}
        answer = client.get(DOOR, query)
        assert (answer.status_code, b"99" in answer.content) == (403, False)


def test_markup_in_the_challenge_stays_text(client, channel):
    markup = "<script>alert(1)</script>"
    answer = client.get(DOOR, {**ASKED, "hub.verify_token": "sesamo", "hub.challenge": markup})
    assert answer.content.decode() == markup
    assert answer["Content-Type"].split(";")[0] == "text/plain"
    assert answer["X-Content-Type-Options"] == "nosniff"


@pytest.mark.parametrize(
    "query",
    [
        {},
        {"hub.challenge": "99"},
        {"hub.verify_token": "", "hub.challenge": "99"},
        {"hub.verify_token": "otra", "hub.challenge": "99"},
        {"hub.verify_token": "ñ\ud800".encode("utf-8", "surrogatepass"), "hub.challenge": "99"},
        {"hub.mode": "unsubscribe", "hub.verify_token": "sesamo", "hub.challenge": "99"},
    ],
)
def test_another_token_is_refused(client, channel, query):
    answer = client.get(DOOR, ASKED | query)
    assert (answer.status_code, b"99" in answer.content) == (403, False)


@pytest.mark.parametrize("query", [{}, {"hub.verify_token": ""}, {"hub.verify_token": "sesamo"}])
def test_where_no_token_is_set_every_one_is_wrong(client, channel, query):
    channel.credentials = {"app_secret": SECRET}
    channel.save()
    assert client.get(DOOR, {**ASKED, **query, "hub.challenge": "99"}).status_code == 403


def test_other_methods_are_not_served(client, channel):
    for method in (client.put, client.patch, client.delete, client.head):
        assert method(DOOR).status_code == 405


# --- Once, all, and by one INSERT ------------------------------------------------------------


def test_the_same_id_twice_in_one_body_is_one_message(post, channel, graph):
    body = text_body("Hola", wamid="wamid.1")
    value_of(body)["messages"] *= 2
    body["entry"] += copy.deepcopy(body["entry"])
    assert post(body).status_code == 200
    work_off()
    assert Message.objects.filter(direction="in").count() == 1
    assert len(graph.sent) == 1


def test_six_hundred_messages_in_one_body(post, channel, graph):
    Channel.objects.update(per_second=1000)
    body = text_body("0", wamid="wamid.0")
    first = value_of(body)["messages"][0]
    value_of(body)["messages"] = [
        {**first, "id": f"wamid.{n}", "from": str(51911000000 + n % 20), "text": {"body": str(n)}}
        for n in range(600)
    ]
    assert post(body).status_code == 200
    assert post(body).status_code == 200
    assert InboundEvent.objects.count() == 600
    # Handling them all would say nothing more, and take its time.
    InboundEvent.objects.exclude(lane__regex=r"5191100000[01]$").delete()
    work_off()
    assert Message.objects.filter(direction="in").count() == 60
    for conversation in Conversation.objects.all():
        texts = conversation.messages.filter(direction="in").order_by("id")
        numbers = [int(text) for text in texts.values_list("text", flat=True)]
        assert len(numbers) == 30 and numbers == sorted(numbers)
    assert len(graph.sent) == 60


def test_one_message_costs_one_statement(post, channel):
    directory.forget()
    directory.snapshot()
    with CaptureQueriesContext(connection) as queries:
        assert post(text_body("Hola", wamid="wamid.1")).status_code == 200
    assert [query["sql"].split()[0] for query in queries] == ["INSERT"]


def test_what_the_desk_does_not_know_is_kept(post, channel):
    bodies = [
        {},
        {"object": "page", "entry": []},
        envelope({"calls": [{"id": "wacid.1", "event": "connect"}]}, "calls"),
        envelope({"something": "new"}, "a_field_of_tomorrow"),
        envelope(
            {"groups": [{"group_id": "G1", "type": "group_create"}]}, "group_lifecycle_update"
        ),
        message_body({"from": "51911000001", "id": "wamid.N", "type": "hologram", "hologram": {}}),
    ]
    for body in bodies:
        assert post(body).status_code == 200
    work_off()
    kept = dict(InboundEvent.objects.values_list("kind", "state"))
    assert InboundEvent.objects.count() == len(bodies)
    assert kept == {"notice": "ignored", "message": "done"}
    message = Message.objects.get(direction="in")
    assert message.kind == "unsupported"
    assert json.loads(message.raw)["type"] == "hologram"


# --- Logs ------------------------------------------------------------------------------------


def test_no_log_line_tells_an_address_that_is_a_proof(client, caplog, monkeypatch):
    older = "/hooks/3f0c9a2be1d84b7a9c55e2f0a17d6b42"
    phone = Channel.objects.create(
        name="M", provider="maytapi", external_id="1", older_path=older, credentials={}
    )
    made = {"provider": "telegram", "credentials": {}}
    Channel.objects.create(name="T", older_path="/hooks/12:corto%20%C3%B1", **made)
    directory.forget()
    monkeypatch.setattr(logging.getLogger("django"), "propagate", True)
    with caplog.at_level("INFO"):
        for url in (door_of(phone), older, "/hooks/12:corto%20%C3%B1"):
            assert client.post(url, b"x", content_type="application/json").status_code in (400, 403)
    lines = [RedactingFormatter("%(message)s").format(record) for record in caplog.records]
    assert any("/webhooks/maytapi/***" in line for line in lines)
    secrets = (str(phone.uuid), older[7:], "corto")
    assert not any(secret in line for line in lines for secret in secrets)
