"""Bodies nobody should send: a 4xx or a stored message, never a 500, never a lost neighbour."""

import json
import time

import pytest

from chatbot.channels.meta import sign
from chatbot.models import InboundEvent
from chatbot.tests.conftest import SECRET
from chatbot.tests.graph_stub import envelope, text_body
from chatbot.tests.neighbours import (
    NEIGHBOUR,
    assert_neighbours_are_answered,
    assert_nothing_failed,
    neighbour,
    value_of,
)
from chatbot.work import work_off
from crm.conversations.models import Channel, Message

pytestmark = pytest.mark.django_db

DOOR = "/chatbot/webhook/whatsapp/"


@pytest.fixture(autouse=True)
def dry(channel):
    """Nothing here is about sending."""
    channel.mode = Channel.Mode.DRY_RUN
    channel.save()


def deep(levels, opening="[", closing="]", core="1"):
    return opening * levels + core + closing * levels


# --- Whole bodies ----------------------------------------------------------------------------


@pytest.mark.once
def test_ten_megabytes_are_too_many(post, channel):
    body = text_body("x" * 10_000_000, wamid="wamid.1")
    assert post(body).status_code == 413
    assert not InboundEvent.objects.exists()


@pytest.mark.parametrize("length", ["-1", "99999999999"])
def test_a_length_that_lies_is_not_believed(client, channel, length):
    raw = json.dumps(neighbour()).encode()
    headers = {"X-Hub-Signature-256": sign(SECRET, raw)}
    answer = client.post(
        DOOR, raw, content_type="application/json", headers=headers, CONTENT_LENGTH=length
    )
    assert 400 <= answer.status_code < 500


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b" ",
        b"Hola",
        b"{",
        b'{"entry": [',
        b'{"entry": [}',
        b"[]",
        b"[1, 2]",
        b"1",
        b"null",
        b"true",
        b'"entry"',
        b"NaN",
        b"\x00",
        b"\xff\xfe\xfd",
        b'{"entry": "\xff"}',
        b"{'entry': []}",
        b"entry=1&object=2",
        deep(50_000).encode(),
        deep(50_000, '{"a":', "}").encode(),
        b"[" * 50_000,
        b'{"entry":' * 50_000,
    ],
)
@pytest.mark.once
def test_what_is_no_json_object_is_refused(post, channel, raw):
    assert post(raw).status_code == 400
    assert not InboundEvent.objects.exists()


@pytest.mark.parametrize(
    "raw",
    [
        json.dumps(text_body("Soy la vecina", wamid="wamid.1", sender=NEIGHBOUR)).encode(encoding)
        for encoding in ("utf-8-sig", "utf-16", "utf-32-le")
    ],
)
@pytest.mark.once
def test_json_in_another_encoding_is_json(post, channel, raw):
    assert post(raw).status_code == 200
    work_off()
    assert_neighbours_are_answered()


def nested(levels, where):
    """A body with brackets `levels` deep in one element, and a neighbour beside it."""
    body = neighbour()
    if where == "entry":
        body["entry"].insert(0, "HERE")
    else:
        element = {"from": "51911000001", "id": "wamid.DEEP", "type": "text", "text": "HERE"}
        value_of(body)["messages"].insert(0, element)
    return json.dumps(body).replace('"HERE"', deep(levels)).encode()


@pytest.mark.parametrize("where", ["entry", "text"])
def test_nesting_is_kept_up_to_a_limit_and_refused_beyond_it(post, channel, where):
    kept, refused = 10, 5_000
    assert post(nested(refused, where)).status_code == 400
    while refused - kept > 1:
        middle = (kept + refused) // 2
        status = post(nested(middle, where)).status_code
        assert status in (200, 400)
        kept, refused = (middle, refused) if status == 200 else (kept, middle)
    assert kept > 100
    work_off()
    assert_nothing_failed()
    assert not InboundEvent.objects.filter(state="pending").exists()
    assert post(nested(kept, where)).status_code == 200
    assert Message.objects.filter(text="Soy la vecina").exists()


def test_a_number_of_many_digits_costs_no_neighbour(post, channel):
    body = neighbour()
    odd = {"from": "51911000001", "id": "wamid.ODD", "type": "text", "text": {"body": "Hola"}}
    value_of(body)["messages"].insert(0, {**odd, "timestamp": "HERE", "from_user_id": "HERE"})
    raw = json.dumps(body).replace('"HERE"', "9" * 6_000).encode()
    assert post(raw).status_code == 200
    work_off()
    assert_neighbours_are_answered()
    assert Message.objects.filter(direction="in").count() == 2
    assert_nothing_failed()


# --- Texts -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("a\x00b", "a\ufffdb"),
        ("a\ud83db", "a?b"),
        ("\udca0\ud83d", "??"),
        ("Hola 👩‍👩‍👧‍👦 🏠", "Hola 👩‍👩‍👧‍👦 🏠"),
        ("𝕳𝖔𝖑𝖆", "𝕳𝖔𝖑𝖆"),
        ("\u202eحلم\u200f", "\u202eحلم\u200f"),
        ("x" * 100_000, "x" * 100_000),
        ("🏠" * 100_000, "🏠" * 100_000),
        ("interesa casa " * 7_000, "interesa casa " * 7_000),
        ("<script>alert(1)</script>", "<script>alert(1)</script>"),
        ("%s %(a)s {0} {{ x }}", "%s %(a)s {0} {{ x }}"),
        ("'; DROP TABLE leads_lead; --", "'; DROP TABLE leads_lead; --"),
    ],
    ids=lambda text: ascii(text[:12]),
)
def test_any_text_is_stored_and_answered(post, channel, text, kept):
    body = text_body(text, wamid="wamid.1")
    body["entry"] += neighbour()["entry"]
    started = time.monotonic()
    assert post(body).status_code == 200
    work_off()
    assert time.monotonic() - started < 5
    assert Message.objects.get(provider_id="wamid.1").text == kept
    assert Message.objects.filter(direction="out", state="sent").count() == 2
    assert_neighbours_are_answered()


def test_half_a_character_in_raw_bytes(post, channel):
    raw = json.dumps(text_body("HERE", wamid="wamid.1")).encode().replace(b"HERE", b"\xed\xa0\xbd")
    assert post(raw).status_code == 200
    work_off()
    assert Message.objects.get(direction="in").text == "?"


@pytest.mark.parametrize("name", ["\x00", "\ud800", "x" * 100_000, "🏠" * 300, " ", 1, None, []])
def test_any_name_is_taken(post, channel, name):
    assert post(text_body("Hola", wamid="wamid.1", name=name)).status_code == 200
    work_off()
    assert Message.objects.get(direction="in").text == "Hola"
    assert_nothing_failed()


# --- Ids and time stamps ---------------------------------------------------------------------

ODD_IDS = [
    0, 17, -1, 10**30, True, None, "", " ", [], ["wamid.1"], {}, {"id": 1}, 1.5, float("nan"),
    "x" * 1_000, "\x00", "a\x00b", "\ud800", "🏠" * 200, "a\nb", "message:x", "../../etc/passwd",
]  # fmt: skip


@pytest.mark.parametrize("id_", ODD_IDS, ids=ascii)
@pytest.mark.parametrize("times", [1, 2])
def test_any_id_is_one_message(post, channel, id_, times):
    body = text_body("Hola", wamid=id_)
    value_of(body)["messages"] += neighbour()["entry"][0]["changes"][0]["value"]["messages"]
    for _ in range(times):
        assert post(body).status_code == 200
        work_off()
    assert Message.objects.filter(direction="in", text="Hola").count() == 1
    assert_neighbours_are_answered()
    assert_nothing_failed()


@pytest.mark.parametrize("from_", ODD_IDS, ids=ascii)
def test_any_sender_costs_no_neighbour(post, channel, from_):
    body = text_body("Hola", wamid="wamid.1", sender=from_)
    body["entry"] += neighbour()["entry"]
    assert post(body).status_code == 200
    work_off()
    assert InboundEvent.objects.count() == 2
    assert_neighbours_are_answered()
    assert_nothing_failed()


@pytest.mark.parametrize(
    "timestamp",
    ["", "soon", "-1", "0", "1", "9" * 30, "1e400", "١٧٩٠٠٠٠٠٠٠", 0, -(10**18), 10**18, 10**300,
     253402300800, 1.5, float("inf"), float("nan"), None, True, [], {}, "\x00", "\ud800",
     "4102444800", "1749416383.5", " 1749416383 "],
    ids=ascii,
)  # fmt: skip
def test_any_time_stamp_is_one_message(post, channel, timestamp):
    body = text_body("Hola", wamid="wamid.1")
    value_of(body)["messages"][0]["timestamp"] = timestamp
    assert post(body).status_code == 200
    work_off()
    message = Message.objects.get(direction="in")
    assert message.shown_at.year > 2005
    assert message.shown_at <= message.created_at
    assert_nothing_failed()


@pytest.mark.parametrize("element", [None, 1, "x", [], [[]], {}, True, float("nan")], ids=ascii)
@pytest.mark.parametrize("name", ["messages", "statuses", "message_echoes", "errors", "contacts"])
@pytest.mark.once
def test_a_broken_element_costs_no_neighbour(post, channel, name, element):
    body = neighbour()
    value = value_of(body)
    value[name] = [element, *value.get(name, []), element]
    assert post(body).status_code == 200
    work_off()
    assert_neighbours_are_answered()
    assert_nothing_failed()


# --- Statuses --------------------------------------------------------------------------------


def status_of(message, **rest):
    return {"id": message.provider_id, "status": "read", "timestamp": "1790000200", **rest}


def test_statuses_that_contradict_each_other_stop_nothing(say, post, channel):
    """Two attempts claim one provider id, which only one message can have."""
    for person in ("51911000001", "51911000002", "51911000003"):
        say("Hola", sender=person)
    first, second, third = Message.objects.filter(direction="out").order_by("id")
    Message.objects.filter(pk__in=[first.pk, second.pk]).update(provider_id="", state="unknown")
    claims = [
        status_of(first, id="wamid.SAME", biz_opaque_callback_data=str(m.attempts.get().pk))
        for m in (first, second)
    ]
    claims[1]["status"] = "delivered"
    post(envelope({"statuses": [*claims, status_of(third)]}))
    work_off()
    third.refresh_from_db()
    assert third.state == "read"
    say("Sigo aquí")
    assert Message.objects.filter(direction="in").count() == 4


def test_statuses_of_messages_nobody_knows_hold_back_no_other(say, post, channel):
    """Another system may send from the same number: its statuses come here as well."""
    say("Hola")
    message = Message.objects.get(direction="out")
    strangers = [
        {"id": f"wamid.STRANGE{n}", "status": "sent", "timestamp": "1790000200"} for n in range(900)
    ]
    post(envelope({"statuses": strangers}))
    work_off()
    post(envelope({"statuses": [status_of(message)]}))
    work_off()
    message.refresh_from_db()
    assert message.state == "read"
    assert InboundEvent.objects.filter(kind="status", state="pending").count() == 900
