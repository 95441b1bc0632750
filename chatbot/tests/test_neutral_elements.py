"""The neutral door's JSON, element by element, as the desk understands it."""

import json
import re
from datetime import UTC, datetime

import pytest
from django.conf import settings

from chatbot.channels.events import FORWARDED, Deletion, Edit, InboundMessage, StatusUpdate
from chatbot.channels.neutral import Neutral
from chatbot.tests.fakes.neutral import ANA, OWN, element, status_element, text_element
from crm.conversations.models import Channel, Message

pytestmark = [pytest.mark.django_db, pytest.mark.once]

Kind = Message.Kind
FILE = {"url": "https://files.example.com/1.jpg", "mime": "image/jpeg", "name": "casa.jpg"}


@pytest.fixture
def neutral():
    return Neutral(Channel.objects.create(name="N", provider="neutral", external_id=f"+{OWN}"))


@pytest.fixture
def events(neutral):
    return lambda *elements: neutral.parse({"messages": list(elements)})


@pytest.fixture
def one(neutral, events):
    """one(element) -> what it means, through the database's JSON."""

    def understood(content):
        [event] = events(content)
        return neutral.understand(event.kind, json.loads(json.dumps(event.payload)))

    return understood


# --- Messages --------------------------------------------------------------------------------


def test_a_text(events, one):
    said = text_element("Hola", id_="n-1", at=1749416383)
    [event] = events(said)
    assert (event.kind, event.key, event.lane) == (
        "message",
        f"message:whatsapp:n-1:p:{ANA}",
        f"p:{ANA}",
    )
    assert event.external_id == ""
    message = one(said)
    assert (message.id, message.kind, message.text) == ("n-1", Kind.TEXT, "Hola")
    assert message.name == "Ana Ficticia"
    assert message.at == datetime.fromtimestamp(1749416383, UTC)
    assert message.wakes and not message.outgoing


def test_one_object_is_a_batch_of_one(neutral):
    [event] = neutral.parse(text_element("Hola", id_="n-1"))
    assert event.key == f"message:whatsapp:n-1:p:{ANA}"


@pytest.mark.parametrize(
    ("sender", "kind", "value"),
    [
        (ANA, "wa_id", ANA),
        (int(ANA), "wa_id", ANA),
        ("+51 911-000-001", "wa_id", ANA),
        ("12345678", "wa_id", "12345678"),
        ("1234567", "named_id", "whatsapp:1234567"),
        ("1234567890123456", "named_id", "whatsapp:1234567890123456"),
        ("51911000-001", "named_id", "whatsapp:51911000-001"),
        ("ana@example.org", "named_id", "whatsapp:ana@example.org"),
        ("٥١٩١١٠٠٠٠٠١", "named_id", "whatsapp:٥١٩١١٠٠٠٠٠١"),
    ],
)
def test_eight_to_fifteen_digits_are_a_telephone_number(one, sender, kind, value):
    [address] = one(text_element(sender=sender)).addresses
    assert (address.kind, address.value) == (kind, value)


@pytest.mark.parametrize("provider", ["telegram", "Telegram", "messenger", "instagram"])
def test_digits_of_some_providers_are_no_telephone_number(one, provider):
    for sender in (ANA, f"+{ANA}"):
        [address] = one(text_element(provider=provider, sender=sender)).addresses
        assert (address.kind, address.value) == ("named_id", f"{provider.lower()}:{sender}")


@pytest.mark.parametrize("provider", ["sms", "SMS", "whatsapp", "signal", "", None])
def test_digits_of_others_are_one(one, provider):
    assert one(text_element(provider=provider)).addresses[0].kind == "wa_id"


def test_digits_of_an_unknown_provider_are_one_with_a_plus_alone(one):
    assert one(text_element(provider="correo")).addresses[0].value == f"correo:{ANA}"
    assert one(text_element(provider="correo", sender=f"+{ANA}")).addresses[0].kind == "wa_id"
    longest = one(text_element(provider="correo", sender="x" * 148)).addresses[0]
    assert (longest.kind, longest.value) == ("user_id", "x" * 148)


def test_of_very_many_files_the_first_are_taken_and_the_rest_is_kept(one):
    media = [{"url": f"https://x.example/{number}.png"} for number in range(31)]
    content = element(message={"id": "n", "text": "Mire", "media": media})
    message = one(content)
    assert (len(message.media), message.raw) == (30, content)


@pytest.mark.parametrize(
    ("mime", "name", "url", "kind"),
    [
        ("image/jpeg", "", "https://x.example/1", Kind.IMAGE),
        ("video/mp4", "", "https://x.example/1", Kind.VIDEO),
        ("audio/ogg; codecs=opus", "", "https://x.example/1", Kind.AUDIO),
        ("application/pdf", "", "https://x.example/1", Kind.DOCUMENT),
        ("", "casa.png", "https://x.example/1", Kind.IMAGE),
        ("", "", "https://x.example/1.mp4?s=a.png", Kind.VIDEO),
        ("", "", "https://x.example/1", Kind.DOCUMENT),
        (None, None, "https://x.example/1", Kind.DOCUMENT),
    ],
)
def test_files_are_of_the_kind_they_are_announced_as(one, mime, name, url, kind):
    media = {"url": url, "mime": mime, "name": name}
    message = one(element(message={"id": "n", "text": "Mire", "media": [media]}))
    assert (message.kind, message.text) == (kind, "Mire")
    assert message.media[0].id == url
    assert message.media[0].mime == (mime or "").split(";")[0]


@pytest.mark.parametrize("media", [None, "", {}, [], [None], [""]])
def test_no_file_leaves_the_text(one, media):
    message = one(element(message={"id": "n", "text": "Mire", "media": media}))
    assert (message.kind, message.text, message.media) == (Kind.TEXT, "Mire", ())
    assert message.raw is None
    assert one(element(message={"id": "n", "media": media})).kind == Kind.UNSUPPORTED


@pytest.mark.parametrize(
    "media", ["x", 5, ["x"], [{}], [[]], [{"url": "file:///etc/passwd"}], [{"url": 5}]]
)
def test_a_file_without_an_address_is_missed_beside_the_text(one, media):
    content = element(message={"id": "n", "text": "Mire", "media": media})
    message = one(content)
    assert (message.kind, message.text, message.raw) == (Kind.TEXT, "Mire", content)
    content["message"]["forwarded"] = True
    assert one(content).raw == FORWARDED  # the mark is what a colleague needs to see
    [lost] = message.media
    assert (lost.id, lost.error == "") == ("", False)
    assert one(element(message={"id": "n", "media": media})).kind == Kind.UNSUPPORTED


@pytest.mark.parametrize("media", [FILE["url"], [FILE["url"]], {"url": FILE["url"]}])
@pytest.mark.parametrize("text", ["", "Mire"])
def test_a_file_may_come_as_its_address_or_alone(one, media, text):
    message = one(element(message={"id": "n", "text": text, "media": media}))
    assert (message.kind, message.text, message.raw) == (Kind.IMAGE, text, None)
    assert [(file.id, file.error) for file in message.media] == [(FILE["url"], "")]


def test_a_lost_file_does_not_cost_its_neighbour(one):
    message = one(element(message={"id": "n", "media": [{"url": "data:x"}, FILE]}))
    assert (message.kind, [file.id for file in message.media]) == (Kind.IMAGE, ["", FILE["url"]])


def test_a_reply_names_what_it_answers(one):
    assert one(element(message={"id": "n", "text": "Sí", "reply_to": "out-1"})).reply_to == "out-1"


@pytest.mark.parametrize("key", ["provider", "recipient", "timestamp", "name"])
@pytest.mark.parametrize("value", ["gone", None, [], {}])
def test_a_message_can_do_without(one, key, value):
    content = text_element("Hola")
    content[key] = value
    if value == "gone":
        del content[key]
    message = one(content)
    assert (message.text, message.addresses[0].value) == ("Hola", ANA)


def test_without_an_id_it_gets_one_from_its_content(one):
    content = text_element("Hola", at=1790000000)
    del content["message"]["id"]
    first, again = one(content), one(content)
    assert first.id == again.id and first.id.startswith("derived.")
    assert one(content | {"timestamp": 1790000001}).id != first.id


def test_without_content_it_is_kept_for_a_person(one):
    content = element()
    message = one(content)
    assert (message.kind, message.raw) == (Kind.UNSUPPORTED, content)


# --- Our own ---------------------------------------------------------------------------------


@pytest.mark.parametrize("sender", [OWN, f"+{OWN}", int(OWN), "+51 999 000 111"])
def test_what_we_sent_is_outgoing_and_belongs_to_whom_it_went(events, one, sender):
    said = text_element("Le ayudo", sender=sender, recipient=ANA)
    [event] = events(said)
    assert (event.kind, event.lane) == ("echo", f"p:{ANA}")
    message = one(said)
    assert (message.outgoing, message.by_api, message.wakes) == (True, True, False)
    assert message.or_typed
    assert message.addresses[0].value == ANA


def test_the_numbers_of_our_other_channels_are_ours_as_well(one):
    other = Channel.objects.create(name="O", provider="neutral", external_id="51999000222")
    assert one(text_element(sender="51999000222", recipient=ANA)).outgoing
    from chatbot.channels import directory

    Channel.objects.filter(pk=other.pk).update(is_active=False)
    directory.forget()
    assert not one(text_element(sender="51999000222", recipient=OWN)).outgoing


@pytest.mark.parametrize("recipient", [None, "", OWN, "gone"])
def test_what_we_sent_to_nobody_but_ourselves_is_a_notice(events, recipient):
    said = text_element("Nota", sender=OWN, recipient=recipient)
    if recipient == "gone":
        del said["recipient"]
    assert [event.kind for event in events(said)] == ["notice"]


# --- Groups ----------------------------------------------------------------------------------


@pytest.mark.parametrize("group", [{"id": "g-1", "name": "Vecinos"}, {"id": "g-1"}, "g-1"])
def test_a_group_is_a_conversation_of_its_own(events, one, group):
    said = text_element("Hola a todos", group=group)
    assert events(said)[0].lane == "g:group:whatsapp:g-1"
    message = one(said)
    assert (message.group.address.value, message.sender) == (
        "group:whatsapp:g-1",
        "Ana Ficticia",
    )
    assert message.addresses[0].value == ANA
    assert not message.wakes


def test_in_a_group_we_write_as_well(events, one):
    said = text_element("Buenas", sender=OWN, recipient=None, group="g-1")
    assert [event.kind for event in events(said)] == ["echo"]
    message = one(said)
    assert message.outgoing and message.group.address.value == "group:whatsapp:g-1"


# --- What becomes of messages ----------------------------------------------------------------


@pytest.mark.parametrize("state", ["sent", "delivered", "read", "failed", "READ"])
def test_a_status(events, one, state):
    content = status_element("out-1", state, attempt="a-1", error="No existe", code=7)
    [event] = events(content)
    assert (event.kind, event.lane) == ("status", "s")
    assert event.key == f"status:whatsapp:out-1:{state.lower()}"
    status = one(content)
    assert isinstance(status, StatusUpdate)
    assert (status.id, status.state, status.attempt) == ("out-1", state.lower(), "a-1")
    assert (status.text, status.code) == ("No existe", "7")


def test_an_edit_and_a_deletion(events, one):
    edit = element("edit", message={"id": "n-1", "text": "Adiós"})
    deletion = element("deletion", message={"id": "n-1"})
    assert [event.lane for event in events(edit, deletion)] == [f"p:{ANA}"] * 2
    assert events(deletion)[0].key == f"deletion:whatsapp:n-1:p:{ANA}"
    assert events(edit)[0].key != events(edit | {"timestamp": 5})[0].key
    assert isinstance(one(edit), Edit) and one(edit).text == "Adiós"
    assert isinstance(one(deletion), Deletion) and one(deletion).id == "n-1"


@pytest.mark.parametrize("type_", ["edit", "deletion"])
def test_what_becomes_of_a_message_needs_no_sender(events, type_):
    content = element(type_, message={"id": "n-1", "text": "Adiós"})
    del content["sender"]
    assert [event.lane for event in events(content)] == ["m:n-1"]


# Named by number: what is in them holds the time, and two processes must call a test the same.
MALFORMED = [
    None, 1, "x", [], {}, {"type": None}, element("call"), element(None), element(5),
    element("status", status="read"), status_element("n", "gone"), status_element("n", None),
    element("edit"), element("edit", message={"id": "n", "text": None}), element("deletion"),
    text_element(sender=None), text_element(sender=""), text_element(sender=[ANA]),
]  # fmt: skip


@pytest.mark.parametrize("content", MALFORMED, ids=map(str, range(len(MALFORMED))))
def test_a_malformed_element_is_a_notice_and_costs_no_neighbour(events, content):
    kinds = [event.kind for event in events(text_element(), content, text_element())]
    assert kinds == ["message", "notice", "message"]


@pytest.mark.parametrize("body", [{}, {"messages": []}, {"messages": {}}, {"messages": "x"}])
def test_a_body_without_elements_is_kept(neutral, body):
    assert [event.kind for event in neutral.parse(body)] == ["notice"]


def test_what_stands_in_the_database_is_not_believed_either(neutral):
    for payload in ({}, {"element": None}, {"element": {"sender": []}, "id": "n"}):
        for kind in ("message", "echo", "status", "notice", "x"):
            assert not isinstance(neutral.understand(kind, payload), InboundMessage)


def test_the_documented_elements_are_all_understood(neutral):
    text = (settings.BASE_DIR / "docs" / "neutral-door.md").read_text()
    posted = text[text.index("## What you post") : text.index("## What you are sent")]
    events = [
        event
        for block in re.findall(r"```json\n(.*?)```", posted, re.DOTALL)
        for event in neutral.parse(json.loads(block))
    ]
    kinds = ["message", "message", "message", "echo", "status", "status", "edit", "deletion"]
    assert [event.kind for event in events] == kinds
    assert all(neutral.understand(event.kind, event.payload) for event in events)


@pytest.mark.parametrize(("given", "raw"), [(True, FORWARDED), (False, None), ("yes", None)])
def test_what_was_forwarded_says_so(one, given, raw):
    content = text_element("Mira")
    content["message"]["forwarded"] = given
    assert one(content).raw == raw


def test_what_names_no_provider_is_known_by_its_id_alone(events):
    [event] = events(element("deletion", provider=None, message={"id": "n-1"}))
    assert event.key == f"deletion:n-1:p:{ANA}"


def test_the_longest_of_ids_still_tell_two_people_apart(events):
    senders = ["s" * 140 + last for last in ("a", "b")]
    people = [text_element(id_="n" * 150, sender=sender) for sender in senders]
    ana, beto, again = (event.key for event in events(*people, people[0]))
    assert ana != beto and ana == again and len(ana) <= 255
