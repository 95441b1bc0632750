"""What leaves for Instagram, and what each of its answers makes of it."""

import pytest

from chatbot.channels.base import Outgoing, OutgoingFile
from chatbot.channels.errors import ChannelError
from chatbot.channels.events import Address
from chatbot.channels.instagram import Instagram
from chatbot.tests.fakes.instagram import ACCOUNT, ANA, TOKEN, InstagramFake, error_body
from chatbot.tests.fakes.server import DROP, MALFORMED
from chatbot.work import work_off
from crm.conversations import outreach, ownership
from crm.conversations.identities import meet
from crm.conversations.models import Channel, Message

pytestmark = pytest.mark.once

TO = (Address("igsid", ANA),)


@pytest.fixture
def fake(settings):
    with InstagramFake() as started:
        settings.INSTAGRAM_API_URL = started.url
        settings.GRAPH_API_VERSION = "v25.0"
        settings.PROVIDER_TIMEOUT = (2, 2)
        yield started


@pytest.fixture
def row():
    return Channel(provider="instagram", external_id=ACCOUNT, credentials={"access_token": TOKEN})


@pytest.fixture
def send(fake, row):
    def one(text="Hola", **fields):
        return Instagram(row).send(Outgoing(1, "a-1", TO, text, **fields))

    return one


def picture(kind="image/jpeg"):
    return OutgoingFile("casa.jpg", kind, 3, lambda: b"abc", lambda: "https://example.org/f/1")


# --- What leaves -----------------------------------------------------------------------------


def test_a_text(send, fake):
    left = []
    assert send("Hola", leaving=lambda: left.append(len(fake.sent))) == "m_out_1"
    assert fake.sent == [{"recipient": {"id": ANA}, "message": {"text": "Hola"}}]
    [request] = fake.requests
    assert request.path == "/v25.0/me/messages"
    assert request.headers["Authorization"] == f"Bearer {TOKEN}"
    assert (request.query, left) == ({}, [0])


def test_answers_to_choose_from(send, fake):
    send("¿Cuál?", options=tuple((f"id{n}", f"Una respuesta número {n}") for n in range(13)))
    replies = fake.sent[0]["message"]["quick_replies"]
    assert len(replies) == 13
    assert replies[1] == {
        "content_type": "text",
        "title": "Una respuesta número",
        "payload": "id1",
    }
    assert Instagram.rules.answers_as(13) == "buttons"
    assert Instagram.rules.answers_as(14) == "numbers"


@pytest.mark.parametrize("kind", ["image", "video", "audio"])
def test_a_file_goes_by_its_link(send, fake, kind):
    send("", kind=kind, file=picture())
    attachment = {"type": kind, "payload": {"url": "https://example.org/f/1"}}
    assert fake.sent == [{"recipient": {"id": ANA}, "message": {"attachment": attachment}}]


@pytest.mark.parametrize(
    ("text", "fields"),
    [
        ("x" * 1001, {}),
        ("ñ" * 501, {}),
        ("Mire", {"kind": "image", "file": picture()}),
        ("", {"kind": "document", "file": picture()}),
    ],
)
def test_what_it_would_cut_or_refuse_does_not_leave(send, fake, text, fields):
    with pytest.raises(ChannelError) as caught:
        send(text, **fields)
    assert caught.value.permanent and fake.requests == []
    assert send("ñ" * 500)


def test_without_an_address_or_a_token_nothing_leaves(fake, row):
    with pytest.raises(ChannelError) as caught:
        Instagram(row).send(Outgoing(1, "a", (Address("wa_id", "51911000001"),), "Hola"))
    assert caught.value.permanent
    row.credentials = {}
    with pytest.raises(ChannelError) as caught:
        Instagram(row).send(Outgoing(1, "a", TO, "Hola"))
    assert caught.value.stop and not caught.value.permanent
    assert fake.requests == []


def test_an_id_too_long_for_the_desk_is_the_one_its_echo_will_have(send, fake):
    fake.behaviour = [(200, {"message_id": "x" * 190})]
    assert send().startswith("derived.")


# --- What it answers -------------------------------------------------------------------------


def refused(send, fake, *behaviour):
    fake.behaviour = list(behaviour)
    with pytest.raises(ChannelError) as caught:
        send()
    error = caught.value
    flags = ("permanent", "stop", "unconfirmed", "slow", "unreachable")
    return error, {flag for flag in flags if getattr(error, flag)}


@pytest.mark.parametrize(
    ("code", "rest", "flags"),
    [
        (190, {}, {"stop"}),
        (10, {}, {"stop"}),
        (200, {}, {"stop"}),
        (299, {}, {"stop"}),
        (368, {}, {"stop"}),
        (4, {}, {"slow"}),
        (613, {}, {"slow"}),
        (80002, {}, {"slow"}),
        (1, {}, set()),
        (2, {}, set()),
        (9999, {"is_transient": True}, set()),
        (100, {}, {"permanent"}),
        (9999, {}, {"permanent"}),
        (230, {}, {"permanent"}),
        (551, {}, {"permanent", "unreachable"}),
        (551, {"error_subcode": 1545041}, {"permanent", "unreachable"}),
        (10, {"error_subcode": 2534022}, {"permanent"}),
        (10, {"error_subcode": "2534022"}, {"permanent"}),
        (100, {"error_subcode": 2534037}, {"permanent"}),
        (10, {"error_subcode": 2018300}, {"permanent"}),
        ("190", {}, {"stop"}),
    ],
)
def test_each_code_has_its_meaning(send, fake, code, rest, flags):
    error, raised = refused(send, fake, (400, error_body(code, "No pudo ser", **rest)))
    assert raised == flags
    assert error.code == str(rest.get("error_subcode", code)) or "unreachable" in flags
    assert (error.retry_after > 0) == ("slow" in flags)
    window = str(rest.get("error_subcode")) == "2534022"
    assert ("24" in str(error)) if window else (str(error) == "No pudo ser")


@pytest.mark.parametrize(
    ("behaviour", "flags"),
    [
        (401, {"stop"}),
        (429, {"slow"}),
        ((429, b"slow down"), set()),
        ((401, b"<html>"), {"permanent", "stop"}),
        ((404, {}), {"permanent"}),
        (500, {"unconfirmed"}),
        (502, {"unconfirmed"}),
        (503, set()),
        (DROP, {"unconfirmed"}),
        (MALFORMED, {"unconfirmed"}),
        ((200, {}), {"unconfirmed"}),
        ((200, {"message_id": None}), {"unconfirmed"}),
        ((302, {}, {"Location": "/elsewhere"}), {"unconfirmed"}),
        ((200, error_body(100)), {"permanent"}),
        ((400, {"error": "words"}), {"permanent"}),
        ((400, {"error": {"code": "many", "message": "\x00\ud800" * 600}}), {"permanent"}),
        (4.0, {"unconfirmed"}),
    ],
)
def test_each_failure_has_its_meaning(send, fake, behaviour, flags, settings):
    if isinstance(behaviour, float):
        settings.PROVIDER_TIMEOUT = (2, 0.3)
    error, raised = refused(send, fake, behaviour)
    assert raised == flags
    assert str(error) and TOKEN not in str(error)


def test_who_cannot_be_reached_got_nothing(send, settings):
    settings.INSTAGRAM_API_URL = "http://127.0.0.1:9"
    with pytest.raises(ChannelError) as caught:
        send()
    assert not caught.value.unconfirmed and not caught.value.permanent


# --- Beside messages -------------------------------------------------------------------------


def test_seen_and_typing(fake, row):
    Instagram(row).mark_read("m_1", TO)
    Instagram(row).show_typing("m_1", TO)
    Instagram(row).show_typing("m_1", ())
    assert fake.actions == [("mark_seen", ANA), ("typing_on", ANA)]
    assert fake.sent == []


def test_names_are_asked_for(fake, row):
    look_up = Instagram(row).look_up
    assert look_up(TO[0]) == "Ana Ficticia"
    fake.names[ANA] = {"username": "ana.ficticia"}
    assert look_up(TO[0]) == "ana.ficticia"
    fake.names[ANA] = {"name": None, "username": 5}
    assert look_up(TO[0]) == ""
    fake.names[ANA] = None  # they have not agreed to it yet
    assert look_up(TO[0]) == ""
    with pytest.raises(ChannelError):
        look_up(Address("igsid", "404"))


def test_an_odd_address_asks_for_nothing_else(fake, row):
    with pytest.raises(ChannelError):
        Instagram(row).look_up(Address("igsid", "../me?x=1"))
    assert fake.requests[0].path.count("/") == 2


def test_checking_says_whose_the_token_is(fake, row):
    assert Instagram(row).check() == f"@inmobiliaria.ficticia · {ACCOUNT}"
    row.external_id = "178999"
    with pytest.raises(ChannelError) as caught:
        Instagram(row).check()
    assert ACCOUNT in str(caught.value)
    row.credentials = {"access_token": "otro"}
    with pytest.raises(ChannelError) as caught:
        Instagram(row).check()
    assert caught.value.stop


def test_registering_subscribes_the_account(fake, row):
    assert Instagram(row).on_record() == ""
    Instagram(row).register("https://crm.example.org/webhooks/instagram/x/")
    assert Instagram(row).on_record().split(", ")[:2] == ["messages", "messaging_postbacks"]


# --- Through the outbox ----------------------------------------------------------------------


@pytest.fixture
def queue(row, db):
    row.name, row.mode = "Instagram de prueba", Channel.Mode.LIVE
    row.save()
    talk = meet(channel=row, addresses=[("igsid", ANA)], name="Ana Ficticia", phone="")
    ownership.open_episode(talk)
    # They wrote a moment ago: within the 24 hours anything may be sent.
    Message.objects.create(
        conversation=talk, channel=row, direction="in", author="person", state="received",
        text="Hola", shown_at=talk.created_at, provider_at=talk.created_at,
    )  # fmt: skip
    talk.last_inbound_at = talk.created_at
    talk.save()
    return lambda text: outreach.send(conversation=talk, text=text, author=Message.Author.BOT)


@pytest.mark.parametrize(
    ("behaviour", "state"),
    [(None, "sent"), (DROP, "unknown"), (MALFORMED, "unknown"), (429, "queued"), (401, "queued")],
)
def test_what_an_answer_makes_of_the_message(queue, fake, row, behaviour, state):
    fake.behaviour = [behaviour]
    message = queue("Hola")
    work_off()
    message.refresh_from_db()
    row.refresh_from_db()
    assert message.state == state
    assert (row.stopped_at is not None) == (behaviour == 401)


def test_a_long_text_goes_in_portions_of_bytes(queue, fake):
    queue("casa en la peña " * 100)
    work_off()
    texts = [sent["message"]["text"] for sent in fake.sent]
    assert len(texts) == 2
    assert all(len(text.encode()) <= 1000 for text in texts)
    assert " ".join(texts).split() == ("casa en la peña " * 100).split()
