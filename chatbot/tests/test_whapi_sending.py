"""What leaves for WHAPI, and what each of its answers makes of it."""

import pytest

from chatbot.channels.base import Outgoing
from chatbot.channels.errors import ChannelError
from chatbot.channels.events import Address
from chatbot.channels.registry import rules_of
from chatbot.channels.whapi import Whapi
from chatbot.tests.fakes import whapi as fake
from chatbot.tests.fakes.server import DROP, MALFORMED
from chatbot.tests.fakes.whapi import ANA, CHANNEL, SECRET, TOKEN, WhapiFake
from chatbot.tests.outgoing import (
    becomes,
    doubted_and_left_alone,
    picture,
    queue_to,
    tells_what_became,
)
from chatbot.work import work_off
from crm.conversations.models import Channel, Message

pytestmark = pytest.mark.once
TO = (Address("lid", "98765432101234@lid"), Address("wa_id", ANA))
THREE = (("a", "Uno"), ("b", "Dos"), ("c", "Tres"))
QUOTABLE = "PsA1.x_y-gAAAB"


@pytest.fixture
def whapi(settings):
    with WhapiFake() as started:
        settings.WHAPI_BASE_URL = started.url
        settings.PROVIDER_TIMEOUT = (2, 2)
        yield started


@pytest.fixture
def row():
    secrets = {"access_token": TOKEN, "webhook_secret": SECRET}
    return Channel(provider="whapi", external_id=CHANNEL, credentials=secrets)


@pytest.fixture
def send(whapi, row):
    def one(text="Hola", to=TO, **fields):
        return Whapi(row).send(Outgoing(1, "a-1", to, text, **fields))

    return one


def paths(whapi):
    return [request.path for request in whapi.requests]


# --- What leaves -----------------------------------------------------------------------------


def test_a_text(send, whapi):
    left = []
    assert send("Hola", leaving=lambda: left.append(len(whapi.sent))) == whapi.id_of(1)
    assert whapi.sent == [{"to": f"{ANA}@s.whatsapp.net", "body": "Hola"}]
    assert (paths(whapi), left) == (["/messages/text"], [0])
    assert whapi.requests[0].headers["Authorization"] == f"Bearer {TOKEN}"


@pytest.mark.parametrize(
    ("address", "to"),
    [
        (Address("lid", "98765432101234@lid"), "98765432101234@lid"),
        (Address("group", "120363000000000001@g.us"), "120363000000000001@g.us"),
        (Address("wa_id", ANA), f"{ANA}@s.whatsapp.net"),
    ],
)
def test_each_address_goes_by_its_chat(send, whapi, address, to):
    send(to=(address,))
    assert whapi.sent[0]["to"] == to


def test_who_has_no_address_here_gets_nothing(send, whapi):
    with pytest.raises(ChannelError) as caught:
        send(to=(Address("user_id", "PE.1"),))
    assert caught.value.permanent and whapi.requests == []


@pytest.mark.parametrize(
    ("quoted", "kept"), [(QUOTABLE, True), ("derived.0a1b", False), ("3EB0", False), ("", False)]
)
def test_only_what_whapi_can_quote_is_quoted(send, whapi, quoted, kept):
    send(reply_to=quoted)
    assert (whapi.sent[0].get("quoted") == quoted) is kept
    assert ("quoted" in whapi.sent[0]) is kept


def test_up_to_three_answers_are_buttons(send, whapi):
    send("¿Cuál?", options=THREE)
    assert paths(whapi) == ["/messages/interactive"]
    body = whapi.sent[0]
    assert (body["type"], body["body"]) == ("button", {"text": "¿Cuál?"})
    assert body["action"]["buttons"][0] == {"type": "quick_reply", "id": "a", "title": "Uno"}


def test_more_answers_are_a_list(send, whapi):
    options = tuple((f"id{n}", f"Una respuesta muy larga {n}") for n in range(10))
    send("¿Cuál?", options=options)
    body = whapi.sent[0]
    assert (body["type"], set(body["action"])) == ("list", {"list"})
    listed = body["action"]["list"]
    assert listed["label"] and "button" not in listed
    assert [row["id"] for row in listed["sections"][0]["rows"]] == [one[0] for one in options]
    assert all(len(row["title"]) <= 24 for row in listed["sections"][0]["rows"])


@pytest.mark.parametrize(
    ("theirs", "label", "title"),
    [("es", "Ver opciones", "Opciones"), ("en", "See options", "Options")],
    ids=["es", "en"],
)
def test_a_list_speaks_the_language_of_who_gets_it(send, whapi, theirs, label, title):
    send("¿Cuál?", options=tuple((f"id{n}", f"Número {n}") for n in range(5)), language=theirs)
    listed = whapi.sent[0]["action"]["list"]
    assert (listed["label"], listed["sections"][0]["title"]) == (label, title)


def test_answers_that_are_refused_go_as_numbers(send, whapi):
    whapi.behaviour = [400]
    assert send("¿Cuál?", options=THREE) == whapi.id_of(1)
    assert paths(whapi) == ["/messages/interactive", "/messages/text"]
    assert whapi.sent[0]["body"] == "¿Cuál?\n\n1. Uno\n2. Dos\n3. Tres"


@pytest.mark.parametrize("how", [401, 429, 500, 503, DROP])
def test_answers_are_not_sent_twice_on_a_doubt(send, whapi, how):
    whapi.behaviour = [how]
    with pytest.raises(ChannelError):
        send("¿Cuál?", options=THREE)
    assert paths(whapi) == ["/messages/interactive"]


@pytest.mark.parametrize("kind", ["image", "video", "audio", "sticker"])
def test_a_file_goes_by_its_link(send, whapi, kind):
    send("", kind=kind, file=picture())
    assert paths(whapi) == [f"/messages/{kind}"]
    assert whapi.sent[0] == {
        "to": f"{ANA}@s.whatsapp.net",
        "media": "https://example.org/f/1",
        "mime_type": "image/jpeg",
    }


def test_a_document_has_its_name_and_its_words(send, whapi):
    send("El plano", kind="document", file=picture("application/pdf"))
    assert (whapi.sent[0]["filename"], whapi.sent[0]["caption"]) == ("casa.jpg", "El plano")


def test_the_rules_say_what_it_can():
    rules = rules_of("whapi")
    assert (rules.window, rules.writes_first, rules.reports) == (None, True, True)
    assert [rules.answers_as(n) for n in (3, 10, 11)] == ["buttons", "list", "numbers"]
    assert set(rules.media) == {"image", "video", "audio", "document", "sticker"}


# --- What comes back -------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("how", "said"),
    [
        (400, {"permanent": True, "code": "400"}),
        (401, {"stop": True, "code": "401"}),
        (402, {"stop": True}),
        (403, {"stop": True}),
        (404, {"permanent": True, "stop": False}),
        (429, {"permanent": False, "slow": True, "retry_after": 10}),
        (500, {"unconfirmed": True}),
        (502, {"unconfirmed": True}),
        (503, {"permanent": False, "unconfirmed": False}),
        (DROP, {"unconfirmed": True, "code": "timeout"}),
        (MALFORMED, {"unconfirmed": True, "code": "no_id"}),
        ((200, {"sent": False, "message": {"id": "X-1"}}), {"permanent": True, "code": "not_sent"}),
        ((200, {"sent": True}), {"unconfirmed": True}),
        ((200, {"message": {"id": None}}), {"unconfirmed": True}),
        ((200, {"error": {"code": 401, "message": "x"}}), {"stop": True, "code": "401"}),
        ((400, {"error": {"code": "429"}}), {"slow": True}),
        ((400, {"error": "words"}), {"permanent": True, "code": "400"}),
        ((400, {"error": {"code": [], "message": 7}}), {"permanent": True, "code": "400"}),
        ((502, b"<html>"), {"unconfirmed": True}),
        ((429, b""), {"slow": True}),
    ],
    ids=ascii,
)
def test_each_answer_asks_for_its_own(send, whapi, how, said):
    whapi.behaviour = [how]
    with pytest.raises(ChannelError) as caught:
        send()
    assert {name: getattr(caught.value, name) for name in said} == said
    assert TOKEN not in str(caught.value)


def test_what_the_provider_says_is_told(send, whapi):
    whapi.behaviour = [400]
    with pytest.raises(ChannelError, match="Wrong request parameters: refused by the test"):
        send()


def test_an_answer_that_takes_too_long_may_have_been_sent(send, whapi, settings):
    settings.PROVIDER_TIMEOUT = (2, 0.2)
    whapi.behaviour = [0.6]
    with pytest.raises(ChannelError) as caught:
        send()
    assert caught.value.unconfirmed


def test_who_cannot_be_reached_got_nothing(send, settings):
    settings.WHAPI_BASE_URL = "http://127.0.0.1:9"
    with pytest.raises(ChannelError) as caught:
        send()
    assert not caught.value.unconfirmed and not caught.value.permanent


def test_without_a_token_nothing_leaves(send, whapi, row):
    row.credentials = {}
    with pytest.raises(ChannelError) as caught:
        send()
    assert caught.value.stop and whapi.requests == []


# --- Files, and small courtesies -------------------------------------------------------------


def test_a_file_is_fetched_with_the_token(whapi, row):
    whapi.media["jpeg-1"] = b"\x89PNG"
    assert Whapi(row).fetch_media("jpeg-1", 100) == (b"\x89PNG", "image/png")
    assert whapi.requests[0].headers["Authorization"] == f"Bearer {TOKEN}"
    assert paths(whapi) == ["/media/jpeg-1"]


@pytest.mark.parametrize("id_", ["../settings", "http://169.254.169.254/x", "a/b?c"])
def test_an_id_of_a_strangers_leads_nowhere_else(whapi, row, id_):
    with pytest.raises(ChannelError):
        Whapi(row).fetch_media(id_, 100)
    assert all(path.startswith("/media/") and path.count("/") == 2 for path in paths(whapi))


def test_a_file_that_is_too_large_is_refused(whapi, row):
    whapi.media["jpeg-1"] = b"x" * 101
    with pytest.raises(ChannelError) as caught:
        Whapi(row).fetch_media("jpeg-1", 100)
    assert caught.value.code == "size"


def test_a_file_on_a_foreign_host_is_refused(whapi, row):
    whapi.media["jpeg-1"] = (302, {}, {"Location": "http://169.254.169.254/latest"})
    with pytest.raises(ChannelError) as caught:
        Whapi(row).fetch_media("jpeg-1", 100)
    assert caught.value.code == "host"


def test_reading_and_typing_are_shown(whapi, row):
    Whapi(row).mark_read("PsA1-gAAAB", TO)
    Whapi(row).show_typing("PsA1-gAAAB", TO[1:])
    Whapi(row).show_typing("", (Address("group", "1@g.us"),))
    asked = [(request.method, request.path) for request in whapi.requests]
    typing = f"/presences/{ANA}@s.whatsapp.net"
    assert asked == [("PUT", "/messages/PsA1-gAAAB"), ("PUT", typing)]
    assert whapi.requests[1].json == {"presence": "typing"}


# --- Through the outbox ----------------------------------------------------------------------


@pytest.fixture
def queued(row, db, whapi):
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
        (500, "unknown", "unknown"),
        (DROP, "unknown", "unknown"),
        (MALFORMED, "unknown", "unknown"),
    ],
)
def test_what_becomes_of_a_message(queued, whapi, how, state, outcome):
    whapi.behaviour = [how]
    assert becomes(queued()) == ([state], [outcome])


def test_what_is_not_confirmed_is_never_sent_again(queued, whapi):
    whapi.behaviour = [DROP]
    assert doubted_and_left_alone(queued(), whapi)


def test_an_echo_confirms_what_was_in_doubt(queued, whapi, client, row):
    whapi.behaviour = [DROP]
    message = queued("¿Cuándo le llamo?")
    work_off()
    body = fake.echo_body("¿Cuándo le llamo?", id_="OUT1-gAAAB", source="api")
    answer = client.post(
        f"/webhooks/whapi/{row.uuid}/",
        body,
        content_type="application/json",
        headers={"X-Webhook-Secret": SECRET},
    )
    assert answer.status_code == 200
    work_off()
    message.refresh_from_db()
    assert (message.state, message.provider_id) == ("sent", "OUT1-gAAAB")
    assert Message.objects.count() == 1


# --- The stand-in itself -----------------------------------------------------------------------


def test_the_stand_in_tells_what_became_of_a_message(settings, row):
    def send():
        return Whapi(row).send(Outgoing(1, "a-1", TO, "Hola"))

    assert tells_what_became(WhapiFake, settings, "WHAPI_BASE_URL", send)
