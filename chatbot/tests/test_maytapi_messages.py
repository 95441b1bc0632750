"""Maytapi's messages, type by type, and with each optional key missing in turn."""

import copy

import pytest

from chatbot.channels.events import InboundMessage
from chatbot.tests.fakes import maytapi as fake
from chatbot.tests.test_maytapi import GROUP, SENT, only, provider, understood

pytestmark = pytest.mark.once

URL = "https://cdnydm.com/wh/abc.pdf"
CARD = "BEGIN:VCARD\nVERSION:3.0\nFN:Beto Ficticio\nTEL;type=CELL:+51 911 000 007\nEND:VCARD"
LID = "98765432101234@lid"


def read(message=None, **rest):
    told = understood(fake.message_body(message, **rest))
    assert isinstance(told, InboundMessage)
    return told


@pytest.mark.parametrize(
    ("message", "kind", "text"),
    [
        ({"type": "text", "text": "Hola"}, "text", "Hola"),
        ({"type": "text", "text": ""}, "text", ""),
        ({"type": "image", "url": URL, "caption": "fachada"}, "image", "fachada"),
        ({"type": "video", "url": URL, "caption": ""}, "video", ""),
        ({"type": "document", "url": URL, "filename": "a.pdf"}, "document", ""),
        ({"type": "ptt", "url": URL}, "audio", ""),
        ({"type": "audio", "url": URL}, "audio", ""),
        ({"type": "sticker", "url": URL}, "sticker", ""),
        (
            {"type": "location", "payload": "-12.0464,-77.0428", "text": None},
            "location",
            "-12.046400, -77.042800",
        ),
        (
            {"type": "vcard", "vcardList": [{"displayName": "Beto", "vcard": CARD}]},
            "contacts",
            "Beto · +51 911 000 007",
        ),
        (
            {"type": "multi_vcard", "vcardList": [{"vcard": CARD}, {"displayName": "Caro"}]},
            "contacts",
            "Beto Ficticio · +51 911 000 007\nCaro",
        ),
        (
            {"type": "poll", "text": "¿Cuándo?", "options": [{"name": "Hoy"}, {"name": "Mañana"}]},
            "text",
            "¿Cuándo?\n- Hoy\n- Mañana",
        ),
    ],
)
def test_each_type_is_understood(message, kind, text):
    told = read(message)
    assert (told.kind, told.text, told.wakes) == (kind, text, True)
    assert (told.name, told.outgoing, told.group) == ("Ana Ficticia", False, None)
    assert [(one.kind, one.value) for one in told.addresses] == [("wa_id", fake.ANA)]


@pytest.mark.parametrize(
    "message",
    [
        {"type": "text", "text": None},
        {"type": "text", "text": 7},
        {"type": "image"},
        {"type": "image", "url": None},
        {"type": "image", "url": "https://cdnydm.com/" + "x" * 3000},
        {"type": "location"},
        {"type": "location", "payload": "aquí"},
        {"type": "location", "payload": "400,1"},
        {"type": "location", "payload": "1,2,3"},
        {"type": "location", "payload": "nan,1"},
        {"type": "poll", "text": "", "options": None},
        {"type": "something_new"},
        {"type": "ciphertext"},
    ],
)
def test_what_cannot_be_read_is_kept_raw_and_wakes(message):
    body = fake.message_body(message)
    told = understood(body)
    assert (told.kind, told.wakes, told.raw) == ("unsupported", True, body["message"])


def test_a_file_carries_where_it_lies():
    (file,) = read(
        {"type": "document", "url": URL, "mime": "application/pdf; x", "filename": "a.pdf"}
    ).media
    assert (file.id, file.name, file.mime) == (URL, "a.pdf", "application/pdf")


@pytest.mark.usefixtures("in_english")
@pytest.mark.parametrize(
    ("subtype", "words"),
    [
        ("group/add", "Added to the group: +51911000007"),
        ("group/invite", "Joined the group: +51911000007"),
        ("group/remove", "Removed from the group: +51911000007"),
        ("group/leave", "Left the group: +51911000007"),
        ("group/promote", "Now runs the group: +51911000007"),
        ("group/demote", "No longer runs the group: +51911000007"),
        ("group/something", "group/something"),
        (None, ""),
    ],
)
def test_who_comes_and_goes_wakes_nobody(subtype, words):
    message = {"type": "info", "subtype": subtype, "participant": "51911000007@c.us"}
    told = read(message, conversation=GROUP)
    assert (told.kind, told.wakes, told.group.address.value) == ("system", False, GROUP)
    assert told.text == words


@pytest.mark.usefixtures("in_english")
@pytest.mark.parametrize("who", [None, "", LID, ["x"], 7.5])
def test_who_came_need_not_be_said(who):
    told = read({"type": "info", "subtype": "group/add", "participant": who}, conversation=GROUP)
    assert told.text == "Added to the group: ?"


# --- Each optional key missing -----------------------------------------------------------------


PATHS = [
    *([key] for key in fake.message_body() if key != "message"),
    *(["message", key] for key in ("type", "id", "_serialized", "fromMe")),
    *(["user", key] for key in ("id", "name", "phone")),
]


@pytest.mark.parametrize("null", [True, False], ids=["null", "missing"])
@pytest.mark.parametrize("path", PATHS, ids=".".join)
def test_a_message_needs_little(path, null):
    body = copy.deepcopy(fake.text_body("Hola"))
    place = body if len(path) == 1 else body[path[0]]
    if null:
        place[path[-1]] = None
    else:
        del place[path[-1]]
    told = understood(body)
    assert (told.kind, told.text, told.wakes) == ("text", "Hola", True)
    assert [(one.kind, one.value) for one in told.addresses] == [("wa_id", fake.ANA)]


@pytest.mark.parametrize("id_", [123456, "3EB0A1", SENT])
def test_ids_are_text_or_numbers(id_):
    assert read({"id": id_, "_serialized": None}).id == str(id_)


@pytest.mark.parametrize("at", [None, "x", 10**30, [], 0])
def test_an_absurd_time_is_none(at):
    assert understood(fake.message_body() | {"timestamp": at}).at is None


# --- Who wrote, and where ----------------------------------------------------------------------


def test_a_blank_phone_is_recovered_from_the_messages_id():
    body = fake.message_body(
        {"id": f"false_{fake.ANA}@c.us_12AD", "_serialized": f"false_{fake.ANA}@c.us_12AD"},
        user={"id": "", "name": "Ana", "phone": ""},
        conversation="",
    )
    assert understood(body).addresses[0].value == fake.ANA


def test_a_blank_phone_in_a_group_is_recovered_from_the_tail():
    id_ = f"false_{GROUP}_3EB0A1_{fake.ANA}@c.us"
    user = {"id": LID, "name": "Ana", "phone": ""}
    told = read({"id": id_, "_serialized": id_}, user=user, conversation=GROUP)
    assert [(one.kind, one.value) for one in told.addresses] == [
        ("wa_id", fake.ANA),
        ("lid", LID),
    ]


def test_our_own_number_is_never_the_person():
    id_ = f"false_{GROUP}_3EB0A1_{fake.OWN}@c.us"
    user = {"id": LID, "name": "Ana", "phone": fake.OWN}
    told = read({"id": id_, "_serialized": id_}, user=user, conversation=GROUP)
    assert [(one.kind, one.value) for one in told.addresses] == [("lid", LID)]


@pytest.mark.parametrize("phone", ["", None, "98765432101234"])
def test_a_hidden_number_is_an_address_of_its_own(phone):
    user = {"id": LID, "name": "Ana", "phone": phone}
    id_ = f"false_{LID}_3EB0"
    told = read({"id": id_, "_serialized": id_}, user=user, conversation=LID)
    assert [(one.kind, one.value) for one in told.addresses] == [("lid", LID)]


def test_a_hidden_number_with_its_phone_is_both():
    user = {"id": LID, "name": "Ana", "phone": fake.ANA}
    told = read(user=user, conversation=LID)
    assert {one.kind for one in told.addresses} == {"wa_id", "lid"}


def test_an_echo_goes_to_whom_the_conversation_is_with():
    body = fake.echo_body("Ya le escribo")
    told = understood(body)
    assert only(body).kind == "echo"
    assert (told.outgoing, told.wakes, told.by_api, told.name) == (True, False, False, "")
    assert [one.value for one in told.addresses] == [fake.ANA]


def test_an_echo_of_a_program_has_an_id_of_its_own():
    told = understood(fake.echo_body("Hola", id_=SENT))
    assert (told.id, told.by_api, told.or_typed) == (SENT, True, False)


@pytest.mark.parametrize("conversation", ["", None])
def test_an_echo_without_a_conversation_is_found_by_its_id(conversation):
    told = understood(fake.echo_body("Hola", id_=SENT, conversation=conversation))
    assert [one.value for one in told.addresses] == [fake.ANA]


def test_an_echo_that_does_not_say_so_is_known_by_its_id():
    body = fake.echo_body("Hola")
    del body["message"]["fromMe"]
    assert only(body).kind == "echo"


def test_a_message_of_nobody_is_only_kept():
    body = fake.message_body({"id": "3EB0", "_serialized": ""}, user=None, conversation="")
    assert only(body).kind == "notice"


def test_a_group_is_a_conversation_of_its_own():
    body = fake.message_body(conversation=GROUP, conversation_name="Vecinos")
    told = understood(body)
    assert only(body).lane == f"g:{GROUP}"
    assert (told.group.address.value, told.group.name) == (GROUP, "Vecinos")
    assert (told.sender, told.name, told.addresses[0].value) == ("Ana Ficticia", "", fake.ANA)


def test_a_group_is_known_by_the_messages_id():
    id_ = f"false_{GROUP}_3EB0A1_{fake.ANA}@c.us"
    body = fake.message_body({"id": id_, "_serialized": id_}, conversation="")
    assert only(body).lane == f"g:{GROUP}"


def test_an_echo_in_a_group_is_of_nobody():
    told = understood(fake.echo_body("Hola", conversation=GROUP))
    assert (told.addresses, told.outgoing, told.sender) == ((), True, "")


@pytest.mark.parametrize("chat", ["1203@newsletter", "status@broadcast"])
def test_channels_and_broadcasts_talk_to_nobody(chat):
    assert only(fake.message_body(conversation=chat)).kind == "notice"


@pytest.mark.parametrize(
    ("quoted", "id_"),
    [
        ({"id": SENT, "type": "text", "text": "x", "user": {}}, SENT),
        ({"_serialized": "true_1_A"}, "true_1_A"),
        (None, ""),
        ([], ""),
        ({"id": None}, ""),
    ],
)
def test_a_quoted_message_is_named(quoted, id_):
    assert read(quoted=quoted).reply_to == id_


@pytest.mark.parametrize("payload", [{}, {"body": None}, {"ack": 1}, {"error": []}, {"status": {}}])
@pytest.mark.parametrize(
    "kind", ["message", "echo", "reaction", "deletion", "status", "account", "notice", "new"]
)
def test_a_stored_event_of_nothing_means_nothing(kind, payload):
    assert provider().understand(kind, payload) is None
