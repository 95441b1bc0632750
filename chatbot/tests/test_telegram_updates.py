"""Telegram's updates, kind by kind: what each of them is to the desk."""

import pytest

from chatbot.channels.events import FORWARDED, Address, Referral
from chatbot.tests.fakes import telegram as sample
from chatbot.tests.fakes.telegram import ANA, GROUP, LUIS
from chatbot.tests.telegram_told import Kind, parse, provider, read, told

pytestmark = pytest.mark.once

# --- Whose it is -----------------------------------------------------------------------------


def test_an_update_is_one_event_by_its_number():
    update = sample.written("Hola")
    event = parse(update)
    assert event.key == f"update:{update['update_id']}"
    assert (event.kind, event.lane, event.external_id) == ("message", f"p:{ANA}", "")
    assert parse(update) == event


def test_an_update_without_a_number_is_known_by_what_it_says():
    update = sample.written("Hola") | {"update_id": None}
    assert parse(update).key == parse(dict(update)).key != parse(sample.written("Adiós")).key
    assert read(update).text == "Hola"


@pytest.mark.parametrize("type_", ["group", "supergroup", None, 7])
def test_a_group_has_a_lane_of_its_own(type_):
    update = sample.update(message=sample.message(chat=sample.group(type_=type_)))
    assert parse(update).lane == f"g:{GROUP}"


def test_edits_taps_and_reactions_come_in_the_lane_of_their_chat():
    updates = [sample.tap(), sample.reaction("👍"), sample.membership("kicked")]
    updates.append(sample.update(edited_message=sample.message(text="Hola!")))
    assert {parse(update).lane for update in updates} == {f"p:{ANA}"}


@pytest.mark.parametrize(
    "update",
    [
        {},
        {"update_id": 1},
        {"update_id": 1, "message": None},
        {"update_id": 1, "message": []},
        {"update_id": 1, "message": {}},
        {"update_id": 1, "message": {"chat": {"id": None, "type": "private"}}},
        {"update_id": 1, "message": {"chat": {"id": 1.5}}},
        {"update_id": 1, "callback_query": {"id": "1"}},
        {"update_id": 1, "business_message": {"text": "Hola"}},
        {"update_id": 1, "channel_post": {"chat": {"id": -1007, "type": "channel"}, "text": "x"}},
        {"update_id": 1, "message": {"chat": {"id": -1007, "type": "channel"}, "text": "x"}},
        {"update_id": 1, "something_new": {"a": 1}},
    ],
    ids=repr,
)
def test_what_nobody_can_be_answered_for_is_kept_as_it_is(update):
    event = parse(update)
    assert (event.kind, event.payload) == ("notice", {"notice": update})
    assert provider.understand(event.kind, event.payload) is None


@pytest.mark.parametrize("payload", [{}, {"element": 7}, {"element": {"chat": "x"}}])
def test_a_stored_payload_that_is_none_is_nothing(payload):
    assert provider.understand("message", payload) is None
    assert provider.understand("unheard_of", payload) is None


# --- Messages --------------------------------------------------------------------------------


def test_a_text():
    heard = told(number=5, text="Hola, ¿sigue en venta?")
    assert heard.id == f"{ANA}.5"
    assert heard.addresses == (Address("chat_id", str(ANA)),)
    assert (heard.kind, heard.text, heard.name) == (
        Kind.TEXT,
        "Hola, ¿sigue en venta?",
        "Ana Ficticia",
    )
    assert (heard.wakes, heard.group, heard.at is not None) == (True, None, True)


def test_ids_of_fifty_two_bits_stay_whole():
    big = 2**52 - 1
    chat = {"id": big, "type": "private"}
    heard = read(sample.update(message={"message_id": big, "chat": chat, "text": "Hola"}))
    assert heard.id == f"{big}.{big}"
    assert heard.addresses == (Address("chat_id", str(big)),)


def test_start_with_a_payload_says_by_which_link_they_came():
    heard = told(text="/start ad_17")
    assert (heard.text, heard.referral) == ("/start ad_17", Referral("link", id="ad_17"))
    assert told(text="/start@demo_bot casa-3").referral.id == "casa-3"


@pytest.mark.parametrize("text", ["/start", "/start ", "/start a b", "/start ñ", "x /start a"])
def test_a_start_without_one_says_nothing(text):
    assert told(text=text).referral is None


def test_a_start_in_a_group_is_nobodys_link():
    assert told(text="/start ad_17", chat=sample.group()).referral is None


def test_of_a_photo_the_largest_size_is_taken():
    heard = told(photo=list(reversed(sample.PHOTO)), caption="DNI")
    assert (heard.kind, heard.text) == (Kind.IMAGE, "DNI")
    assert [media.id for media in heard.media] == ["F1l"]


def test_an_album_of_three_is_three_messages():
    updates = [
        sample.update(message=sample.message(n, photo=sample.PHOTO, media_group_id="13"))
        for n in (20, 21, 22)
    ]
    heard = [read(update) for update in updates]
    assert [one.id for one in heard] == [f"{ANA}.20", f"{ANA}.21", f"{ANA}.22"]
    assert {parse(update).lane for update in updates} == {f"p:{ANA}"}
    assert len({parse(update).key for update in updates}) == 3
    assert all(len(one.media) == 1 for one in heard)


@pytest.mark.parametrize(
    ("key", "kind"),
    [
        ("document", Kind.DOCUMENT),
        ("voice", Kind.AUDIO),
        ("audio", Kind.AUDIO),
        ("video", Kind.VIDEO),
        ("video_note", Kind.VIDEO),
        ("animation", Kind.VIDEO),
        ("sticker", Kind.STICKER),
    ],
)
def test_a_file(key, kind):
    heard = told(**{key: sample.file("V1", file_name="x.bin", mime_type="a/b; codecs=c")})
    (media,) = heard.media
    assert (heard.kind, media.id, media.name, media.mime) == (kind, "V1", "x.bin", "a/b")
    assert media.error == ""


def test_a_file_with_nothing_but_its_id():
    assert told(document={"file_id": "D1"}).media[0].id == "D1"


def test_an_animation_is_one_file_though_it_comes_as_a_document_too():
    heard = told(document=sample.GIF, animation=sample.GIF)
    assert (heard.kind, len(heard.media)) == (Kind.VIDEO, 1)


def test_a_file_no_bot_can_have_is_kept_and_says_so():
    heard = told(video=sample.file("V1", file_size=20 * 1024 * 1024 + 1), caption="La casa")
    assert (heard.text, heard.media[0].id) == ("La casa", "V1")
    assert "20 MB" in heard.media[0].error


def test_a_place():
    assert told(location=sample.PLACE).text == "-12.046400, -77.042800"
    venue = {"location": sample.PLACE, "title": "Oficina", "address": "Jirón Inventado 1"}
    heard = told(location=sample.PLACE, venue=venue)
    assert heard.kind == Kind.LOCATION
    assert heard.text.splitlines() == ["Oficina", "Jirón Inventado 1", "-12.046400, -77.042800"]


def test_a_reply_names_what_it_answers():
    assert told(text="Sí", reply_to_message=sample.message(3)).reply_to == f"{ANA}.3"


def test_the_beginning_of_a_topic_is_not_answered_by_all_that_follows():
    topic = sample.message(3, chat=sample.group(), forum_topic_created={"name": "Obras"})
    assert told(text="Sí", chat=sample.group(), reply_to_message=topic).reply_to == ""


def test_a_forwarded_message_is_what_it_says():
    heard = told(text="Mira", forward_origin={"type": "hidden_user", "sender_user_name": "X"})
    assert (heard.kind, heard.text, heard.raw) == (Kind.TEXT, "Mira", FORWARDED)
    assert told(text="Mira").raw is None


@pytest.mark.parametrize(
    "content",
    [
        {"poll": {"id": "1", "question": "¿Sí?"}},
        {"dice": {"emoji": "🎲", "value": 3}},
        {"story": {"id": 1}},
        {"text": 7},
        {"photo": []},
        {"photo": [{"width": 1}]},
        {"document": {}},
        {"location": {"latitude": "x"}},
        {"location": {"latitude": 1e9, "longitude": 0}},
        {"contact": {}},
        {"something_new": True},
    ],
    ids=repr,
)
def test_what_cannot_be_read_is_kept_raw_and_answered(content):
    heard = told(**content)
    assert (heard.kind, heard.wakes) == (Kind.UNSUPPORTED, True)
    assert heard.raw.items() >= content.items()


@pytest.mark.parametrize("key", ["pinned_message", "new_chat_title", "left_chat_member"])
def test_what_telegram_says_of_the_chat_is_nobodys_message(key):
    assert told(**{key: {"a": 1}}) is None


def test_a_bots_own_words_are_not_heard():
    update = sample.written("Hola")
    update["message"]["from"] = {"id": 4711, "is_bot": True, "first_name": "Bot"}
    assert read(update) is None


@pytest.mark.parametrize("key", ["from", "date", "message_id", "text"])
def test_each_key_may_be_missing(key):
    update = sample.written("Hola")
    del update["message"][key]
    heard = read(update)
    assert heard.addresses == (Address("chat_id", str(ANA)),)
    assert heard.id and read(update).id == heard.id


# --- Contact cards ---------------------------------------------------------------------------


def test_ones_own_card_proves_ones_number():
    heard = told(contact=sample.CARD)
    assert (heard.kind, heard.own_phone) == (Kind.CONTACTS, "51911000001")
    assert heard.text == "Ana · +51911000001"


@pytest.mark.parametrize(
    "card",
    [
        {"phone_number": "51911000002", "first_name": "Luis", "user_id": LUIS},
        {"phone_number": "51911000002", "first_name": "Luis"},
        {"phone_number": "51911000002", "user_id": None},
        {"phone_number": "51911000002", "user_id": True},
        {"phone_number": "51911000002", "user_id": [ANA]},
        {"phone_number": 51911000002, "user_id": ANA},
        {"phone_number": "no", "user_id": ANA},
        {"phone_number": "9" * 40, "user_id": ANA},
    ],
    ids=repr,
)
def test_a_forged_contact_proves_nothing(card):
    assert told(contact={"first_name": "Luis", **card}).own_phone == ""


def test_an_authorless_card_proves_nothing():
    """Neither of both ids is there: nothing is the same as nothing."""
    update = sample.update(message=sample.message(contact={"phone_number": "51911000002"}))
    del update["message"]["from"]
    assert read(update).own_phone == ""


def test_a_forwarded_card_may_be_years_old():
    assert told(contact=sample.CARD, forward_origin={"type": "user"}).own_phone == ""
    assert told(contact=sample.CARD, forward_date=1).own_phone == ""


def test_a_card_in_a_group_logs_nobody_in():
    assert told(contact=sample.CARD, chat=sample.group()).own_phone == ""
