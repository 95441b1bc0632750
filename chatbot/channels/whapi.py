"""WhatsApp through WHAPI (gate.whapi.cloud): one token is one number, linked as a web client.

WHAPI signs nothing: what it sends carries a header of ours, `X-Webhook-Secret`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, ClassVar
from urllib.parse import quote

from django.conf import settings
from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from chatbot.channels import http, whapi_events
from chatbot.channels.addresses import webhook_path
from chatbot.channels.base import (
    LIST_WORDS,
    CredentialField,
    Outgoing,
    OutgoingFile,
    Provider,
)
from chatbot.channels.errors import ChannelError
from chatbot.channels.events import Address, Event, Json, Understood
from chatbot.channels.reading import dicts, identifier, mapping, plain
from chatbot.channels.whatsapp_web import MEDIA, destination
from crm.conversations.models import Channel
from crm.conversations.rules import Rules

HEADER = "X-Webhook-Secret"
# Anything else quoted is answered 400.
QUOTABLE = re.compile(
    r"[A-Za-z0-9._]{4,30}-[A-Za-z0-9._]{4,14}(-[A-Za-z0-9._]{4,10})?(-[A-Za-z0-9._]{2,10})?"
)
EVENTS = {
    "messages": ("post", "put", "patch", "delete"),
    "statuses": ("post", "put"),
    "channel": ("post",),
}
# The token is not taken, the trial is over, the number is locked.
STOP_CODES = {401, 402, 403}


class Whapi(Provider):
    slug = "whapi"
    label: ClassVar[str | Promise] = _("WhatsApp (WHAPI)")
    icon = "brand-whatsapp"
    family = "whatsapp"
    external_id: ClassVar[str | Promise] = _("Channel ID")
    proof = "webhook_secret"
    media_hosts = (".whapi.cloud", ".wasabisys.com")
    # WHAPI publishes no numbers of its rates; too many strangers a minute get a number banned.
    rules = Rules(bold=True, buttons=3, rows=10, per_second=5, media=MEDIA)
    fields: ClassVar[tuple[CredentialField, ...]] = (
        CredentialField("access_token", _("Channel token"), required=True),
        CredentialField(
            "webhook_secret",
            _("Webhook secret"),
            help=_("A long word of your choice; without it nothing is accepted."),
            invented=True,
        ),
    )
    steps: ClassVar[tuple[str | Promise, ...]] = (
        _("In WHAPI's settings of the channel, enter {url} as its webhook, with mode “body”."),
        _("Choose the events messages (all four methods), statuses (post, put), channel (post)."),
        _("Add the header X-Webhook-Secret with the webhook secret as its value."),
    )

    def verify(self, headers: Mapping[str, str], body: bytes) -> bool:
        return self.same(headers.get(HEADER, ""), "webhook_secret")

    def challenge(self, query: Mapping[str, str]) -> str | Json | None:
        return {"status": "ok", "service": "whatsapp_chatbot"}

    def parse(self, body: Json) -> list[Event]:
        return whapi_events.parse(body)

    def understand(self, kind: str, payload: Json) -> Understood | None:
        return whapi_events.understand(kind, payload)

    def send(self, message: Outgoing) -> str:
        path, body = _request(message)
        message.leaving()
        try:
            answer = self._call("POST", f"/messages/{path}", json=body)
        except ChannelError as error:
            if path != "interactive" or not error.permanent or error.stop or error.unconfirmed:
                raise
            # WHAPI calls buttons and lists unstable; a number can always be answered with.
            answer = self._call("POST", "/messages/text", json=_numbered(message))
        if answer.get("sent") is False:
            raise ChannelError(gettext("The provider refused it."), permanent=True, code="not_sent")
        id_ = identifier(mapping(answer.get("message")).get("id"))
        if not id_:
            raise http.unclear()
        return id_

    def fetch_media(self, media_id: str, limit: int) -> tuple[bytes, str]:
        url = f"{settings.WHAPI_BASE_URL}/media/{quote(media_id, safe='')}"
        return self.download(url, limit, base=settings.WHAPI_BASE_URL, headers=self._bearer())

    def mark_read(self, message_id: str, to: tuple[Address, ...]) -> None:
        self._call("PUT", f"/messages/{quote(message_id, safe='')}")

    def show_typing(self, message_id: str, to: tuple[Address, ...]) -> None:
        chat = next((_chat_id(one) for one in to if one.kind in ("wa_id", "lid")), "")
        if chat:
            path = f"/presences/{quote(chat, safe='@')}"
            self._call("PUT", path, json={"presence": "typing"})

    def check(self) -> str:
        health = self._call("GET", "/health")
        news = whapi_events.health_news(health)
        if news is None or news.health != Channel.Health.GREEN:
            text = news.text if news else gettext("The provider did not say how the phone is.")
            raise ChannelError(text, permanent=False, code=news.code if news else "")
        user = mapping(health.get("user"))
        told = (plain(user.get("name"), 100), identifier(user.get("id"), 40))
        return " · ".join(one for one in told if one) or news.text

    def register(self, url: str) -> None:
        secret = self.channel.secret("webhook_secret")
        if not secret:
            raise ChannelError(gettext("Enter the webhook secret first."), permanent=True)
        events = [
            {"type": type_, "method": method}
            for type_, methods in EVENTS.items()
            for method in methods
        ]
        webhook = {"url": url, "mode": "body", "events": events, "headers": {HEADER: secret}}
        # Persisted: what could not be delivered survives a restart over there.
        hooks = [*self._others(url), webhook]
        self._call("PATCH", "/settings", json={"webhooks": hooks, "callback_persist": True})

    def _others(self, url: str) -> list[Json]:
        """Webhooks of other systems, which go on as they are; not this channel's own at an
        address of before."""
        own = webhook_path(self.channel).rstrip("/")
        known = dicts(self._call("GET", "/settings").get("webhooks"))
        named = [(hook, plain(hook.get("url")).rstrip("/")) for hook in known]
        return [hook for hook, at in named if at not in ("", url.rstrip("/")) and own not in at]

    def on_record(self) -> str:
        """The addresses alone: their headers hold the secret."""
        hooks = dicts(self._call("GET", "/settings").get("webhooks"))
        return ", ".join(url for url in (plain(hook.get("url"), 300) for hook in hooks) if url)

    def _bearer(self) -> dict[str, str]:
        token = self.channel.secret("access_token")
        if not token:
            raise ChannelError(
                gettext("The channel token is missing."),
                permanent=False,
                code="unconfigured",
                stop=True,
            )
        return {"Authorization": f"Bearer {token}"}

    def _call(self, method: str, path: str, **options: Any) -> Json:
        """One request with the token; the answer's JSON, or ChannelError."""
        url = f"{settings.WHAPI_BASE_URL}{path}"
        answer = http.ask(method, url, headers=self._bearer(), **options)
        body = http.json_of(answer)
        if answer.status_code >= 400 or "error" in body:
            raise _refusal(answer.status_code, mapping(body.get("error")))
        return body


def _refusal(status: int, error: Json) -> ChannelError:
    """By `error.code`, which is an HTTP status; without one by that of the answer."""
    given = identifier(error.get("code"), 10)
    code = int(given) if re.fullmatch(r"[45]\d\d", given) else status
    said = (plain(error.get("message"), 240), plain(error.get("details"), 240))
    refusal = http.refused(code, ": ".join(one for one in said if one))
    refusal.code = str(code)
    refusal.stop = code in STOP_CODES
    refusal.slow = code == 429
    refusal.retry_after = 10 if code == 429 else 0
    return refusal


# --- Outgoing -----------------------------------------------------------------------------------


def _chat_id(to: Address) -> str:
    return f"{to.value}@s.whatsapp.net" if to.kind == "wa_id" else to.value


def _request(message: Outgoing) -> tuple[str, Json]:
    """The end of the path, and the body."""
    if message.file is not None:
        kind = message.kind if message.kind in MEDIA else "document"
        return kind, _file(message, message.file)
    if message.options:
        return "interactive", _addressed(message) | _interactive(message)
    return "text", _addressed(message) | {"body": message.text}


def _addressed(message: Outgoing) -> Json:
    data: Json = {"to": _chat_id(destination(message))}
    if QUOTABLE.fullmatch(message.reply_to):
        data["quoted"] = message.reply_to
    return data


def _file(message: Outgoing, file: OutgoingFile) -> Json:
    data = _addressed(message) | {"media": file.link(), "mime_type": file.mime}
    if message.text:
        data["caption"] = message.text
    if message.kind == "document":
        data["filename"] = file.name
    return data


def _interactive(message: Outgoing) -> Json:
    data: Json = {"body": {"text": message.text}}
    if len(message.options) <= Whapi.rules.buttons:
        buttons = [
            {"type": "quick_reply", "id": id_[:256], "title": title[:20]}
            for id_, title in message.options
        ]
        return data | {"type": "button", "action": {"buttons": buttons}}
    rows = [{"id": id_[:200], "title": title[:24]} for id_, title in message.options]
    title, label = LIST_WORDS[message.language]
    # A `button` beside the list, as at Meta, would be an error here.
    listed = {"label": label, "sections": [{"title": title, "rows": rows}]}
    return data | {"type": "list", "action": {"list": listed}}


def _numbered(message: Outgoing) -> Json:
    lines = [f"{number}. {title}" for number, (_id, title) in enumerate(message.options, 1)]
    return _addressed(message) | {"body": "\n".join([message.text, "", *lines])}
