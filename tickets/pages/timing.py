"""How much time a ticket has left, as pages say it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from crm.people.calendar import Calendar, calendars_of
from tickets.deadlines import Kind, minutes_left
from tickets.models import Ticket

MOST_HOURS = 99  # beyond it nobody counts hours; the moment itself is said on hover
UNDER_WAY = (Ticket.Status.NEW, Ticket.Status.OPEN)


@dataclass(frozen=True)
class Left:
    """Working minutes until something is due, below 0 since it was; they stand still in a pause."""

    kind: Kind
    minutes: int
    due: datetime
    is_paused: bool
    is_soon: bool
    is_late: bool

    @property
    def what(self) -> str:
        return _("First answer") if self.kind == "response" else _("Solution")

    @property
    def words(self) -> str:
        """ "3 h left", "20 min late"."""
        said = {"time": duration(abs(self.minutes))}
        return _("%(time)s late") % said if self.is_late else _("%(time)s left") % said

    @property
    def looks(self) -> str:
        if self.is_paused:
            return "quiet"
        return "bad" if self.is_late else ("warn" if self.is_soon else "")


def duration(minutes: int) -> str:
    """Working time in few words: "25 min", "3 h", "3 h 20 min" below ten hours."""
    hours, rest = divmod(minutes, 60)
    if not hours:
        return _("%(count)d min") % {"count": rest}
    if hours > MOST_HOURS:
        return _("over %(count)d h") % {"count": MOST_HOURS}
    if hours >= 10 or not rest:
        return _("%(count)d h") % {"count": hours}
    return _("%(hours)d h %(minutes)d min") % {"hours": hours, "minutes": rest}


def left(ticket: Ticket, kind: Kind, calendar: Calendar, now: datetime) -> Left | None:
    """What is left until that; None where nothing is due any more."""
    minutes = minutes_left(ticket, kind, now, calendar)
    due = ticket.response_due_at if kind == "response" else ticket.resolution_due_at
    if minutes is None or due is None:
        return None
    warn = ticket.response_warn_at if kind == "response" else ticket.resolution_warn_at
    moment = ticket.paused_at or now
    return Left(
        kind=kind,
        minutes=minutes,
        due=due,
        is_paused=ticket.paused_at is not None,
        is_soon=warn is not None and warn <= moment,
        is_late=due <= moment,
    )


def next_due(ticket: Ticket, calendar: Calendar, now: datetime) -> Left | None:
    """Of answer and solution the one that comes first."""
    return left(ticket, "response", calendar, now) or left(ticket, "resolution", calendar, now)


def next_dues(tickets: Iterable[Ticket]) -> dict[int, Left | None]:
    """`next_due` of many, by key; two queries."""
    rows = list(tickets)
    if not rows:
        return {}
    calendars = calendars_of({one.agency_id for one in rows if one.agency_id is not None})
    now = timezone.now()
    return {one.pk: next_due(one, calendars[one.agency_id], now) for one in rows}


def late(now: datetime) -> Q:
    """Tickets that are to be seen to and whose time is over."""
    unanswered = Q(first_response_at=None, response_due_at__lte=now)
    return Q(status__in=UNDER_WAY) & (Q(resolution_due_at__lte=now) | unanswered)


def soon(now: datetime) -> Q:
    """Tickets whose time is nearly over, and not yet."""
    unanswered = Q(first_response_at=None, response_warn_at__lte=now)
    pressing = Q(status__in=UNDER_WAY) & (Q(resolution_warn_at__lte=now) | unanswered)
    return pressing & ~late(now)
