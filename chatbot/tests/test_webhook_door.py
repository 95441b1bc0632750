"""The doors providers knock at: who is let in, what is kept, and what each is told."""

import copy
import json
import logging
import uuid

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from chatbot.channels import directory
from chatbot.channels.meta import sign
from chatbot.models import InboundEvent
from chatbot.tests.conftest import SECRET
from chatbot.tests.graph_stub import envelope, message_body, text_body
from chatbot.work import work_off
from crm.conversations.models import Channel, Conversation, Message
from crm.logs import RedactingFormatter

pytestmark = pytest.mark.django_db

DOOR = "/chatbot/webhook/whatsapp/"
ASKED = {"hub.mode": "subscribe"}
# The test vector of Meta's own encoding: non-ASCII as \u escapes, 400 bytes.
VECTOR = (
    rb'{"object":"whatsapp_business_account","entry":[{"id":"1","changes":[{"value":'
    rb'{"messaging_product":"whatsapp","metadata":{"display_phone_number":"15550001111",'
    rb'"phone_number_id":"100"},"contacts":[{"profile":{"name":"Jos\u00e9"},'
    rb'"wa_id":"5215550002222"}],"messages":[{"from":"5215550002222","id":"wamid.T1",'
    rb'"timestamp":"1749416383","type":"text","text":{"body":"\u00bfHola?"}}]},'
    rb'"field":"messages"}]}]}'
)
VECTOR_SIGNATURE = "sha256=8db0f6f087be3c52ed5d7ebbc08f7a24335b5c214afce76d19fb1d9ca9ca2be3"
RESERIALISED = "sha256=821f53044ad9e04bd19cb8834ee8b0589928628452ede6f2a57fa1f2a1d650a2"


def door_of(channel):
    return f"/webhooks/{channel.provider}/{channel.uuid}/"


def knock(client, body, signature=None, url=DOOR, **headers):
    if signature is not None:
        headers["X-Hub-Signature-256"] = signature
    return client.post(url, body, content_type="application/json", headers=headers)


def value_of(body):
    return body["entry"][0]["changes"][0]["value"]


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
