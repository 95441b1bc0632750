"""The contract between the pipeline and a provider.

A provider is one module here with one subclass of `Provider`, listed in `registry.CHANNELS`.
It turns requests into events and messages into requests; it touches no table but through what it
is handed, decides nothing about people, and reports failure as `ChannelError`.
"""

from __future__ import annotations

import hmac
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import ClassVar

from django.conf import settings
from django.utils.functional import Promise
from django.utils.translation import gettext as _

from chatbot.channels import http
from chatbot.channels.errors import ChannelError
from chatbot.channels.events import Address, Event, Json, TemplateNews, Understood
from crm.conversations.models import Channel
from crm.conversations.rules import Rules

# Characters of a secret that is looked for in texts: a shorter one may be part of any word.
SHORTEST = 8
# Behind an address's question mark stand signatures and tokens; before its host, passwords.
_QUERY = re.compile(r"(?i)(https?://[^\s?#\"'<>]+)[?#][^\s\"'<>]+")
_USER = re.compile(r"(?i)(https?://)[^\s/?#@]+@")
# Where a text that was cut to a limit may end: a part of it stands before a colon, or in brackets.
_CUT = r"(?=[)…”»\"' ]*(?:: |$))"


@dataclass(frozen=True, slots=True)
class OutgoingFile:
    """A file to be sent. `read` gives its bytes; `link` an address the provider may fetch it by
    for ten minutes, without logging in.
    """

    name: str
    mime: str
    size: int
    read: Callable[[], bytes]
    link: Callable[[], str]

    def content(self) -> bytes:
        """Its bytes. ChannelError if they are gone: nothing was sent, nor will it be."""
        try:
            return self.read()
        except OSError:
            raise ChannelError(_("The file is gone."), permanent=True, code="gone") from None


# The heading of a list of answers and the button that opens it, in the languages of the chat,
# which are more than the desk's.
LIST_WORDS = {
    "es": ("Opciones", "Ver opciones"),
    "pt": ("Opções", "Ver opções"),
    "en": ("Options", "See options"),
}


@dataclass(frozen=True, slots=True)
class OutgoingTemplate:
    """An approved template, and its components with all values filled in (as Meta takes them)."""

    name: str
    language: str
    components: tuple[Json, ...] = ()


@dataclass(frozen=True, slots=True)
class Outgoing:
    """A message on its way out: everything a provider needs, no row and no connection.

    `options` fit the provider's rules: where it has neither buttons nor lists, or the list is too
    long for either, they stand as numbered lines in `text` already, and `options` is empty.
    """

    message_id: int
    attempt: str
    to: tuple[Address, ...]
    text: str
    kind: str = "text"  # a value of Message.Kind
    language: str = "es"  # the person's, for words that the provider's format asks for besides
    options: tuple[tuple[str, str], ...] = ()  # (id, title)
    link: tuple[str, str] | None = None  # (title, address) of a button
    marked: bool = False  # bot or desk wrote it: asterisks stand for bold
    reply_to: str = ""
    file: OutgoingFile | None = None
    template: OutgoingTemplate | None = None
    # To be called right before the request leaves: from then on it may have been sent.
    leaving: Callable[[], None] = field(default=lambda: None)
    # What else the provider's answer calls the person; `send` adds it here.
    learned: list[Address] = field(default_factory=list)

    def address(self, *kinds: str) -> str:
        """The first address of one of these kinds, in the order of `kinds`; "" if there is none."""
        by_kind = {address.kind: address.value for address in reversed(self.to)}
        return next((by_kind[kind] for kind in kinds if kind in by_kind), "")


@dataclass(frozen=True, slots=True)
class CredentialField:
    """One thing an administrator enters for a channel; `secret` ones never go back to a page.

    An `invented` one is a word of our own: where none is entered one is made up, and it is shown
    again to whoever enters it at the provider.
    """

    name: str
    label: str | Promise
    secret: bool = True
    required: bool = False
    help: str | Promise = ""
    invented: bool = False


class Provider:
    """One provider, speaking for one channel. Thread-safe: it holds only the channel's data.

    label, icon     how it is called and shown (an icon of Tabler's)
    fields          what an administrator enters
    external_id     what the channel's identifier at the provider is called; "": there is none
    proof           the credential that what comes in is checked with: channels with the same one
                    may come in one body
    account         the credential that names the account, where several channels share one
    steps           what to do at the provider by hand, in order, for the channel's page; "{url}"
                    stands for the webhook's address
    media_hosts     where its files lie, unless the setting MEDIA_HOSTS says otherwise
    can_register    whether `register` can do those steps
    family          its channel can be the one behind /chatbot/webhook/<family>/; "": it cannot
    is_simulated    it only plays a provider: it has no account, and nothing leaves this machine
    identified_by   the credential that itself tells which account it is; see `identify`
    secret_address  whoever knows its webhook's address is believed: not everybody sees it
    manual          the page of docs/ that is written for whoever connects it; "": there is none
    """

    slug: ClassVar[str]
    label: ClassVar[str | Promise]
    icon: ClassVar[str] = "message"
    fields: ClassVar[tuple[CredentialField, ...]] = ()
    external_id: ClassVar[str | Promise] = ""
    proof: ClassVar[str] = "app_secret"
    account: ClassVar[str] = ""
    rules: ClassVar[Rules] = Rules()
    steps: ClassVar[tuple[str | Promise, ...]] = ()
    media_hosts: ClassVar[tuple[str, ...]] = ()
    can_register: ClassVar[bool] = True
    family: ClassVar[str] = ""
    is_simulated: ClassVar[bool] = False
    identified_by: ClassVar[str] = ""
    secret_address: ClassVar[bool] = False
    manual: ClassVar[str] = ""

    def __init__(self, channel: Channel) -> None:
        self.channel = channel

    def objections(self) -> dict[str, str]:
        """What speaks against keeping the channel as it was entered: field -> why, in words.

        A field is a credential's name or "older_path". No network in here.
        """
        return {}

    def identify(self) -> str:
        """The account's identifier as `identified_by` tells it; "" if it does not."""
        return ""

    def verify(self, headers: Mapping[str, str], body: bytes) -> bool:
        """Whether the provider itself sent these bytes. Without a secret: no."""
        raise NotImplementedError

    def challenge(self, query: Mapping[str, str]) -> str | Json | None:
        """What a GET of the webhook is answered with: bare text, JSON, or None, which refuses."""
        return None

    def parse(self, body: Json) -> list[Event]:
        """All elements of a body. Never raises: what is broken comes back as a "notice"."""
        raise NotImplementedError

    def taken(self, events: Sequence[Event]) -> Json | None:
        """What the 200 says of these events, which are stored now; None: it is empty."""
        return None

    def understand(self, kind: str, payload: Json) -> Understood | None:
        """A stored event, typed. None: there is nothing to do but keep it."""
        raise NotImplementedError

    def send(self, message: Outgoing) -> str:
        """Hand the message over; the provider's id for it. Raises ChannelError."""
        raise NotImplementedError

    def fetch_media(self, media_id: str, limit: int) -> tuple[bytes, str]:
        """The bytes (at most `limit`) and the announced MIME type. Raises ChannelError."""
        raise NotImplementedError

    def mark_read(self, message_id: str, to: tuple[Address, ...]) -> None:
        """Show the person that we have read their message. Raises ChannelError."""

    def show_typing(self, message_id: str, to: tuple[Address, ...]) -> None:
        """Show the person that somebody is writing (`message_id`: their last). ChannelError."""

    def look_up(self, address: Address) -> str:
        """The name of somebody whose messages do not carry one; "" if the provider tells none.

        Raises ChannelError.
        """
        return ""

    def acknowledge(self, receipt: str) -> None:
        """Answer what an inbound message's `receipt` asks for. Raises ChannelError."""

    def moved_to(self, to: tuple[Address, ...], message_id: str) -> Address | None:
        """Where a group is now, by the id of a message to `to`; None: where it was."""
        return None

    def check(self) -> str:
        """Ask the provider whether the credentials work; what they open, in words.

        Raises ChannelError.
        """
        raise NotImplementedError

    def register(self, url: str) -> None:
        """Have the provider call `url`. Raises ChannelError."""
        raise ChannelError(_("This provider cannot be registered from here."), permanent=True)

    def on_record(self) -> str:
        """What the provider has on record about where it calls, in words. Raises ChannelError."""
        return ""

    def templates(self) -> list[TemplateNews]:
        """All templates of the account, with their components. Raises ChannelError."""
        return []

    def download(
        self, url: str, limit: int, *, base: str = "", headers: dict[str, str] | None = None
    ) -> tuple[bytes, str]:
        """A file of this provider's; see `http.download`."""
        hosts = settings.MEDIA_HOSTS.get(self.slug, self.media_hosts)
        return http.download(url, hosts=hosts, limit=limit, base=base, headers=headers)

    def without_secrets(self, text: str) -> str:
        """What a provider said, should it have repeated what it was shown: our credentials, or an
        address whose signature lets anybody in."""
        if not text:
            return text
        names = [one.name for one in self.fields if one.secret]
        known = [value for name in names if len(value := self.channel.secret(name)) >= SHORTEST]
        for secret in sorted(known, key=len, reverse=True):
            text = _without(text, secret)
        return _QUERY.sub(r"\1?***", _USER.sub(r"\1***@", text))

    def same(self, given: str, name: str) -> bool:
        """Compare a secret in constant time; without one of ours nothing is the same."""
        secret = self.channel.secret(name)
        return bool(secret) and hmac.compare_digest(given.encode(), secret.encode())


def _without(text: str, secret: str) -> str:
    """Without it, and without its beginning where a text that was cut ends in one: anywhere else
    that is a word, as it may stand in an address of ours."""
    text = text.replace(secret, "***")
    if secret[:SHORTEST] not in text:
        return text
    for length in range(len(secret) - 1, SHORTEST - 1, -1):
        text = re.sub(re.escape(secret[:length]) + _CUT, "***", text)
    return text
