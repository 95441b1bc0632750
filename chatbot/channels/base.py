"""The contract between the pipeline and a provider.

A provider is one module here with one subclass of `Provider`, listed in `registry.PROVIDERS`.
It turns requests into events and messages into requests; it touches no table but through what it
is handed, decides nothing about people, and reports failure as `ChannelError`.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, ClassVar

from django.utils.functional import Promise

from crm.conversations.models import Channel, Message

Json = dict[str, Any]
# In a stored payload: the account it named, which no channel of ours has.
STRAY = "stray"


class ChannelError(Exception):
    """A provider did not do what was asked.

    permanent    trying again cannot help
    code         the provider's own code, or a word of ours ("timeout")
    stop         the account itself is refused: nothing more goes out until a person mends it
    unconfirmed  it may have been sent: never to be repeated blindly
    retry_after  seconds to wait at least before another try
    """

    def __init__(
        self,
        text: str,
        *,
        permanent: bool,
        code: str = "",
        stop: bool = False,
        unconfirmed: bool = False,
        retry_after: float = 0,
    ) -> None:
        super().__init__(text)
        self.permanent = permanent
        self.code = code
        self.stop = stop
        self.unconfirmed = unconfirmed
        self.retry_after = retry_after


@dataclass(frozen=True, slots=True)
class Event:
    """One element of a webhook body, as it is stored before the 200.

    kind         "message", "echo", "status" or "notice" (anything else worth keeping)
    key          what it is; the same in every redelivery
    lane         whose it is; events of one lane are handled in order
    payload      the element itself, with what of its envelope it needs to be understood
    external_id  which of our accounts it names; "" where it names none
    """

    kind: str
    key: str
    lane: str
    payload: Json
    external_id: str = ""


@dataclass(frozen=True, slots=True)
class Address:
    kind: str  # "wa_id", "user_id"
    value: str


@dataclass(frozen=True, slots=True)
class Media:
    id: str
    name: str = ""
    mime: str = ""
    error: str = ""  # the provider itself could not get it


@dataclass(frozen=True, slots=True)
class InboundMessage:
    """A message understood: what the desk stores and answers.

    `wakes` is False for what is no turn of the person (reactions, notices, edits).
    """

    id: str
    addresses: tuple[Address, ...]
    kind: Message.Kind
    name: str = ""
    at: datetime | None = None
    text: str = ""
    choice: str = ""
    reply_to: str = ""
    media: tuple[Media, ...] = ()
    wakes: bool = True
    outgoing: bool = False  # an echo: a colleague wrote it on the phone
    advertised: bool = False  # came from a click on an advertisement
    named_products: tuple[str, ...] = ()
    raw: Json | None = None


@dataclass(frozen=True, slots=True)
class StatusUpdate:
    """What became of a message of ours. `attempt` is the callback data it travelled with."""

    id: str
    state: Message.State
    at: datetime | None
    attempt: str = ""
    code: str = ""
    text: str = ""


@dataclass(frozen=True, slots=True)
class Outgoing:
    """A message on its way out: everything a provider needs, no row and no connection."""

    message_id: int
    attempt: str
    to: tuple[Address, ...]
    text: str
    options: tuple[tuple[str, str], ...] = ()  # (id, title)
    reply_to: str = ""
    # To be called right before the request leaves: from then on it may have been sent.
    leaving: Callable[[], None] = field(default=lambda: None)


@dataclass(frozen=True, slots=True)
class CredentialField:
    """One thing an administrator enters for a channel; `secret` ones never go back to a page."""

    name: str
    label: str | Promise
    secret: bool = True
    required: bool = False
    help: str | Promise = ""


class Provider:
    """One provider, speaking for one channel. Thread-safe: it holds only the channel's data."""

    slug: ClassVar[str]
    label: ClassVar[str | Promise]
    fields: ClassVar[tuple[CredentialField, ...]] = ()

    def __init__(self, channel: Channel) -> None:
        self.channel = channel

    def verify(self, headers: Mapping[str, str], body: bytes) -> bool:
        """Whether the provider itself sent these bytes. Without a secret: no."""
        raise NotImplementedError

    def challenge(self, query: Mapping[str, str]) -> str | None:
        """The bare text a provider's subscription check (GET) is answered with; None refuses."""
        return None

    def parse(self, body: Json) -> list[Event]:
        """All elements of a body. Never raises: what is broken comes back as a "notice"."""
        raise NotImplementedError

    def understand(self, kind: str, payload: Json) -> InboundMessage | StatusUpdate | None:
        """A stored event, typed. None: there is nothing to do but keep it."""
        raise NotImplementedError

    def send(self, message: Outgoing) -> str:
        """Hand the message over; the provider's id for it. Raises ChannelError."""
        raise NotImplementedError

    def fetch_media(self, media_id: str, limit: int) -> tuple[bytes, str]:
        """The bytes (at most `limit`) and the announced MIME type. Raises ChannelError."""
        raise NotImplementedError

    def check(self) -> str:
        """Ask the provider whether the credentials work; what they open, in words.

        Raises ChannelError.
        """
        raise NotImplementedError

    def register(self, url: str) -> str:
        """Have the provider call `url`; what it has on record then. Raises ChannelError."""
        raise NotImplementedError


def derived_id(element: Any) -> str:
    """An id for an element that has none: the same for the same content."""
    content = json.dumps(element, sort_keys=True, default=str).encode()
    return "derived." + hashlib.sha256(content).hexdigest()[:40]


def identifier(value: Any, longest: int = 150) -> str:
    """A provider's id as text that any database takes, or "" if it is none."""
    if isinstance(value, bool) or not isinstance(value, str | int):
        return ""
    text = str(value)
    if len(text) > longest or not text.isprintable() or not _encodable(text):
        return derived_id(text) if text else ""
    return text.strip()


def _encodable(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def plain(value: Any, longest: int | None = None) -> str:
    """Text that any database takes: no NUL, no half surrogates. Not text: an empty string."""
    if not isinstance(value, str):
        return ""
    text = value.encode("utf-8", "replace").decode().replace("\x00", "\ufffd")
    return text[:longest] if longest else text


def moment(value: Any) -> datetime | None:
    """A provider's Unix seconds (text or number) as an aware datetime; None if they are absurd.

    A clock that runs ahead of ours would put a message below everything that follows it.
    """
    try:
        at = datetime.fromtimestamp(int(value), UTC)
    except (TypeError, ValueError, OverflowError, OSError):
        return None
    now = datetime.now(UTC)
    if at < now - timedelta(days=365 * 20):
        return None
    return min(at, now)


def dicts(value: Any) -> list[Json]:
    """The dicts in a list that should hold nothing else."""
    return [item for item in value if isinstance(item, dict)] if isinstance(value, list) else []


def mapping(value: Any) -> Json:
    return value if isinstance(value, dict) else {}
