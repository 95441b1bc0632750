"""WhatsApp through Maytapi: a product with a token, and in it phones linked as web clients.

Maytapi signs nothing and sends no header of ours. What proves that a body is its is the address
alone: the channel's own holds a UUID, 122 random bits that only we and Maytapi know. So a channel
that also answers at an address somebody could guess takes nothing at all, and the address of one
is told to nobody else. A product has one webhook for all of its phones.
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Mapping
from typing import Any, ClassVar
from urllib.parse import quote

from django.conf import settings
from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from chatbot.channels import http, maytapi_messages
from chatbot.channels.base import CredentialField, Outgoing, Provider
from chatbot.channels.errors import ChannelError
from chatbot.channels.events import AccountNews, Event, Json, Understood
from chatbot.channels.reading import (
    derived_id,
    dicts,
    error_code,
    identifier,
    mapping,
    notice,
    plain,
)
from chatbot.channels.whatsapp_web import MEDIA, PhoneState, destination, phone_news
from crm.conversations.rules import Rules

# A part of a path that nobody guesses: sixteen random bytes in hexadecimals, or in base64.
UNGUESSABLE = re.compile(
    r"/([0-9a-f]{8}-?([0-9a-f]{4}-?){3}[0-9a-f]{12}"
    r"|(?=[^/]*[a-z])(?=[^/]*[A-Z])(?=[^/]*[0-9])[A-Za-z0-9_-]{22,})(/|$)"
)
PHONE: dict[str, PhoneState] = {
    "active": "linked",
    "idle": "connecting",
    "loading": "connecting",
    "qr-code": "unlinked",
    "phone-error": "broken",
    "disabled": "stopped",
}
# "Phone instance's lib not loaded": for some seconds after it has connected again.
STARTING = "W05"
PHONE_DOWN = re.compile(r"\b(phone(?! *number)|device|instance|session)\b", re.I)
FOREIGN_PHONE = re.compile(r"\bdo(n'?t| not) own\b", re.I)


class Maytapi(Provider):
    slug = "maytapi"
    label: ClassVar[str | Promise] = _("WhatsApp (Maytapi)")
    icon = "brand-whatsapp"
    external_id: ClassVar[str | Promise] = _("Phone ID")
    proof = "access_token"
    secret_address = True
    media_hosts = ("cdnydm.com", ".cdnydm.com", ".maytapi.com")
    # No buttons that can be relied on: answers are numbered. Maytapi publishes no rates.
    rules = Rules(bold=True, per_second=5, media=MEDIA)
    fields: ClassVar[tuple[CredentialField, ...]] = (
        CredentialField("product_id", _("Product ID"), secret=False, required=True),
        CredentialField("access_token", _("Token"), required=True),
    )
    steps: ClassVar[tuple[str | Promise, ...]] = (
        _("In Maytapi's settings of the product, enter {url} as its webhook. Tell it to nobody."),
        _("Switch the acknowledgements of delivery on."),
    )

    def objections(self) -> dict[str, str]:
        if not self._has_guessable_path():
            return {}
        words = gettext(
            "Maytapi proves itself by the address alone: this one could be guessed. It needs a "
            "part of 32 random hexadecimals, or 22 random letters and digits."
        )
        return {"older_path": words}

    def verify(self, headers: Mapping[str, str], body: bytes) -> bool:
        """By the address, which the caller must have known; see above."""
        guessable = bool(self.channel.default_for) or self._has_guessable_path()
        return bool(self.channel.secret("access_token")) and not guessable

    def _has_guessable_path(self) -> bool:
        older = self.channel.older_path or ""
        return bool(older) and not UNGUESSABLE.search(older)

    def challenge(self, query: Mapping[str, str]) -> str | Json | None:
        return {"status": "ok"}

    def parse(self, body: Json) -> list[Event]:
        phone = identifier(body.get("phone_id"), 100) or identifier(body.get("phoneId"), 100)
        if isinstance(body.get("message"), dict):
            return [_message_event(body, phone)]
        maker = MAKERS.get(identifier(body.get("type"), 20))
        return (maker(body, phone) if maker else []) or [notice(body, phone)]

    def understand(self, kind: str, payload: Json) -> Understood | None:
        reader = READERS.get(kind)
        return reader(payload) if reader else None

    def send(self, message: Outgoing) -> str:
        body = _request(message)
        message.leaving()
        answer = mapping(self._call("POST", f"{self._phone()}/sendMessage", json=body))
        id_ = identifier(mapping(answer.get("data")).get("msgId"))
        if not id_:
            raise http.unclear()
        return id_

    def fetch_media(self, media_id: str, limit: int) -> tuple[bytes, str]:
        """`media_id` is the file's address; the token is not shown to whoever serves it."""
        return self.download(media_id, limit)

    def check(self) -> str:
        answer = mapping(self._call("GET", f"{self._phone()}/status"))
        status = mapping(answer.get("status"))
        if status.get("loggedIn") is not True:
            state: PhoneState = "unlinked" if status.get("isQr") is True else "broken"
            state = "connecting" if status.get("loading") is True else state
            raise ChannelError(phone_news(state, "").text, permanent=False, code=state)
        return identifier(status.get("number"), 40) or phone_news("linked", "").text

    def register(self, url: str) -> None:
        if not self._call("POST", "setWebhook", json={"webhook": url}):
            text = gettext("The provider's answer cannot be read.")
            raise ChannelError(text, permanent=False, code="malformed")
        self._call("POST", "setAckPreference", json={"ack_delivery": True})

    def on_record(self) -> str:
        """The product's webhook, and its phones with how they are."""
        webhook = plain(mapping(self._call("GET", "product")).get("webhook"), 300)
        told = [webhook or gettext("no webhook")]
        for phone in dicts(self._call("GET", "listPhones")):
            words = (phone.get("id"), phone.get("number"), phone.get("status"))
            told.append(" ".join(word for word in (identifier(one, 40) for one in words) if word))
        return ", ".join(told)

    def _phone(self) -> str:
        if not self.channel.external_id:
            raise _unconfigured()
        return quote(self.channel.external_id, safe="")

    def _call(self, method: str, path: str, **options: Any) -> Any:
        """One request with the token; the answer's JSON, {} for none. ChannelError.

        HTTP 200 with `success: false` is a refusal as well.
        """
        product, token = self.channel.secret("product_id"), self.channel.secret("access_token")
        if not product or not token:
            raise _unconfigured()
        url = f"{settings.MAYTAPI_BASE_URL}/{quote(product, safe='')}/{path}"
        answer = http.ask(method, url, headers={"x-maytapi-key": token}, **options)
        try:
            body = answer.json()
        except ValueError:
            body = {}
        if answer.status_code >= 400 or mapping(body).get("success") is False:
            raise _refusal(answer.status_code, mapping(body))
        return body


def _unconfigured() -> ChannelError:
    return ChannelError(
        gettext("The product ID, the token or the phone ID is missing."),
        permanent=False,
        code="unconfigured",
        stop=True,
    )


def _refusal(status: int, body: Json) -> ChannelError:
    """By its code and its words; there is no list of either."""
    text = plain(body.get("message"), 500) or plain(body.get("error"), 500)
    if status < 400:
        text = text or gettext("The provider refused it.")
    refusal = http.refused(status, text)
    refusal.code = error_code(body.get("code")) or f"http_{status}"
    # It says itself that it did not take the message: nothing is unclear then.
    explained = body.get("success") is False or status < 500
    down = status >= 500 or PHONE_DOWN.search(text)
    if status in (401, 403) or FOREIGN_PHONE.search(text):
        refusal.permanent = refusal.stop = True
    elif refusal.code == STARTING or status == 429:
        _wait(refusal, 5 if refusal.code == STARTING else 10, slow=True)
    elif explained and down:
        _wait(refusal, 30)
    return refusal


def _wait(refusal: ChannelError, seconds: float, *, slow: bool = False) -> None:
    refusal.permanent = refusal.unconfirmed = False
    refusal.retry_after, refusal.slow = seconds, slow


def _request(message: Outgoing) -> Json:
    """The body of `sendMessage`. Without `skip_filter` a greeting goes out three times only."""
    to = destination(message)
    data: Json = {"to_number": to.value, "skip_filter": True}
    if message.reply_to:
        data["reply_to"] = message.reply_to
    if message.file is None:
        return data | {"type": "text", "message": message.text}
    data |= {"type": "media", "message": message.file.link(), "filename": message.file.name}
    return data | ({"text": message.text} if message.text else {})


# --- Incoming -----------------------------------------------------------------------------------


def _message_event(body: Json, phone: str) -> Event:
    chat = maytapi_messages.chat_of(body)
    if chat is None:
        return notice(body, phone)
    id_ = maytapi_messages.id_of(body)
    kind = "echo" if maytapi_messages.is_ours(body) else "message"
    return Event(kind, f"message:{id_}", chat.lane, {"body": body, "id": id_}, phone)


def _ack_events(body: Json, phone: str) -> list[Event]:
    items = body.get("data")
    return [
        _ack_event(item, phone) or notice({"ack": item}, phone)
        for item in (items if isinstance(items, list) else [])
    ]


def _ack_event(item: Any, phone: str) -> Event | None:
    """A delivery, a deletion or a reaction. Votes, and items with none of them, are nothing."""
    if not isinstance(item, dict):
        return None
    target, state = maytapi_messages.ack_target(item), maytapi_messages.ack_type(item)
    if "reaction" in item:
        chat = maytapi_messages.chat_of_ack(item)
        id_ = derived_id(item)
        payload = {"ack": item, "id": id_}
        return Event("reaction", f"message:{id_}", chat.lane, payload, phone) if chat else None
    if not target or not state:
        return None
    if state == "deleted":
        chat = maytapi_messages.chat_of_ack(item)
        lane = chat.lane if chat else f"m:{target}"
        return Event("deletion", f"deletion:{target}", lane, {"ack": item}, phone)
    return Event("status", f"status:{target}:{state}", "s", {"ack": item}, phone)


def _error_events(body: Json, phone: str) -> list[Event]:
    """What was taken at first could not be sent after all."""
    id_ = identifier(mapping(body.get("data")).get("id"))
    payload = {"error": body}
    return [Event("status", f"status:{id_}:failed", "s", payload, phone)] if id_ else []


def _account_events(body: Json, phone: str) -> list[Event]:
    if _news(body) is None:
        return []
    # It carries no time: the same words an hour later are news again, and to believe them twice
    # does no harm.
    return [Event("account", f"account:{time.time_ns()}", "a", {"status": body}, phone)]


MAKERS: dict[str, Callable[[Json, str], list[Event]]] = {
    "ack": _ack_events,
    "error": _error_events,
    "status": _account_events,
}


def _news(body: Json) -> AccountNews | None:
    """Only an active phone may send. None for a word we do not know."""
    word = identifier(body.get("status"), 40).lower()
    state = PHONE.get(word)
    if state is None:
        return None
    return phone_news(state, word)


def _account(payload: Json) -> AccountNews | None:
    return _news(mapping(payload.get("status")))


READERS: dict[str, Callable[[Json], Understood | None]] = {
    "message": maytapi_messages.read,
    "echo": maytapi_messages.read,
    "reaction": maytapi_messages.read_reaction,
    "deletion": maytapi_messages.read_deletion,
    "status": maytapi_messages.read_status,
    "account": _account,
}
