"""Telegram's groups, edits, taps, reactions and blocks."""

import pytest

from chatbot.channels.events import Address, Edit, Group, PersonNews
from chatbot.tests.fakes import telegram as sample
from chatbot.tests.fakes.telegram import ANA, GROUP, LUIS, SUPERGROUP
from chatbot.tests.telegram_told import Kind, read, told

pytestmark = pytest.mark.once

# --- Groups ----------------------------------------------------------------------------------


def test_a_group_is_a_conversation_of_its_own():
    heard = told(chat=sample.group(), sender=LUIS, text="Buenas")
    assert heard.id == f"{GROUP}.5"
    assert heard.group == Group(Address("group", str(GROUP)), "Copropietarios")
    assert heard.addresses == (Address("chat_id", str(LUIS)),)
    assert (heard.sender, heard.name, heard.wakes) == ("Luis Inventado", "", False)


def test_who_writes_in_the_groups_name_has_it():
    anonymous = {"id": 1087968824, "is_bot": True, "first_name": "Group"}
    update = sample.update(message=sample.message(chat=sample.group(), text="Aviso"))
    update["message"] |= {"from": anonymous, "sender_chat": sample.group()}
    assert (read(update).sender, read(update).text) == ("Copropietarios", "Aviso")


@pytest.mark.parametrize(
    ("chat", "moved"),
    [
        (sample.group(), {"migrate_to_chat_id": SUPERGROUP}),
        (sample.group(SUPERGROUP, "supergroup"), {"migrate_from_chat_id": GROUP}),
    ],
)
def test_a_group_that_became_a_supergroup_is_known_by_both_ids(chat, moved):
    heard = told(chat=chat, **moved)
    both = (Address("group", str(GROUP)), Address("group", str(SUPERGROUP)))
    assert (heard.kind, heard.addresses, heard.wakes) == (Kind.SYSTEM, both, False)
    assert heard.group.address == both[0]


# --- Edits, taps, reactions, blocks ----------------------------------------------------------


def test_an_edit_names_its_message():
    update = sample.update(edited_message=sample.message(5, text="Adiós", edit_date=1790000010))
    edit = read(update)
    assert (edit.id, edit.text) == (f"{ANA}.5", "Adiós")
    assert isinstance(edit, Edit) and edit.at is not None


def test_of_two_edits_in_one_second_the_later_update_is_the_later_one():
    edited = sample.message(5, text="Adiós", edit_date=1790000010)
    first, second = (
        read({**sample.update(edited_message=edited), "update_id": number}) for number in (7, 8)
    )
    assert first.at < second.at
    assert int(first.at.timestamp()) == int(second.at.timestamp()) == 1790000010


def test_a_caption_can_be_edited_and_taken_away():
    captioned = sample.message(5, photo=sample.PHOTO, caption="DNI")
    assert read(sample.update(edited_message=captioned)).text == "DNI"
    assert read(sample.update(edited_message=sample.message(5, photo=sample.PHOTO))).text == ""


@pytest.mark.parametrize("content", [{"location": sample.PLACE}, {"poll": {"id": "1"}}])
def test_a_place_that_moves_is_no_wording(content):
    assert read(sample.update(edited_message=sample.message(5, **content))) is None


def test_a_tapped_button_says_which():
    heard = read(sample.tap())
    assert (heard.kind, heard.choice, heard.text) == (Kind.BUTTON, "menu:saldo", "Mi saldo")
    assert (heard.receipt, heard.reply_to, heard.wakes) == ("4382", f"{ANA}.9", True)
    assert (heard.name, heard.at) == ("Ana Ficticia", None)


@pytest.mark.parametrize(
    "menu", [None, {"message_id": 9, "chat": sample.private(), "date": 0}, {"chat": None}, "x"]
)
def test_the_menu_of_a_tap_may_be_out_of_reach(menu):
    heard = read(sample.tap(message=menu))
    assert (heard.choice, heard.text, heard.receipt) == ("menu:saldo", "", "4382")
    assert heard.addresses == (Address("chat_id", str(ANA)),)


def test_a_tap_that_says_nothing_is_kept_and_answered_all_the_same():
    heard = read(sample.tap(data=None))
    assert (heard.kind, heard.receipt) == (Kind.UNSUPPORTED, "4382")


def test_two_taps_on_one_button_are_two():
    assert read(sample.tap()).id != read(sample.tap(id="4383")).id


def test_a_reaction_sits_on_its_message_and_wakes_nobody():
    heard = read(sample.reaction("👍"))
    assert (heard.kind, heard.text, heard.reply_to) == (Kind.REACTION, "👍", f"{ANA}.9")
    assert (heard.wakes, heard.name) == (False, "Ana Ficticia")
    assert read(sample.reaction()).text == ""


def test_each_change_of_a_reaction_is_one_of_its_own():
    first = sample.reaction("👍")
    assert read(first).id == read(first).id != read(sample.reaction()).id


def test_a_paid_reaction_has_a_sign_too():
    update = sample.reaction()
    update["message_reaction"]["new_reaction"] = [{"type": "paid"}]
    assert read(update).text == "⭐"


@pytest.mark.parametrize(("status", "reachable"), [("kicked", False), ("member", True)])
def test_a_blocked_bot_is_told_and_so_is_its_return(status, reachable):
    news = read(sample.membership(status))
    assert isinstance(news, PersonNews)
    assert (news.addresses, news.reachable) == ((Address("chat_id", str(ANA)),), reachable)


@pytest.mark.parametrize("status", ["left", None, [], 7])
def test_another_membership_says_nothing_of_it(status):
    assert read(sample.membership(status)) is None


def test_being_added_to_a_group_is_nobodys_return():
    assert read(sample.membership("member", chat=sample.group())) is None


def test_all_documented_updates_are_understood():
    assert {type(read(update)).__name__ for update in sample.UPDATES} == {
        "InboundMessage",
        "Edit",
        "PersonNews",
        "NoneType",
    }
