"""When a ticket is due, in business time. The functions change the row; whoever calls saves it."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from django.core.cache import cache

from crm.people.calendar import Calendar, calendar_of
from crm.people.models import Agency
from tickets.models import Priority, SlaPolicy, Ticket
from tickets.models.policy import POLICIES

Kind = Literal["response", "resolution"]
KINDS: tuple[Kind, Kind] = ("response", "resolution")
# Working minutes until the first response and until the solution, where no policy says otherwise.
USUAL: dict[int, tuple[int, int]] = {
    Priority.URGENT: (30, 4 * 60),
    Priority.HIGH: (60, 9 * 60),
    Priority.MEDIUM: (4 * 60, 18 * 60),
    Priority.LOW: (9 * 60, 45 * 60),
}
# The assignee is warned when this share of the time has passed.
WARN_AFTER = 0.75
REMEMBERED = 300  # seconds


def begin(ticket: Ticket, now: datetime) -> None:
    """Count from now: the ticket was made, or opened again."""
    ticket.counted_from, ticket.paused_minutes, ticket.paused_at = now, 0, None
    _count(ticket, KINDS if ticket.first_response_at is None else ("resolution",))


def recount(ticket: Ticket, now: datetime) -> None:
    """Another priority: as if it had had it from the beginning. What is not missed any more is
    forgotten, and of a new moment the assignee is warned anew. In a pause it is still the moment
    that it began."""
    moment = ticket.paused_at or now
    _count(ticket, KINDS if ticket.first_response_at is None else ("resolution",))
    if ticket.response_due_at and ticket.response_due_at > moment:
        ticket.response_breached_at = None
    if ticket.resolution_due_at and ticket.resolution_due_at > moment:
        ticket.resolution_breached_at = None


def pause(ticket: Ticket, now: datetime) -> None:
    """The person's turn: time stands still. What is late already is noted."""
    note_breaches(ticket, now)
    ticket.paused_at = now


def resume(ticket: Ticket, now: datetime) -> None:
    """Our turn again: what was still to come comes later by the working time of the pause."""
    if ticket.paused_at is None:
        return
    calendar = _calendar(ticket)
    waited = calendar.working_minutes(ticket.paused_at, now)
    for name in ("response_due_at", "response_warn_at", "resolution_due_at", "resolution_warn_at"):
        due = getattr(ticket, name)
        if due is not None and due > ticket.paused_at:
            setattr(ticket, name, calendar.add_working(due, waited))
    ticket.paused_minutes += waited
    ticket.paused_at = None


def answered(ticket: Ticket, now: datetime) -> None:
    """Somebody has answered; only the first time counts."""
    if ticket.first_response_at is not None:
        return
    note_breaches(ticket, now)
    ticket.first_response_at = now


def note_breaches(ticket: Ticket, now: datetime) -> list[Kind]:
    """Write down what is late by now and was not noted yet; which."""
    late = [kind for kind in KINDS if is_late(ticket, kind, now)]
    noted: list[Kind] = []
    for kind in late:
        if getattr(ticket, f"{kind}_breached_at") is None:
            setattr(ticket, f"{kind}_breached_at", getattr(ticket, f"{kind}_due_at"))
            noted.append(kind)
    return noted


def is_late(ticket: Ticket, kind: Kind, now: datetime) -> bool:
    """Whether it is still to be done and its time is over."""
    due = _due(ticket, kind)
    return due is not None and due <= (ticket.paused_at or now)


def minutes_left(
    ticket: Ticket, kind: Kind, now: datetime, calendar: Calendar | None = None
) -> int | None:
    """Working minutes until it is due, below 0 since it was; None: nothing is due (any more).

    While the ticket is paused they stand still. `calendar`: that of the ticket's agency, for who
    asks about many.
    """
    due = _due(ticket, kind)
    if due is None:
        return None
    moment = ticket.paused_at or now
    days = calendar or _calendar(ticket)
    if due > moment:
        return days.working_minutes(moment, due)
    return -days.working_minutes(due, moment)


def minutes_of(priority: int) -> tuple[int, int]:
    """Working minutes until the first response and until the solution; a policy that was changed
    elsewhere counts five minutes later at most."""
    known: dict[int, tuple[int, int]] | None = cache.get(POLICIES)
    if known is None:
        rows = SlaPolicy.objects.values_list("priority", "response_minutes", "resolution_minutes")
        known = {one: (response, resolution) for one, response, resolution in rows}
        cache.set(POLICIES, known, REMEMBERED)
    return known.get(priority, USUAL[priority])


def _calendar(ticket: Ticket) -> Calendar:
    """Its agency's; only the key is needed, which saves reading the agency."""
    return calendar_of(Agency(pk=ticket.agency_id) if ticket.agency_id else None)


def _due(ticket: Ticket, kind: Kind) -> datetime | None:
    if ticket.is_done or (kind == "response" and ticket.first_response_at is not None):
        return None
    return ticket.response_due_at if kind == "response" else ticket.resolution_due_at


def _count(ticket: Ticket, kinds: tuple[Kind, ...]) -> None:
    """Set what is due and when to warn of it; where that is another moment, nobody was warned."""
    calendar = _calendar(ticket)
    minutes = dict(zip(KINDS, minutes_of(ticket.priority), strict=True))
    for kind in kinds:
        whole, paused = minutes[kind], ticket.paused_minutes
        due = calendar.add_working(ticket.counted_from, whole + paused)
        if due != getattr(ticket, f"{kind}_due_at"):
            setattr(ticket, f"{kind}_warned_at", None)
        warn = calendar.add_working(ticket.counted_from, int(whole * WARN_AFTER) + paused)
        setattr(ticket, f"{kind}_due_at", due)
        setattr(ticket, f"{kind}_warn_at", warn)
