"""Maytapi's webhook: who may call it, and what each kind of body becomes."""

import json

import pytest

from chatbot.channels.events import AccountNews, Deletion, InboundMessage, StatusUpdate
from chatbot.channels.maytapi import Maytapi
from chatbot.models import InboundEvent
from chatbot.tests import understanding
from chatbot.tests.fakes import maytapi as fake
from chatbot.work import work_off
from crm.conversations.models import Channel, Conversation, Message

SENT = "a3ff8460-c710-11ee-a8e7-5fbaaf152c1d"
GROUP = "120363000000000001@g.us"


def provider(**fields):
    secrets = {"product_id": fake.PRODUCT, "access_token": fake.TOKEN}
    known = {"provider": "maytapi", "external_id": fake.PHONE, "credentials": secrets}
    return Maytapi(Channel(**(known | fields)))


parsed, only, understood = understanding.of(provider)


@pytest.fixture
def maytapi_channel(db):
    return Channel.objects.create(
        name="Maytapi de prueba",
        provider="maytapi",
        external_id=fake.PHONE,
        credentials={"product_id": fake.PRODUCT, "access_token": fake.TOKEN},
    )


@pytest.fixture
def post(client, maytapi_channel):
    def send(body):
        path = f"/webhooks/maytapi/{maytapi_channel.uuid}/"
        return client.post(path, json.dumps(body), content_type="application/json")

    return send


# --- Who may call it -------------------------------------------------------------------------


def test_who_knows_the_channels_own_address_is_believed():
    assert provider().verify({}, b"{}") is True


@pytest.mark.parametrize(
    ("fields", "accepted"),
    [
        ({"older_path": "/hooks/maytapi"}, False),
        ({"older_path": "/hooks/the-maytapi-webhook-of-2024"}, False),
        ({"older_path": "/hooks/3f0c9a2be1d84b7a9c55"}, False),
        ({"older_path": "/hooks/3f0c9a2be1d84b7a9c55e2f0a17d6b42"}, True),
        ({"older_path": "/hooks/3f0c9a2b-e1d8-4b7a-9c55-e2f0a17d6b42/in"}, True),
        ({"older_path": "/hooks/pZ3kQ0r_8TnVb-aXy1LdWg"}, True),
        ({"older_path": "/pZ3kQ0r_8TnVb/aXy1LdWg"}, False),
        ({"older_path": ""}, True),
        ({"older_path": None}, True),
        ({"default_for": "whatsapp"}, False),
        ({"credentials": {}}, False),
        ({"credentials": {"product_id": fake.PRODUCT}}, False),
    ],
)
def test_an_address_that_can_be_guessed_proves_nothing(fields, accepted):
    assert provider(**fields).verify({}, b"{}") is accepted


def test_another_uuid_leads_nowhere(client, maytapi_channel):
    path = "/webhooks/maytapi/00000000-0000-4000-8000-000000000000/"
    answer = client.post(path, fake.text_body(), content_type="application/json")
    assert answer.status_code == 404
    assert not InboundEvent.objects.exists()


def test_a_get_is_answered(client, maytapi_channel):
    answer = client.get(f"/webhooks/maytapi/{maytapi_channel.uuid}/")
    assert (answer.status_code, answer.json()) == (200, {"status": "ok"})


# --- The pipeline ----------------------------------------------------------------------------


def test_a_message_comes_in_once_however_often_it_is_delivered(post):
    body = fake.text_body("Hola")
    for one in (body, body, fake.text_body("Hola", sender="51911000002")):
        assert post(one).status_code == 200
    work_off()
    assert Message.objects.filter(direction="in").count() == 2
    assert Conversation.objects.count() == 2


def test_an_echo_is_stored_as_going_out(post):
    post(fake.text_body("Hola"))
    post(fake.echo_body("Ya le escribo"))
    work_off()
    message = Message.objects.get(text="Ya le escribo")
    assert (message.direction, message.author) == ("out", "phone_app")
    assert Conversation.objects.count() == 1


def test_a_group_message_of_two_phones_is_one(post):
    shared = f"false_{GROUP}_3EB0A1_{fake.ANA}@c.us"
    for id_ in ("3EB0A1", "3EB0A2"):
        message = {"id": id_, "_serialized": shared}
        post(fake.message_body(message, conversation=GROUP, conversation_name="Vecinos"))
    work_off()
    assert Message.objects.filter(direction="in").count() == 1
    assert Conversation.objects.get().is_group


# --- Which kind of body ------------------------------------------------------------------------


@pytest.mark.parametrize("type_", ["message", "ack", "status", "error", "new", None, 7])
def test_a_message_in_it_says_what_it_is(type_):
    event = only(fake.text_body(id_="false_1_A") | {"type": type_})
    assert (event.kind, event.key) == ("message", "message:false_1_A")
    assert (event.lane, event.external_id) == (f"p:{fake.ANA}", fake.PHONE)


@pytest.mark.parametrize(
    ("fields", "named"),
    [
        ({}, "1150"),
        ({"phone_id": "1150"}, "1150"),
        ({"phoneId": 48054}, "1150"),
        ({"phone_id": None}, "1150"),
        ({"phone_id": None, "phoneId": None}, ""),
        ({"phone_id": [], "phoneId": {}}, ""),
        ({"phone_id": True, "phoneId": "7"}, "7"),
    ],
)
def test_the_phone_is_named_by_number_or_text(fields, named):
    assert only(fake.text_body() | fields).external_id == named


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"type": "live_event", "phone_id": 1150, "data": {"event": "taken_by_agent"}},
        {"type": "something", "phone_id": 1150},
        {"type": None},
        {"type": ["ack"]},
        {"type": "message", "message": "Hola"},
        {"type": "message", "message": None},
        {"type": "message", "message": {}},
        {"type": "ack"},
        {"type": "ack", "data": None},
        {"type": "ack", "data": {}},
        {"type": "ack", "data": []},
        {"type": "error", "data": None},
        {"type": "error", "data": {"id": ""}},
        {"type": "status"},
        {"type": "status", "status": "something"},
        {"type": "status", "status": {}},
    ],
)
def test_everything_else_is_kept_and_wakes_nobody(body):
    event = only(body)
    assert (event.kind, event.payload) == ("notice", {"notice": body})
    assert provider().understand(event.kind, event.payload) is None


def test_keys_are_the_same_in_every_redelivery():
    nameless = fake.text_body()
    del nameless["message"]["id"], nameless["message"]["_serialized"]
    acks = fake.ack_body(
        fake.ack_item(SENT, "seen"), fake.reaction_item(SENT, "👍"), {}, fake.ack_item(SENT, "x")
    )
    for body in (fake.text_body(), fake.echo_body(), nameless, acks, fake.error_body(SENT)):
        assert [event.key for event in parsed(body)] == [event.key for event in parsed(body)]
    assert understood(nameless).id.startswith("derived.")


# --- Acknowledgements --------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("ack", "state"),
    [("delivered", "sent"), ("reached", "delivered"), ("seen", "read"), ("played", "read")],
)
def test_an_acknowledgement_is_a_status(ack, state):
    body = fake.ack_body(fake.ack_item(SENT, ack))
    event, told = only(body), understood(body)
    assert (event.kind, event.key, event.lane) == ("status", f"status:{SENT}:{ack}", "s")
    assert isinstance(told, StatusUpdate)
    assert (told.id, told.state, told.at is not None) == (SENT, state, True)


def test_an_acknowledgement_deleted_is_a_deletion():
    told = understood(fake.ack_body(fake.ack_item(SENT, "deleted")))
    assert isinstance(told, Deletion)
    assert told.id == SENT


def test_the_code_stands_in_for_a_missing_word():
    item = fake.ack_item(SENT, "seen")
    del item["ackType"]
    assert understood(fake.ack_body(item)).state == "read"


@pytest.mark.parametrize("gone", ["ackCode", "chatId", "rxid", "time"])
def test_an_acknowledgement_needs_little(gone):
    item = fake.ack_item(SENT, "seen")
    del item[gone]
    assert understood(fake.ack_body(item)).id == SENT


def test_whatsapps_own_id_stands_in_for_a_missing_one():
    item = fake.ack_item("", "seen") | {"msgId": None, "rxid": "true_1@c.us_A"}
    assert understood(fake.ack_body(item)).id == "true_1@c.us_A"


def test_reactions_votes_and_empty_items_are_told_apart():
    """Point by point, beside each other and beside broken ones."""
    vote = {"options": [{"id": 0, "name": "Sí", "votes": 1}], "text": "¿?", "msgId": SENT}
    empty = {"chatId": f"{fake.ANA}@c.us", "msgId": SENT, "rxid": "x", "time": 1_790_000_103}
    items = (
        fake.ack_item(SENT, "reached"),
        None,
        fake.reaction_item(SENT, "👍"),
        "texto",
        vote,
        empty,
        [],
        fake.ack_item("", "seen") | {"rxid": ""},
    )
    kinds = [event.kind for event in parsed(fake.ack_body(*items))]
    assert kinds == ["status", "notice", "reaction"] + ["notice"] * 5


@pytest.mark.parametrize("reaction", ["👍", ""])
def test_a_reaction_sits_on_its_message(reaction):
    body = fake.ack_body(fake.reaction_item(SENT, reaction))
    told = understood(body)
    assert isinstance(told, InboundMessage)
    assert (told.kind, told.text, told.reply_to) == ("reaction", reaction, SENT)
    assert (told.wakes, told.outgoing, told.addresses[0].value) == (False, False, fake.ANA)
    assert only(body).lane == f"p:{fake.ANA}"
    assert told.id.startswith("derived.")


@pytest.mark.parametrize("by", [None, "", "x", [], 0, 51911000001, f"{fake.ANA}@c.us"])
def test_who_reacted_may_be_anything(by):
    told = understood(fake.ack_body(fake.reaction_item(SENT, "👍", by=by)))
    assert told.addresses[0].value == fake.ANA


def test_each_reaction_is_one_of_its_own():
    items = [fake.reaction_item(SENT, one) for one in ("👍", "❤️", "👍")]
    assert len({event.key for event in parsed(fake.ack_body(*items))}) == 3


def test_our_own_reaction_is_an_echo():
    item = fake.reaction_item("false_1", "👍") | {"reactionId": f"true_{fake.ANA}@c.us_A"}
    assert understood(fake.ack_body(item)).outgoing


@pytest.mark.parametrize("id_", ["gone", None, ""])
@pytest.mark.parametrize(("by", "ours"), [("51999000111", True), (fake.ANA, False)])
def test_a_reaction_without_an_id_belongs_to_its_chat(id_, by, ours):
    item = fake.reaction_item("false_1", "👍", by=f"{by}@c.us", reactionId=id_)
    if id_ == "gone":
        del item["reactionId"]
    told = understood(fake.ack_body(item))
    assert [one.value for one in told.addresses] == [fake.ANA]
    assert told.outgoing == ours
    assert only(fake.ack_body(item)).lane == f"p:{fake.ANA}"


def test_a_reaction_in_a_group_stays_there():
    body = fake.ack_body(fake.reaction_item(SENT, "👍", chat=GROUP))
    told = understood(body)
    assert (only(body).lane, told.group.address.value) == (f"g:{GROUP}", GROUP)
    assert told.addresses[0].value == fake.ANA


def test_a_reaction_of_nobody_is_only_kept():
    item = fake.reaction_item(SENT, "👍", by=None) | {"chatId": None}
    assert understood(fake.ack_body(item)).addresses[0].value == fake.ANA  # its message's id says
    assert only(fake.ack_body(item | {"rxid": None})).kind == "notice"


# --- Errors, and how the phone is ----------------------------------------------------------------


def test_an_error_marks_what_was_sent_as_failed():
    body = fake.error_body(SENT)
    event, told = only(body), understood(body)
    assert (event.key, event.lane) == (f"status:{SENT}:failed", "s")
    assert (told.id, told.state) == (SENT, "failed")
    assert (told.code, told.text) == ("F04", "Options are required.")
    body["code"] = "F04-" * 20
    assert understood(body).code == "F04-" * 10


@pytest.mark.parametrize("gone", ["code", "message", "product_id", "phone_id", "phoneId"])
def test_an_error_needs_little(gone):
    body = fake.error_body(SENT)
    del body[gone]
    assert (understood(body).id, understood(body).state) == (SENT, "failed")


@pytest.mark.parametrize(
    ("word", "health", "stops"),
    [
        ("active", "green", False),
        ("idle", "yellow", False),
        ("loading", "yellow", False),
        ("qr-code", "red", True),
        ("phone-error", "red", True),
        ("disabled", "red", True),
    ],
)
def test_a_status_is_the_channels_health(word, health, stops):
    news = understood(fake.status_body(word))
    assert isinstance(news, AccountNews)
    assert (news.health, news.code, news.stops) == (health, word, stops)
    assert (news.pause > 0) is (health == "yellow")
    assert news.text


def test_a_status_that_comes_back_is_news_again():
    """active, qr-code, active: the bodies are the same to the letter."""
    assert only(fake.status_body("active")).key != only(fake.status_body("active")).key


@pytest.mark.parametrize(("word", "sent"), [("idle", False), ("loading", False), ("active", True)])
def test_only_an_active_phone_sends(post, maytapi_channel, settings, word, sent):
    Channel.objects.update(mode=Channel.Mode.LIVE)
    with fake.MaytapiFake() as gateway:
        settings.MAYTAPI_BASE_URL = gateway.url
        post(fake.status_body(word))
        post(fake.text_body("Hola"))
        work_off()
        assert bool(gateway.sent) is sent


def test_a_failure_and_the_phones_health_reach_the_desk(post, maytapi_channel):
    post(fake.text_body("Hola"))
    work_off()
    Message.objects.filter(direction="out").update(provider_id=SENT, state="sent")
    post(fake.error_body(SENT))
    post(fake.status_body("qr-code"))
    work_off()
    message = Message.objects.get(provider_id=SENT)
    assert (message.state, message.error_code) == ("failed", "F04")
    maytapi_channel.refresh_from_db()
    assert (maytapi_channel.health, maytapi_channel.stopped_at is not None) == ("red", True)


@pytest.mark.parametrize(
    ("word", "stays"), [("qr-code", False), ("phone-error", False), ("disabled", True)]
)
def test_an_active_phone_ends_the_stop_it_made_itself(post, maytapi_channel, word, stays):
    for said in (word, "loading", "active"):
        post(fake.status_body(said))
        work_off()
    maytapi_channel.refresh_from_db()
    assert (maytapi_channel.stopped_at is not None) is stays
    assert maytapi_channel.health == ("red" if stays else "green")
