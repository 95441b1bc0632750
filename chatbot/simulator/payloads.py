"""Webhook bodies as Meta would send them for what a person does on the phone."""

import base64
import hashlib
import json
import secrets
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils import timezone

from chatbot.channels.meta import sign
from crm.conversations.models import Channel

Json = dict[str, Any]
# Up to so many answers are buttons; more of them are a list.
BUTTONS = 3


@dataclass(frozen=True, slots=True)
class Person:
    """Who holds the phone: international digits, and the name on the profile."""

    phone: str
    name: str


def text(words: str) -> Json:
    return {"type": "text", "text": {"body": words}}


def image(media_id: str, content: bytes, mime: str, caption: str = "") -> Json:
    picture: Json = {
        "id": media_id,
        "mime_type": mime,
        "sha256": base64.b64encode(hashlib.sha256(content).digest()).decode(),
    }
    if caption:
        picture["caption"] = caption
    return {"type": "image", "image": picture}


def location(latitude: float, longitude: float, name: str = "", address: str = "") -> Json:
    place: Json = {"latitude": latitude, "longitude": longitude}
    place |= {key: value for key, value in (("name", name), ("address", address)) if value}
    return {"type": "location", "location": place}


def choice(id_: str, title: str, *, about: str, of: int) -> Json:
    """The person taps one of `of` answers that our message `about` offered."""
    kind = "button_reply" if of <= BUTTONS else "list_reply"
    return {
        "type": "interactive",
        "context": {"id": about},
        "interactive": {"type": kind, kind: {"id": id_, "title": title}},
    }


def message_body(channel: Channel, person: Person, element: Json) -> tuple[str, str]:
    """The webhook's body for one element, and the id the message has in it."""
    id_ = f"wamid.SIM.IN.{secrets.token_hex(12)}"
    message = {"from": person.phone, "id": id_, "timestamp": _now(), **element}
    contact = {"profile": {"name": person.name}, "wa_id": person.phone}
    return _body(channel, {"contacts": [contact], "messages": [message]}), id_


def statuses_body(
    channel: Channel, person: Person, ids: Iterable[str], states: Sequence[str]
) -> str:
    """The webhook's body that tells of messages of ours: each id in each of `states`."""
    statuses = [
        {"id": id_, "status": state, "timestamp": _now(), "recipient_id": person.phone}
        for id_ in ids
        for state in states
    ]
    return _body(channel, {"statuses": statuses})


def signature(channel: Channel, body: str) -> str:
    """The value of X-Hub-Signature-256 for these words, as bytes in UTF-8."""
    return sign(channel.secret("app_secret"), body.encode())


def _body(channel: Channel, value: Json) -> str:
    metadata = {"display_phone_number": "15550000000", "phone_number_id": channel.external_id}
    change = {
        "field": "messages",
        "value": {"messaging_product": "whatsapp", "metadata": metadata, **value},
    }
    account = channel.secret("business_account_id") or "0"
    entry = {"id": account, "changes": [change]}
    # ASCII with \u escapes, as Meta writes it.
    return json.dumps({"object": "whatsapp_business_account", "entry": [entry]})


def _now() -> str:
    return str(int(timezone.now().timestamp()))
