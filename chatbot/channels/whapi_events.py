"""WHAPI's webhook bodies, element by element: lists under keys that say what they hold."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

from chatbot.channels import whapi_messages
from chatbot.channels.events import AccountNews, Event, Json, StatusUpdate, Understood
from chatbot.channels.reading import (
    derived_id,
    dicts,
    error_code,
    identifier,
    mapping,
    moment,
    notice,
    plain,
)
from chatbot.channels.whatsapp_web import PhoneState, address, is_nobody, phone_news

PHONE: dict[str, PhoneState] = {
    "AUTH": "linked",
    "QR": "unlinked",
    "STOP": "stopped",
    "ERROR": "broken",
    "SYNC_ERROR": "broken",
}


def parse(body: Json) -> list[Event]:
    """By the keys of the body alone: what `event` says of it goes by two names."""
    number = identifier(body.get("channel_id"), 100)
    events: list[Event] = []
    for key, value in body.items():
        if key not in ("event", "channel_id"):
            events.extend(_events(key, value, number))
    return events or [notice(body, number)]


def understand(kind: str, payload: Json) -> Understood | None:
    reader = READERS.get(kind)
    return reader(payload) if reader else None


def _events(key: str, value: Any, number: str) -> list[Event]:
    """All of one key of a body; what is no list, or not ours to read, as it is."""
    if key == "health":
        return [_health_event(value, number)]
    maker = MAKERS.get(key)
    if maker is None or not isinstance(value, list):
        return [notice({key: value}, number)]
    return [maker(element, number) or notice({key: element}, number) for element in value]


def _message_event(element: Any, number: str) -> Event | None:
    if not isinstance(element, dict) or whapi_messages.is_noise(element):
        return None
    chat = whapi_messages.chat_of(element)
    if chat is None:
        return None
    id_ = identifier(element.get("id")) or derived_id(element)
    kind = whapi_messages.event_kind(element)
    payload = {"message": element, "id": id_}
    return Event(kind, f"message:{id_}", chat.lane, payload, number)


def _update_event(update: Any, number: str) -> Event | None:
    id_ = identifier(mapping(update).get("id"))
    if not id_ or not whapi_messages.is_edit(update):
        return None
    chat = whapi_messages.chat_of_update(update)
    key = whapi_messages.update_key(update, id_)
    return Event("edit", key, chat.lane if chat else f"m:{id_}", {"update": update}, number)


def _removed_event(removed: Any, number: str) -> Event | None:
    """An id as it stands; whose message it was it does not say."""
    return _deletion({"id": removed} if isinstance(removed, str) else mapping(removed), number)


def _deletion(removed: Json, number: str) -> Event | None:
    id_ = identifier(removed.get("id"))
    chat = address(removed.get("recipient_id") or removed.get("chat_id"))
    lane = f"p:{chat.value}" if chat else f"m:{id_}"
    return Event("deletion", f"deletion:{id_}", lane, {"removed": removed}, number) if id_ else None


def _status_event(element: Any, number: str) -> Event | None:
    status = mapping(element)
    id_, state = identifier(status.get("id")), identifier(status.get("status"), 20)
    if not id_ or not state or is_nobody(status.get("recipient_id")):
        return None
    if state == "deleted":
        return _deletion(status, number)
    return Event("status", f"status:{id_}:{state}", "s", {"status": status}, number)


def _health_event(health: Any, number: str) -> Event:
    if health_news(mapping(health)) is None:
        return notice({"health": health}, number)
    # The uptime tells one from the next. Without it the same words later on are news again, and
    # to believe them twice does no harm.
    key = derived_id(health) if "uptime" in health else str(time.time_ns())
    return Event("account", f"account:{key}", "a", {"health": health}, number)


MAKERS: dict[str, Callable[[Any, str], Event | None]] = {
    "messages": _message_event,
    "messages_updates": _update_event,
    "messages_removed": _removed_event,
    "statuses": _status_event,
}


def _status(payload: Json) -> StatusUpdate | None:
    element = mapping(payload.get("status"))
    id_ = identifier(element.get("id"))
    state = whapi_messages.STATES.get(identifier(element.get("status"), 20))
    if state is None or not id_:
        return None
    errors = dicts(element.get("errors"))
    error = errors[0] if errors else {}
    return StatusUpdate(
        id=id_,
        state=state,
        at=moment(element.get("timestamp")),
        code=error_code(error.get("code")),
        text=plain(error.get("details") or error.get("message"), 500),
    )


def health_news(health: Json) -> AccountNews | None:
    """Only AUTH may send. None where the health says nothing."""
    word = identifier(mapping(health.get("status")).get("text"), 40).upper()
    if not word:
        return None
    return phone_news(PHONE.get(word, "connecting"), word)


def _account(payload: Json) -> AccountNews | None:
    return health_news(mapping(payload.get("health")))


READERS: dict[str, Callable[[Json], Understood | None]] = {
    "message": whapi_messages.read,
    "echo": whapi_messages.read,
    "edit": whapi_messages.read_edit,
    "deletion": whapi_messages.read_deletion,
    "status": _status,
    "account": _account,
}
