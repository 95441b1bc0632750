"""By what Meta knows people: a telephone number, an id of its own, or both."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

from chatbot.channels.events import Address, Json
from chatbot.channels.reading import identifier, mapping

# "PE.13491208655302741918"; the one of a group of companies has "ENT." in it.
USER_ID = re.compile(r"^[A-Z]{2}\.(?:ENT\.)?[A-Za-z0-9]{1,130}$")


def addresses_of(element: Json, card: Json, *, outgoing: bool = False) -> tuple[Address, ...]:
    """Whoever wrote `element` (or got it), by number first and user id second.

    `card` is what its envelope says of them. A change of number or id names the new one as well.
    """
    side = "to" if outgoing else "from"
    number = _digits(element.get(side)) or _digits(card.get("wa_id"))
    user = _first_user_id(
        element.get(f"{side}_user_id"),
        element.get(side),
        card.get("user_id"),
        element.get(f"{side}_parent_user_id"),
        card.get("parent_user_id"),
    )
    if element.get("type") != "system":
        return _both(number, user)
    system = mapping(element.get("system"))
    before = system.get("previous_user_id"), system.get("previous_parent_user_id")
    found = _both(number, user) + _both("", _first_user_id(*before))
    return tuple(dict.fromkeys(found + _changed_to(element))) if found else ()


def left_behind(element: Json, addresses: Iterable[Address]) -> tuple[Address, ...]:
    """Which of these `element` says somebody has exchanged for another one of the same kind."""
    new = {one.kind: one.value for one in _changed_to(element)}
    return tuple(one for one in addresses if new.get(one.kind, one.value) != one.value)


def _changed_to(element: Json) -> tuple[Address, ...]:
    if element.get("type") != "system":
        return ()
    system = mapping(element.get("system"))
    user = _first_user_id(system.get("user_id"), system.get("parent_user_id"))
    return _both(_digits(system.get("wa_id")), user)


def noted_addresses(element: Json) -> tuple[Address, ...]:
    """Whom a contact noted down on the phone is about; its number is written as people write."""
    contact = mapping(element.get("contact"))
    number = re.sub(r"[^0-9]", "", identifier(contact.get("phone_number"), 40))
    user = _first_user_id(contact.get("user_id"))
    return _both(number if len(number) <= 20 else "", user)


def _both(number: str, user: str) -> tuple[Address, ...]:
    known = (("wa_id", number), ("user_id", user))
    return tuple(Address(kind, value) for kind, value in known if value)


def _digits(value: Any) -> str:
    text = identifier(value, 30).lstrip("+")
    return text if text.isascii() and text.isdigit() else ""


def _first_user_id(*values: Any) -> str:
    names = (identifier(value) for value in values)
    return next((name for name in names if USER_ID.match(name)), "")
