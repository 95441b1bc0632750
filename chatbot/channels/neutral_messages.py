"""The elements of the neutral door's JSON as the desk's own; docs/neutral-door.md describes it."""

from __future__ import annotations

import mimetypes
import re
from collections.abc import Collection, Sequence
from typing import Any

from django.utils.translation import gettext as _

from chatbot.channels.events import (
    FORWARDED,
    Address,
    Deletion,
    Edit,
    Event,
    Group,
    InboundMessage,
    Json,
    Media,
    StatusUpdate,
    Understood,
)
from chatbot.channels.reading import (
    derived_id,
    error_code,
    identifier,
    instant,
    link,
    mapping,
    notice,
    plain,
)
from crm.conversations.models import Message

Kind = Message.Kind
STATES = {
    "sent": Message.State.SENT,
    "delivered": Message.State.DELIVERED,
    "read": Message.State.READ,
    "failed": Message.State.FAILED,
}
KINDS = {"image": Kind.IMAGE, "video": Kind.VIDEO, "audio": Kind.AUDIO}
# Whose people are known by their telephone numbers; "" is who does not say.
BY_PHONE = {"", "sms", "mms", "rcs", "whatsapp", "signal"}
# Whose ids are no telephone numbers, even behind a "+".
OTHER_IDS = {"telegram", "instagram", "facebook", "messenger", "discord", "vk"}
# Kinds of addresses: an id as it was given, one behind its provider's name, a group's.
PLAIN, NAMED, GROUP = "user_id", "named_id", "group"
LONGEST_ADDRESS = 150
LONGEST_KEY = 255  # of an event
MOST_FILES = 30  # of one message
_WRITTEN = re.compile(r"^\+?[0-9][0-9 ().-]*$")  # as people write numbers
_PHONE = re.compile(r"^[0-9]{8,15}$")


# --- Before the 200 --------------------------------------------------------------------------


def plainest(value: Any) -> str:
    """An address as it is compared: of a number, however it is written, the digits."""
    text = identifier(value)
    return re.sub(r"[^0-9]", "", text) if _WRITTEN.match(text) else text


def address_of(value: Any, provider: Any) -> Address | None:
    """A telephone number or an id, of which each `provider` has its own.

    Eight to fifteen digits are a number where a "+" says so, or the provider's people are known by
    theirs. Punctuation is taken out only behind a "+": "12-34567890" is an id.
    """
    text, by = identifier(value), _name_of(provider)
    signed = text.startswith("+") and by not in OTHER_IDS
    digits = plainest(text) if signed else text
    if _PHONE.match(digits) and (signed or by in BY_PHONE):
        return Address("wa_id", digits)
    if by and text and len(f"{by}:{text}") <= LONGEST_ADDRESS:
        return Address(NAMED, f"{by}:{text}")
    return Address(PLAIN, text) if text else None


def recipient(to: Sequence[Address]) -> tuple[str, str]:
    """Whom a message goes to, as the adapter calls them, and its provider's name or ""."""
    by_kind = {address.kind: address.value for address in reversed(to)}
    if group := by_kind.get(GROUP):
        mark, _, rest = group.partition(":")
        by, _, id_ = rest.partition(":")
        return (id_, by) if mark == GROUP and id_ else (group, "")
    if NAMED in by_kind and "wa_id" not in by_kind:
        by, _, id_ = by_kind[NAMED].partition(":")
        return id_, by
    return by_kind.get("wa_id") or by_kind.get(PLAIN, ""), ""


def _name_of(provider: Any) -> str:
    return identifier(provider, 40).lower().replace(":", "")


def event(element: Any, own: Collection[str]) -> Event:
    """One element as it is stored; `own` are our numbers, as `plainest` writes them."""
    about = mapping(element)
    id_ = identifier(mapping(about.get("message")).get("id"))
    type_ = _type(about)
    if type_ == "message":
        made = _message_event(about, id_, own)
    elif id_:
        made = _about_event(type_, about, id_, own)
    else:
        made = None
    return made or notice({"element": element})


def _type(element: Json) -> str:
    return identifier(element.get("type"), 20).lower()


def _message_event(element: Json, id_: str, own: Collection[str]) -> Event | None:
    id_ = id_ or derived_id(element)
    ours = plainest(element.get("sender")) in own
    lane = _lane(element, own)
    kind = "echo" if ours else "message"
    key = _key_of("message", element, id_, lane)
    return Event(kind, key, lane, _payload(element, id_), "") if lane else None


def _about_event(type_: str, element: Json, id_: str, own: Collection[str]) -> Event | None:
    """What became of a message; None for a type we do not know, or one that says nothing."""
    payload, key = _payload(element, id_), _key(element, id_)
    if type_ == "status":
        state = _state(element)
        return Event("status", f"status:{key}:{state}", "s", payload) if state else None
    lane = _lane(element, own) or f"m:{id_}"
    payload["ours"] = plainest(element.get("sender")) in own
    if type_ == "deletion":
        return Event("deletion", _key_of("deletion", element, id_, lane), lane, payload)
    if type_ == "edit" and isinstance(mapping(element.get("message")).get("text"), str):
        return Event("edit", f"edit:{key}:{derived_id(element)}", lane, payload)
    return None


def _key_of(what: str, element: Json, id_: str, lane: str) -> str:
    """Two people may have messages of one id: each is an event of its own."""
    key = f"{what}:{_key(element, id_)}:{lane}"
    return key if len(key) <= LONGEST_KEY else f"{what}:{derived_id(key)}"


def _key(element: Json, id_: str) -> str:
    """Two providers may count alike: what the one brings is no repetition of the other's."""
    by = _name_of(element.get("provider"))
    return f"{by}:{id_}" if by else id_


def _payload(element: Json, id_: str) -> Json:
    return {"element": element, "id": id_}


def _lane(element: Json, own: Collection[str]) -> str:
    """Whose it is: the group's, or the other side's; "" if it names nobody but ourselves."""
    if group := _group(element):
        return f"g:{group.address.value}"
    side = "recipient" if plainest(element.get("sender")) in own else "sender"
    person = address_of(element.get(side), element.get("provider"))
    return f"p:{person.value}" if person and plainest(element.get(side)) not in own else ""


def _group(element: Json) -> Group | None:
    """`group` is {"id", "name"}, or the id alone; its id may be some person's as well."""
    given = element.get("group")
    about = given if isinstance(given, dict) else {"id": given}
    id_ = identifier(about.get("id"))
    name = plain(about.get("name"), 200).strip()
    value = f"{GROUP}:{_name_of(element.get('provider'))}:{id_}"
    address = Address(GROUP, value if len(value) <= LONGEST_ADDRESS else id_)
    return Group(address, name) if id_ else None


def _state(element: Json) -> str:
    state = identifier(element.get("status"), 20).lower()
    return state if state in STATES else ""


# --- After it --------------------------------------------------------------------------------


def read(kind: str, payload: Json) -> Understood | None:
    """A stored element, typed; None if there is nothing to do but keep it."""
    element, id_ = mapping(payload.get("element")), identifier(payload.get("id"))
    at = instant(element.get("timestamp"))
    if not id_:
        return None
    if kind == "status":
        return _status(element, id_)
    whose = _whose(element, payload.get("ours"))
    if kind == "deletion":
        return Deletion(id_, at, *whose)
    if kind == "edit":
        return Edit(id_, plain(mapping(element.get("message")).get("text")), at, *whose)
    return _message(element, id_, kind == "echo") if kind in ("message", "echo") else None


def _whose(element: Json, ours: Any) -> tuple[tuple[Address, ...], bool | None]:
    """Whose message is changed: who is named, and whether it is ours, where a sender is."""
    if not identifier(element.get("sender")) or not isinstance(ours, bool):
        return (), None
    if group := _group(element):
        return (group.address,), ours
    side = "recipient" if ours else "sender"
    person = address_of(element.get(side), element.get("provider"))
    return ((person,) if person else ()), ours


def _status(element: Json, id_: str) -> StatusUpdate | None:
    state = _state(element)
    if not state:
        return None
    return StatusUpdate(
        id=id_,
        state=STATES[state],
        at=instant(element.get("timestamp")),
        attempt=identifier(element.get("attempt"), 60),
        code=error_code(element.get("code")),
        text=plain(element.get("error"), 500),
    )


def receiver(payload: Json) -> Address | None:
    """Whom a stored element names as who it went to: the group, or one person."""
    element = mapping(payload.get("element"))
    if group := _group(element):
        return group.address
    return address_of(element.get("recipient"), element.get("provider"))


def _message(element: Json, id_: str, ours: bool) -> InboundMessage | None:
    group, name = _group(element), plain(element.get("name"), 200).strip()
    side = "recipient" if ours and group is None else "sender"
    person = address_of(element.get(side), element.get("provider"))
    if person is None and group is None:
        return None
    return InboundMessage(
        id=id_,
        addresses=(person,) if person else (),
        name=name,
        at=instant(element.get("timestamp")),
        wakes=not ours and group is None,
        outgoing=ours,
        by_api=ours,  # the adapter may be told of what it sent for us
        or_typed=ours,  # beside that, echoes are for what was written on a phone
        group=group,
        sender=name or identifier(element.get("sender")) if group else "",
        reply_to=identifier(mapping(element.get("message")).get("reply_to")),
        **_content(element),
    )


def _content(element: Json) -> dict[str, Any]:
    message = mapping(element.get("message"))
    text = plain(message.get("text"))
    media = [_media(one) for one in _files(message.get("media"))]
    there = [one for one in media if one.id]
    if not there and not text:
        return {"kind": Kind.UNSUPPORTED, "raw": element}
    kind = _kind(there[0]) if there else Kind.TEXT
    raw = FORWARDED if message.get("forwarded") is True else None
    if raw is None and (len(media) > MOST_FILES or len(there) < len(media)):
        raw = element
    return {"kind": kind, "text": text, "media": tuple(media[:MOST_FILES]), "raw": raw}


def _files(given: Any) -> list[Any]:
    """Of a list its elements, else the one thing that was given; what is empty is no file."""
    if isinstance(given, list):
        return [one for one in given if one is not None and one != ""]
    return [given] if given else []


def _media(given: Any) -> Media:
    """A file by its address or by a block with one; without one, a file nobody can fetch."""
    about = {"url": given} if isinstance(given, str) else mapping(given)
    url = link(about.get("url"))
    mime = plain(about.get("mime"), 100).split(";")[0].strip().lower()
    name = plain(about.get("name"), 200)
    return Media(
        id=url, name=name, mime=mime, error="" if url else _("It came without a usable address.")
    )


def _kind(media: Media) -> Message.Kind:
    """By the announced type, else by what the name or the address ends with."""
    path = media.id.split("?")[0].split("#")[0]
    guessed = media.mime or next(filter(None, map(_guess, (media.name, path))), "")
    return KINDS.get(guessed.split("/")[0], Kind.DOCUMENT)


def _guess(name: str) -> str:
    # Only the ending: the whole of what a stranger wrote need not be a path or an address.
    return mimetypes.guess_type(f"x.{name.rsplit('.', 1)[-1][-10:]}")[0] or ""
