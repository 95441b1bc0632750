"""WHAPI's message elements, type by type, as the desk's own messages."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from chatbot.channels.events import (
    FORWARDED,
    Deletion,
    Edit,
    InboundMessage,
    Json,
    Media,
    Referral,
)
from chatbot.channels.reading import (
    derived_id,
    dicts,
    identifier,
    mapping,
    moment,
    plain,
    size_told,
)
from chatbot.channels.whatsapp_web import Chat, address, card, group, is_nobody, people, point
from crm.conversations.models import Message

Kind = Message.Kind
STATES = {
    "sent": Message.State.SENT,
    "delivered": Message.State.DELIVERED,
    "read": Message.State.READ,
    "played": Message.State.READ,
    "failed": Message.State.FAILED,
}
MEDIA_KINDS = {
    "image": Kind.IMAGE,
    "video": Kind.VIDEO,
    "gif": Kind.VIDEO,
    "short": Kind.VIDEO,
    "audio": Kind.AUDIO,
    "voice": Kind.AUDIO,
    "document": Kind.DOCUMENT,
    "documentWithCaption": Kind.DOCUMENT,
    "sticker": Kind.STICKER,
}
# No words of anybody's: votes repeat the poll's own id, an album's pictures come by themselves.
NOISE = {"poll_update", "story", "album", "pin"}
ACTIONS = {"reaction": "message", "edit": "edit", "delete": "deletion"}
# Not a new turn of the person: the bot does not answer these.
SILENT = {"action", "system", "call"}
PREFIX = re.compile(r"^(?:ButtonsV3|ListV3):")


def type_of(element: Json) -> str:
    """The type it names, or else that of the block it carries."""
    named = identifier(element.get("type"), 40)
    return named or next((one for one in (*MEDIA_KINDS, *READERS) if one in element), "")


def wakes(type_: str) -> bool:
    """Whether a message of this type is a turn of the person: only of types we know.

    The provider hands on the protocol's own noise, and more of it with every version. What is
    unknown is kept and shown; the bot stays silent.
    """
    return (type_ in MEDIA_KINDS or type_ in READERS) and type_ not in SILENT


def is_noise(element: Json) -> bool:
    """Whether a message element is none of a person's: the protocol's own, votes, pins."""
    type_ = type_of(element)
    if type_ == "action":
        return _action_type(element) not in ACTIONS
    known = type_ in READERS or type_ in MEDIA_KINDS
    return type_ in NOISE or (element.get("source") == "system" and not known)


def event_kind(element: Json) -> str:
    """ "message", "echo", "edit" or "deletion"."""
    if type_of(element) == "action" and _action_type(element) in ("edit", "delete"):
        return ACTIONS[_action_type(element)]
    return "echo" if is_ours(element) else "message"


def _action_type(element: Json) -> str:
    return identifier(mapping(element.get("action")).get("type"), 40)


def is_ours(element: Json) -> bool:
    """Whether our own number wrote it; where it does not say so, whether somebody else did."""
    given = element.get("from_me")
    if isinstance(given, bool):
        return given
    chat, author = address(element.get("chat_id")), address(element.get("from"))
    differ = chat and author and chat.kind == author.kind and chat != author
    return bool(differ) or element.get("source") == "api"


def chat_of(element: Json) -> Chat | None:
    """Where the message belongs; None where nobody talks to us."""
    ours = is_ours(element)
    author = () if ours else people([element.get("from")])
    if talk := group(element.get("chat_id"), element.get("chat_name")):
        return Chat(author, talk)
    if is_nobody(element.get("chat_id")):
        return None
    # The chat is the person; who only has a hidden id is known by that alone.
    person = people([element.get("chat_id")]) or author
    return Chat(person) if person else None


def read(payload: Json) -> InboundMessage | None:
    """A stored message element; None if it belongs to nobody."""
    element = mapping(payload.get("message"))
    chat = chat_of(element)
    if chat is None:
        return None
    ours, type_ = is_ours(element), type_of(element)
    context = mapping(element.get("context"))
    target = mapping(element.get("action")).get("target")
    name = plain(element.get("from_name"), 200).strip()
    return InboundMessage(
        id=identifier(payload.get("id")),
        addresses=chat.people,
        name="" if ours or chat.group else name or plain(element.get("chat_name"), 200).strip(),
        at=moment(element.get("timestamp")),
        reply_to=identifier(context.get("quoted_id") or target),
        wakes=wakes(type_) and not ours,
        outgoing=ours,
        by_api=ours and element.get("source") == "api",
        state=STATES.get(identifier(element.get("status"), 20), Message.State.SENT),
        group=chat.group,
        sender=name if chat.group else "",
        referral=_referral(mapping(context.get("ad"))),
        **_parts(type_, element),
    )


def _referral(ad: Json) -> Referral | None:
    """The advertisement or post somebody came from."""
    if not ad:
        return None
    source = mapping(ad.get("source"))
    return Referral(
        kind="post" if source.get("type") == "post" else "ad",
        id=identifier(source.get("id"), 100),
        click_id=plain(ad.get("ctwa"), 500),
        title=plain(ad.get("title"), 200),
        url=plain(source.get("url"), 500),
    )


def _parts(type_: str, element: Json) -> dict[str, Any]:
    try:
        parts = _read_type(type_, element)
    except (TypeError, ValueError, KeyError, AttributeError, OverflowError):
        parts = {}
    parts = parts or {"kind": Kind.UNSUPPORTED, "text": words(element), "raw": element}
    if mapping(element.get("context")).get("forwarded") is True:
        parts.setdefault("raw", FORWARDED)
    return parts


def _read_type(type_: str, element: Json) -> dict[str, Any]:
    if type_ in MEDIA_KINDS:
        return _media(type_, element)
    reader = READERS.get(type_)
    return reader(element) if reader else {}


def words(element: Json) -> str:
    """What a message says beside its file, or at all; "" if it says nothing in words."""
    block = mapping(element.get(type_of(element)))
    return plain(block.get("body")) or plain(block.get("caption"))


def _text(element: Json) -> dict[str, Any]:
    body = element["text"]["body"]
    return {"kind": Kind.TEXT, "text": plain(body)} if isinstance(body, str) else {}


def _link(element: Json) -> dict[str, Any]:
    block = element[type_of(element)]
    text = plain(block.get("body")) or plain(block.get("url")) or plain(block.get("title"))
    return {"kind": Kind.TEXT, "text": text} if text else {}


def _media(type_: str, element: Json) -> dict[str, Any]:
    outer = mapping(element.get(type_)) or mapping(element.get("document"))
    block = mapping(outer.get("document")) or outer
    id_ = identifier(block.get("id"), 200)
    if not id_:
        return {}
    found = Media(
        id=id_,
        name=plain(block.get("file_name") or block.get("filename"), 200),
        mime=plain(block.get("mime_type"), 100).split(";")[0],
        size=size_told(block.get("file_size")),
    )
    text = plain(block.get("caption")) or plain(outer.get("caption"))
    return {"kind": MEDIA_KINDS[type_], "text": text, "media": (found,)}


def _location(element: Json) -> dict[str, Any]:
    place = element[type_of(element)]
    where = point(place["latitude"], place["longitude"])
    said = [plain(place.get(key)) for key in ("name", "address", "caption")]
    return {"kind": Kind.LOCATION, "text": "\n".join(one for one in (*said, where) if one)}


def _contacts(element: Json) -> dict[str, Any]:
    block = element[type_of(element)]
    cards = dicts(block.get("list")) or [block]
    lines = [card(one.get("name"), one.get("vcard")) for one in cards]
    return {"kind": Kind.CONTACTS, "text": "\n".join(line for line in lines if line)}


def _reply(element: Json) -> dict[str, Any]:
    reply = element["reply"]
    chosen = mapping(reply.get("buttons_reply")) or mapping(reply.get("list_reply"))
    if not chosen:
        return {}
    choice = PREFIX.sub("", plain(chosen.get("id"), 300))
    return {"kind": Kind.BUTTON, "text": plain(chosen.get("title")), "choice": choice[:256]}


def _poll(element: Json) -> dict[str, Any]:
    poll = element["poll"]
    options = poll.get("options")
    named = options if isinstance(options, list) else []
    named = named or [one.get("name") for one in dicts(poll.get("results"))]
    lines = [plain(poll.get("title")), *(f"- {plain(one)}" for one in named if plain(one))]
    text = "\n".join(line for line in lines if line)
    return {"kind": Kind.TEXT, "text": text} if text else {}


def _order(element: Json) -> dict[str, Any]:
    order = element["order"]
    price = _number(order.get("total_price"))
    total = f"{price} {plain(order.get('currency'), 10)}".strip() if price else ""
    count = _number(order.get("item_count"))
    said = [plain(order.get("title")), plain(order.get("text")), f"× {count}" if count else ""]
    return {"kind": Kind.ORDER, "text": "\n".join(one for one in (*said, total) if one)}


def _number(value: Any) -> str:
    """As text; an amount of 400 digits has no place in a line."""
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    return str(value) if is_number and abs(value) < 10**12 else plain(value, 20)


def _product(element: Json) -> dict[str, Any]:
    """A product of the catalogue, by WhatsApp's own id; no more is said of it."""
    id_ = identifier(element["product"].get("product_id"), 100)
    return {"kind": Kind.ORDER, "text": id_, "named_products": (id_,)} if id_ else {}


def _interactive(element: Json) -> dict[str, Any]:
    """A question with answers to tap on; so comes the echo of one of ours."""
    block = element[type_of(element)]
    body = block.get("body")
    text = plain(mapping(body).get("text")) or plain(body) or plain(block.get("text"))
    return {"kind": Kind.TEXT, "text": text} if text else {}


def _reaction(element: Json) -> dict[str, Any]:
    """Without a smiley it takes an earlier one back."""
    return {"kind": Kind.REACTION, "text": plain(element["action"].get("emoji"), 40)}


def _told(element: Json) -> dict[str, Any]:
    return {"kind": Kind.SYSTEM, "text": words(element), "raw": element}


READERS: dict[str, Callable[[Json], dict[str, Any]]] = {
    "text": _text,
    "link_preview": _link,
    "catalog": _link,
    "group_invite": _link,
    "location": _location,
    "live_location": _location,
    "contact": _contacts,
    "contact_list": _contacts,
    "reply": _reply,
    "poll": _poll,
    "order": _order,
    "product": _product,
    "interactive": _interactive,
    "buttons": _interactive,
    "list": _interactive,
    "action": _reaction,
    "system": _told,
    "call": _told,
}

# --- Edits and deletions ------------------------------------------------------------------------


def is_edit(update: Json) -> bool:
    """Whether an element of `messages_updates` says that a text reads otherwise; votes do not."""
    now, before = mapping(update.get("after_update")), mapping(update.get("before_update"))
    changes = update.get("changes")
    if not before and isinstance(changes, list):
        return bool(words(now)) and any(one in changes for one in ("text", "caption", type_of(now)))
    return bool(words(now)) and words(now) != words(before)


def chat_of_update(update: Json) -> Chat | None:
    for name in ("after_update", "trigger", "before_update"):
        if known := chat_of(mapping(update.get(name))):
            return known
    return None


def update_key(update: Json, id_: str) -> str:
    """One message may be changed again and again: each time by another trigger."""
    trigger = identifier(mapping(update.get("trigger")).get("id"))
    return f"edit:{id_}:{trigger or derived_id(update)}"


def read_edit(payload: Json) -> Edit | None:
    """An element of `messages_updates`, or a message whose action is to edit another."""
    if update := mapping(payload.get("update")):
        trigger = mapping(update.get("trigger"))
        return _edit(update.get("id"), words(mapping(update.get("after_update"))), trigger)
    element = mapping(payload.get("message"))
    action = mapping(element.get("action"))
    content = mapping(action.get("edited_content"))
    content = mapping(content.get(identifier(action.get("edited_type"), 40))) or content
    text = plain(content.get("body")) or plain(content.get("caption"))
    return _edit(action.get("target"), text, element)


def _edit(target: Any, text: str, told_by: Json) -> Edit | None:
    id_ = identifier(target)
    return Edit(id_, text, moment(told_by.get("timestamp"))) if id_ and text else None


def read_deletion(payload: Json) -> Deletion | None:
    """A removed id, a status "deleted", or a message whose action is to delete another."""
    element = mapping(payload.get("message"))
    removed = mapping(payload.get("removed"))
    id_ = identifier(mapping(element.get("action")).get("target") or removed.get("id"))
    at = moment(element.get("timestamp") or removed.get("timestamp"))
    return Deletion(id_, at) if id_ else None
