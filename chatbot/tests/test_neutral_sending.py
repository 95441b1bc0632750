"""What leaves for an adapter of one's own, and what each of its answers makes of it."""

import pytest

from chatbot.channels.base import Outgoing, OutgoingFile
from chatbot.channels.errors import ChannelError
from chatbot.channels.events import Address
from chatbot.channels.neutral import Neutral
from chatbot.tests.fakes.neutral import ANA, OWN, TOKEN, NeutralFake
from chatbot.tests.fakes.server import DROP, MALFORMED
from chatbot.work import work_off
from crm.conversations import outreach, ownership
from crm.conversations.identities import meet
from crm.conversations.models import Channel, Message

pytestmark = pytest.mark.once

TO = (Address("wa_id", ANA),)


@pytest.fixture
def adapter(settings):
    settings.PROVIDER_TIMEOUT = (2, 2)
    with NeutralFake() as fake:
        yield fake


@pytest.fixture
def row(adapter):
    credentials = {"token": TOKEN, "endpoint_url": adapter.endpoint}
    return Channel(provider="neutral", external_id=OWN, credentials=credentials)


@pytest.fixture
def send(row):
    def one(text="Hola", to=TO, **fields):
        return Neutral(row).send(Outgoing(1, "a-1", to, text, **fields))

    return one


# --- What leaves -----------------------------------------------------------------------------


def test_a_text(send, adapter, row):
    left = []
    assert send("Hola", reply_to="n-1", leaving=lambda: left.append(len(adapter.sent))) == "out-1"
    assert adapter.sent == [
        {
            "type": "message",
            "id": "a-1",
            "channel": str(row.uuid),
            "sender": OWN,
            "recipient": ANA,
            "provider": "",
            "text": "Hola",
            "options": [],
            "reply_to": "n-1",
        }
    ]
    assert adapter.requests[0].headers["Authorization"] == f"Bearer {TOKEN}"
    assert left == [0]


def test_a_file_goes_by_its_link(send, adapter):
    file = OutgoingFile("casa.jpg", "image/jpeg", 3, lambda: b"abc", lambda: "https://x.example/1")
    send("Mire", kind="image", file=file)
    media = {"url": "https://x.example/1", "mime": "image/jpeg", "name": "casa.jpg"}
    assert (adapter.sent[0]["media"], adapter.sent[0]["text"]) == (media, "Mire")


@pytest.mark.parametrize(
    ("to", "recipient"),
    [
        ((Address("user_id", "ana@example.org"),), "ana@example.org"),
        ((Address("user_id", "a"), Address("wa_id", ANA)), ANA),
        ((Address("group", "g-1"),), "g-1"),
        ((Address("group", "group::a:b"),), "a:b"),
        ((Address("group", "group:vk:777"),), "777"),
        ((Address("named_id", "vk:a:b"),), "a:b"),
        ((Address("named_id", "vk:777"), Address("wa_id", ANA)), ANA),
    ],
)
def test_it_goes_to_the_address_it_came_from(send, adapter, to, recipient):
    send(to=to)
    assert adapter.sent[0]["recipient"] == recipient


def test_to_nobody_nothing_leaves(send, adapter):
    with pytest.raises(ChannelError) as caught:
        send(to=(Address("igsid", "9001"),))
    assert caught.value.permanent and adapter.requests == []


@pytest.mark.parametrize(
    "credentials",
    [
        {},
        {"token": TOKEN},
        {"endpoint_url": "https://a.example/send"},
        {"token": TOKEN, "endpoint_url": "http://a.example/send"},
        {"token": TOKEN, "endpoint_url": "http://127.0.0.1.example.org/"},
        {"token": TOKEN, "endpoint_url": "http://10.0.0.1/"},
        {"token": TOKEN, "endpoint_url": "https://user:pass@a.example/"},
        {"token": TOKEN, "endpoint_url": "ftp://127.0.0.1/"},
        {"token": TOKEN, "endpoint_url": "//127.0.0.1/"},
        {"token": TOKEN, "endpoint_url": "http://[::1"},
        {"token": TOKEN, "endpoint_url": "send"},
    ],
    ids=str,
)
def test_without_a_safe_address_and_a_token_the_channel_stops(send, row, credentials, adapter):
    row.credentials = credentials
    with pytest.raises(ChannelError) as caught:
        send()
    assert caught.value.stop and not caught.value.permanent
    assert adapter.requests == []


@pytest.mark.parametrize("host", ["127.0.0.1", "127.0.0.9", "localhost", "[::1]"])
def test_on_this_machine_http_will_do(send, row, host):
    """Nobody listens at that port: it was tried, and certainly not sent."""
    row.credentials = {"token": TOKEN, "endpoint_url": f"http://{host}:9/send"}
    with pytest.raises(ChannelError) as caught:
        send()
    assert (caught.value.code, caught.value.unconfirmed) == ("connect", False)


# --- What it answers -------------------------------------------------------------------------


def refused(send, adapter, *behaviour):
    adapter.behaviour = list(behaviour)
    with pytest.raises(ChannelError) as caught:
        send()
    flags = ("permanent", "stop", "unconfirmed")
    return caught.value, {flag for flag in flags if getattr(caught.value, flag)}


@pytest.mark.parametrize(
    ("behaviour", "flags"),
    [
        ((200, {"error": "no such number", "permanent": True}), {"permanent"}),
        ((200, {"error": "not now", "permanent": False}), set()),
        ((200, {"error": "no such number"}), {"permanent"}),
        ((200, {"error": "no such number", "permanent": "no"}), {"permanent"}),
        ((200, {"error": {"deep": 1}, "message_id": "x"}), {"permanent"}),
        ((429, {"error": "not now"}), set()),
        ((503, {"error": "not now"}), set()),
        ((400, {"error": "what?"}), {"permanent"}),
        ((400, {"error": "later", "permanent": False}), set()),
        ((400, {"error": "what?", "permanent": "no"}), {"permanent"}),
        ((422, b"<html>"), {"permanent"}),
        ((500, {"error": "did not leave", "permanent": False}), set()),
        (401, {"stop"}),
        ((401, b""), {"permanent", "stop"}),
        (429, set()),
        ((429, b""), set()),
        ((500, b""), {"unconfirmed"}),
        ((502, b"<html>"), {"unconfirmed"}),
        ((503, b""), set()),
        ((200, {}), {"unconfirmed"}),
        ((200, []), {"unconfirmed"}),
        ((200, {"message_id": None}), {"unconfirmed"}),
        ((200, {"message_id": ["x"]}), {"unconfirmed"}),
        ((204, b""), {"unconfirmed"}),
        (MALFORMED, {"unconfirmed"}),
        (DROP, {"unconfirmed"}),
        (4.0, {"unconfirmed"}),
        ((302, {}, {"Location": "/elsewhere"}), {"permanent"}),
    ],
)
def test_each_answer_has_its_meaning(send, adapter, behaviour, flags, settings):
    if isinstance(behaviour, float):
        settings.PROVIDER_TIMEOUT = (2, 0.3)
    error, raised = refused(send, adapter, behaviour)
    assert raised == flags
    assert str(error) and TOKEN not in str(error)
    assert len(adapter.requests) == 1


@pytest.mark.parametrize(
    ("header", "seconds"), [("30", 30), ("99999", 3600), ("soon", 0), ("-1", 0), ("٣", 0)]
)
def test_it_can_ask_for_a_pause(send, adapter, header, seconds):
    headers = {"Retry-After": header} if header.isascii() else {}
    for body in ({"error": "slow down"}, b""):
        error, _flags = refused(send, adapter, (429, body, headers))
        assert error.retry_after == seconds


def test_its_own_words_and_code_are_kept(send, adapter):
    error, _flags = refused(send, adapter, (200, {"error": "x" * 900, "code": 7}))
    assert (str(error), error.code) == ("x" * 500, "7")


# --- Checking --------------------------------------------------------------------------------


def test_checking_asks_the_adapter(row, adapter):
    assert Neutral(row).check() == "Adaptador de prueba"
    for status in (404, 405, 501):
        adapter.answer = lambda request, status=status: (status, {})
        assert Neutral(row).check()
    adapter.answer = lambda request: (500, {})
    with pytest.raises(ChannelError):
        Neutral(row).check()


def test_a_wrong_token_is_told(row, adapter):
    row.credentials = {**row.credentials, "token": "otro"}
    with pytest.raises(ChannelError) as caught:
        Neutral(row).check()
    assert caught.value.stop


def test_it_cannot_be_registered_from_here(row):
    assert not Neutral.can_register
    with pytest.raises(ChannelError):
        Neutral(row).register("https://crm.example.org/webhooks/neutral/x/")
    assert any("{url}" in str(step) for step in Neutral.steps)


# --- Through the outbox ----------------------------------------------------------------------


@pytest.fixture
def queue(row, db):
    row.name, row.mode = "Adaptador de prueba", Channel.Mode.LIVE
    row.save()
    talk = meet(channel=row, addresses=[("wa_id", ANA)], name="Ana Ficticia", phone=ANA)
    ownership.open_episode(talk)

    def send(text, **options):
        bot = Message.Author.BOT
        return outreach.send(conversation=talk, text=text, author=bot, **options)

    return send


@pytest.mark.parametrize(
    ("behaviour", "state"),
    [(None, "sent"), (DROP, "unknown"), (MALFORMED, "unknown"), (429, "queued"), (401, "queued")],
)
def test_what_an_answer_makes_of_the_message(queue, adapter, row, behaviour, state):
    adapter.behaviour = [behaviour]
    message = queue("Hola")
    work_off()
    message.refresh_from_db()
    row.refresh_from_db()
    assert message.state == state
    assert (row.stopped_at is not None) == (behaviour == 401)


LONG = "MAILBOX_FULL_AND_CANNOT_ACCEPT_ANY_MORE_MESSAGES_TODAY"


@pytest.mark.parametrize(
    ("status", "code", "state"),
    [
        (200, LONG, "failed"),
        (503, LONG, "queued"),
        (401, LONG, "queued"),
        (200, "no\nsuch\x00number", "failed"),
    ],
)
def test_a_code_that_is_no_code_leaves_the_answer_what_it_is(queue, adapter, status, code, state):
    adapter.behaviour = [(status, {"error": "full", "code": code})]
    message = queue("Hola")
    work_off()
    message.refresh_from_db()
    attempt = message.attempts.get()
    assert (message.state, message.error_text) == (state, "full")
    assert message.error_code == attempt.code == code[:40].replace("\x00", "\ufffd")


def test_answers_to_choose_from_are_numbered(queue, adapter):
    queue("¿Cuál?", options=[{"id": "a", "title": "Una"}, {"id": "b", "title": "Otra"}])
    work_off()
    [sent] = adapter.sent
    assert sent["options"] == []
    assert "1. Una" in sent["text"] and "2. Otra" in sent["text"]
