"""Meta's Graph API, by heyoo's client with what it lacks: our address, time-outs, typed errors."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

import heyoo
from django.conf import settings
from django.utils.translation import gettext as _

from chatbot.channels import http
from chatbot.channels.base import Outgoing
from chatbot.channels.errors import ChannelError
from chatbot.channels.events import Json
from chatbot.channels.reading import dicts, identifier, mapping, plain
from crm.conversations.models import Channel

# What Meta's error codes ask for (its table of Cloud API error codes).
STOP_CODES = {0, 3, 10, 190, 368, 131005, 131031, 131037, 131042, 131044, 131045, 131048, 131064}
RETRY_CODES = {1, 2, 4, 80007, 130429, 131000, 131016, 131056, 131057, 132069, 135000}
SLOW_CODES = {4: 120, 80007: 120, 131056: 6, 131057: 60}  # seconds to wait at least
LONGEST_TEXT = 4096
BUTTONS, ROWS = 3, 10


class GraphClient(heyoo.WhatsApp):  # heyoo has no types
    """heyoo's client for one number, at `settings.GRAPH_API_URL` and its version."""

    def __init__(self, token: str, phone_number_id: str) -> None:
        super().__init__(token=token, phone_number_id=phone_number_id)
        self.base_url = f"{settings.GRAPH_API_URL}/{settings.GRAPH_API_VERSION}"
        self.url = f"{self.base_url}/{phone_number_id}/messages"

    def send_custom_json(self, data: Json, recipient_id: str | None = None) -> Json:
        """heyoo's call of this name, which logs telephone numbers and waits for ever."""
        if recipient_id:
            data["to"] = recipient_id
        return self.call("POST", self.url, json=data)

    def call(self, method: str, url: str, **options: Any) -> Json:
        """One request with the token and a time-out; the answer as a dict, or ChannelError."""
        headers = {"Authorization": f"Bearer {self.token}"}
        answer = http.ask(method, url, headers=headers, **options)
        body = http.json_of(answer)
        if answer.status_code >= 400 or "error" in body:
            raise _refusal(answer.status_code, body.get("error"))
        return body

    def send(self, message: Outgoing) -> str:
        """Send by `send_custom_json`, the only call of heyoo that can carry callback data."""
        data = payload(message)
        message.leaving()
        body = self.send_custom_json(data)
        for sent in dicts(body.get("messages")):
            if id_ := identifier(sent.get("id")):
                return id_
        raise http.unclear()

    def media_url(self, media_id: str) -> tuple[str, str]:
        """Where an attachment lies for the next five minutes, and its MIME type."""
        about = self.call(
            "GET",
            f"{self.base_url}/{quote(media_id, safe='')}",
            params={"phone_number_id": self.phone_number_id},
        )
        return str(about.get("url") or ""), plain(about.get("mime_type"), 100)

    def describe_number(self) -> str:
        fields = "display_phone_number,verified_name,quality_rating"
        body = self.call(
            "GET", f"{self.base_url}/{self.phone_number_id}", params={"fields": fields}
        )
        words = (body.get("verified_name"), body.get("display_phone_number"))
        return " · ".join(str(word) for word in words if word) or self.phone_number_id

    def subscribe(self, account: str, url: str, verify_token: str) -> None:
        target = f"{self.base_url}/{account}/subscribed_apps"
        self.call("POST", target, json={"override_callback_uri": url, "verify_token": verify_token})

    def subscriptions(self, account: str) -> list[str]:
        body = self.call("GET", f"{self.base_url}/{account}/subscribed_apps")
        known = [str(app.get("override_callback_uri") or "") for app in dicts(body.get("data"))]
        return [address for address in known if address]


def client(channel: Channel) -> GraphClient:
    token = channel.secret("access_token")
    if not token or not channel.external_id:
        raise ChannelError(
            _("The access token or the phone number ID is missing."),
            permanent=False,
            code="unconfigured",
            stop=True,
        )
    return GraphClient(token, channel.external_id)


def payload(message: Outgoing) -> Json:
    """The body of `POST /<phone-number-id>/messages` for a text, with buttons if it offers any."""
    data: Json = {
        "messaging_product": "whatsapp",
        "recipient_type": "individual",
        "biz_opaque_callback_data": message.attempt,
    }
    by_kind = {address.kind: address.value for address in message.to}
    if "wa_id" in by_kind:
        data["to"] = by_kind["wa_id"]
    else:
        data["recipient"] = by_kind["user_id"]
    if message.reply_to:
        data["context"] = {"message_id": message.reply_to}
    if 0 < len(message.options) <= ROWS and len(message.text) <= 1024:
        data |= {"type": "interactive", "interactive": _interactive(message)}
    elif len(message.text) > LONGEST_TEXT:
        raise ChannelError(
            _("WhatsApp takes %(longest)d characters at most.") % {"longest": LONGEST_TEXT},
            permanent=True,
            code="length",
        )
    else:
        body = {"preview_url": False, "body": message.text}
        data |= {"type": "text", "text": body}
    return data


def _interactive(message: Outgoing) -> Json:
    body = {"text": message.text}
    if len(message.options) <= BUTTONS:
        buttons = [
            {"type": "reply", "reply": {"id": id_[:256], "title": title[:20]}}
            for id_, title in message.options
        ]
        return {"type": "button", "body": body, "action": {"buttons": buttons}}
    rows = [{"id": id_[:200], "title": title[:24]} for id_, title in message.options]
    sections = [{"title": _("Options")[:24], "rows": rows}]
    return {
        "type": "list",
        "body": body,
        "action": {"button": _("See options")[:20], "sections": sections},
    }


def _refusal(status: int, error: Any) -> ChannelError:
    """By `error.code`, as Meta says; only without one by the HTTP status."""
    details = mapping(error)
    data = mapping(details.get("error_data"))
    text = plain(data.get("details") or details.get("message"), 500) or f"HTTP {status}"
    try:
        code = int(details["code"])
    except (KeyError, TypeError, ValueError):
        # A gateway that gave up waiting does not say whether the message went out.
        return ChannelError(
            text,
            permanent=status < 500 and status != 429,
            code=f"http_{status}",
            unconfirmed=status >= 500 and status != 503,
        )
    stop = code in STOP_CODES or 200 <= code <= 299
    again = stop or code in RETRY_CODES
    return ChannelError(
        text,
        permanent=not again,
        code=str(code),
        stop=stop,
        retry_after=SLOW_CODES.get(code, 0),
    )
