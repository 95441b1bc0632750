"""Telegram's updates, kind by kind, as the desk's own messages and news."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from django.utils.translation import gettext as _

from chatbot.channels.events import (
    FORWARDED,
    Address,
    Edit,
    Group,
    InboundMessage,
    Json,
    Media,
    PersonNews,
    Referral,
    Understood,
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
from crm.conversations.models import Message

Kind = Message.Kind
LARGEST_FILE = 20 * 1024 * 1024  # bytes: more Telegram gives to no bot
START = re.compile(r"^/start(?:@\w+)?\s+([A-Za-z0-9_-]{1,64})\s*$")
OF_FORWARDED = ("forward_origin", "forward_from", "forward_date")
# What Telegram says of the chat itself. Nobody wrote it, and nobody needs to read it.
SERVICE = {
    "new_chat_members",
    "left_chat_member",
    "new_chat_title",
    "new_chat_photo",
    "delete_chat_photo",
    "group_chat_created",
    "supergroup_chat_created",
    "channel_chat_created",
    "message_auto_delete_timer_changed",
    "pinned_message",
    "chat_background_set",
    "chat_owner_left",
    "chat_owner_changed",
    "boost_added",
    "write_access_allowed",
    "proximity_alert_triggered",
    "forum_topic_created",
    "forum_topic_edited",
    "forum_topic_closed",
    "forum_topic_reopened",
    "general_forum_topic_hidden",
    "general_forum_topic_unhidden",
    "video_chat_scheduled",
    "video_chat_started",
    "video_chat_ended",
    "video_chat_participants_invited",
}


@dataclass(frozen=True, slots=True)
class Chat:
    """Where something was written; a private chat has the person's own id."""

    id: str
    is_group: bool
    title: str

    @property
    def lane(self) -> str:
        return f"{'g' if self.is_group else 'p'}:{self.id}"

    @property
    def group(self) -> Group | None:
        return Group(Address("group", self.id), self.title) if self.is_group else None

    def message(self, element: Json) -> str:
        """The desk's id of this chat's message: Telegram counts anew in every chat."""
        number = identifier(element.get("message_id"))
        return identifier(f"{self.id}.{number}") if number else derived_id(element)


def chat_of(kind: str, element: Json) -> Chat | None:
    """Where an update belongs; None where nobody can be answered: channels, and the unreadable."""
    if kind == "callback_query":
        message = mapping(element.get("message"))
        # A menu too old to be shown to the bot, or one that was sent by way of another chat.
        chat = mapping(message.get("chat")) or mapping(element.get("from"))
    else:
        chat = mapping(element.get("chat"))
    id_ = identifier(chat.get("id"))
    type_ = chat.get("type")
    if not id_ or type_ == "channel":
        return None
    is_group = type_ in ("group", "supergroup") or (type_ != "private" and id_.startswith("-"))
    return Chat(id_, is_group, plain(chat.get("title"), 200).strip())


def read(kind: str, payload: Json) -> Understood | None:
    """A stored update; None where there is nothing to do but keep it."""
    element, reader = mapping(payload.get("element")), READERS.get(kind)
    chat = chat_of(kind, element)
    if chat is None or reader is None:
        return None
    return reader(element, chat, identifier(payload.get("update")))


def _message(element: Json, chat: Chat, update: str) -> Understood | None:
    author = mapping(element.get("from"))
    # In a group's own name a bot of Telegram's speaks, for whoever of its administrators wrote.
    if author.get("is_bot") is True and not element.get("sender_chat"):
        return None
    if moved := _moved(element, chat):
        return moved
    parts = _content(element)
    if parts is None:
        return None
    if _was_forwarded(element):
        parts.setdefault("raw", FORWARDED)
    start = START.match(parts["text"]) if not chat.is_group else None
    return InboundMessage(
        id=chat.message(element),
        **_who(element, chat),
        at=moment(element.get("date")),
        reply_to=_replied(element, chat),
        wakes=not chat.is_group,
        referral=Referral("link", id=start.group(1)) if start else None,
        own_phone="" if chat.is_group else _own_phone(element, author),
        **parts,
    )


def _replied(element: Json, chat: Chat) -> str:
    """Everything in a topic of a group says it answers the notice that the topic began."""
    replied = mapping(element.get("reply_to_message"))
    return chat.message(replied) if replied and "forum_topic_created" not in replied else ""


def _who(element: Json, chat: Chat) -> dict[str, Any]:
    """The author, as InboundMessage has it: in a group beside the group, else by themselves."""
    author = mapping(element.get("from")) or mapping(element.get("user"))
    if not chat.is_group:
        return {"addresses": (Address("chat_id", chat.id),), "name": _name(author)}
    # Who writes in a group's or channel's name has the title of it.
    sender = mapping(element.get("sender_chat")) or mapping(element.get("actor_chat"))
    id_ = identifier(author.get("id")) or identifier(sender.get("id"))
    name = plain(sender.get("title"), 200).strip() or _name(author)
    addresses = (Address("chat_id", id_),) if id_ else ()
    return {"addresses": addresses, "sender": name, "group": chat.group}


def _name(author: Json) -> str:
    words = (plain(author.get(part), 100).strip() for part in ("first_name", "last_name"))
    return " ".join(word for word in words if word)


def _own_phone(element: Json, author: Json) -> str:
    """The number of a card somebody shares of themselves.

    Anybody can send anybody's card, and forward their own of years ago: neither proves a thing.
    """
    card = mapping(element.get("contact"))
    theirs = identifier(card.get("user_id"))
    if not theirs or theirs != identifier(author.get("id")):
        return ""
    digits = re.sub(r"[^0-9]", "", plain(card.get("phone_number"), 40))
    return digits if 7 <= len(digits) <= 15 and not _was_forwarded(element) else ""


def _was_forwarded(element: Json) -> bool:
    return any(key in element for key in OF_FORWARDED)


def _moved(element: Json, chat: Chat) -> InboundMessage | None:
    """A group became a supergroup: one conversation, known by both ids from now on.

    Both of them say so, each before anything else that is written there; one notice is enough.
    """
    new = identifier(element.get("migrate_to_chat_id"))
    old = identifier(element.get("migrate_from_chat_id"))
    if not new and not old:
        return None
    ids = (chat.id, new) if new else (old, chat.id)
    return InboundMessage(
        id=identifier(f"moved.{ids[0]}.{ids[1]}"),
        addresses=tuple(Address("group", id_) for id_ in ids),
        kind=Kind.SYSTEM,
        at=moment(element.get("date")),
        text=_("The group became a supergroup."),
        wakes=False,
        group=Group(Address("group", ids[0]), chat.title),
    )


# --- What a message holds --------------------------------------------------------------------


def _content(element: Json) -> dict[str, Any] | None:
    """Kind, text, media of a message; None where Telegram itself says something of the chat."""
    for key, reader in CONTENT.items():
        if key not in element:
            continue
        try:
            parts = reader(element)
        except (TypeError, ValueError, KeyError, AttributeError, OverflowError):
            continue
        if parts:
            return parts
    if not SERVICE.isdisjoint(element):
        return None
    return {"kind": Kind.UNSUPPORTED, "text": plain(element.get("caption")), "raw": element}


def _text(element: Json) -> dict[str, Any]:
    text = plain(element["text"])
    return {"kind": Kind.TEXT, "text": text} if text else {}


def _file(element: Json, *, key: str, kind: Message.Kind) -> dict[str, Any]:
    return _with_media(element, mapping(element[key]), kind)


def _photo(element: Json) -> dict[str, Any]:
    """One picture in several sizes."""
    sizes = [size for size in dicts(element["photo"]) if identifier(size.get("file_id"))]
    largest = max(sizes, key=_pixels, default={})
    return _with_media(element, {"mime_type": "image/jpeg", **largest}, Kind.IMAGE)


def _pixels(size: Json) -> int:
    width, height = size.get("width"), size.get("height")
    return width * height if isinstance(width, int) and isinstance(height, int) else 0


def _with_media(element: Json, file: Json, kind: Message.Kind) -> dict[str, Any]:
    size = size_told(file.get("file_size"))
    found = Media(
        id=identifier(file.get("file_id"), 200),
        name=plain(file.get("file_name"), 200),
        mime=plain(file.get("mime_type"), 100).split(";")[0],
        error=too_large() if size > LARGEST_FILE else "",
        size=size,
    )
    if not found.id:
        return {}
    return {"kind": kind, "text": plain(element.get("caption")), "media": (found,)}


def too_large() -> str:
    return _("Telegram gives bots no files over 20 MB.")


def _location(element: Json) -> dict[str, Any]:
    return {"kind": Kind.LOCATION, "text": _point(element["location"])}


def _venue(element: Json) -> dict[str, Any]:
    venue = element["venue"]
    words = [plain(venue.get("title")), plain(venue.get("address")), _point(venue["location"])]
    return {"kind": Kind.LOCATION, "text": "\n".join(word for word in words if word)}


def _point(place: Json) -> str:
    return f"{_degrees(place['latitude']):.6f}, {_degrees(place['longitude']):.6f}"


def _degrees(value: Any) -> float:
    degrees = float(value)
    if not abs(degrees) <= 180:
        raise ValueError(value)
    return degrees


def _contact(element: Json) -> dict[str, Any]:
    card = element["contact"]
    text = " · ".join(part for part in (_name(card), plain(card.get("phone_number"), 40)) if part)
    return {"kind": Kind.CONTACTS, "text": text} if text else {}


# A message has one of these. An animation comes as a document as well, a venue as a location.
CONTENT: dict[str, Callable[[Json], dict[str, Any]]] = {
    "text": _text,
    "animation": partial(_file, key="animation", kind=Kind.VIDEO),
    "photo": _photo,
    "video": partial(_file, key="video", kind=Kind.VIDEO),
    "video_note": partial(_file, key="video_note", kind=Kind.VIDEO),
    "voice": partial(_file, key="voice", kind=Kind.AUDIO),
    "audio": partial(_file, key="audio", kind=Kind.AUDIO),
    "document": partial(_file, key="document", kind=Kind.DOCUMENT),
    "sticker": partial(_file, key="sticker", kind=Kind.STICKER),
    "venue": _venue,
    "location": _location,
    "contact": _contact,
}


# --- What is no message of its own -----------------------------------------------------------


def _edit(element: Json, chat: Chat, update: str) -> Edit | None:
    """A wording changed. A place that moves says so every few seconds: that is no wording."""
    parts = _content(element)
    if parts is None or parts["kind"] in (Kind.LOCATION, Kind.UNSUPPORTED):
        return None
    return Edit(chat.message(element), parts["text"], _edited_at(element, update))


def _edited_at(element: Json, update: str) -> datetime | None:
    """Telegram counts seconds; which of two edits in one second came later, its updates tell."""
    at = moment(element.get("edit_date"))
    if at is None or not (update.isascii() and update.isdigit()):
        return at
    return at + timedelta(microseconds=int(update) % 1_000_000)


def _tap(element: Json, chat: Chat, update: str) -> InboundMessage:
    """A tapped button. The menu it stood under may be out of the bot's reach, and has no time."""
    menu = mapping(element.get("message"))
    receipt = identifier(element.get("id"))
    choice = plain(element.get("data"), 256)
    title = _title(menu, choice)
    readable = bool(choice or title)
    return InboundMessage(
        id=f"callback.{receipt or derived_id(element)}",
        **_who(element, chat),
        kind=Kind.BUTTON if readable else Kind.UNSUPPORTED,
        text=title,
        choice=choice,
        reply_to=chat.message(menu) if menu else "",
        wakes=not chat.is_group,
        receipt=receipt,
        raw=None if readable else element,
    )


def _title(menu: Json, choice: str) -> str:
    rows = mapping(menu.get("reply_markup")).get("inline_keyboard")
    for row in rows if isinstance(rows, list) else []:
        for button in dicts(row):
            if choice and button.get("callback_data") == choice:
                return plain(button.get("text"), 200)
    return ""


def _reaction(element: Json, chat: Chat, update: str) -> InboundMessage:
    """All reactions of somebody to a message as they stand now; "" where there are none left."""
    # Telegram's own pictures and its paid stars have no letter of their own.
    signs = [plain(one.get("emoji"), 20) or "⭐" for one in dicts(element.get("new_reaction"))]
    return InboundMessage(
        id=f"reaction.{update or derived_id(element)}",
        **_who(element, chat),
        kind=Kind.REACTION,
        at=moment(element.get("date")),
        text="".join(signs),
        reply_to=chat.message(element),
        wakes=False,
    )


def _membership(element: Json, chat: Chat, update: str) -> PersonNews | None:
    """Somebody blocked the bot, or let it in again."""
    status = mapping(element.get("new_chat_member")).get("status")
    reachable = {"kicked": False, "member": True}.get(status if isinstance(status, str) else "")
    if chat.is_group or reachable is None:
        return None
    who = _who(element, chat)
    return PersonNews(who["addresses"], who["name"], reachable, moment(element.get("date")))


READERS: dict[str, Callable[[Json, Chat, str], Understood | None]] = {
    "message": _message,
    "edited_message": _edit,
    "callback_query": _tap,
    "message_reaction": _reaction,
    "my_chat_member": _membership,
}
