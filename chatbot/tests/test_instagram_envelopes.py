"""Instagram's bodies around the items: test events, comments, what is broken."""

import pytest

from chatbot.channels.events import InboundMessage
from chatbot.tests import instagram_desk
from chatbot.tests.fakes.instagram import (
    ACCOUNT,
    ANA,
    body,
    echo_item,
    entry,
    item,
    text_item,
)
from chatbot.tests.instagram_desk import MS

pytestmark = pytest.mark.once

instagram = instagram_desk.instagram
events = instagram_desk.events
one = instagram_desk.one

# --- Envelopes -------------------------------------------------------------------------------


def test_what_goes_to_another_app_is_not_lost(events, one):
    [event] = events(text_item(mid="m_1"), name="standby")
    assert event.key == "message:m_1"
    assert one(text_item("Hola"), name="standby").text == "Hola"


def test_the_dashboards_test_comes_as_a_change_of_nobodys_account(instagram):
    value = text_item("random_text", mid="random_mid", sender="12334", recipient="23245")
    value["timestamp"] = "1527459824"
    content = body({"field": "messages", "value": value}, name="changes", account="0")
    [event] = instagram.parse(content)
    assert (event.key, event.external_id) == ("message:random_mid", "")
    message = instagram.understand(event.kind, event.payload)
    assert (message.text, message.addresses[0].value) == ("random_text", "12334")
    assert int(message.at.timestamp()) == 1527459824


COMMENT = {
    "field": "comments",
    "value": {"id": "c1", "from": {"id": ANA, "username": "ana"}, "text": "Info"},
}


def test_comments_are_kept_and_nothing_more(instagram, events):
    [event] = events(COMMENT, name="changes")
    assert (event.kind, event.external_id) == ("notice", ACCOUNT)
    assert event.payload["notice"] == COMMENT
    assert instagram.understand(event.kind, event.payload) is None
    beside = instagram.parse({"entry": [{"id": ACCOUNT, "time": 1790000007, **COMMENT}]})
    assert [one.key for one in beside] == [event.key]


def test_a_body_of_two_people_keeps_both(instagram):
    content = {
        "object": "instagram",
        "entry": [
            entry(text_item("1", mid="a"), text_item("2", mid="b", sender="9002")),
            entry(text_item("3", mid="c"), echo_item(mid="d", person="9002")),
        ],
    }
    lanes = [(event.key, event.lane) for event in instagram.parse(content)]
    assert lanes == [
        ("message:a", "p:9001"),
        ("message:b", "p:9002"),
        ("message:c", "p:9001"),
        ("message:d", "p:9002"),
    ]


@pytest.mark.parametrize("broken", [None, 1, "x", [], {}, {"message": None}, {"sender": []}])
def test_a_broken_item_costs_no_neighbour(events, broken):
    kinds = [event.kind for event in events(text_item(), broken, text_item())]
    assert kinds == ["message", "notice", "message"]


@pytest.mark.parametrize(
    "content",
    [
        item(take_thread_control={"previous_owner_app_id": "1"}),
        item(hologram={"mid": "m_1"}),
        item(),
    ],
)
def test_an_item_of_tomorrow_is_a_notice(events, content):
    assert [event.kind for event in events(content)] == ["notice"]


@pytest.mark.parametrize(
    "content",
    [{}, {"entry": None}, {"entry": []}, {"entry": [None]}, {"entry": [{}]}, {"entry": {}}],
)
def test_a_body_without_items_is_kept(instagram, content):
    assert [event.kind for event in instagram.parse(content)] == ["notice"]


@pytest.mark.parametrize("key", ["timestamp", "recipient"])
def test_a_message_can_do_without(one, key):
    content = text_item("Hola")
    del content[key]
    assert one(content).text == "Hola"


def test_without_a_sender_it_is_nobodys(events):
    content = text_item("Hola")
    del content["sender"]
    assert [event.kind for event in events(content)] == ["notice"]


def test_without_an_id_it_gets_one_from_its_content(one):
    content = text_item("Hola", at=MS)
    del content["message"]["mid"]
    first, again = one(content), one(content)
    assert first.id == again.id and first.id.startswith("derived.")
    content["timestamp"] += 1000
    assert one(content).id != first.id


def test_what_stands_in_the_database_is_not_believed_either(instagram):
    for payload in ({}, {"item": None}, {"item": {"message": 1}, "id": "m", "person": []}):
        for kind in ("message", "echo", "status", "deletion", "edit", "notice", "x"):
            understood = instagram.understand(kind, payload)
            assert not isinstance(understood, InboundMessage)
