"""Instagram's messaging items, one by one, as the desk's own events and messages."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.utils.translation import gettext as _

from chatbot.channels.events import (
    Address,
    Deletion,
    Edit,
    Event,
    InboundMessage,
    Json,
    Media,
    Referral,
    StatusUpdate,
    Understood,
)
from chatbot.channels.reading import (
    derived_id,
    dicts,
    host_of,
    identifier,
    instant,
    link,
    mapping,
    notice,
    plain,
)
from crm.conversations.models import Message

Kind = Message.Kind
# Where Instagram keeps files; another address is a page to look at.
FILE_HOSTS = (".fbcdn.net", ".cdninstagram.com", ".fbsbx.com")
FILES = {
    "image": Kind.IMAGE,
    "video": Kind.VIDEO,
    "audio": Kind.AUDIO,
    "file": Kind.DOCUMENT,
    "sticker": Kind.STICKER,
}
SHARES = {
    "share": Kind.IMAGE,
    "ig_post": Kind.IMAGE,
    "story_mention": Kind.IMAGE,
    "ig_reel": Kind.VIDEO,
    "reel": Kind.VIDEO,
}
# Fields of `changes` whose value is a messaging item: what the dashboard's "test" sends.
ITEM_FIELDS = {
    "messages",
    "messaging_postbacks",
    "messaging_seen",
    "messaging_referral",
    "message_reactions",
    "message_edit",
    "standby",
}
# The dashboard names an account that nobody has.
NO_ACCOUNT = "0"
# Where the emoji itself is missing; a word that is not here stands for itself.
EMOJIS = {
    "love": "❤️",
    "like": "👍",
    "dislike": "👎",
    "smile": "😆",
    "wow": "😮",
    "sad": "😢",
    "angry": "😠",
}


# --- Before the 200 --------------------------------------------------------------------------


def events_of(entry: Any) -> Iterator[Event]:
    """All events of one entry: its messaging items, its changes; else the entry as a notice."""
    if not isinstance(entry, dict):
        yield notice(entry)
        return
    account = identifier(entry.get("id"))
    account = "" if account == NO_ACCOUNT else account
    found = False
    for name in ("messaging", "standby", "changes"):
        for element in _elements(entry.get(name)):
            found = True
            yield (_change if name == "changes" else _item)(element, account)
    if "field" in entry:
        found = True
        yield _change(entry, account)
    if not found:
        yield notice(entry, account)


def _elements(value: Any) -> list[Any]:
    if isinstance(value, list):
        return value
    return [] if value is None else [value]


def _change(change: Any, account: str) -> Event:
    about = mapping(change)
    field, value = about.get("field"), about.get("value")
    if isinstance(field, str) and field in ITEM_FIELDS and isinstance(value, dict):
        return _item(value, account)
    content = {"field": field, "value": value} if about else {"change": change}
    return notice(content, account)


def _item(item: Any, account: str) -> Event:
    about = mapping(item)
    sender = identifier(mapping(about.get("sender")).get("id"))
    echo = mapping(about.get("message")).get("is_echo") in (True, "true")
    ours = echo or (sender != "" and sender == account)
    person = identifier(mapping(about.get("recipient")).get("id")) if ours else sender
    payload = {"item": item, "person": person, "ours": ours}
    made = _event(about, payload, account)
    return made or notice({"messaging": item}, account)


def _event(item: Json, payload: Json, account: str) -> Event | None:
    """None: it is of no kind we know, or names nobody."""
    what = kind_of(item)
    id_ = identifier(mapping(item.get(what)).get("mid"))
    person, ours = payload["person"], payload["ours"]
    lane = f"p:{person}" if person else f"m:{id_}"
    if what == "read":
        # Where we have read something, the desk knows.
        known = id_ and not ours
        key = f"status:{id_}:read"
        return Event("status", key, "s", {**payload, "id": id_}, account) if known else None
    if what == "message_edit" or (what == "message" and _is_deleted(item)):
        kind = "edit" if what == "message_edit" else "deletion"
        edition = identifier(mapping(item.get(what)).get("num_edit")) or derived_id(item)
        key = f"edit:{id_}:{edition}" if kind == "edit" else f"deletion:{id_}"
        return Event(kind, key, lane, {**payload, "id": id_}, account) if id_ else None
    if not what or not person:
        return None
    if what in ("reaction", "referral") or not id_:
        id_ = derived_id(item)  # a reaction's mid is that of the message it is about
    kind = "echo" if ours else "message"
    return Event(kind, f"message:{id_}", lane, {**payload, "id": id_}, account)


def kind_of(item: Json) -> str:
    """Which key says what an item is; a message may carry a referral beside."""
    kinds = ("message", "postback", "reaction", "read", "message_edit", "referral")
    return next((name for name in kinds if mapping(item.get(name))), "")


def _is_deleted(item: Json) -> bool:
    return mapping(item.get("message")).get("is_deleted") in (True, "true")


# --- After it --------------------------------------------------------------------------------


def read(kind: str, payload: Json) -> Understood | None:
    """A stored item, typed; None if there is nothing to do but keep it."""
    item, id_ = mapping(payload.get("item")), identifier(payload.get("id"))
    at = instant(item.get("timestamp"))
    if not id_:
        return None
    if kind == "status":
        return StatusUpdate(id_, Message.State.READ, at)
    if kind == "deletion":
        return Deletion(id_, at)
    if kind == "edit":
        text = mapping(item.get("message_edit")).get("text")
        return Edit(id_, plain(text), at) if isinstance(text, str) else None
    return _message(item, payload, id_) if kind in ("message", "echo") else None


def _message(item: Json, payload: Json, id_: str) -> InboundMessage | None:
    person, ours = identifier(payload.get("person")), payload.get("ours") is True
    what = kind_of(item)
    content = mapping(item.get(what))
    referral = content if what == "referral" else mapping(content.get("referral"))
    referral = referral or mapping(item.get("referral"))
    parts = READERS[what](content) if person and what in READERS else {}
    if not parts:
        return None
    return InboundMessage(
        id=id_,
        addresses=(Address("igsid", person),),
        at=instant(item.get("timestamp")),
        wakes=what in ("message", "postback") and not ours,
        outgoing=ours,
        by_api=ours,
        or_typed=ours,  # Instagram does not say whether a person or a program wrote
        referral=_referral(referral),
        named_products=_products(referral),
        **parts,
    )


def _content(message: Json) -> dict[str, Any]:
    """What a message says: its own words, files, and what was shared, as a text with a link."""
    texts = [plain(message.get("text"))]
    kind, media = None, []
    for attachment in dicts(message.get("attachments")):
        found, url, title = _attachment(attachment)
        texts += [title] if found else [title, url]
        if found:
            kind = kind or found
            media.append(Media(id=url))
        elif _is_lost(attachment, url, title):
            media.append(Media(id="", error=_("It came without a usable address.")))
    text = "\n".join(text for text in texts if text)
    choice = plain(mapping(message.get("quick_reply")).get("payload"), 256)
    if not text and kind is None:
        return {"kind": Kind.UNSUPPORTED, "raw": message, "reply_to": _reply_to(message)}
    return {
        "kind": kind or (Kind.BUTTON if choice else Kind.TEXT),
        "text": text,
        "choice": choice,
        "media": tuple(media),
        "reply_to": _reply_to(message),
        "raw": message if any(one.error for one in media) else None,
    }


def _attachment(attachment: Json) -> tuple[Message.Kind | None, str, str]:
    """(kind, address, title): a file of this kind, or None for a page and what it is called."""
    type_ = identifier(attachment.get("type"), 30)
    payload = mapping(attachment.get("payload"))
    url, title = link(payload.get("url")), plain(payload.get("title"), 1000).strip()
    if url and type_ in FILES:
        return FILES[type_], url, title
    if _is_file(url):
        return SHARES.get(type_, Kind.DOCUMENT), url, title
    return None, url, title


def _is_lost(attachment: Json, url: str, title: str) -> bool:
    """Whether there was a file that nobody can fetch; a "fallback" is only a link's preview."""
    type_ = identifier(attachment.get("type"), 30)
    return not url and type_ != "fallback" and (type_ in FILES or not title)


def _is_file(url: str) -> bool:
    return host_of(url).endswith(FILE_HOSTS)


def _reply_to(message: Json) -> str:
    """The message, or the story of ours, that this one answers."""
    quoted = mapping(message.get("reply_to"))
    return identifier(quoted.get("mid")) or identifier(mapping(quoted.get("story")).get("id"))


def _postback(postback: Json) -> dict[str, Any]:
    payload, title = plain(postback.get("payload"), 256), plain(postback.get("title"))
    if not payload and not title:
        return {"kind": Kind.UNSUPPORTED, "raw": postback}
    return {"kind": Kind.BUTTON, "text": title or payload, "choice": payload}


def _reaction(reaction: Json) -> dict[str, Any]:
    """Without an emoji: it was taken back."""
    word = plain(reaction.get("reaction"), 40)
    emoji = plain(reaction.get("emoji"), 40) or EMOJIS.get(word, word)
    taken_back = reaction.get("action") == "unreact"
    return {
        "kind": Kind.REACTION,
        "text": "" if taken_back else emoji,
        "reply_to": identifier(reaction.get("mid")),
    }


def _arrival(referral: Json) -> dict[str, Any]:
    """Somebody opened the chat by an advertisement or a link, and has said nothing yet."""
    came_by = _referral(referral)
    if came_by is None:
        return {}
    return {"kind": Kind.SYSTEM, "text": came_by.title or came_by.id}


def _referral(referral: Json) -> Referral | None:
    ad = mapping(referral.get("ads_context_data"))
    id_, ref = identifier(referral.get("ad_id"), 100), plain(referral.get("ref"), 256)
    if id_ or ad or referral.get("source") == "ADS":
        picture = link(ad.get("photo_url"), 500) or link(ad.get("video_url"), 500)
        return Referral("ad", id_, title=plain(ad.get("ad_title"), 200), url=picture)
    return Referral("link", ref) if ref else None


def _products(referral: Json) -> tuple[str, ...]:
    """What an advertisement's own parameter or a shop's product names."""
    product = identifier(mapping(referral.get("product")).get("id"), 100)
    return tuple(code for code in (plain(referral.get("ref"), 100), product) if code)


READERS = {
    "message": _content,
    "postback": _postback,
    "reaction": _reaction,
    "referral": _arrival,
}
