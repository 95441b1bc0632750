"""WHAPI's webhook: who may call it, and what each part of a body becomes."""

import json

import pytest

from chatbot import alarms
from chatbot.channels.events import AccountNews, Deletion, Edit, StatusUpdate
from chatbot.channels.whapi import Whapi
from chatbot.models import InboundEvent
from chatbot.tests import understanding
from chatbot.tests.fakes import whapi as fake
from chatbot.work import work_off
from crm.conversations.models import Channel, Conversation, Message


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


# --- The keys of a body ------------------------------------------------------------------------


def update(id_, before, after, *, trigger="EDIT-0001", changes=("text",), **rest):
    return {
        "id": id_,
        "trigger": {**fake.message(id_=trigger), "timestamp": 1_790_000_500},
        "before_update": fake.message("text", {"body": before}, id_=id_),
        "after_update": fake.message("text", {"body": after}, id_=id_),
        "changes": list(changes),
        **rest,
    }


def test_a_message_names_its_channel_its_key_and_its_lane():
    event = only(fake.text_body("Hola", id_="PsA1-gAAAB"))
    assert (event.kind, event.key) == ("message", "message:PsA1-gAAAB")
    assert (event.lane, event.external_id) == (f"p:{fake.ANA}", fake.CHANNEL)


def test_event_or_method_or_neither_says_what_it_was():
    told = fake.text_body("Hola", id_="PsA1-gAAAB")
    for event in ({"type": "messages", "method": "post"}, {}, None, "post", []):
        assert only({**told, "event": event}) == only(told)
    del told["event"]
    assert only(told).kind == "message"


def test_several_keys_in_one_body_are_all_read():
    body = {
        **fake.text_body(id_="PsA1-gAAAB"),
        "statuses": [fake.status("OUT1-gAAAB", "read")],
        "messages_updates": [update("PsA1-gAAAB", "Hola", "Buenas")],
        "messages_removed": ["PsA9-gAAAB"],
        "chats": [{"id": "x"}],
    }
    kinds = [event.kind for event in parsed(body)]
    assert sorted(kinds) == ["deletion", "edit", "message", "notice", "status"]
    assert all(event.external_id == fake.CHANNEL for event in parsed(body))


def test_one_broken_element_costs_no_neighbour():
    good = fake.message(id_="PsA1-gAAAB")
    for broken in (None, 7, "texto", [], {}, {"id": 3}, {"chat_id": {}, "from": []}, True):
        events = parsed(fake.body_of("messages", broken, good, broken))
        assert [event.kind for event in events] == ["notice", "message", "notice"]
        assert events[0].key == events[2].key


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("messages_removed_all", f"{fake.ANA}@s.whatsapp.net"),
        ("chats", [{"id": "x"}]),
        ("contacts", []),
        ("groups", [{}]),
        ("presences", [{"contact_id": fake.ANA, "status": "online"}]),
        ("calls", [{"id": "c"}]),
        ("labels", None),
        ("qr", {"base64": "AA=="}),
        ("user", {"id": fake.OWN}),
        ("errors", [{"code": 500, "message": "x"}]),
        ("something_new", {"a": [1]}),
        ("messages", "text"),
        ("messages", {"id": "x"}),
        ("statuses", None),
        ("health", None),
        ("health", {"status": "AUTH"}),
    ],
)
def test_everything_else_is_kept_and_wakes_nobody(key, value):
    event = only({key: value, "channel_id": fake.CHANNEL})
    assert (event.kind, event.payload) == ("notice", {"notice": {key: value}})
    assert provider().understand(event.kind, event.payload) is None


@pytest.mark.parametrize("body", [{}, {"event": {}}, {"channel_id": "X"}, {"messages": []}])
def test_an_empty_body_is_kept(body):
    assert [event.kind for event in parsed(body)] == ["notice"]


def test_keys_are_the_same_in_every_redelivery():
    bodies = [
        fake.text_body(),
        fake.echo_body(),
        fake.status_body("OUT1-gAAAB", "read"),
        fake.health_body("QR"),
        fake.body_of("messages", fake.message("image", {"caption": "sin id"})),
        fake.body_of("messages_updates", update("PsA1-gAAAB", "Hola", "Buenas")),
        fake.body_of("messages_updates", update("PsA1-gAAAB", "Hola", "Buenas", trigger="")),
        fake.body_of("messages_removed", "PsA1-gAAAB"),
        fake.body_of("messages", {"a": 1}),
    ]
    for body in bodies:
        assert [event.key for event in parsed(body)] == [event.key for event in parsed(body)]


def test_a_message_without_an_id_has_one_of_its_own():
    first, second = fake.message(at=1_790_000_000), fake.message(at=1_790_000_001)
    del first["id"], second["id"]
    events = parsed(fake.body_of("messages", first, first, second))
    assert len({event.key for event in events}) == 2
    assert provider().understand(events[0].kind, events[0].payload).id.startswith("derived.")


# --- Edits and deletions -----------------------------------------------------------------------


def test_a_changed_text_is_an_edit():
    body = fake.body_of("messages_updates", update("PsA1-gAAAB", "Hola", "Buenas"), method="patch")
    edit = understood(body)
    assert isinstance(edit, Edit)
    assert (edit.id, edit.text) == ("PsA1-gAAAB", "Buenas")
    assert only(body).key == "edit:PsA1-gAAAB:EDIT-0001"
    assert only(body).lane == f"p:{fake.ANA}"


def test_each_edit_of_one_message_is_one_of_its_own():
    first = update("PsA1-gAAAB", "a", "b", trigger="EDIT-0001")
    second = update("PsA1-gAAAB", "b", "c", trigger="EDIT-0002")
    keys = {event.key for event in parsed(fake.body_of("messages_updates", first, second))}
    assert len(keys) == 2


@pytest.mark.parametrize("gone", ["trigger", "before_update", "changes"])
def test_an_edit_needs_little(gone):
    body = update("PsA1-gAAAB", "Hola", "Buenas")
    del body[gone]
    edit = understood(fake.body_of("messages_updates", body))
    assert (edit.id, edit.text) == ("PsA1-gAAAB", "Buenas")


def test_a_changed_caption_is_an_edit():
    body = update("PsA1-gAAAB", "", "")
    for name, caption in (("before_update", "frente"), ("after_update", "fachada")):
        body[name] = fake.message("image", {"id": "jpeg-1", "caption": caption})
    assert understood(fake.body_of("messages_updates", body)).text == "fachada"


def test_an_edit_in_a_group_stays_in_its_lane():
    body = update("PsA1-gAAAB", "Hola", "Buenas")
    for name in ("trigger", "before_update", "after_update"):
        body[name]["chat_id"] = "120363000000000001@g.us"
    assert only(fake.body_of("messages_updates", body)).lane == "g:120363000000000001@g.us"


@pytest.mark.parametrize(
    "changed",
    [
        {"after_update": fake.message("poll", {"title": "¿?", "options": []})},
        {"after_update": None},
        {"after_update": {}},
        {"before_update": None, "changes": ["reactions"]},
        {"id": None},
    ],
)
def test_a_vote_or_another_change_is_only_kept(changed):
    body = update("PsA1-gAAAB", "Hola", "Buenas") | changed
    assert only(fake.body_of("messages_updates", body)).kind == "notice"


def test_the_same_text_again_is_no_edit():
    body = update("PsA1-gAAAB", "Hola", "Hola")
    assert only(fake.body_of("messages_updates", body)).kind == "notice"


@pytest.mark.parametrize("removed", ["PsA1-gAAAB", {"id": "PsA1-gAAAB"}])
def test_a_removed_message_is_a_deletion(removed):
    deletion = understood(fake.body_of("messages_removed", removed, method="delete"))
    assert isinstance(deletion, Deletion)
    assert deletion.id == "PsA1-gAAAB"


@pytest.mark.parametrize("removed", ["", None, 0.5, {}, {"id": ""}, []])
def test_what_names_no_message_deletes_none(removed):
    assert only(fake.body_of("messages_removed", removed)).kind == "notice"


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
