"""A ticket's changes in words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _

from crm.people.models import User
from partners.models import Loan
from tickets.models import Category, Priority, Ticket, TicketChange


@dataclass(frozen=True)
class Event:
    """One line: who changed what, from what to what."""

    actor: str
    at: datetime
    what: str
    old: str
    new: str


def events(rows: Sequence[TicketChange]) -> list[Event]:
    """The changes as they are read; at most three queries for the names in them."""
    names = _names(rows)
    return [
        Event(
            str(row.actor) if row.actor else _("Automatic"),
            row.at,
            _what(row),
            _value(row.field, row.old, names),
            _value(row.field, row.new, names),
        )
        for row in rows
    ]


def _names(rows: Sequence[TicketChange]) -> dict[str, dict[str, str]]:
    """What rows that the changes name by key are called."""
    keys: dict[str, set[int]] = {"assignee": set(), "loan": set(), "merged": set()}
    for row in rows:
        kind = "merged" if row.field == "merged_into" else row.field
        if kind in keys:
            keys[kind] |= {int(value) for value in (row.old, row.new) if value.isdecimal()}
    people = User.objects.filter(pk__in=keys["assignee"]) if keys["assignee"] else []
    loans = Loan.objects.filter(pk__in=keys["loan"]) if keys["loan"] else []
    others = Ticket.objects.filter(pk__in=keys["merged"]) if keys["merged"] else []
    return {
        "assignee": {str(one.pk): str(one) for one in people},
        "loan": {str(one.pk): one.number for one in loans},
        "merged": {str(one.pk): one.number for one in others},
    }


def _what(row: TicketChange) -> str:
    if row.field in ("merged", "merged_into"):
        if row.field == "merged":
            return _("Another ticket was merged into this") if row.new else _("A merge was undone")
        return _("Merged into another ticket") if row.new else _("The merge was undone")
    if row.field in ("warned", "breached"):
        return _late_words(row)
    return {
        "created": _("Made"),
        "status": _("Status"),
        "assignee": _("Assigned to"),
        "priority": _("Priority"),
        "category": _("Category"),
        "loan": _("Loan"),
        "partner": _("Partner"),
        "is_private": _("Answered only in a session from now on"),
        "receipt": _("Receipt"),
        "satisfaction": _("Satisfaction"),
    }.get(row.field, row.field)


def _late_words(row: TicketChange) -> str:
    if row.field == "warned":
        answer, solution = _("The answer is due soon"), _("The solution is due soon")
    else:
        answer, solution = _("The answer is late"), _("The solution is late")
    return answer if row.new == "response" else solution


def _value(field: str, value: str, names: dict[str, dict[str, str]]) -> str:
    """What a change holds, in words."""
    if field in ("created", "warned", "breached", "is_private"):
        return ""
    if field in ("merged", "merged_into"):
        return names["merged"].get(value, "")
    if field == "assignee":
        return names["assignee"].get(value) or _("nobody")
    if field == "loan":
        return names["loan"].get(value) or "—"
    choices = {
        "status": Ticket.Status.choices,
        "priority": [(str(key), label) for key, label in Priority.choices],
        "category": Category.choices,
    }.get(field, [])
    return str(dict(choices).get(value, value)) or "—"
