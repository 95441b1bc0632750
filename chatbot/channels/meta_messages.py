"""Meta's message elements, type by type, as the desk's own messages."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from chatbot.channels.events import Address, InboundMessage, Json, Media, Referral
from chatbot.channels.reading import dicts, identifier, mapping, moment, plain
from crm.conversations.models import Message

Kind = Message.Kind
USER_ID = re.compile(r"^[A-Z]{2}\.(?:ENT\.)?[A-Za-z0-9]{1,130}$")
MEDIA_KINDS = {
    "image": Kind.IMAGE,
    "video": Kind.VIDEO,
    "audio": Kind.AUDIO,
    "document": Kind.DOCUMENT,
    "sticker": Kind.STICKER,
}
# Not a new turn of the person: the bot does not answer these.
SILENT = {"reaction", "system", "edit", "revoke", "request_welcome"}


def addresses_of(element: Json, contact: Json, *, outgoing: bool = False) -> tuple[Address, ...]:
    """By what Meta knows the person: number first, business-scoped user id second."""
    if outgoing:
        number, user = element.get("to"), element.get("to_user_id")
    else:
        number = element.get("from") or contact.get("wa_id")
        user = element.get("from_user_id") or contact.get("user_id")
    found = _addresses(number, user)
    if found and element.get("type") == "system":
        # Who changed number or id is known by the new one as well from now on.
        system = mapping(element.get("system"))
        found += _addresses(system.get("wa_id"), system.get("user_id"))
    return tuple(dict.fromkeys(found))


def _addresses(number: Any, user: Any) -> list[Address]:
    found = []
    digits = identifier(number, 30).lstrip("+")
    if digits and not USER_ID.match(digits):
        found.append(Address("wa_id", digits))
    name = identifier(user)
    if USER_ID.match(name):
        found.append(Address("user_id", name))
    return found


def read(payload: Json, *, outgoing: bool = False) -> InboundMessage | None:
    """A stored message element; None if nobody can be named as its author."""
    element, contact = mapping(payload.get("message")), mapping(payload.get("contact"))
    people = addresses_of(element, contact, outgoing=outgoing)
    if not people:
        return None
    type_ = identifier(element.get("type"), 30)
    try:
        parts = _read_type(type_, element)
    except (TypeError, ValueError, KeyError, AttributeError, OverflowError):
        parts = {}
    if not parts:
        parts = {"kind": Kind.UNSUPPORTED, "raw": element}
    context = mapping(element.get("context"))
    referred = mapping(context.get("referred_product"))
    return InboundMessage(
        id=identifier(payload.get("id")),
        addresses=people,
        name=plain(mapping(contact.get("profile")).get("name"), 200).strip(),
        at=moment(element.get("timestamp")),
        reply_to=identifier(
            context.get("id") or mapping(element.get("reaction")).get("message_id")
        ),
        wakes=type_ not in SILENT and not outgoing and not element.get("group_id"),
        outgoing=outgoing,
        referral=_referral(mapping(element.get("referral"))),
        named_products=tuple(
            code for code in (identifier(referred.get("product_retailer_id"), 100),) if code
        ),
        **parts,
    )


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


def _read_type(type_: str, element: Json) -> dict[str, Any]:
    if type_ in MEDIA_KINDS:
        return _media(type_, element)
    reader = READERS.get(type_)
    return reader(element) if reader else {}


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
        error=plain(errors[0].get("title"), 200) if errors else "",
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
    return {
        "kind": Kind.BUTTON,
        "text": plain(button.get("text")),
        "choice": plain(button.get("payload"), 256),
    }


def _interactive(element: Json) -> dict[str, Any]:
    answer = element["interactive"]
    chosen = mapping(answer.get("button_reply")) or mapping(answer.get("list_reply"))
    if chosen:
        return {
            "kind": Kind.BUTTON,
            "text": plain(chosen.get("title")),
            "choice": plain(chosen.get("id"), 256),
        }
    form = mapping(answer.get("nfm_reply"))
    if not form:
        return {}
    return {"kind": Kind.TEXT, "text": plain(form.get("response_json") or form.get("body"))}


def _order(element: Json) -> dict[str, Any]:
    order = element["order"]
    items = dicts(order.get("product_items"))
    lines = [f"{_amount(item)} × {plain(item.get('product_retailer_id'))}" for item in items]
    return {"kind": Kind.ORDER, "text": "\n".join([plain(order.get("text")), *lines]).strip()}


def _amount(item: Json) -> str:
    quantity = item.get("quantity")
    return plain(str(quantity), 20) if isinstance(quantity, int | float | str) else "?"


def _reaction(element: Json) -> dict[str, Any]:
    reaction = element["reaction"]
    return {"kind": Kind.REACTION, "text": plain(reaction.get("emoji"), 40)}


def _system(element: Json) -> dict[str, Any]:
    return {"kind": Kind.SYSTEM, "text": plain(element["system"].get("body"))}


READERS: dict[str, Callable[[Json], dict[str, Any]]] = {
    "text": _text,
    "location": _location,
    "contacts": _contacts,
    "button": _button,
    "interactive": _interactive,
    "order": _order,
    "reaction": _reaction,
    "system": _system,
}
