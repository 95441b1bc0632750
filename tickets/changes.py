"""What every verb begins and ends with: the ticket's row locked, and who changed what noted.

Locks are taken in one order everywhere: the person's identity on a channel, their conversation,
ticket, colleagues; the worker that handles a message has the first two already.
"""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from crm.conversations.models import ChannelIdentity, Conversation
from crm.errors import DeskError
from crm.people.models import User
from tickets import telling
from tickets.models import Ticket, TicketChange

PLACED = ("conversation__channel", "conversation__contact", "conversation__identity")
JOINED = ("contact", "partner__contact", "assignee", "agency", "merged_into")
_CLOCK = tuple(
    f"{kind}_{name}_at"
    for kind in ("response", "resolution")
    for name in ("due", "warn", "warned", "breached")
)
_STANDING = (
    *("status", "resolved_at", "closed_at", "counted_from", "paused_at", "paused_minutes"),
    *_CLOCK,
)
# The columns that a change of a field touches: they are kept with it, to be put back.
TOUCHED: dict[str, tuple[str, ...]] = {
    "status": (*_STANDING, "satisfaction", "rated_at"),
    "assignee": ("assignee", "assigned_at", "response_warned_at", "resolution_warned_at"),
    "priority": ("priority", *_CLOCK),
    "category": ("category",),
    "merged_into": _STANDING,
    "merged": ("is_private", "partner"),
    "partner": ("is_private", "partner", "agency"),
    "is_private": ("is_private", "agency"),
}
_COLUMNS = {column.name: column for column in Ticket._meta.concrete_fields}


class ThreadChangedError(DeskError):
    """Something was said or decided after the writer last looked; `seen` is the newest version.

    Nothing was sent. Who wants to send all the same says so with that version.
    """

    def __init__(self, words: str, version: int) -> None:
        super().__init__(words)
        self.version = version


def locked(ticket: Ticket) -> Ticket:
    """The same ticket, freshly read, and nobody else's until the transaction ends."""
    return lockable().get(pk=ticket.pk)


def lockable() -> QuerySet[Ticket]:
    """Tickets that are locked when they are read, with what the verbs look at."""
    rows = Ticket.objects.select_for_update(of=("self",), no_key=True)
    return rows.select_related(*JOINED)


def locked_with_place(ticket: Ticket) -> tuple[Ticket, Conversation | None]:
    """As `locked`, and where the person is told of it (`telling.where`), locked before it; None
    where no chat reaches them."""
    while True:
        try:
            with transaction.atomic():
                return _with_place(ticket)
        except _MovedError:  # what was locked for nothing is free again
            continue


class _MovedError(Exception):
    """While this waited for the locks, another place became the one they are told at."""


def _with_place(ticket: Ticket) -> tuple[Ticket, Conversation | None]:
    place = telling.where(Ticket.objects.select_related(*PLACED).get(pk=ticket.pk))
    talk = _locked_talk(place) if place is not None else None
    row = locked(ticket)
    if telling.where(row) != talk:
        raise _MovedError
    return row, talk


def _locked_talk(place: Conversation) -> Conversation | None:
    """Identity before conversation, as whoever writes there locks them."""
    identities = ChannelIdentity.objects.select_for_update(no_key=True)
    list(identities.filter(pk=place.identity_id))
    rows = Conversation.objects.select_for_update(of=("self",), no_key=True)
    return rows.select_related("channel", "contact", "identity").filter(pk=place.pk).first()


def check_seen(row: Ticket, seen: int | None) -> None:
    """ThreadChangedError where somebody did something since version `seen` (None: whatever)."""
    if seen is not None and seen != row.version:
        raise ThreadChangedError(
            _("Something has been added to this ticket. Look at it before you send."), row.version
        )


def check_standing(row: Ticket) -> None:
    """DeskError for a ticket that is another one's part by now."""
    if row.merged_into is not None:
        raise DeskError(
            _("This ticket was merged into %(number)s.") % {"number": row.merged_into.number}
        )


def save(row: Ticket, now: datetime | None = None) -> None:
    """Save what was changed under the lock, as one version more."""
    row.version += 1
    row.changed_at = now or timezone.now()
    row.save()


def note(row: Ticket, field: str, old: object, new: object, by: User | None) -> TicketChange:
    """Write down who changed what; nobody: the person themselves, or the clock. To be called
    before the change: what it touches is kept with it."""
    change = draft(row, field, old, new, by)
    change.save()
    return change


def draft(row: Ticket, field: str, old: object, new: object, by: User | None) -> TicketChange:
    """As `note`, of several that the caller saves together."""
    columns = [_COLUMNS[name] for name in TOUCHED.get(field, ())]
    kept = {
        column.name: None if getattr(row, column.attname) is None else column.value_to_string(row)
        for column in columns
    }
    return TicketChange(
        ticket=row, actor=by, field=field, old=_short(old), new=_short(new), kept=kept
    )


def put_back(row: Ticket, change: TicketChange) -> None:
    """The columns that the change touched, as they were before it. The caller saves."""
    for name, value in change.kept.items():
        column = _COLUMNS[name]
        setattr(row, column.attname, None if value is None else column.to_python(value))


def _short(value: object) -> str:
    return "" if value is None else str(value)[:200]
