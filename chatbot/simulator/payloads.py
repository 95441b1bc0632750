"""Webhook bodies as Meta would send them for what a person does on the phone."""

import base64
import hashlib
import json
import secrets
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.utils import timezone

from chatbot.channels.meta import sign
from crm.conversations.models import Channel

Json = dict[str, Any]
# Up to so many answers are buttons; more of them are a list.
BUTTONS = 3
OWN_NUMBER = "15550000000"
# Files that words may stand beside.
CAPTIONED = ("image", "video", "document")


@dataclass(frozen=True, slots=True)
class Person:
    """Who holds the phone: international digits, the name on the profile, and the id of the
    group they are writing in ("": to us alone).
    """

    phone: str
    name: str
    group: str = ""

    @property
    def address(self) -> str:
        """By what the desk knows the conversation."""
        return self.group or self.phone

    def wrote(self, sender: str) -> bool:
        """Whether a message of the group that names `sender` is theirs."""
        return sender in (self.name, self.phone)


def text(words: str) -> Json:
    return {"type": "text", "text": {"body": words}}


@dataclass(frozen=True, slots=True)
class Media:
    """A file in the phone's store."""

    id: str
    content: bytes
    mime: str
    name: str = ""

    def block(self) -> Json:
        digest = base64.b64encode(hashlib.sha256(self.content).digest()).decode()
        return {"id": self.id, "mime_type": self.mime, "sha256": digest}


def image(picture: Media, caption: str = "") -> Json:
    return {"type": "image", "image": picture.block() | _given(caption=caption)}


def document(file: Media, caption: str = "") -> Json:
    return {
        "type": "document",
        "document": file.block() | _given(filename=file.name, caption=caption),
    }


def audio(sound: Media, *, voice: bool) -> Json:
    """A sound from a file, or a voice note spoken into the phone."""
    return {"type": "audio", "audio": sound.block() | {"voice": voice}}


def contacts(name: str, phone: str) -> Json:
    """A contact card with one number; `phone` are international digits."""
    first = name.partition(" ")[0]
    number = {"phone": f"+{phone}", "wa_id": phone, "type": "CELL"}
    card = {"name": {"formatted_name": name, "first_name": first}, "phones": [number]}
    return {"type": "contacts", "contacts": [card]}


def location(latitude: float, longitude: float, name: str = "", address: str = "") -> Json:
    place: Json = {"latitude": latitude, "longitude": longitude}
    return {"type": "location", "location": place | _given(name=name, address=address)}


def choice(id_: str, title: str, *, about: str, of: int) -> Json:
    """The person taps one of `of` answers that our message `about` offered."""
    kind = "button_reply" if of <= BUTTONS else "list_reply"
    return {
        "type": "interactive",
        "context": {"id": about},
        "interactive": {"type": kind, kind: {"id": id_, "title": title}},
    }


def button(title: str, *, about: str) -> Json:
    """The person taps a quick answer of our template `about`."""
    return {"type": "button", "button": {"payload": title, "text": title}, "context": {"id": about}}


def reaction(emoji: str, *, about: str) -> Json:
    """No emoji: an earlier reaction is taken back."""
    return {"type": "reaction", "reaction": {"message_id": about} | _given(emoji=emoji)}


def edit(words: str, *, about: str, kind: str) -> Json:
    """The message `about`, a text or a file with words beside it, says something else now."""
    if kind in CAPTIONED:
        content: Json = {"type": kind, kind: {"caption": words}}
    else:
        content = text(words)
    content["context"] = {"id": "M0"}
    return {"type": "edit", "edit": {"original_message_id": about, "message": content}}


def revoke(*, about: str) -> Json:
    return {"type": "revoke", "revoke": {"original_message_id": about}}


def quoting(element: Json, *, about: str) -> Json:
    """The same as an answer to the message `about`."""
    return {**element, "context": {"from": OWN_NUMBER, "id": about}}


def message_body(
    channel: Channel, person: Person, element: Json, ago: timedelta = timedelta()
) -> tuple[str, str]:
    """The webhook's body for one element, written so long `ago`, and the id it has in it."""
    id_ = f"wamid.SIM.IN.{secrets.token_hex(12)}"
    message = {"from": person.phone, "id": id_, "timestamp": _stamp(ago), **element}
    message |= _given(group_id=person.group)
    contact = {"profile": {"name": person.name}, "wa_id": person.phone}
    return _body(channel, {"contacts": [contact], "messages": [message]}), id_


def statuses_body(
    channel: Channel, person: Person, ids: Iterable[str], states: Sequence[str]
) -> str:
    """The webhook's body that tells of messages of ours: each id in each of `states`."""
    statuses = [
        {"id": id_, "status": state, "timestamp": _stamp(), "recipient_id": person.phone}
        for id_ in ids
        for state in states
    ]
    return _body(channel, {"statuses": statuses})


def signature(channel: Channel, body: str) -> str:
    """The value of X-Hub-Signature-256 for these words, as bytes in UTF-8."""
    return sign(channel.secret("app_secret"), body.encode())


def _body(channel: Channel, value: Json) -> str:
    metadata = {"display_phone_number": OWN_NUMBER, "phone_number_id": channel.external_id}
    change = {
        "field": "messages",
        "value": {"messaging_product": "whatsapp", "metadata": metadata, **value},
    }
    account = channel.secret("business_account_id") or "0"
    entry = {"id": account, "changes": [change]}
    # ASCII with \u escapes, as Meta writes it.
    return json.dumps({"object": "whatsapp_business_account", "entry": [entry]})


def _stamp(ago: timedelta = timedelta()) -> str:
    return str(int((timezone.now() - ago).timestamp()))


def _given(**values: str) -> Json:
    """Those that are not empty: Meta leaves out what there is none of."""
    return {name: value for name, value in values.items() if value}
