"""What gateways to WhatsApp Web have in common: names of chats, cards, places, a linked phone."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Literal

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from chatbot.channels.base import Outgoing
from chatbot.channels.errors import ChannelError
from chatbot.channels.events import AccountNews, Address, Group
from chatbot.channels.reading import identifier, plain
from crm.conversations.models import Channel
from crm.conversations.rules import MB, MediaRule

MEDIA: Mapping[str, MediaRule] = MappingProxyType(
    {
        "image": MediaRule(5 * MB, ("image/jpeg", "image/png")),
        "audio": MediaRule(
            16 * MB, ("audio/aac", "audio/amr", "audio/mpeg", "audio/mp4", "audio/ogg")
        ),
        "video": MediaRule(16 * MB, ("video/mp4", "video/3gpp")),
        "sticker": MediaRule(500 * 1024, ("image/webp",), still=100 * 1024),
        "document": MediaRule(100 * MB),
    }
)
# WhatsApp itself writes from the number 0.
SHORTEST = 5
PEOPLE = ("", "s.whatsapp.net", "c.us")
# Chats in which nobody talks to us.
NOBODY = ("newsletter", "broadcast")
CARD_PHONE = re.compile(r"^(?:item\d{1,4}\.)?TEL\b[^:\r\n]{0,300}:([^\r\n]{1,60})", re.M | re.I)
CARD_NAME = re.compile(r"^FN[^:\r\n]{0,100}:([^\r\n]{1,200})", re.M | re.I)


@dataclass(frozen=True, slots=True)
class Chat:
    """Where a message belongs: the people's addresses, or who wrote in a group."""

    people: tuple[Address, ...]
    group: Group | None = None

    @property
    def lane(self) -> str:
        if self.group is not None:
            return f"g:{self.group.address.value}"
        return f"p:{self.people[0].value}"


def address(value: Any) -> Address | None:
    """A person's address of "51911000001@c.us", bare digits, or "1234@lid"; None for others.

    The hidden id keeps its "@lid": its digits may be somebody else's number.
    """
    name, _at, host = identifier(value, 120).partition("@")
    digits = name.partition(":")[0].lstrip("+")
    if not (digits.isascii() and digits.isdigit() and len(digits) >= SHORTEST):
        return None
    if host == "lid":
        return Address("lid", f"{digits}@lid")
    return Address("wa_id", digits) if host in PEOPLE else None


def people(candidates: Iterable[Any], *, but: str = "") -> tuple[Address, ...]:
    """One number and one hidden id at most, the first of each; `but`: digits of our own."""
    found: dict[str, Address] = {}
    for candidate in candidates:
        known = address(candidate)
        if known and known.value != but:
            found.setdefault(known.kind, known)
    number, hidden = found.get("wa_id"), found.get("lid")
    if number and hidden and hidden.value == f"{number.value}@lid":
        number = None  # the hidden id once more, without its tail
    return tuple(one for one in (number, hidden) if one)


def group(value: Any, name: Any = "") -> Group | None:
    """The group chat of "1203630@g.us", or None."""
    id_ = identifier(value, 120)
    if not id_.endswith("@g.us"):
        return None
    return Group(Address("group", id_), plain(name, 200).strip())


def is_nobody(value: Any) -> bool:
    """Whether a chat id is a channel's or a broadcast's."""
    return identifier(value, 120).rpartition("@")[2] in NOBODY


def destination(message: Outgoing) -> Address:
    """Whom a message goes to. ChannelError where none of their addresses can be written to."""
    by_kind = {one.kind: one for one in reversed(message.to)}
    for kind in ("group", "wa_id", "lid"):
        if kind in by_kind:
            return by_kind[kind]
    raise ChannelError(
        _("This person has no address on this channel."), permanent=True, code="address"
    )


def card(name: Any, vcard: Any) -> str:
    """ "Ana Ficticia · +51 911 000 001", of a contact card; "" if it says nothing."""
    text = plain(vcard, 20_000)
    known = CARD_NAME.search(text)
    called = plain(name, 200).strip() or (known[1].strip() if known else "")
    phones = [found.strip() for found in CARD_PHONE.findall(text)[:10]]
    return " · ".join(part for part in (called, *phones) if part)


def point(latitude: Any, longitude: Any) -> str:
    """ "-12.046400, -77.042800". Raises TypeError or ValueError for what is no place on Earth."""
    return f"{_degrees(latitude):.6f}, {_degrees(longitude):.6f}"


def _degrees(value: Any) -> float:
    degrees = float(value)
    if not abs(degrees) <= 180:
        raise ValueError(value)
    return degrees


# --- The phone behind the gateway ---------------------------------------------------------------

PhoneState = Literal["linked", "connecting", "broken", "unlinked", "stopped"]
Health = Channel.Health
PHONE: dict[PhoneState, tuple[Health, str | Promise]] = {
    "linked": (Health.GREEN, gettext_lazy("The phone is connected.")),
    "connecting": (Health.YELLOW, gettext_lazy("The phone is still connecting.")),
    "broken": (Health.RED, gettext_lazy("The phone has lost its connection.")),
    "unlinked": (
        Health.RED,
        gettext_lazy("The phone is no longer linked: scan the QR code at the provider."),
    ),
    "stopped": (Health.RED, gettext_lazy("The provider has switched the phone off.")),
}


# A phone that is only just connecting sends nothing for so many seconds.
CONNECTS_WITHIN = 30
# Where only a person can mend it.
DOWN: tuple[PhoneState, ...] = ("broken", "unlinked", "stopped")
# The gateways' words for a phone that is down and says so itself when it is back.
PASSING = ("ERROR", "SYNC_ERROR", "QR", "phone-error", "qr-code", "disconnected")


def phone_news(state: PhoneState, code: str) -> AccountNews:
    """What a provider says of the phone, in words of ours; `code` is its own word.

    Only a phone that is linked may send.
    """
    health, words = PHONE[state]
    pause = CONNECTS_WITHIN if state == "connecting" else 0
    return AccountNews(health, str(words), code, stops=state in DOWN, pause=pause)
