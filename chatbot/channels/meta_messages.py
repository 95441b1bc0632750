"""Meta's message elements, type by type, as the desk's own messages, edits and deletions."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from django.utils.translation import gettext as _

from chatbot.channels import graph_errors
from chatbot.channels.events import (
    FORWARDED,
    Address,
    Deletion,
    Edit,
    Group,
    InboundMessage,
    Json,
    Media,
    Referral,
)
from chatbot.channels.meta_people import addresses_of, left_behind
from chatbot.channels.reading import dicts, identifier, mapping, moment, plain
from crm.conversations.models import Message

Kind, State = Message.Kind, Message.State
MEDIA_KINDS = {
    "image": Kind.IMAGE,
    "video": Kind.VIDEO,
    "audio": Kind.AUDIO,
    "document": Kind.DOCUMENT,
    "sticker": Kind.STICKER,
}
# Types that are no message but change one, and the kinds of event they are.
CHANGES = {"edit": "edit", "revoke": "deletion"}
# Not a new turn of the person: the bot does not answer these.
SILENT = {"reaction", "system", "request_welcome"}
# Notices after which it may be somebody else who writes.
NEW_HANDS = {
    "user_changed_number",
    "customer_changed_number",
    "user_changed_user_id",
    "customer_identity_changed",
}
# What reading a broken element may raise.
BROKEN = (TypeError, ValueError, KeyError, AttributeError, OverflowError, RecursionError)
HISTORY_STATES = {
    "delivered": State.DELIVERED,
    "read": State.READ,
    "played": State.READ,
    "error": State.FAILED,
}


def read(payload: Json, *, outgoing: bool = False) -> InboundMessage | None:
    """A stored message element; None if nobody can be named as its author."""
    element, card = mapping(payload.get("message")), mapping(payload.get("contact"))
    people = addresses_of(element, card, outgoing=outgoing)
    group = identifier(element.get("group_id"))
    if not people and not group:
        return None
    type_ = identifier(element.get("type"), 30)
    parts = _parts(type_, element) or {"kind": Kind.UNSUPPORTED, "raw": element}
    if _was_forwarded(element):
        parts.setdefault("raw", FORWARDED)
    wakes = parts.pop("wakes", True) and type_ not in SILENT and not outgoing and not group
    products = (_referred_product(element), *parts.pop("products", ()))
    name = _name(card)
    return InboundMessage(
        id=identifier(payload.get("id")),
        addresses=people,
        name=name,
        left=left_behind(element, people),
        at=moment(element.get("timestamp")),
        reply_to=_spoken_of(element),
        wakes=wakes,
        outgoing=outgoing,
        group=Group(Address("group", group)) if group else None,
        sender=(name or _first(people)) if group else "",
        referral=_referral(mapping(element.get("referral"))),
        named_products=tuple(code for code in products if code),
        app_key=_app_key(element, card),
        **parts,
    )


def read_echo(payload: Json) -> InboundMessage | None:
    """What a colleague wrote on the phone itself."""
    return read(payload, outgoing=True)


def read_history(payload: Json) -> InboundMessage | None:
    """A message of before the number was connected; None for the place of a file that follows."""
    element = mapping(payload.get("message"))
    if element.get("type") == "media_placeholder":
        return None
    outgoing = payload.get("outgoing") is True
    message = read(payload, outgoing=outgoing)
    if message is None:
        return None
    status = identifier(mapping(element.get("history_context")).get("status"), 20).lower()
    state = HISTORY_STATES.get(status, State.SENT) if outgoing else State.SENT
    return replace(message, historical=True, wakes=False, state=state)


def read_edit(payload: Json) -> Edit | None:
    """What the message named there says now; None where that cannot be read."""
    element = mapping(payload.get("message"))
    edit = mapping(element.get("edit"))
    id_ = identifier(edit.get("original_message_id"))
    content = mapping(edit.get("message"))
    type_ = identifier(content.get("type"), 30)
    if type_ in MEDIA_KINDS:
        text: Any = mapping(content.get(type_)).get("caption", "")
    else:
        text = _parts(type_, content).get("text")
    if not id_ or not isinstance(text, str):
        return None
    return Edit(id_, plain(text), moment(element.get("timestamp")))


def read_deletion(payload: Json) -> Deletion | None:
    element = mapping(payload.get("message"))
    id_ = identifier(mapping(element.get("revoke")).get("original_message_id"))
    return Deletion(id_, moment(element.get("timestamp"))) if id_ else None


def _app_key(element: Json, card: Json) -> str:
    """A hash of the key of their WhatsApp; another one with another phone, or installed anew."""
    hash_ = mapping(element.get("identity")).get("hash") or card.get("identity_key_hash")
    return identifier(hash_, 100)


def _name(card: Json) -> str:
    profile = mapping(card.get("profile"))
    name = plain(profile.get("name"), 200).strip()
    return name or plain(profile.get("username"), 200).strip()


def _first(people: tuple[Address, ...]) -> str:
    return people[0].value if people else ""


def _spoken_of(element: Json) -> str:
    """The message this one answers or reacts to; a forwarded one has a context, but no such id."""
    context, reaction = mapping(element.get("context")), mapping(element.get("reaction"))
    return identifier(context.get("id") or reaction.get("message_id"))


def _was_forwarded(element: Json) -> bool:
    context = mapping(element.get("context"))
    return True in (context.get("forwarded"), context.get("frequently_forwarded"))


def _referred_product(element: Json) -> str:
    product = mapping(mapping(element.get("context")).get("referred_product"))
    return identifier(product.get("product_retailer_id"), 100)


def _referral(ad: Json) -> Referral | None:
    """The advertisement or post somebody came from; only the first message after it says so."""
    if not ad:
        return None
    return Referral(
        kind="post" if ad.get("source_type") == "post" else "ad",
        id=identifier(ad.get("source_id"), 100),
        click_id=plain(ad.get("ctwa_clid"), 500),
        title=plain(ad.get("headline"), 200),
        url=plain(ad.get("source_url"), 500),
    )


# --- Types -----------------------------------------------------------------------------------


def _parts(type_: str, element: Json) -> dict[str, Any]:
    """The fields of InboundMessage that this type fills; {} if it cannot be read."""
    try:
        if type_ in MEDIA_KINDS:
            return _media(type_, element)
        reader = READERS.get(type_)
        return reader(element) if reader else {}
    except BROKEN:
        return {}


def _text(element: Json) -> dict[str, Any]:
    body = element["text"]["body"]
    return {"kind": Kind.TEXT, "text": plain(body)} if isinstance(body, str) else {}


def _media(type_: str, element: Json) -> dict[str, Any]:
    media = mapping(element.get(type_))
    errors = dicts(element.get("errors"))
    found = Media(
        id=identifier(media.get("id"), 200),
        name=plain(media.get("filename"), 200),
        mime=plain(media.get("mime_type"), 100).split(";")[0],
        error=graph_errors.words(errors[0])[:200] if errors else "",
    )
    if not found.id and not found.error:
        return {}
    return {"kind": MEDIA_KINDS[type_], "text": plain(media.get("caption")), "media": (found,)}


def _location(element: Json) -> dict[str, Any]:
    place = element["location"]
    point = f"{_degrees(place['latitude']):.6f}, {_degrees(place['longitude']):.6f}"
    words = [plain(place.get("name")), plain(place.get("address")), point]
    return {"kind": Kind.LOCATION, "text": "\n".join(word for word in words if word)}


def _degrees(value: Any) -> float:
    degrees = float(value)
    if not abs(degrees) <= 180:
        raise ValueError(value)
    return degrees


def _contacts(element: Json) -> dict[str, Any]:
    lines = []
    for card in dicts(element.get("contacts")):
        name = plain(mapping(card.get("name")).get("formatted_name"))
        phones = [plain(phone.get("phone")) for phone in dicts(card.get("phones"))]
        lines.append(" · ".join(part for part in (name, *phones) if part))
    return {"kind": Kind.CONTACTS, "text": "\n".join(line for line in lines if line)}


def _button(element: Json) -> dict[str, Any]:
    button = element["button"]
    return _tapped(button.get("text"), button.get("payload"))


def _tapped(title: Any, id_: Any) -> dict[str, Any]:
    return {"kind": Kind.BUTTON, "text": plain(title), "choice": plain(id_, 256)}


def _interactive(element: Json) -> dict[str, Any]:
    answer = element["interactive"]
    chosen = mapping(answer.get("button_reply")) or mapping(answer.get("list_reply"))
    if chosen:
        return _tapped(chosen.get("title"), chosen.get("id"))
    if form := mapping(answer.get("nfm_reply")):
        return {"kind": Kind.TEXT, "text": _form(form), "raw": element}
    if permission := mapping(answer.get("call_permission_reply")):
        return _permission(permission)
    return {}


def _form(form: Json) -> str:
    """What somebody filled in, a line for each field; the token was ours."""
    written = plain(form.get("response_json"))
    try:
        fields = json.loads(written)
    except (ValueError, RecursionError):
        return written or plain(form.get("body"))
    if not isinstance(fields, dict):
        return written
    lines = [f"{name}: {_value(value)}" for name, value in fields.items() if name != "flow_token"]
    return plain("\n".join(lines)) or plain(form.get("body"))


def _value(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _permission(permission: Json) -> dict[str, Any]:
    """They may be called, or not. Their own call says so too, and is no word to us."""
    accepted = permission.get("response") == "accept"
    text = _("You may call me.") if accepted else _("Please do not call me.")
    wakes = permission.get("response_source") != "automatic"
    return {"kind": Kind.BUTTON, "text": text, "wakes": wakes}


def _order(element: Json) -> dict[str, Any]:
    order = element["order"]
    items = dicts(order.get("product_items"))
    codes = [plain(item.get("product_retailer_id"), 100) for item in items]
    lines = [f"{_amount(item)} × {code}" for item, code in zip(items, codes, strict=True)]
    text = "\n".join([plain(order.get("text")), *lines]).strip()
    return {"kind": Kind.ORDER, "text": text, "products": codes, "raw": element}


def _amount(item: Json) -> str:
    quantity = item.get("quantity")
    return plain(str(quantity), 20) if isinstance(quantity, int | float | str) else "?"


def _reaction(element: Json) -> dict[str, Any]:
    """No emoji, or an empty one: an earlier reaction was taken back."""
    reaction = element["reaction"]
    return {"kind": Kind.REACTION, "text": plain(reaction.get("emoji"), 40)}


def _system(element: Json) -> dict[str, Any]:
    system = element["system"]
    what, number = system.get("type"), identifier(system.get("wa_id"), 30)
    if what in ("user_changed_number", "customer_changed_number") and number:
        text = _("Has another number now: %(number)s.") % {"number": number}
    elif what == "user_changed_user_id":
        text = _("WhatsApp knows this person by another id now.")
    elif what == "customer_identity_changed":
        text = _("Has another phone now, or installed WhatsApp anew.")
    else:
        text = plain(system.get("body"))
    return {"kind": Kind.SYSTEM, "text": text, "new_hands": what in NEW_HANDS}


def _welcome(element: Json) -> dict[str, Any]:
    return {"kind": Kind.SYSTEM, "text": _("Opened the chat for the first time.")}


READERS: dict[str, Callable[[Json], dict[str, Any]]] = {
    "text": _text,
    "location": _location,
    "contacts": _contacts,
    "button": _button,
    "interactive": _interactive,
    "order": _order,
    "reaction": _reaction,
    "system": _system,
    "request_welcome": _welcome,
}
