"""What leaves for Maytapi, and what each of its answers makes of it."""

import pytest

from chatbot.channels.base import Outgoing
from chatbot.channels.errors import ChannelError
from chatbot.channels.events import Address
from chatbot.channels.maytapi import Maytapi
from chatbot.channels.registry import rules_of
from chatbot.tests.fakes.maytapi import ANA, OWN, PHONE, PRODUCT, TOKEN, MaytapiFake
from chatbot.tests.fakes.server import DROP, MALFORMED
from chatbot.tests.outgoing import (
    becomes,
    doubted_and_left_alone,
    picture,
    queue_to,
    tells_what_became,
)
from chatbot.work import work_off
from crm.conversations.models import Channel

pytestmark = pytest.mark.once

TO = (Address("wa_id", ANA),)


@pytest.fixture
def maytapi(settings):
    with MaytapiFake() as started:
        settings.MAYTAPI_BASE_URL = started.url
        settings.PROVIDER_TIMEOUT = (2, 2)
        settings.MEDIA_HOSTS = {"maytapi": [started.url]}
        yield started


@pytest.fixture
def row():
    secrets = {"product_id": PRODUCT, "access_token": TOKEN}
    return Channel(provider="maytapi", external_id=PHONE, credentials=secrets)


@pytest.fixture
def send(maytapi, row):
    def one(text="Hola", to=TO, **fields):
        return Maytapi(row).send(Outgoing(1, "a-1", to, text, **fields))

    return one


# --- What leaves -----------------------------------------------------------------------------


def test_a_text(send, maytapi):
    left = []
    assert send("Hola", leaving=lambda: left.append(len(maytapi.sent))) == maytapi.id_of(1)
    told = {"to_number": ANA, "type": "text", "message": "Hola", "skip_filter": True}
    assert (maytapi.sent, left) == ([told], [0])
    [request] = maytapi.requests
    assert request.path == f"/{PRODUCT}/{PHONE}/sendMessage"
    assert request.headers["x-maytapi-key"] == TOKEN


def test_an_answer_names_what_it_answers(send, maytapi):
    send(reply_to="false_1_3EB0")
    assert maytapi.sent[0]["reply_to"] == "false_1_3EB0"


@pytest.mark.parametrize(
    ("address", "to"),
    [
        (Address("lid", "98765432101234@lid"), "98765432101234@lid"),
        (Address("group", "120363000000000001@g.us"), "120363000000000001@g.us"),
    ],
)
def test_each_address_goes_by_its_chat(send, maytapi, address, to):
    send(to=(address,))
    assert maytapi.sent[0]["to_number"] == to


def test_who_has_no_address_here_gets_nothing(send, maytapi):
    with pytest.raises(ChannelError) as caught:
        send(to=())
    assert caught.value.permanent and maytapi.requests == []


@pytest.mark.parametrize("kind", ["image", "video", "audio", "document", "sticker"])
def test_a_file_goes_by_its_link(send, maytapi, kind):
    send("Mire", kind=kind, file=picture())
    assert maytapi.sent == [
        {
            "to_number": ANA,
            "skip_filter": True,
            "type": "media",
            "message": "https://example.org/f/1",
            "filename": "casa.jpg",
            "text": "Mire",
        }
    ]


def test_the_rules_say_what_it_can():
    rules = rules_of("maytapi")
    assert (rules.window, rules.writes_first, rules.reports) == (None, True, True)
    assert [rules.answers_as(n) for n in (1, 3, 10)] == ["numbers"] * 3


# --- What comes back -------------------------------------------------------------------------


def no(message, **rest):
    return {"success": False, "message": message, **rest}


@pytest.mark.parametrize(
    ("how", "said"),
    [
        ((200, no("You dont own this number")), {"permanent": True, "stop": True}),
        ((200, no("You don't own this phone")), {"permanent": True, "stop": True}),
        (
            (200, no("not loaded", code="W05")),
            {"permanent": False, "code": "W05", "retry_after": 5, "slow": True},
        ),
        ((200, no("Phone is not active")), {"permanent": False, "unconfirmed": False}),
        ((400, no("no active session")), {"permanent": False, "unconfirmed": False}),
        ((400, {"message": "instance is down"}), {"permanent": False, "retry_after": 30}),
        ((400, no("device disconnected")), {"permanent": False, "stop": False}),
        ((200, no("Invalid phone number")), {"permanent": True, "stop": False}),
        ((200, no("Options are required", code="F04")), {"permanent": True, "code": "F04"}),
        ((200, no(None)), {"permanent": True, "code": "http_200"}),
        ((500, no("internal")), {"permanent": False, "unconfirmed": False, "retry_after": 30}),
        ((500, b"<html>"), {"unconfirmed": True}),
        ((502, {}), {"unconfirmed": True}),
        ((503, {}), {"permanent": False, "unconfirmed": False}),
        ((429, {}), {"slow": True, "permanent": False}),
        ((401, no("Invalid token")), {"stop": True}),
        ((403, {}), {"stop": True}),
        ((404, b""), {"permanent": True, "code": "http_404"}),
        ((400, [1]), {"permanent": True}),
        ((200, {"success": True}), {"unconfirmed": True, "code": "no_id"}),
        ((200, {"success": True, "data": {"msgId": None}}), {"unconfirmed": True}),
        ((200, []), {"unconfirmed": True}),
        (DROP, {"unconfirmed": True, "code": "timeout"}),
        (MALFORMED, {"unconfirmed": True, "code": "no_id"}),
    ],
    ids=ascii,
)
def test_each_answer_asks_for_its_own(send, maytapi, how, said):
    maytapi.behaviour = [how]
    with pytest.raises(ChannelError) as caught:
        send()
    assert {name: getattr(caught.value, name) for name in said} == said
    assert str(caught.value) and TOKEN not in str(caught.value)


def test_an_answer_that_takes_too_long_may_have_been_sent(send, maytapi, settings):
    settings.PROVIDER_TIMEOUT = (2, 0.2)
    maytapi.behaviour = [0.6]
    with pytest.raises(ChannelError) as caught:
        send()
    assert caught.value.unconfirmed


def test_who_cannot_be_reached_got_nothing(send, settings):
    settings.MAYTAPI_BASE_URL = "http://127.0.0.1:9/api"
    with pytest.raises(ChannelError) as caught:
        send()
    assert not caught.value.unconfirmed and not caught.value.permanent


@pytest.mark.parametrize("gone", ["product_id", "access_token", "external_id"])
def test_without_credentials_nothing_leaves(send, maytapi, row, gone):
    if gone == "external_id":
        row.external_id = ""
    else:
        del row.credentials[gone]
    with pytest.raises(ChannelError) as caught:
        send()
    assert caught.value.stop and maytapi.requests == []


# --- Files -----------------------------------------------------------------------------------


def test_a_file_is_fetched_without_the_token(maytapi, row):
    maytapi.media["abc.png"] = b"\x89PNG"
    # On loopback the stand-in would refuse it as a call of its API: files are served to anybody.
    maytapi.knows = lambda request: True
    found = Maytapi(row).fetch_media(f"{maytapi.url}/wh/x/abc.png", 100)
    assert found == (b"\x89PNG", "image/png")
    assert "x-maytapi-key" not in {name.lower() for name in maytapi.requests[0].headers}


@pytest.mark.parametrize(
    "url",
    [
        "http://cdnydm.com/a",
        "https://evilcdnydm.com/a",
        "https://cdnydm.com.example.org/a",
        "https://cdnydm.com:8443/a",
        "http://169.254.169.254/latest",
        "file:///etc/passwd",
        "//cdnydm.com/a",
        "abc",
        "http://[::1",
    ],
)
def test_a_file_elsewhere_is_refused(row, url):
    with pytest.raises(ChannelError) as caught:
        Maytapi(row).fetch_media(url, 100)
    assert (caught.value.permanent, caught.value.code) == (True, "host")


# --- Setting it up ---------------------------------------------------------------------------


def test_registering_sets_the_webhook_and_asks_for_acknowledgements(maytapi, row):
    url = "https://desk.example/webhooks/maytapi/x/"
    Maytapi(row).register(url)
    assert (maytapi.webhook, maytapi.ack_delivery) == (url, True)
    assert [request.path for request in maytapi.requests] == [
        f"/{PRODUCT}/setWebhook",
        f"/{PRODUCT}/setAckPreference",
    ]
    assert Maytapi(row).on_record() == f"{url}, {PHONE} {OWN} active"


@pytest.mark.usefixtures("in_english")
def test_nothing_on_record_is_said(maytapi, row):
    assert Maytapi(row).on_record().startswith("no webhook")


def test_a_check_says_which_number_is_linked(maytapi, row):
    assert Maytapi(row).check() == OWN


@pytest.mark.parametrize(
    ("status", "code"),
    [
        ({"loggedIn": False, "isQr": True}, "unlinked"),
        ({"loggedIn": False, "loading": True}, "connecting"),
        ({"loggedIn": False}, "broken"),
        ({}, "broken"),
        (None, "broken"),
        ([], "broken"),
    ],
)
def test_a_check_fails_where_the_phone_is_not_linked(maytapi, row, status, code):
    maytapi.status = status
    with pytest.raises(ChannelError) as caught:
        Maytapi(row).check()
    assert caught.value.code == code


def test_a_wrong_token_fails_the_check(maytapi, row):
    row.credentials["access_token"] = "otro"
    with pytest.raises(ChannelError) as caught:
        Maytapi(row).check()
    assert caught.value.stop


# --- Through the outbox ----------------------------------------------------------------------


@pytest.fixture
def queued(row, db, maytapi):
    return queue_to(row, ANA)


@pytest.mark.parametrize(
    ("how", "state", "outcome"),
    [
        (None, "sent", "sent"),
        (0.05, "sent", "sent"),
        (400, "failed", "failed"),
        (401, "queued", "not_sent"),
        (429, "queued", "retry"),
        (503, "queued", "retry"),
        ((502, b"<html>"), "unknown", "unknown"),
        (DROP, "unknown", "unknown"),
        (MALFORMED, "unknown", "unknown"),
        ((200, no("Phone is not active")), "queued", "retry"),
        ((200, no("You dont own this number")), "queued", "not_sent"),
        ((200, no("Options are required")), "failed", "failed"),
    ],
    ids=ascii,
)
def test_what_becomes_of_a_message(queued, maytapi, how, state, outcome):
    maytapi.behaviour = [how]
    assert becomes(queued()) == ([state], [outcome])


def test_what_is_not_confirmed_is_never_sent_again(queued, maytapi):
    maytapi.behaviour = [DROP]
    assert doubted_and_left_alone(queued(), maytapi)


def test_answers_are_numbered(queued, maytapi):
    queued("¿Cuál?", options=[{"id": "a", "title": "Uno"}, {"id": "b", "title": "Dos"}])
    work_off()
    assert maytapi.sent[0]["message"] == "¿Cuál?\n\n1. Uno\n2. Dos"


# --- The stand-in itself -----------------------------------------------------------------------


def test_the_stand_in_tells_what_became_of_a_message(settings, row):
    def send():
        return Maytapi(row).send(Outgoing(1, "a-1", TO, "Hola"))

    assert tells_what_became(MaytapiFake, settings, "MAYTAPI_BASE_URL", send)
