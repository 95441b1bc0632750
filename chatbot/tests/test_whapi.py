"""WHAPI's webhook: who may call it, what comes of a body, how the phone is."""

import pytest

from chatbot import alarms
from chatbot.channels.events import AccountNews, Deletion, StatusUpdate
from chatbot.models import InboundEvent
from chatbot.tests import whapi_desk
from chatbot.tests.fakes import whapi as fake
from chatbot.tests.whapi_desk import only, provider, understood, update
from chatbot.work import work_off
from crm.conversations.models import Channel, Conversation, Message

whapi_channel, post = whapi_desk.whapi_channel, whapi_desk.post


# --- Who may call it -------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("header", "kept", "accepted"),
    [
        (fake.SECRET, fake.SECRET, True),
        ("otro", fake.SECRET, False),
        ("", fake.SECRET, False),
        (None, fake.SECRET, False),
        (fake.SECRET.upper(), fake.SECRET, False),
        ("ñandú-é", fake.SECRET, False),
        ("", "", False),
        ("x", "", False),
    ],
)
def test_only_who_knows_the_secret_is_believed(header, kept, accepted):
    headers = {} if header is None else {"X-Webhook-Secret": header}
    assert provider(webhook_secret=kept).verify(headers, b"{}") is accepted


def test_the_door_refuses_a_wrong_secret_and_keeps_nothing(post):
    for secret in ("otro", "", None):
        assert post(fake.text_body(), secret=secret).status_code == 403
    assert not InboundEvent.objects.exists()


def test_a_get_says_that_the_service_is_well(client, whapi_channel):
    answer = client.get(f"/webhooks/whapi/{whapi_channel.uuid}/")
    assert answer.status_code == 200
    assert answer.json() == {"status": "ok", "service": "whatsapp_chatbot"}


# --- The pipeline ----------------------------------------------------------------------------


def test_a_message_comes_in_once_however_often_it_is_delivered(post):
    body = fake.text_body("Hola", id_="PsA1-gAAAB")
    again = fake.body_of(
        "messages",
        body["messages"][0],
        body["messages"][0],
        fake.message(sender="51911000002"),
    )
    for one in (body, body, again):
        assert post(one).status_code == 200
    work_off()
    texts = Message.objects.filter(direction="in").order_by("id").values_list("text", flat=True)
    assert list(texts) == ["Hola", "Hola"]
    assert Conversation.objects.count() == 2


def test_an_echo_is_stored_as_going_out(post):
    post(fake.text_body("Hola", id_="PsA2-gAAAB"))
    post(fake.echo_body("Ya le escribo", id_="PsA3-gAAAB"))
    work_off()
    message = Message.objects.get(provider_id="PsA3-gAAAB")
    assert (message.direction, message.author) == ("out", "phone_app")
    assert Conversation.objects.count() == 1


def test_an_edit_and_a_deletion_reach_their_message(post):
    post(fake.text_body("Hola", id_="PsA4-gAAAB"))
    post(fake.text_body("Adiós", id_="PsA5-gAAAB"))
    work_off()
    post(fake.body_of("messages_updates", update("PsA4-gAAAB", "Hola", "Buenas"), method="patch"))
    post(fake.body_of("messages_removed", "PsA5-gAAAB", method="delete"))
    work_off()
    first, second = (Message.objects.get(provider_id=f"PsA{n}-gAAAB") for n in (4, 5))
    assert (first.text, first.edited_at is not None) == ("Buenas", True)
    assert (second.text, second.deleted_at is not None) == ("", True)


# --- Statuses ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("word", "state"),
    [
        ("sent", "sent"),
        ("delivered", "delivered"),
        ("read", "read"),
        ("played", "read"),
        ("failed", "failed"),
    ],
)
def test_a_status_goes_by_its_word(word, state):
    body = fake.status_body("OUT1-gAAAB", word, code=4, at=1_790_000_205)
    event = only(body)
    assert (event.kind, event.key, event.lane) == ("status", f"status:OUT1-gAAAB:{word}", "s")
    told = understood(body)
    assert isinstance(told, StatusUpdate)
    assert (told.id, told.state) == ("OUT1-gAAAB", state)


@pytest.mark.parametrize("word", ["pending", "something"])
def test_a_status_without_news_is_only_kept(word):
    assert understood(fake.status_body("OUT1-gAAAB", word)) is None


def test_a_failed_status_says_why():
    errors = [{"code": 131, "message": "not sent", "details": "number is not on WhatsApp"}]
    told = understood(fake.status_body("OUT1-gAAAB", "failed", errors=errors))
    assert (told.code, told.text) == ("131", "number is not on WhatsApp")
    errors = [{"code": "not_on_whatsapp " * 5}]
    assert understood(fake.status_body("OUT1-gAAAB", "failed", errors=errors)).code == (
        "not_on_whatsapp not_on_whatsapp not_on_w"
    )


def test_a_status_deleted_is_a_deletion():
    told = understood(fake.status_body("OUT1-gAAAB", "deleted"))
    assert isinstance(told, Deletion)
    assert told.id == "OUT1-gAAAB"


@pytest.mark.parametrize("gone", ["code", "recipient_id", "timestamp"])
def test_a_status_needs_little(gone):
    element = fake.status("OUT1-gAAAB", "read")
    del element[gone]
    told = understood(fake.body_of("statuses", element))
    assert (told.id, told.state) == ("OUT1-gAAAB", "read")


@pytest.mark.parametrize("gone", ["id", "status"])
def test_a_status_of_nothing_is_only_kept(gone):
    element = fake.status("OUT1-gAAAB", "read")
    del element[gone]
    assert only(fake.body_of("statuses", element)).kind == "notice"


# --- How the phone is --------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("word", "health", "stops"),
    [
        ("AUTH", "green", False),
        ("QR", "red", True),
        ("STOP", "red", True),
        ("ERROR", "red", True),
        ("SYNC_ERROR", "red", True),
        ("INIT", "yellow", False),
        ("LAUNCH", "yellow", False),
        ("NOT_INIT", "yellow", False),
        ("SOMETHING", "yellow", False),
    ],
)
def test_health_becomes_the_channels(word, health, stops):
    news = understood(fake.health_body(word))
    assert isinstance(news, AccountNews)
    assert (news.health, news.code, news.stops) == (health, word, stops)
    assert (news.pause > 0) is (health == "yellow")
    assert news.text


def test_health_that_comes_back_is_news_again():
    """AUTH, QR, AUTH: the last one must not be taken for the first."""
    keys = {only(fake.health_body("AUTH", uptime=seconds)).key for seconds in (60, 900)}
    assert len(keys) == 2
    without = fake.health_body("AUTH")
    del without["health"]["uptime"]
    assert only(without).key != only(without).key


@pytest.mark.parametrize("word", ["ERROR", "SYNC_ERROR", "QR"])
def test_what_waited_goes_out_when_the_phone_is_back(post, whapi_channel, settings, word):
    Channel.objects.update(mode=Channel.Mode.LIVE)
    with fake.WhapiFake() as gateway:
        settings.WHAPI_BASE_URL = gateway.url
        post(fake.health_body(word))
        work_off()
        post(fake.text_body("Hola"))
        work_off()
        assert not gateway.sent
        post(fake.health_body("AUTH"))
        work_off()
        assert gateway.sent
    whapi_channel.refresh_from_db()
    seen = (whapi_channel.stopped_at, whapi_channel.health, whapi_channel.last_error)
    assert seen == (None, "green", "")


@pytest.mark.parametrize("between", [[], ["SYNC_ERROR"], ["ERROR", "QR"]])
@pytest.mark.parametrize("code", ["401", "STOP"])
def test_a_phone_that_is_back_ends_no_other_stop(post, whapi_channel, between, code):
    alarms.stop(whapi_channel, "La cuenta no vale", code)
    for word in [*between, "AUTH"]:
        post(fake.health_body(word))
        work_off()
    whapi_channel.refresh_from_db()
    assert whapi_channel.stopped_at is not None
    assert whapi_channel.last_error == f"La cuenta no vale ({code})"


def test_a_refusal_while_the_phone_is_down_is_the_worse_reason(post, whapi_channel):
    post(fake.health_body("SYNC_ERROR"))
    work_off()
    alarms.stop(whapi_channel, "La cuenta no vale", "401")
    post(fake.health_body("AUTH"))
    work_off()
    whapi_channel.refresh_from_db()
    assert whapi_channel.stopped_at is not None


@pytest.mark.parametrize("before", ["12345678", "mi DNI es 12345678"])
def test_an_edit_keeps_no_document_that_was_there_before(post, before):
    post(fake.body_of("messages", fake.message("text", {"body": "mi deuda"}, id_="PsA1-gAAAA")))
    post(fake.body_of("messages", fake.message("text", {"body": before}, id_="PsA1-gAAAB")))
    work_off()
    post(fake.body_of("messages_updates", update("PsA1-gAAAB", before, "ups")))
    work_off()
    message = Message.objects.get(provider_id="PsA1-gAAAB")
    assert message.text == "ups" and message.revisions.get().text == "•".join(
        before.split("12345678")
    ).replace("•", "•" * 8)
    assert not any("12345678" in one.payload for one in InboundEvent.objects.all())
