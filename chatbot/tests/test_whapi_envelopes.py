"""What each key of a body from WHAPI becomes, edits and deletions included."""

import pytest

from chatbot.channels.events import Deletion, Edit
from chatbot.tests.fakes import whapi as fake
from chatbot.tests.whapi_desk import only, parsed, provider, understood, update

# --- The keys of a body ------------------------------------------------------------------------


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
