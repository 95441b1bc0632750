"""Meta's Graph API, by heyoo's client with what it lacks: our address, time-outs, typed errors."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from urllib.parse import quote

import heyoo
import requests
from django.conf import settings
from django.utils.translation import gettext as _

from chatbot.channels import graph_errors, http
from chatbot.channels.base import Outgoing, OutgoingFile
from chatbot.channels.errors import ChannelError
from chatbot.channels.events import Address, Json
from chatbot.channels.graph_payload import body_of
from chatbot.channels.reading import dicts, identifier, mapping, plain
from crm.conversations.models import Channel

TEMPLATE_FIELDS = "id,name,language,status,category,quality_score,rejected_reason,components"
MOST_PAGES = 100
LONGEST_WAIT = 3600  # seconds a Retry-After is believed


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
            wait = _retry_after(answer)
            raise graph_errors.refusal(answer.status_code, body.get("error"), retry_after=wait)
        return body

    # --- Messages ----------------------------------------------------------------------------

    def send(self, message: Outgoing) -> str:
        """Send by `send_custom_json`, the only call of heyoo that can carry callback data.

        A file is uploaded first; nothing has left before the message itself does.
        """
        data = body_of(message)
        if message.file is not None:
            data = body_of(message, self.upload(message.file))
        message.leaving()
        body = self.send_custom_json(data)
        message.learned.extend(_called(body, data.get("to")))
        for sent in dicts(body.get("messages")):
            if sent.get("message_status") == "paused":  # its template is, and nothing was sent
                raise graph_errors.refusal(200, {"code": graph_errors.TEMPLATE_PAUSED})
            if id_ := identifier(sent.get("id")):
                return id_
        raise http.unclear()

    def seen(self, message_id: str, *, typing: bool = False) -> None:
        """The person sees that we have read their message, and that somebody writes."""
        data: Json = {
            "messaging_product": "whatsapp",
            "status": "read",
            "message_id": message_id,
        }
        self.send_custom_json(data | ({"typing_indicator": {"type": "text"}} if typing else {}))

    # --- Files -------------------------------------------------------------------------------

    def upload(self, file: OutgoingFile) -> str:
        """The id Meta gives a file for thirty days. ChannelError, and then nothing was sent."""
        try:
            body = self.call(
                "POST",
                f"{self.base_url}/{self.phone_number_id}/media",
                data={"messaging_product": "whatsapp", "type": file.mime},
                files={"file": (file.name or "file", file.content(), file.mime)},
            )
        except ChannelError as error:
            error.unconfirmed = False
            raise
        if id_ := identifier(body.get("id")):
            return id_
        raise _unreadable()

    def media_url(self, media_id: str) -> tuple[str, str, str]:
        """Where an attachment lies for the next five minutes, its MIME type and its SHA-256."""
        about = self.call(
            "GET",
            f"{self.base_url}/{quote(media_id, safe='')}",
            params={"phone_number_id": self.phone_number_id},
        )
        mime, digest = plain(about.get("mime_type"), 100), plain(about.get("sha256"), 100)
        return str(about.get("url") or ""), mime, digest

    # --- The account -------------------------------------------------------------------------

    def describe_number(self) -> str:
        fields = "display_phone_number,verified_name,quality_rating"
        body = self.call(
            "GET", f"{self.base_url}/{self.phone_number_id}", params={"fields": fields}
        )
        words = (body.get("verified_name"), body.get("display_phone_number"))
        return " · ".join(plain(word, 100) for word in words if word) or self.phone_number_id

    def subscribe(self, account: str, url: str, verify_token: str) -> None:
        target = f"{self.base_url}/{account}/subscribed_apps"
        self.call("POST", target, json={"override_callback_uri": url, "verify_token": verify_token})

    def subscriptions(self, account: str) -> list[str]:
        """Which apps hear of this account: the address each is called at, or else its name."""
        body = self.call("GET", f"{self.base_url}/{account}/subscribed_apps")
        apps = [
            plain(app.get("override_callback_uri"), 300)
            or plain(mapping(app.get("whatsapp_business_api_data")).get("name"), 100)
            for app in dicts(body.get("data"))
        ]
        return [app for app in apps if app]

    def templates(self, account: str) -> list[Json]:
        """All message templates of an account, as Meta writes them."""
        found: list[Json] = []
        params = {"fields": TEMPLATE_FIELDS, "limit": "100"}
        for _page in range(MOST_PAGES):
            body = self.call("GET", f"{self.base_url}/{account}/message_templates", params=params)
            if not isinstance(body.get("data"), list):
                raise _unreadable()  # half a list would make the others look gone
            found += dicts(body["data"])
            paging = mapping(body.get("paging"))
            after = plain(mapping(paging.get("cursors")).get("after"))
            # Its "next" is a whole address with the token in it; the cursor is all it takes.
            if not after or not paging.get("next"):
                break
            params["after"] = after
        return found


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


def _called(body: Json, to: Any) -> Iterator[Address]:
    """What the number we wrote to is called at WhatsApp, where that is something else.

    In some countries it has a digit more or less there, and answers come from that one.
    """
    for contact in dicts(body.get("contacts")):
        known = identifier(contact.get("wa_id"), 20)
        digits = known.isascii() and known.isdigit()
        if to and contact.get("input") == to and digits and known != to:
            yield Address("wa_id", known)


def _unreadable() -> ChannelError:
    return ChannelError(
        _("The provider's answer cannot be read."), permanent=False, code="unreadable"
    )


def _retry_after(answer: requests.Response) -> float:
    """Seconds the provider asks us to wait; 0 if it says none, or a date."""
    seconds = answer.headers.get("Retry-After", "").strip()
    wait = seconds.isascii() and seconds.isdigit() and len(seconds) < 9
    return min(float(seconds), LONGEST_WAIT) if wait else 0
