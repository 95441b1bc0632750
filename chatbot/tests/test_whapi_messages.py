"""WHAPI's messages, type by type, and with each optional key missing in turn."""

import pytest

from chatbot.channels.events import FORWARDED, Deletion, Edit
from chatbot.tests.fakes import whapi as fake
from chatbot.tests.whapi_desk import only, provider, read, understood

pytestmark = pytest.mark.once
CARD = "BEGIN:VCARD\nVERSION:3.0\nFN:Beto Ficticio\nTEL;type=CELL;waid=51911000007:+51 911 000 007"
FILE = {"id": "jpeg-1", "mime_type": "image/jpeg", "file_size": 12345, "caption": "fachada"}


@pytest.mark.parametrize(
    ("type_", "block", "kind", "text"),
    [
        ("text", {"body": "Hola"}, "text", "Hola"),
        ("link_preview", {"body": "mira x.pe", "url": "https://x.pe"}, "text", "mira x.pe"),
        ("link_preview", {"url": "https://x.pe"}, "text", "https://x.pe"),
        ("catalog", {"body": "Catálogo", "url": "https://wa.me/c/1"}, "text", "Catálogo"),
        ("image", FILE, "image", "fachada"),
        ("video", FILE, "video", "fachada"),
        ("gif", FILE, "video", "fachada"),
        ("short", FILE, "video", "fachada"),
        ("document", FILE, "document", "fachada"),
        ("documentWithCaption", FILE, "document", "fachada"),
        ("audio", {"id": "ogg-1", "seconds": 3}, "audio", ""),
        ("voice", {"id": "ogg-1", "mime_type": "audio/ogg; codecs=opus"}, "audio", ""),
        ("sticker", {"id": "webp-1", "animated": True}, "sticker", ""),
        (
            "location",
            {"latitude": -12.0464, "longitude": -77.0428, "name": "Casa", "address": "Jr. Uno 1"},
            "location",
            "Casa\nJr. Uno 1\n-12.046400, -77.042800",
        ),
        (
            "live_location",
            {"latitude": -12.0464, "longitude": -77.0428, "caption": "voy", "sequence_number": 1},
            "location",
            "voy\n-12.046400, -77.042800",
        ),
        (
            "contact",
            {"name": "Beto", "vcard": CARD},
            "contacts",
            "Beto · +51 911 000 007",
        ),
        (
            "contact_list",
            {"list": [{"name": "Beto", "vcard": CARD}, {"name": "Caro"}]},
            "contacts",
            "Beto · +51 911 000 007\nCaro",
        ),
        (
            "poll",
            {"title": "¿Cuándo?", "options": ["Hoy", "Mañana"], "vote_limit": 1},
            "text",
            "¿Cuándo?\n- Hoy\n- Mañana",
        ),
        (
            "order",
            {
                "order_id": "1",
                "title": "Mi pedido",
                "item_count": 2,
                "total_price": 10,
                "currency": "PEN",
            },
            "order",
            "Mi pedido\n× 2\n10 PEN",
        ),
        ("product", {"catalog_id": "9", "product_id": "77"}, "order", "77"),
        ("interactive", {"body": {"text": "Elige"}, "action": {}}, "text", "Elige"),
        ("buttons", {"text": "Elige", "buttons": []}, "text", "Elige"),
        ("list", {"body": "Elige", "sections": []}, "text", "Elige"),
    ],
)
def test_each_type_is_understood(type_, block, kind, text):
    told = read(type_, block)
    assert (told.kind, told.text, told.wakes) == (kind, text, True)
    assert (told.name, told.outgoing) == ("Ana Ficticia", False)
    assert [(one.kind, one.value) for one in told.addresses] == [("wa_id", fake.ANA)]


@pytest.mark.parametrize(
    ("type_", "block"),
    [
        ("text", {}),
        ("text", {"body": None}),
        ("text", {"body": 7}),
        ("text", "Hola"),
        ("image", {}),
        ("image", None),
        ("image", {"id": ""}),
        ("reply", {"type": "buttons_reply"}),
        ("reply", {}),
        ("location", {"latitude": "x", "longitude": 1}),
        ("location", {"latitude": 400, "longitude": 1}),
        ("location", {}),
        ("poll", {}),
        ("link_preview", {}),
        ("product", {}),
    ],
)
def test_what_cannot_be_read_is_kept_raw_and_wakes(type_, block):
    element = fake.message(type_, block)
    told = understood(fake.body_of("messages", element))
    assert (told.kind, told.wakes, told.raw) == ("unsupported", True, element)


@pytest.mark.parametrize(
    ("type_", "block"),
    [
        ("unknown", None),
        ("event", {"name": "Reunión"}),
        ("hsm", {"body": []}),
        ("carousel", {}),
        ("newsletter_invite", {}),
        ("something_new", {"a": 1}),
    ],
)
def test_a_type_nobody_listed_is_kept_raw_and_wakes_nobody(type_, block):
    element = fake.message(type_, block)
    told = understood(fake.body_of("messages", element))
    assert (told.kind, told.wakes, told.raw) == ("unsupported", False, element)


def test_a_caption_survives_a_file_without_an_id():
    assert read("image", {"caption": "fachada"}).text == "fachada"


@pytest.mark.parametrize("type_", ["unknown", "notification", ""])
def test_the_protocols_own_noise_wakes_nobody(type_):
    element = fake.message(type_, source="system")
    assert only(fake.body_of("messages", element)).kind == "notice"


@pytest.mark.parametrize("type_", ["poll_update", "story", "album", "pin"])
def test_what_is_nobodys_words_is_only_kept(type_):
    assert only(fake.body_of("messages", fake.message(type_, {}))).kind == "notice"


def test_a_vote_never_takes_the_polls_own_place():
    poll = fake.message("poll", {"title": "¿Cuándo?"}, id_="p.1-gAAAB")
    vote = fake.message("poll_update", {}, id_="p.1-gAAAB", poll={"title": "¿Cuándo?"})
    assert only(fake.body_of("messages", poll)).key != only(fake.body_of("messages", vote)).key


@pytest.mark.parametrize("type_", ["system", "call"])
def test_what_is_told_of_a_person_wakes_nobody(type_):
    told = read(type_, {"body": "Número cambiado"})
    assert (told.kind, told.text, told.wakes) == ("system", "Número cambiado", False)


# --- Answers and files -------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("reply", "choice"),
    [
        (
            {
                "type": "buttons_reply",
                "buttons_reply": {"id": "ButtonsV3:menu:saldo", "title": "A"},
            },
            "menu:saldo",
        ),
        ({"type": "list_reply", "list_reply": {"id": "ListV3:row1", "title": "A"}}, "row1"),
        ({"list_reply": {"id": "row1", "title": "A", "description": "x"}}, "row1"),
        ({"buttons_reply": {"id": "ButtonsV3:ListV3:a", "title": "A"}}, "ListV3:a"),
        ({"buttons_reply": {"title": "A"}}, ""),
    ],
)
def test_the_prefix_of_an_answer_is_taken_off(reply, choice):
    told = read("reply", reply, context={"quoted_id": "OUT1-gAAAB"})
    assert (told.kind, told.text, told.choice) == ("button", "A", choice)
    assert told.reply_to == "OUT1-gAAAB"


def test_a_file_carries_what_it_is_fetched_by():
    (file,) = read("document", {**FILE, "file_name": "plano.pdf"}).media
    assert (file.id, file.name, file.mime) == ("jpeg-1", "plano.pdf", "image/jpeg")
    assert file.size == 12345


@pytest.mark.parametrize("told", [-1, 1.5, True, "viel", "²", 10**30, None])
def test_a_size_that_is_none_is_not_known(told):
    (file,) = read("image", {**FILE, "file_size": told}).media
    assert file.size == 0


@pytest.mark.parametrize("gone", sorted(FILE.keys() - {"id"}))
def test_a_file_needs_little(gone):
    block = {key: value for key, value in FILE.items() if key != gone}
    (file,) = read("image", block).media
    assert file.id == "jpeg-1"


def test_a_document_inside_its_caption_is_found():
    (file,) = read("documentWithCaption", {"document": FILE}).media
    assert file.id == "jpeg-1"
    (file,) = read("documentWithCaption", None, document=FILE).media
    assert file.id == "jpeg-1"


# --- Each optional key missing -----------------------------------------------------------------


@pytest.mark.parametrize(
    "gone",
    [
        "type",
        "chat_id",
        "timestamp",
        "source",
        "device_id",
        "chat_name",
        "from",
        "from_name",
        "from_me",
        "id",
    ],
)
@pytest.mark.parametrize("null", [True, False], ids=["null", "missing"])
def test_a_message_needs_little(gone, null):
    element = fake.message("text", {"body": "Hola"})
    if null:
        element[gone] = None
    else:
        del element[gone]
    told = understood(fake.body_of("messages", element))
    assert (told.kind, told.text, told.outgoing, told.wakes) == ("text", "Hola", False, True)
    assert told.addresses[0].value == fake.ANA


def test_the_chats_name_stands_in_for_a_missing_one():
    assert read(from_name=None).name == "Ana Ficticia"


@pytest.mark.parametrize("at", [None, "x", 10**30, -1, [], 0])
def test_an_absurd_time_is_none(at):
    element = fake.message() | {"timestamp": at}
    assert understood(fake.body_of("messages", element)).at is None


# --- Advertisements, reactions, actions ----------------------------------------------------------

AD = {
    "title": "Crédito en 24 h",
    "body": "Sin aval",
    "media_type": "image",
    "source": {"id": "120210000000000001", "type": "ad", "url": "https://fb.me/abc"},
    "ctwa": "ARAkClick1",
}


def test_an_advertisement_is_remembered():
    came_by = read(context={"ad": AD}).referral
    assert (came_by.kind, came_by.id, came_by.click_id) == ("ad", AD["source"]["id"], "ARAkClick1")
    assert (came_by.title, came_by.url) == ("Crédito en 24 h", "https://fb.me/abc")


@pytest.mark.parametrize("gone", sorted(AD))
def test_an_advertisement_needs_little(gone):
    ad = {key: value for key, value in AD.items() if key != gone}
    assert read(context={"ad": ad}).referral.kind == "ad"


@pytest.mark.parametrize("context", [None, [], "x", {"ad": None}, {"ad": []}, {}])
def test_a_context_of_nothing_is_nothing(context):
    told = read(context=context)
    assert (told.referral, told.reply_to, told.text) == (None, "", "Hola")


def action(type_, **rest):
    return fake.body_of(
        "messages", fake.message("action", {"target": "OUT1-gAAAB", "type": type_, **rest})
    )


@pytest.mark.parametrize("rest", [{"emoji": "👍"}, {"emoji": ""}, {"emoji": None}, {}])
def test_a_reaction_sits_on_its_message(rest):
    told = understood(action("reaction", **rest))
    assert (told.kind, told.text) == ("reaction", rest.get("emoji") or "")
    assert (told.reply_to, told.wakes) == ("OUT1-gAAAB", False)


def test_an_edit_may_come_as_an_action():
    body = action("edit", edited_type="text", edited_content={"body": "Buenas"})
    told = understood(body)
    assert isinstance(told, Edit)
    assert (told.id, told.text, only(body).lane) == ("OUT1-gAAAB", "Buenas", f"p:{fake.ANA}")
    nested = action("edit", edited_type="text", edited_content={"text": {"body": "Buenas"}})
    assert understood(nested).text == "Buenas"
    assert understood(action("edit")) is None


def test_a_deletion_may_come_as_an_action():
    told = understood(action("delete"))
    assert isinstance(told, Deletion)
    assert told.id == "OUT1-gAAAB"
    nameless = fake.body_of("messages", fake.message("action", {"type": "delete"}))
    assert understood(nameless) is None


@pytest.mark.parametrize("type_", ["vote", "ephemeral", "pin", "something", None])
def test_other_actions_are_only_kept(type_):
    assert only(action(type_, votes=["Hoy"])).kind == "notice"


@pytest.mark.parametrize("payload", [{}, {"message": None}, {"status": 1}, {"update": []}])
@pytest.mark.parametrize(
    "kind", ["message", "echo", "edit", "deletion", "status", "account", "notice", "new"]
)
def test_a_stored_event_of_nothing_means_nothing(kind, payload):
    assert provider().understand(kind, payload) is None


@pytest.mark.parametrize(
    ("context", "raw"),
    [
        ({"forwarded": True, "forwarding_score": 1}, FORWARDED),
        ({"forwarded": False}, None),
        ({"forwarded": 1}, None),
        (None, None),
    ],
)
def test_what_was_forwarded_says_so(context, raw):
    element = fake.message("text", {"body": "Mira"}, context=context)
    assert understood(fake.body_of("messages", element)).raw == raw
