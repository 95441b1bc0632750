"""What is decided about a ticket besides how far it has come: whose it is, how urgent, about what.

Each decision is conditional on the ticket being as the caller read it: of two colleagues who act
at once one wins, the other hears of it as a DeskError. Each leaves a TicketChange behind.
"""

from __future__ import annotations

from datetime import timedelta

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from crm.errors import DeskError
from crm.people.models import User
from partners.models import Loan, Receipt
from tickets import deadlines
from tickets.assignment import assignable, is_nobodys
from tickets.changes import check_standing, locked, note, put_back, save
from tickets.models import Category, Priority, Ticket, TicketChange

# How long a change can be taken back: the toast's six seconds, and a slow line.
UNDO_WITHIN = timedelta(seconds=60)
UNDONE = ("status", "assignee", "priority", "category")


def assign(*, ticket: Ticket, to: User | None, by: User) -> TicketChange | None:
    """Make `to` (None: nobody) the one who sees to it; None if that is so already.

    Anybody may take what is nobody's and hand on or release an own one; `tickets.assign_ticket`
    may all. DeskError for everything else, for who does not work on tickets, and where somebody
    was faster.
    """
    new = to.pk if to else None
    if ticket.assignee_id == new:
        return None
    if to is not None and not assignable().filter(pk=to.pk).exists():
        raise DeskError(_("%(person)s does not work on tickets.") % {"person": to})
    with transaction.atomic():
        row = _locked(ticket)
        if row.assignee_id != ticket.assignee_id:
            raise DeskError(_taken_words(row))
        if not may_assign(row, to, by):
            raise DeskError(_("You may take free tickets and hand on your own."))
        change = note(row, "assignee", row.assignee_id, new, by)
        row.assignee, row.assigned_at = to, timezone.now() if to else None
        # Whoever has it now was not warned.
        row.response_warned_at = row.resolution_warned_at = None
        save(row)
    ticket.assignee, ticket.version = to, row.version
    return change


def may_assign(ticket: Ticket, to: User | None, by: User) -> bool:
    if by.has_perm("tickets.assign_ticket"):
        return True
    if not by.has_perm("tickets.change_ticket"):
        return False
    return to == by if is_nobodys(ticket) else ticket.assignee_id == by.pk


def prioritise(*, ticket: Ticket, priority: int, by: User) -> TicketChange | None:
    """Another priority, and with it other times; None if it has it. DeskError as of `assign`."""
    if priority not in Priority.values:
        raise DeskError(_("There is no such priority."))
    if ticket.priority == priority:
        return None
    with transaction.atomic():
        row = _unchanged(ticket, "priority")
        change = note(row, "priority", row.priority, priority, by)
        row.priority = priority
        deadlines.recount(row, timezone.now())
        save(row)
    ticket.priority, ticket.version = priority, row.version
    return change


def categorise(*, ticket: Ticket, category: str, by: User) -> TicketChange | None:
    """What it is about; None if it says so already. DeskError as of `assign`."""
    if category not in Category.values:
        raise DeskError(_("There is no such category."))
    if ticket.category == category:
        return None
    with transaction.atomic():
        row = _unchanged(ticket, "category")
        change = note(row, "category", row.category, category, by)
        row.category = category
        save(row)
    ticket.category, ticket.version = category, row.version
    return change


def link(
    *, ticket: Ticket, by: User, loan: Loan | None = None, receipt: Receipt | None = None
) -> list[TicketChange]:
    """Say which loan and which receipt of its partner it is about (None: of none); what changed.
    DeskError for another's."""
    with transaction.atomic():
        row = _locked(ticket)
        changes = [
            *_link(row, "loan", loan, _("This loan is not this partner's."), by),
            *_link(row, "receipt", receipt, _("This receipt is not this partner's."), by),
        ]
        if changes:
            save(row)
    ticket.loan, ticket.receipt, ticket.version = row.loan, row.receipt, row.version
    return changes


def undo_change(*, change: TicketChange, by: User) -> None:
    """Put back what `by` changed a moment ago, unless somebody has changed it since (DeskError):
    whatever the change touched is as it was, due times and marks too.

    What the person was told stays told: a resolved ticket is opened again by its own verb. The
    mark they have given since stays.
    """
    with transaction.atomic():
        row = _locked(change.ticket)
        if not _can_be_undone(row, change, by):
            raise DeskError(_("This can no longer be undone."))
        note(row, change.field, change.new or None, change.old or None, by)
        mark = row.satisfaction, row.rated_at
        put_back(row, change)
        if row.is_done and row.changes.filter(field="satisfaction", pk__gt=change.pk).exists():
            row.satisfaction, row.rated_at = mark
        if _was_counted_since(row, change):
            deadlines.recount(row, timezone.now())
        save(row)


def is_final(change: TicketChange) -> bool:
    """Whether it is never taken back: the person was told that the ticket is resolved, or it was
    opened again. Closing what is resolved tells nobody anything."""
    resolved, closed = Ticket.Status.RESOLVED, Ticket.Status.CLOSED
    return change.new == resolved or (change.old == resolved and change.new != closed)


def _can_be_undone(row: Ticket, change: TicketChange, by: User) -> bool:
    last = row.changes.filter(field=change.field).first()
    fresh = timezone.now() - change.at <= UNDO_WITHIN
    mine = last == change and change.actor_id == by.pk
    return mine and fresh and not is_final(change) and change.field in UNDONE and bool(change.kept)


def _was_counted_since(row: Ticket, change: TicketChange) -> bool:
    """Whether another decision has counted the times anew: those that were kept are no use."""
    other = {"status": "priority", "priority": "status"}.get(change.field)
    return row.changes.filter(field=other, pk__gt=change.pk).exists()


def _link(
    row: Ticket, field: str, to: Loan | Receipt | None, refusal: str, by: User
) -> list[TicketChange]:
    if to is not None and to.partner_id != row.partner_id:
        raise DeskError(refusal)
    old, new = getattr(row, f"{field}_id"), to.pk if to else None
    if old == new:
        return []
    setattr(row, field, to)
    return [note(row, field, old, new, by)]


def _locked(ticket: Ticket) -> Ticket:
    row = locked(ticket)
    check_standing(row)
    return row


def _unchanged(ticket: Ticket, field: str) -> Ticket:
    row = _locked(ticket)
    if getattr(row, field) != getattr(ticket, field):
        raise DeskError(_("Somebody has just changed this ticket. Look at it first."))
    return row


def _taken_words(row: Ticket) -> str:
    if row.assignee is None:
        return _("Somebody has just released this ticket.")
    return _("%(person)s has just taken this ticket.") % {"person": row.assignee}
