"""The neutral door: an adapter of somebody's own, a process beside us, speaks a small JSON.

docs/neutral-door.md is written for whoever makes such an adapter.
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import ClassVar
from urllib.parse import urlsplit

import requests
from django.conf import settings
from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from chatbot.channels import directory, http, neutral_messages
from chatbot.channels.base import CredentialField, Outgoing, Provider
from chatbot.channels.errors import ChannelError
from chatbot.channels.events import Event, InboundMessage, Json, Understood
from chatbot.channels.reading import NOTICE, error_code, identifier, plain
from crm.conversations.rules import MB, MediaRule, Rules

LONGEST_PAUSE = 3600  # seconds an adapter can ask us to wait
NO_GET = (404, 405, 501)  # there, and knows no GET
SHORTEST_TOKEN = 32
# files.example.com, .example.org, or where a file's address begins: https://files.example.com:8443
# An adapter beside us need have no certificate.
_HOST = re.compile(
    r"https://[\w.-]+(:\d{1,5})?|http://(127\.0\.0\.1|localhost)(:\d{1,5})?"
    r"|\.?[\w-]+(\.[\w-]+)*",
    re.ASCII,
)


class Neutral(Provider):
    slug = "neutral"
    label: ClassVar[str | Promise] = _("Adapter of your own")
    icon = "plug-connected"
    external_id: ClassVar[str | Promise] = _("Own number or name at the provider")
    proof = "token"
    can_register = False
    manual = "neutral-door.md"
    rules = Rules(
        media={kind: MediaRule(25 * MB) for kind in ("image", "audio", "video", "document")}
    )
    fields: ClassVar[tuple[CredentialField, ...]] = (
        CredentialField(
            "token",
            _("Token"),
            help=_("A long random word that both sides show each other as “Bearer”."),
            invented=True,
        ),
        CredentialField(
            "endpoint_url",
            _("Address of the adapter"),
            secret=False,
            help=_("What is to be sent is POSTed there. https, or http on this machine."),
        ),
        CredentialField(
            "media_hosts",
            _("Hosts of files"),
            secret=False,
            help=_("Where else its files lie, with commas: files.example.com, .example.org"),
        ),
    )
    steps: ClassVar[tuple[str | Promise, ...]] = (
        _("Have the adapter POST what comes in to {url}, or to /api/messages of this site."),
        _("Give it the token of this channel, to be sent as “Authorization: Bearer …”."),
        _("Enter here at which address it takes what is to be sent."),
        _("Enter your own number or name, so that what you write elsewhere counts as yours."),
    )

    def objections(self) -> dict[str, str]:
        found, url = {}, self.channel.secret("endpoint_url")
        if words := self._against_token(self.channel.secret("token")):
            found["token"] = words
        if url and not _is_safe(url):
            found["endpoint_url"] = str(_unsafe())
        if wrong := [host for host in self._hosts() if not _HOST.fullmatch(host)]:
            words = gettext("This is no host: %(host)s. Enter it without a path.")
            found["media_hosts"] = words % {"host": wrong[0][:60]}
        return found

    def _hosts(self) -> list[str]:
        entered = self.channel.secret("media_hosts").split(",")
        return [host for one in entered if (host := one.strip())]

    def _against_token(self, token: str) -> str:
        """It alone says whose a body is, so it is long, and no other channel's."""
        if token and (len(token) < SHORTEST_TOKEN or not token.isascii() or " " in token):
            words = gettext("At least %(number)d letters and digits, without spaces.")
            return words % {"number": SHORTEST_TOKEN}
        others = (c for c in directory.snapshot().by_pk.values() if c.pk != self.channel.pk)
        mine = (Neutral(one) for one in others if one.provider == self.slug)
        taken = token and any(one.same(token, "token") for one in mine)
        return gettext("Another channel has this token.") if taken else ""

    def verify(self, headers: Mapping[str, str], body: bytes) -> bool:
        return self.same(bearer(headers), "token")

    def parse(self, body: Json) -> list[Event]:
        batch = body.get("messages")
        own = self._own()
        elements = batch if isinstance(batch, list) and batch else [body]
        return [neutral_messages.event(element, own) for element in elements]

    def taken(self, events: Sequence[Event]) -> Json | None:
        """Which elements, counted from 0, nobody but an administrator will look at."""
        kept = [index for index, event in enumerate(events) if event.kind == NOTICE]
        return {"stored": len(events), "not_understood": kept}

    def understand(self, kind: str, payload: Json) -> Understood | None:
        told = neutral_messages.read(kind, payload)
        sends = self.channel.secret("endpoint_url")
        if kind == "message" and isinstance(told, InboundMessage) and sends and not self._number():
            # Without our own number we are not known by it: what we send may come back like this.
            return replace(told, sent_to=neutral_messages.receiver(payload))
        return told

    def _number(self) -> str:
        return neutral_messages.plainest(self.channel.external_id)

    def send(self, message: Outgoing) -> str:
        url, data = self._endpoint(), self._payload(message)
        message.leaving()
        answer = self._ask("POST", url, json=data)
        body = http.json_of(answer)
        if error := body.get("error"):
            raise refusal(answer, body, plain(error, 500))
        if not answer.ok or answer.is_redirect:
            raise http.refused(answer.status_code, retry_after=_pause(answer.headers))
        if sent := identifier(body.get("message_id")):
            return sent
        raise http.unclear()

    def fetch_media(self, media_id: str, limit: int) -> tuple[bytes, str]:
        """From the adapter itself, with the token, or from a host that was entered."""
        hosts = settings.MEDIA_HOSTS.get(self.slug) or self._hosts()
        endpoint = self.channel.secret("endpoint_url")
        headers = self._headers() if endpoint and _origin(media_id) == _origin(endpoint) else None
        return http.download(media_id, hosts=hosts, limit=limit, base=endpoint, headers=headers)

    def check(self) -> str:
        answer = self._ask("GET", self._endpoint())
        # An adapter need not answer a GET, but it must be there and know the token.
        if answer.is_redirect or (not answer.ok and answer.status_code not in NO_GET):
            raise http.refused(answer.status_code)
        name = plain(http.json_of(answer).get("name"), 200)
        return name or str(_("The adapter answers."))

    def _own(self) -> set[str]:
        """Our own numbers, on all active channels of this kind."""
        others = [
            channel
            for channel in directory.snapshot().by_pk.values()
            if channel.provider == self.slug and channel.is_active
        ]
        numbers = (channel.external_id for channel in [*others, self.channel])
        return {own for own in map(neutral_messages.plainest, numbers) if own}

    def _endpoint(self) -> str:
        url = self.channel.secret("endpoint_url")
        if not url or not self.channel.secret("token"):
            text = str(_("The token or the address of the adapter is missing."))
            raise ChannelError(text, permanent=False, code="unconfigured", stop=True)
        if not _is_safe(url):
            raise ChannelError(str(_unsafe()), permanent=False, code="unconfigured", stop=True)
        return url

    def _payload(self, message: Outgoing) -> Json:
        to, by = neutral_messages.recipient(message.to)
        if not to:
            text = str(_("No address of this person is known here."))
            raise ChannelError(text, permanent=True, code="address")
        data: Json = {
            "type": "message",
            "id": message.attempt,
            "channel": str(self.channel.uuid),
            "sender": self.channel.external_id,
            "recipient": to,
            "provider": by,
            "text": message.text,
            "options": [{"id": id_, "title": title} for id_, title in message.options],
            "reply_to": message.reply_to,
        }
        if file := message.file:
            data["media"] = {"url": file.link(), "mime": file.mime, "name": file.name}
        return data

    def _headers(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.channel.secret('token')}"}

    def _ask(self, method: str, url: str, *, json: Json | None = None) -> requests.Response:
        return http.ask(method, url, json=json, headers=self._headers(), allow_redirects=False)


def _unsafe() -> Promise:
    return _("The adapter's address must be https, or http on this machine.")


def bearer(headers: Mapping[str, str]) -> str:
    """The token of `Authorization: Bearer <token>`, or ""."""
    scheme, _space, token = headers.get("Authorization", "").partition(" ")
    return token.strip() if scheme.lower() == "bearer" else ""


def refusal(answer: requests.Response, body: Json, text: str) -> ChannelError:
    """The adapter says itself that it did not send it: `permanent` as it says, else by status.

    With 200 it is final: whoever knows that another try may help says so.
    """
    by_status = http.refused(answer.status_code)
    said = body.get("permanent")
    refused = answer.ok or (400 <= answer.status_code < 500 and by_status.permanent)
    stop = answer.status_code == 401
    return ChannelError(
        text or str(_("The adapter gave no reason.")),
        permanent=(said if isinstance(said, bool) else refused) and not stop,
        code=error_code(body.get("code")) or ("adapter" if answer.ok else by_status.code),
        stop=stop,
        retry_after=_pause(answer.headers),
    )


def _pause(headers: Mapping[str, str]) -> float:
    seconds = headers.get("Retry-After", "")
    return min(int(seconds), LONGEST_PAUSE) if seconds.isdecimal() and len(seconds) < 9 else 0


def _is_safe(url: str) -> bool:
    """https, or http on loopback; without a user and password, which pages would show."""
    try:
        parts = urlsplit(url)
        host = parts.hostname or ""
    except ValueError:
        return False
    if not host or parts.username or parts.password:
        return False
    return parts.scheme == "https" or (parts.scheme == "http" and _is_loopback(host))


def _is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _origin(url: str) -> tuple[str, str]:
    try:
        parts = urlsplit(url)
    except ValueError:
        return ("", "")
    return (parts.scheme, parts.netloc)
