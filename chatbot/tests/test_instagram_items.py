"""What Instagram posts, item by item, as the desk understands it."""

import pytest

from chatbot.channels.events import Deletion, Edit, StatusUpdate
from chatbot.tests import instagram_desk
from chatbot.tests.fakes.instagram import (
    ACCOUNT,
    ANA,
    echo_item,
    file_item,
    item,
    text_item,
)
from chatbot.tests.instagram_desk import MS
from crm.conversations.models import Message

pytestmark = pytest.mark.once

instagram = instagram_desk.instagram
events = instagram_desk.events
one = instagram_desk.one

Kind = Message.Kind

CDN = "https://lookaside.fbsbx.com/ig_messaging_cdn/?asset_id=1&signature=abc"

PAGE = "https://www.instagram.com/p/abc/"

LONG_MID = "aWdfZAG1faXRlbToxOklHTWVzc2FnZAUlE" + "Ojk" * 60

# --- Messages --------------------------------------------------------------------------------


def test_a_text(events, one):
    said = text_item("Hola", mid="m_1", at=MS)
    [event] = events(said)
    assert (event.kind, event.key, event.lane) == ("message", "message:m_1", f"p:{ANA}")
    assert event.external_id == ACCOUNT
    message = one(said)
    assert (message.id, message.kind, message.text) == ("m_1", Kind.TEXT, "Hola")
    assert [(a.kind, a.value) for a in message.addresses] == [("igsid", ANA)]
    assert message.wakes and not message.outgoing


@pytest.mark.parametrize("at", [1749416383123, "1749416383123", 1749416383, "1749416383"])
def test_times_come_in_milliseconds_in_seconds_and_as_text(one, at):
    at_ = one(text_item(at=at)).at
    assert int(at_.timestamp()) == 1749416383
    assert at_.microsecond == (123_000 if len(str(at)) == 13 else 0)


@pytest.mark.parametrize("at", [None, "", "soon", [], {}, True, 0, -1, float("nan"), 10**30])
def test_an_absurd_time_is_none_or_now(one, at):
    content = text_item()
    content["timestamp"] = at
    message = one(content)
    assert message.text == "Hola"
    assert message.at is None or message.at.year > 2005


@pytest.mark.parametrize(
    ("type_", "kind"),
    [
        ("image", Kind.IMAGE),
        ("video", Kind.VIDEO),
        ("audio", Kind.AUDIO),
        ("file", Kind.DOCUMENT),
        ("sticker", Kind.STICKER),
    ],
)
def test_files_are_fetched_by_their_address(one, type_, kind):
    message = one(file_item(type_, CDN))
    assert (message.kind, message.text) == (kind, "")
    assert [media.id for media in message.media] == [CDN]


@pytest.mark.parametrize("type_", ["share", "ig_post", "story_mention", "ig_reel", "reel"])
def test_what_is_shared_is_a_file_where_it_is_one_and_else_a_link(one, type_):
    message = one(file_item(type_, CDN, title="Villa Marina"))
    assert message.kind == (Kind.VIDEO if "reel" in type_ else Kind.IMAGE)
    assert (message.text, message.media[0].id) == ("Villa Marina", CDN)
    message = one(file_item(type_, PAGE, title="Villa Marina"))
    assert (message.kind, message.text) == (Kind.TEXT, f"Villa Marina\n{PAGE}")
    assert message.media == ()


def test_several_files_and_a_text_are_one_message(one):
    content = file_item("image", CDN)
    content["message"]["text"] = "Mi casa"
    content["message"]["attachments"] *= 3
    message = one(content)
    assert (message.kind, message.text, len(message.media)) == (Kind.IMAGE, "Mi casa", 3)


def test_an_attachment_without_an_address_leaves_the_text(one):
    content = text_item("Mire")
    content["message"]["attachments"] = [{"type": "image"}, None, {"type": "ephemeral"}]
    assert one(content).text == "Mire"
    del content["message"]["text"]
    message = one(content)
    assert message.kind == Kind.UNSUPPORTED
    assert message.raw["attachments"][0] == {"type": "image"}


@pytest.mark.parametrize("lost", [{"type": "image"}, {"type": "image", "payload": {}}])
def test_a_file_that_cannot_be_read_is_missed_beside_the_text(one, lost):
    content = text_item("Mire")
    content["message"]["attachments"] = [lost, {"type": "image", "payload": {"url": CDN}}]
    message = one(content)
    assert (message.kind, message.text) == (Kind.IMAGE, "Mire")
    assert [(file.id, file.error == "") for file in message.media] == [("", False), (CDN, True)]
    assert message.raw == content["message"]


@pytest.mark.parametrize(
    "attachment",
    [
        {"type": "fallback", "payload": None},
        {"type": "share", "payload": {"url": PAGE}},
        {"type": "share", "payload": {"url": "https://otro.test\\@x.fbcdn.net/1.jpg"}},
    ],
)
def test_what_was_no_file_is_not_missed(one, attachment):
    content = text_item("Mire")
    content["message"]["attachments"] = [attachment]
    message = one(content)
    assert (message.kind, message.media, message.raw) == (Kind.TEXT, (), None)


def test_what_instagram_itself_does_not_support_is_kept(one):
    message = one(item(message={"mid": "m_1", "is_unsupported": True}))
    assert (message.kind, message.raw["is_unsupported"]) == (Kind.UNSUPPORTED, True)


@pytest.mark.parametrize(
    ("reply_to", "quoted"),
    [
        ({"mid": "m_0"}, "m_0"),
        ({"story": {"id": "s1", "url": "https://cdn.example/s1"}}, "s1"),
        ({"story": None}, ""),
        ("m_0", ""),
    ],
)
def test_replies_name_a_message_or_a_story(one, reply_to, quoted):
    content = text_item("Precio?")
    content["message"]["reply_to"] = reply_to
    message = one(content)
    assert (message.text, message.reply_to) == ("Precio?", quoted)


def test_a_quick_reply_is_a_choice(one):
    content = text_item("Mi saldo")
    content["message"]["quick_reply"] = {"payload": "menu:saldo"}
    message = one(content)
    assert (message.kind, message.text, message.choice) == (Kind.BUTTON, "Mi saldo", "menu:saldo")


def test_a_postback_is_a_choice(events, one):
    content = item(postback={"mid": "m_4", "title": "Mi saldo", "payload": "menu:saldo"})
    assert events(content)[0].key == "message:m_4"
    message = one(content)
    assert (message.kind, message.text, message.choice) == (Kind.BUTTON, "Mi saldo", "menu:saldo")
    assert message.wakes


def test_a_message_id_too_long_for_the_desk_is_the_same_one_everywhere(events, one):
    """Theirs have some 190 characters; ours 150. Read receipts and deletions must find it."""
    sent = one(text_item(mid=LONG_MID)).id
    assert sent.startswith("derived.")
    assert one(item(read={"mid": LONG_MID})).id == sent
    assert one(item(message={"mid": LONG_MID, "is_deleted": True})).id == sent
    assert one(item(reaction={"mid": LONG_MID, "action": "react"})).reply_to == sent


# --- Echoes ----------------------------------------------------------------------------------


def test_an_echo_is_ours_and_belongs_to_whom_it_went(events, one):
    [event] = events(echo_item(mid="m_3"))
    assert (event.kind, event.key, event.lane) == ("echo", "message:m_3", f"p:{ANA}")
    message = one(echo_item("Le ayudo"))
    assert (message.outgoing, message.by_api, message.wakes) == (True, True, False)
    assert message.or_typed
    assert message.addresses[0].value == ANA


def test_what_the_account_itself_wrote_is_an_echo_without_saying_so(one):
    message = one(text_item("Le ayudo", sender=ACCOUNT, recipient=ANA))
    assert message.outgoing and message.addresses[0].value == ANA


def test_an_echo_to_nobody_is_a_notice(events):
    content = echo_item()
    del content["recipient"]
    assert [event.kind for event in events(content)] == ["notice"]


# --- What becomes of messages ----------------------------------------------------------------


def test_a_deletion_has_the_id_of_its_message_and_a_key_of_its_own(events, one):
    content = item(message={"mid": "m_1", "is_deleted": True}, at=MS)
    [event] = events(content)
    assert (event.key, event.lane) == ("deletion:m_1", f"p:{ANA}")
    assert isinstance(one(content), Deletion) and one(content).id == "m_1"


def test_each_edit_is_an_event_of_its_own(events, one):
    first = item(message_edit={"mid": "m_1", "text": "Hola!", "num_edit": 1})
    second = item(message_edit={"mid": "m_1", "text": "Hola!!", "num_edit": 2})
    assert [event.key for event in events(first, second)] == ["edit:m_1:1", "edit:m_1:2"]
    edit = one(second)
    assert isinstance(edit, Edit) and (edit.id, edit.text) == ("m_1", "Hola!!")
    assert one(item(message_edit={"mid": "m_1", "num_edit": 1})) is None


def test_a_reaction_sits_on_its_message_and_can_be_taken_back(events, one):
    react = {"mid": "m_3", "action": "react", "reaction": "love", "emoji": "❤️"}
    given, taken = item(reaction=react, at=MS), item(reaction={**react, "action": "unreact"})
    again = item(reaction=react, at=MS + 5000)
    keys = {event.key for event in events(given, taken, again, given)}
    assert len(keys) == 3
    reaction = one(given)
    assert (reaction.kind, reaction.text, reaction.reply_to) == (Kind.REACTION, "❤️", "m_3")
    assert not reaction.wakes
    assert one(taken).text == ""


@pytest.mark.parametrize(("word", "emoji"), [("love", "❤️"), ("other", "other"), (None, "")])
def test_a_reaction_without_emoji_has_a_word(one, word, emoji):
    assert one(item(reaction={"mid": "m", "action": "react", "reaction": word})).text == emoji


def test_our_own_reaction_is_ours(one):
    content = item(sender=ACCOUNT, recipient=ANA, reaction={"mid": "m_1", "emoji": "👍"})
    reaction = one(content)
    assert reaction.outgoing and reaction.addresses[0].value == ANA


def test_a_read_receipt_is_a_status(events, one):
    content = item(read={"mid": "m_out_1"}, at=MS)
    [event] = events(content)
    assert (event.kind, event.key, event.lane) == ("status", "status:m_out_1:read", "s")
    status = one(content)
    assert isinstance(status, StatusUpdate)
    assert (status.id, status.state) == ("m_out_1", Message.State.READ)


def test_what_we_have_read_ourselves_is_no_status(events):
    content = item(sender=ACCOUNT, recipient=ANA, read={"mid": "m_1"})
    assert [event.kind for event in events(content)] == ["notice"]


# --- How somebody came -----------------------------------------------------------------------


AD = {
    "ref": "VM-101",
    "source": "ADS",
    "type": "OPEN_THREAD",
    "ad_id": "6045",
    "ads_context_data": {
        "ad_title": "Villa Marina",
        "photo_url": "https://x.fbcdn.net/p.jpg",
        "post_id": "77",
    },
}


def test_a_message_by_an_advertisement_says_so(one):
    content = text_item("Hola")
    content["message"]["referral"] = AD
    message = one(content)
    came = message.referral
    assert (came.kind, came.id, came.title) == ("ad", "6045", "Villa Marina")
    assert came.url == "https://x.fbcdn.net/p.jpg"
    assert message.named_products == ("VM-101",)
    assert message.wakes


def test_an_advertisement_without_a_word_wakes_nobody(one):
    message = one(item(referral=AD))
    assert (message.kind, message.text, message.wakes) == (Kind.SYSTEM, "Villa Marina", False)
    assert message.referral.id == "6045"


def test_a_link_into_the_chat_carries_its_parameter(one):
    message = one(item(referral={"ref": "abc123", "source": "SHORTLINK", "type": "OPEN_THREAD"}))
    assert (message.referral.kind, message.referral.id) == ("link", "abc123")
    assert one(item(referral={"source": "SHORTLINK"})) is None


def test_a_postback_may_carry_a_referral(one):
    content = item(postback={"mid": "m_1", "title": "Info", "payload": "i", "referral": AD})
    assert one(content).referral.id == "6045"


def test_a_product_of_the_shop_is_named(one):
    content = text_item("Precio?")
    content["message"]["referral"] = {"product": {"id": "555"}}
    assert one(content).named_products == ("555",)
