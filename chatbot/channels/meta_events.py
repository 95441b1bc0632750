"""Meta's webhook bodies, taken apart: each element of each list is an event of its own.

Which list a change has counts more than what its `field` says; what nobody knows is kept as it is.
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from chatbot.channels import graph_errors, meta_messages
from chatbot.channels.events import Event, Json
from chatbot.channels.meta_people import addresses_of, noted_addresses
from chatbot.channels.meta_templates import TEMPLATE_OVER, TEMPLATE_TROUBLE
from chatbot.channels.reading import derived_id, dicts, identifier, mapping, notice

TEMPLATE_FIELDS = {
    "message_template_status_update",
    "message_template_quality_update",
    "message_template_components_update",
    "template_category_update",
}
ACCOUNT_FIELDS = {
    "account_update",
    "account_alerts",
    "account_review_update",
    "phone_number_quality_update",
    "phone_number_name_update",
    "business_capability_update",
}
ENVELOPE = {"messaging_product", "metadata", "contacts"}


@dataclass(frozen=True, slots=True)
class Change:
    """What the elements of one change have in common.

    account  the WhatsApp Business account it is about
    number   which of our numbers (phone_number_id); `own` are its digits
    cards    what is known of people, by ("wa_id" or "user_id", value)
    """

    field: str
    value: Json
    time: Any
    account: str
    number: str
    own: str
    cards: dict[tuple[str, str], Json]

    def event(self, kind: str, key: str, lane: str, payload: Json) -> Event:
        return Event(kind, key, lane, payload, self.number)

    def notice(self, element: Json) -> Event:
        return notice(element if self.time is None else {**element, "time": self.time}, self.number)

    def card(self, number: Any, user: Any) -> Json:
        """The card of this person: a body may mix people, so never simply the first one."""
        for kind, value in (("wa_id", number), ("user_id", user)):
            if found := self.cards.get((kind, identifier(value))):
                return found
        names_nobody = not number and not user
        alone = dicts(self.value.get("contacts"))
        return alone[0] if names_nobody and len(alone) == 1 else {}


def events_of(body: Json) -> Iterator[Event]:
    """All of a body, which may be nothing; whatever is broken comes back as a notice."""
    entries = body.get("entry")
    for entry in entries if isinstance(entries, list) else []:
        if not isinstance(entry, dict) or not isinstance(entry.get("changes"), list):
            yield notice(entry)
            continue
        for change in entry["changes"]:
            yield from _change_events(change, entry)


def _change_events(change: Any, entry: Json) -> Iterator[Event]:
    common = _common(mapping(change), entry)
    read = set()
    for name, taken_apart in LISTS.items():
        elements = common.value.get(name)
        if not isinstance(elements, list) or not elements:
            continue
        read.add(name)
        for element in elements:
            if isinstance(element, dict):
                yield from taken_apart(name, element, common)
            else:
                yield common.notice({name: element})
    rest = {
        name: value
        for name, value in common.value.items()
        if name not in read | ENVELOPE and isinstance(value, list | dict) and value
    }
    if not read and common.value and common.field in TEMPLATE_FIELDS | ACCOUNT_FIELDS:
        yield from _news(common)
    elif not read:
        yield common.notice({"change": change})
    elif rest:
        yield common.notice({"rest": rest})


def _common(change: Json, entry: Json) -> Change:
    value = mapping(change.get("value"))
    metadata = mapping(value.get("metadata"))
    cards: dict[tuple[str, str], Json] = {}
    for contact in reversed(dicts(value.get("contacts"))):
        for kind in ("wa_id", "user_id"):
            if known_by := identifier(contact.get(kind)):
                cards[kind, known_by] = contact
    return Change(
        field=identifier(change.get("field"), 60),
        value=value,
        time=entry.get("time"),
        account=identifier(entry.get("id"), 60),
        number=identifier(metadata.get("phone_number_id")),
        own=re.sub(r"\D", "", identifier(metadata.get("display_phone_number"), 40)),
        cards=cards,
    )


# --- Messages --------------------------------------------------------------------------------


def _message(name: str, element: Json, common: Change) -> Iterator[Event]:
    if common.field == "history":
        # A file of an old message comes on its own, beside the threads.
        yield _historical(element, common, thread="")
    else:
        card = common.card(element.get("from"), element.get("from_user_id"))
        yield _event("message", name, element, card, common)


def _echo(name: str, element: Json, common: Change) -> Iterator[Event]:
    card = common.card(element.get("to"), element.get("to_user_id"))
    yield _event("echo", name, element, card, common)


def _event(kind: str, name: str, element: Json, card: Json, common: Change) -> Event:
    """A message, or what somebody does to one they sent before."""
    id_ = identifier(element.get("id")) or derived_id(element)
    people = addresses_of(element, card, outgoing=kind == "echo")
    group = identifier(element.get("group_id"))
    payload = {"message": element, "contact": card, "id": id_}
    lane = f"g:{group}" if group else f"p:{people[0].value}" if people else "n"
    if change := meta_messages.CHANGES.get(identifier(element.get("type"), 30)):
        return common.event(change, f"edit:{id_}", lane, payload)
    if lane == "n":
        return common.notice({name: element})
    return common.event(kind, f"message:{id_}", lane, payload)


def _history(name: str, element: Json, common: Change) -> Iterator[Event]:
    """One chunk: each message of each thread. Where there is none, it only tells of progress."""
    threads = element.get("threads")
    if not isinstance(threads, list) or not threads:
        yield common.notice({name: element})
        return
    for thread in threads:
        messages = mapping(thread).get("messages")
        if not isinstance(messages, list) or not messages:
            yield common.notice({"thread": thread})
            continue
        person = identifier(thread.get("id"))
        for message in messages:
            if isinstance(message, dict):
                yield _historical(message, common, thread=person)
            else:
                yield common.notice({"thread": person, "message": message})


def _historical(element: Json, common: Change, *, thread: str) -> Event:
    outgoing = _is_ours(element, common.own, thread)
    whom = ("to", "to_user_id") if outgoing else ("from", "from_user_id")
    number, user = (element.get(key) for key in whom)
    card = common.card(number or thread, user)
    if not card and thread:
        card = {"wa_id": thread}
    people = addresses_of(element, card, outgoing=outgoing)
    if not people:
        return common.notice({"history": element})
    id_ = identifier(element.get("id")) or derived_id(element)
    payload = {"message": element, "contact": card, "id": id_, "outgoing": outgoing}
    # A placeholder and the file that it holds a place for bear the same id.
    key = f"history:{id_}:{identifier(element.get('type'), 30)}"
    return common.event("history", key, f"p:{people[0].value}", payload)


def _is_ours(element: Json, own: str, thread: str) -> bool:
    sender = re.sub(r"\D", "", identifier(element.get("from"), 40))
    if not sender:
        return bool(element.get("to") or element.get("to_user_id"))
    if own:
        return sender == own
    return bool(thread) and sender != re.sub(r"\D", "", thread)


# --- Statuses --------------------------------------------------------------------------------


def _status(_name: str, element: Json, common: Change) -> Iterator[Event]:
    """The status; where its reason is the account's, that is news of the account as well."""
    state = identifier(element.get("status"), 20)
    id_ = identifier(element.get("id")) or derived_id(element)
    yield common.event("status", f"status:{id_}:{state}", "s", {"status": element})
    error = next(iter(dicts(element.get("errors"))), {})
    code = graph_errors.code_of(error.get("code"))
    if state == "failed" and graph_errors.policy_of(code).stop:
        yield common.event("account", f"account:{id_}:{code}", "a", {"error": error})


# --- People ----------------------------------------------------------------------------------


def _contact(name: str, element: Json, common: Change) -> Iterator[Event]:
    """A contact that was noted down, or struck out, on the phone."""
    people = noted_addresses(element)
    if people:
        key = f"person:{derived_id(element)}"
        yield common.event("person", key, f"p:{people[0].value}", {"contact": element})
    else:
        yield common.notice({name: element})


def _preference(name: str, element: Json, common: Change) -> Iterator[Event]:
    card = common.card(element.get("wa_id"), element.get("user_id"))
    people = addresses_of({}, element) or addresses_of({}, card)
    if not people:
        yield common.notice({name: element})
        return
    payload = {"preference": element, "contact": card}
    key = f"preference:{derived_id(element)}"
    yield common.event("preference", key, f"p:{people[0].value}", payload)


def _user_id(name: str, element: Json, common: Change) -> Iterator[Event]:
    """Somebody's user id changed: told as Meta tells it in a message of type "system"."""
    ids, parents = mapping(element.get("user_id")), mapping(element.get("parent_user_id"))
    message = {
        "type": "system",
        "id": derived_id(element),
        "timestamp": element.get("timestamp"),
        "from": element.get("wa_id"),
        "system": {
            "type": "user_changed_user_id",
            "previous_user_id": ids.get("previous") or parents.get("previous"),
            "user_id": ids.get("current") or parents.get("current"),
            "body": element.get("detail"),
        },
    }
    card = common.card(element.get("wa_id"), ids.get("current"))
    yield _event("message", name, message, card, common)


# --- The account -----------------------------------------------------------------------------


def _error(_name: str, element: Json, common: Change) -> Iterator[Event]:
    """Of the account, or of a message that could not even be delivered to us (`beside`)."""
    ids = [identifier(message.get("id")) for message in dicts(common.value.get("messages"))]
    what = {"error": element, "time": common.time, "beside": ids}
    id_ = derived_id(what) if ids else _news_id(what)
    yield common.event("account", f"account:{id_}", "a", what)


def _news_id(what: Json) -> str:
    """Without a time the same words are news again a minute later, perhaps after a repair.

    To believe them twice does no harm.
    """
    id_ = derived_id(what)
    return id_ if what["time"] is not None else f"{id_}.{int(time.time() // 60)}"


def _news(common: Change) -> Iterator[Event]:
    what = {
        "field": common.field,
        "value": common.value,
        "time": common.time,
        "account": common.account,
    }
    id_ = _news_id(what)
    if common.field in ACCOUNT_FIELDS:
        yield common.event("account", f"account:{id_}", "a", what)
        return
    yield common.event("template", f"template:{id_}", "t", what)
    if identifier(common.value.get("event"), 30) in TEMPLATE_TROUBLE | TEMPLATE_OVER:
        yield common.event("account", f"account:{id_}", "a", what)


LISTS: dict[str, Callable[[str, Json, Change], Iterator[Event]]] = {
    "messages": _message,
    "message_echoes": _echo,
    "statuses": _status,
    "history": _history,
    "state_sync": _contact,
    "user_preferences": _preference,
    "user_id_update": _user_id,
    "errors": _error,
}
