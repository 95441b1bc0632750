"""Maytapi's bodies, type by type, as the desk's own messages."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _

from chatbot.channels.events import (
    Address,
    Deletion,
    InboundMessage,
    Json,
    Media,
    StatusUpdate,
)
from chatbot.channels.reading import (
    derived_id,
    dicts,
    error_code,
    identifier,
    mapping,
    moment,
    plain,
)
from chatbot.channels.whatsapp_web import Chat, address, card, group, is_nobody, people, point
from crm.conversations.models import Message

Kind = Message.Kind
State = Message.State
# "delivered" is to WhatsApp's servers, "reached" to the person's phone.
STATES = {
    "delivered": State.SENT,
    "reached": State.DELIVERED,
    "seen": State.READ,
    "played": State.READ,
}
BY_CODE = {1: "delivered", 2: "reached", 3: "seen", 4: "played", 5: "deleted"}
MEDIA_KINDS = {
    "image": Kind.IMAGE,
    "video": Kind.VIDEO,
    "audio": Kind.AUDIO,
    "ptt": Kind.AUDIO,
    "document": Kind.DOCUMENT,
    "sticker": Kind.STICKER,
}
LONGEST_URL = 2000
NAMED = re.compile(r"\d{5,20}@(?:c\.us|s\.whatsapp\.net|lid)")
# What the id of a message or a reaction begins with: ours, theirs.
SIDES = ("true_", "false_")
NAMED_GROUP = re.compile(r"[\d-]{5,40}@g\.us")


def is_ours(body: Json) -> bool:
    """Whether our own number wrote it: ids of what the phone sent begin with "true_", those of
    what a program sent are UUIDs."""
    message = mapping(body.get("message"))
    given = message.get("fromMe")
    if isinstance(given, bool):
        return given
    return any(one.startswith("true_") or _is_uuid(one) for one in _ids(message))


def _ids(message: Json) -> list[str]:
    """`id` and `_serialized`, where it has them."""
    ids = (identifier(message.get("id")), identifier(message.get("_serialized")))
    return [one for one in ids if one]


def id_of(body: Json) -> str:
    """What the message is called; in a group by the name it has on each of our phones."""
    message = mapping(body.get("message"))
    ids = _ids(message)
    if not is_ours(body) and _group(body) is not None:
        ids.reverse()
    return ids[0] if ids else derived_id(body)


def chat_of(body: Json) -> Chat | None:
    """Where the message belongs; None where nobody talks to us, or nobody can be named."""
    if is_nobody(body.get("conversation")):
        return None
    own = address(body.get("receiver"))
    ours = is_ours(body)
    user = mapping(body.get("user"))
    written = [user.get("id"), user.get("phone")]
    named = list(_people_in_ids(mapping(body.get("message"))))
    if talk := _group(body):
        # The group stands before the participant, whose name may be all there is.
        return Chat(() if ours else people([*written, *named], but=own.value if own else ""), talk)
    chat = [body.get("conversation"), *named]
    if ours:
        # `user` may be ourselves, and then belongs to nobody who was written to.
        found = people(chat, but=own.value if own else "")
        found = found or (people(written, but=own.value) if own else ())
    else:
        found = people([*written, *chat], but=own.value if own else "")
    return Chat(found) if found else None


def _group(body: Json) -> Any:
    """The conversation, or where that is blank the group that the message's id names."""
    conversation = body.get("conversation")
    if not conversation:
        ids = _ids(mapping(body.get("message")))
        conversation = next((found[0] for one in ids if (found := NAMED_GROUP.search(one))), "")
    return group(conversation, body.get("conversation_name"))


def _people_in_ids(message: Json) -> Iterator[str]:
    """From the tail: there stands whoever wrote in a group."""
    for one in reversed(_ids(message)):
        yield from reversed(NAMED.findall(one))


def read(payload: Json) -> InboundMessage | None:
    """A stored body with a message; None if it belongs to nobody."""
    body = mapping(payload.get("body"))
    chat = chat_of(body)
    if chat is None:
        return None
    ours, message = is_ours(body), mapping(body.get("message"))
    quoted = mapping(body.get("quoted"))
    type_ = _type_of(message)
    name = plain(mapping(body.get("user")).get("name"), 200).strip()
    name = name or plain("" if chat.group else body.get("conversation_name"), 200).strip()
    return InboundMessage(
        id=identifier(payload.get("id")),
        addresses=chat.people,
        name="" if ours or chat.group else name,
        at=moment(body.get("timestamp")),
        reply_to=identifier(quoted.get("id") or quoted.get("_serialized")),
        wakes=type_ != "info" and not ours,
        outgoing=ours,
        by_api=ours and _is_uuid(identifier(message.get("id"))),
        group=chat.group,
        sender=name if chat.group and not ours else "",
        **_parts(type_, message),
    )


def _is_uuid(text: str) -> bool:
    """Only what is sent through the API has such an id."""
    try:
        UUID(text)
    except ValueError:
        return False
    return True


def _type_of(message: Json) -> str:
    """The type it names; without one, a text if it has one."""
    named = identifier(message.get("type"), 40)
    return named or ("text" if isinstance(message.get("text"), str) else "")


def _parts(type_: str, message: Json) -> dict[str, Any]:
    try:
        parts = _read_type(type_, message)
    except (TypeError, ValueError, KeyError, AttributeError, OverflowError):
        parts = {}
    said = plain(message.get("caption")) or plain(message.get("text"))
    return parts or {"kind": Kind.UNSUPPORTED, "text": said, "raw": message}


def _read_type(type_: str, message: Json) -> dict[str, Any]:
    if type_ in MEDIA_KINDS:
        return _media(type_, message)
    reader = READERS.get(type_)
    return reader(message) if reader else {}


def _text(message: Json) -> dict[str, Any]:
    text = message["text"]
    return {"kind": Kind.TEXT, "text": plain(text)} if isinstance(text, str) else {}


def _media(type_: str, message: Json) -> dict[str, Any]:
    url = plain(message.get("url"))
    if not url or len(url) > LONGEST_URL:
        return {}
    found = Media(
        id=url,
        name=plain(message.get("filename"), 200),
        mime=plain(message.get("mime"), 100).split(";")[0],
    )
    return {"kind": MEDIA_KINDS[type_], "text": plain(message.get("caption")), "media": (found,)}


def _location(message: Json) -> dict[str, Any]:
    latitude, longitude = message["payload"].split(",")
    said = plain(message.get("text")) or plain(message.get("caption"))
    where = point(latitude, longitude)
    return {"kind": Kind.LOCATION, "text": "\n".join(one for one in (said, where) if one)}


def _cards(message: Json) -> dict[str, Any]:
    cards = dicts(message.get("vcardList")) or [message]
    lines = [card(one.get("displayName"), one.get("vcard")) for one in cards]
    return {"kind": Kind.CONTACTS, "text": "\n".join(line for line in lines if line)}


def _poll(message: Json) -> dict[str, Any]:
    names = [plain(option.get("name")) for option in dicts(message.get("options"))]
    lines = [plain(message.get("text")), *(f"- {name}" for name in names if name)]
    text = "\n".join(line for line in lines if line)
    return {"kind": Kind.TEXT, "text": text} if text else {}


def _info(message: Json) -> dict[str, Any]:
    """Who came and who left: nobody's words."""
    subtype = plain(message.get("subtype"), 60)
    known = address(message.get("participant"))
    who = f"+{known.value}" if known and known.kind == "wa_id" else ""
    told = {
        "group/add": _("Added to the group: %(who)s"),
        "group/invite": _("Joined the group: %(who)s"),
        "group/remove": _("Removed from the group: %(who)s"),
        "group/leave": _("Left the group: %(who)s"),
        "group/promote": _("Now runs the group: %(who)s"),
        "group/demote": _("No longer runs the group: %(who)s"),
    }.get(subtype)
    text = told % {"who": who or "?"} if told else subtype
    return {"kind": Kind.SYSTEM, "text": text, "raw": message}


READERS: dict[str, Callable[[Json], dict[str, Any]]] = {
    "text": _text,
    "location": _location,
    "vcard": _cards,
    "multi_vcard": _cards,
    "poll": _poll,
    "info": _info,
}

# --- Items of an acknowledgement, and errors ----------------------------------------------------


def ack_type(item: Json) -> str:
    """ "delivered", "reached", "seen", "played", "deleted", or ""."""
    named = identifier(item.get("ackType"), 20)
    code = item.get("ackCode")
    return named or (BY_CODE.get(code, "") if isinstance(code, int) else "")


def ack_target(item: Json) -> str:
    """The id `sendMessage` gave; where it is missing, WhatsApp's own."""
    return identifier(item.get("msgId")) or identifier(item.get("rxid"))


def read_status(payload: Json) -> StatusUpdate | None:
    """A delivery, or the error of a message that had only been queued."""
    if error := mapping(payload.get("error")):
        id_ = identifier(mapping(error.get("data")).get("id"))
        text = plain(error.get("message"), 500)
        code = error_code(error.get("code"))
        return StatusUpdate(id_, State.FAILED, None, code=code, text=text) if id_ else None
    item = mapping(payload.get("ack"))
    id_, state = ack_target(item), STATES.get(ack_type(item))
    return StatusUpdate(id_, state, moment(item.get("time"))) if id_ and state else None


def read_deletion(payload: Json) -> Deletion | None:
    item = mapping(payload.get("ack"))
    id_ = ack_target(item)
    return Deletion(id_, moment(item.get("time"))) if id_ else None


def chat_of_ack(item: Json) -> Chat | None:
    """The chat of a reaction or deletion, and who reacted: ids may be blank, null or a number."""
    by = [item.get("reactorId")]
    if talk := group(item.get("chatId")):
        return Chat(people([] if _reacted_here(item) else by), talk)
    # Only the reaction's own id says that the person reacted: else it may be we.
    theirs = by if identifier(item.get("reactionId")).startswith("false_") else []
    named = NAMED.findall(identifier(item.get("rxid")))
    person = people([item.get("chatId"), *theirs, *named]) or people(by)
    return Chat(person) if person else None


def _reacted_here(item: Json) -> bool:
    """Whether the reaction was certainly made on our own phone."""
    named = identifier(item.get("reactionId"))
    if named.startswith(SIDES):
        return named.startswith("true_")
    chat, by = address(item.get("chatId")), address(item.get("reactorId"))
    return bool(chat and by and chat.kind == by.kind and chat != by)


def _who_reacted(item: Json) -> Address | None:
    """The number of who reacted, where only the chat's own number tells whether it is ours."""
    by = address(item.get("reactorId"))
    if identifier(item.get("reactionId")).startswith(SIDES) or by is None or by.kind != "wa_id":
        return None
    return None if by == address(item.get("chatId")) else by


def read_reaction(payload: Json) -> InboundMessage | None:
    """An empty reaction takes an earlier one back."""
    item = mapping(payload.get("ack"))
    chat = chat_of_ack(item)
    if chat is None:
        return None
    ids = (identifier(item.get("msgId")), identifier(item.get("rxid")))
    return InboundMessage(
        id=identifier(payload.get("id")),
        addresses=chat.people,
        kind=Kind.REACTION,
        text=plain(item.get("reaction"), 40),
        at=moment(item.get("time")),
        reply_to=ack_target(item),
        wakes=False,
        outgoing=_reacted_here(item),
        group=chat.group,
        about=() if chat.group else tuple(one for one in ids if one),
        by=None if chat.group else _who_reacted(item),
    )
