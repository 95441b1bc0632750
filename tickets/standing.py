"""How far a ticket has come: open, waiting, resolved, closed, and open again."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from crm.conversations.models import Conversation
from crm.errors import DeskError
from crm.people.models import User
from tickets import deadlines, telling
from tickets.assignment import is_nobodys, least_loaded
from tickets.changes import check_seen, check_standing, draft, locked, locked_with_place, save
from tickets.models import Ticket, TicketChange, TicketMessage

Status = Ticket.Status
# So long after it was done a new message of the person opens it again; later it makes a new one.
REOPENED_WITHIN = timedelta(days=7)
AT_ONCE = 500


def set_status(
    *, ticket: Ticket, status: str, by: User, seen: int | None = None
) -> TicketChange | None:
    """Move the ticket on, or back; None where it stands there already.

    While it waits for the person its time stands still; resolved, the person is told and asked how
    they were served. DeskError for an unknown status, for a merged ticket, and where somebody set
    another one after the caller read it; ThreadChangedError as of `reply`.
    """
    if status not in Status.values:
        raise DeskError(_("There is no such status."))
    with transaction.atomic():
        tells = status == Status.RESOLVED
        row, place = locked_with_place(ticket) if tells else (locked(ticket), None)
        check_standing(row)
        check_seen(row, seen)
        _expect(row, ticket)
        change = _move(row, status, by, timezone.now(), place)
    ticket.status, ticket.version = row.status, row.version
    return change


def resolve(*, ticket: Ticket, by: User, seen: int | None = None) -> TicketChange | None:
    """As `set_status`: done, and the person is told so and asked for a mark from 1 to 5."""
    return set_status(ticket=ticket, status=Status.RESOLVED, by=by, seen=seen)


def close(*, ticket: Ticket, by: User, seen: int | None = None) -> TicketChange | None:
    """As `set_status`: done, without a word to the person."""
    return set_status(ticket=ticket, status=Status.CLOSED, by=by, seen=seen)


def reopen(*, ticket: Ticket, by: User, seen: int | None = None) -> TicketChange | None:
    """As `set_status`: what was done is to be seen to again, in a time counted anew."""
    return set_status(ticket=ticket, status=Status.OPEN, by=by, seen=seen)


def close_many(*, tickets: Iterable[Ticket], by: User) -> list[TicketChange]:
    """Close those that are not closed yet; what was changed. Each is a transaction of its own."""
    changes: list[TicketChange] = []
    for ticket in sorted(tickets, key=lambda one: one.pk):
        with transaction.atomic():
            row = locked(ticket)
            if row.merged_into_id is None and row.status != Status.CLOSED:
                changes += filter(None, [_move(row, Status.CLOSED, by, timezone.now(), None)])
    return changes


def close_resolved() -> int:
    """Job: close what was resolved a week ago and nobody wrote about since; how many."""
    late = timezone.now() - REOPENED_WITHIN
    rows = Ticket.objects.filter(status=Status.RESOLVED, resolved_at__lt=late)
    closed = 0
    for key in list(rows.order_by("resolved_at").values_list("pk", flat=True)[:AT_ONCE]):
        with transaction.atomic():
            row = locked(Ticket(pk=key))
            if row.status == Status.RESOLVED and row.resolved_at and row.resolved_at < late:
                _move(row, Status.CLOSED, None, timezone.now(), None)
                closed += 1
    return closed


def may_be_reopened(ticket: Ticket, now: datetime) -> bool:
    """Whether it was done so lately that the person's next word about it opens it again."""
    done = ticket.resolved_at or ticket.closed_at
    return ticket.is_done and done is not None and now - done <= REOPENED_WITHIN


def heard_again(row: Ticket, now: datetime) -> list[TicketChange]:
    """The person wrote: it is our turn. `row` is locked; the caller saves it, and the changes. What
    a colleague had who is not here any more is given to another."""
    changes: list[TicketChange] = []
    if row.status == Status.WAITING or row.is_done:
        changes.append(_step(row, Status.OPEN, None, now))
    if row.assignee is not None and is_nobodys(row):
        changes.append(give_anew(row, now))
    return changes


def give_anew(row: Ticket, now: datetime) -> TicketChange:
    """To an officer, and to nobody where none is. As `heard_again`."""
    to = least_loaded(row.agency_id)
    change = draft(row, "assignee", row.assignee_id, to and to.pk, None)
    row.assignee, row.assigned_at = to, now if to else None
    # Whoever has it now was not warned.
    row.response_warned_at = row.resolution_warned_at = None
    return change


def _move(
    row: Ticket, status: str, by: User | None, now: datetime, place: Conversation | None
) -> TicketChange | None:
    if row.status == status:
        return None
    change = _step(row, status, by, now)
    change.save()
    if status == Status.RESOLVED and place is not None:
        _tell(row, place)
    save(row, now)
    return change


def _step(row: Ticket, status: str, by: User | None, now: datetime) -> TicketChange:
    """Bring the columns to the new status. The caller saves them, and the change."""
    change = draft(row, "status", row.status, status, by)
    was_done = row.is_done
    deadlines.note_breaches(row, now)
    deadlines.resume(row, now)
    if status == Status.WAITING:
        deadlines.pause(row, now)
    row.status = status
    if row.is_done:
        row.closed_at = now if status == Status.CLOSED else None
        row.resolved_at = (row.resolved_at or now) if status == Status.RESOLVED else row.resolved_at
    elif was_done:
        row.resolved_at = row.closed_at = None
        row.satisfaction = row.rated_at = None
        row.resolution_breached_at = None
        if row.first_response_at is None:
            row.response_breached_at = None
        deadlines.begin(row, now)
        if status == Status.WAITING:
            deadlines.pause(row, now)
    return change


def _tell(row: Ticket, place: Conversation) -> None:
    """Tell them there, where they are heard from then on."""
    row.conversation = place
    message = telling.tell_resolved(row, place)
    entry = TicketMessage.objects.create(
        ticket=row, kind=TicketMessage.Kind.NOTICE, text=message.text, message=message
    )
    telling.note_sent(entry)


def _expect(row: Ticket, ticket: Ticket) -> None:
    """Of two colleagues who decide at once, one wins and the other hears of it."""
    if row.status != ticket.status:
        raise DeskError(
            _("Somebody has just set this ticket to “%(status)s”.")
            % {"status": row.get_status_display()}
        )
