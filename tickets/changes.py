"""What every verb begins and ends with: the ticket's row locked, and who changed what noted.

Locks are taken in one order everywhere: conversation, ticket, colleagues; the worker that handles
a message has the conversation already.
"""

from __future__ import annotations

from datetime import datetime

from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from crm.conversations.models import Conversation
from crm.errors import DeskError
from crm.people.models import User
from tickets.models import Ticket, TicketChange

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


def locked_with_talk(ticket: Ticket) -> tuple[Ticket, Conversation | None]:
    """As `locked`, and its conversation, locked before it; None where there is none."""
    rows = Conversation.objects.select_for_update(of=("self",), no_key=True)
    key = Ticket.objects.filter(pk=ticket.pk).values("conversation")
    talk = rows.select_related("channel", "contact", "identity").filter(pk__in=key).first()
    row = locked(ticket)
    return row, talk


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
    columns = [_COLUMNS[name] for name in TOUCHED.get(field, ())]
    kept = {
        column.name: None if getattr(row, column.attname) is None else column.value_to_string(row)
        for column in columns
    }
    return TicketChange.objects.create(
        ticket=row, actor=by, field=field, old=_short(old), new=_short(new), kept=kept
    )


def put_back(row: Ticket, change: TicketChange) -> None:
    """The columns that the change touched, as they were before it. The caller saves."""
    for name, value in change.kept.items():
        column = _COLUMNS[name]
        setattr(row, column.attname, None if value is None else column.to_python(value))


def _short(value: object) -> str:
    return "" if value is None else str(value)[:200]
