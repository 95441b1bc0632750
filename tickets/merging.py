"""Two tickets of one person about one thing: the later one becomes a part of the other."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from crm.errors import DeskError
from crm.people.models import User
from tickets import deadlines
from tickets.changes import check_standing, locked, note, save
from tickets.models import Ticket, TicketChange, TicketMessage

Status = Ticket.Status


def merge(*, ticket: Ticket, into: Ticket, by: User) -> TicketChange:
    """Close `ticket` as a part of `into`, whose thread shows both from then on.

    DeskError for another person's ticket, for one that has become part of another, or that has
    parts itself.
    """
    with transaction.atomic():
        row, target = _both(ticket, into)
        _check(row, target)
        now = timezone.now()
        deadlines.note_breaches(row, now)
        deadlines.resume(row, now)
        change = note(row, "merged_into", row.status, target.pk, by)
        row.status, row.merged_into = Status.CLOSED, target
        row.closed_at = row.closed_at or now
        save(row, now)
        note(target, "merged", None, row.pk, by)
        save(target, now)
    ticket.merged_into, ticket.status, ticket.version = target, row.status, row.version
    return change


def unmerge(*, ticket: Ticket, by: User) -> TicketChange:
    """Undo it: the ticket stands by itself again, as it was. DeskError if it does already."""
    with transaction.atomic():
        target = Ticket.objects.filter(merged__pk=ticket.pk).first()
        if target is None:
            raise DeskError(_("This ticket stands by itself."))
        row, target = _both(ticket, target)
        if row.merged_into_id != target.pk:
            raise DeskError(_("This ticket stands by itself."))
        now = timezone.now()
        _put_back(row, target, now)
        change = note(row, "merged_into", target.pk, None, by)
        save(row, now)
        note(target, "merged", row.pk, None, by)
        save(target, now)
    ticket.merged_into, ticket.status, ticket.version = None, row.status, row.version
    return change


def thread(ticket: Ticket) -> QuerySet[TicketMessage]:
    """What was said on the ticket and on those that are parts of it, in order."""
    family = Q(ticket=ticket.pk) | Q(ticket__merged_into=ticket.pk)
    rows = TicketMessage.objects.filter(family).select_related("author", "message", "ticket")
    return rows.prefetch_related("files__attachment").order_by("created_at", "id")


def _both(ticket: Ticket, other: Ticket) -> tuple[Ticket, Ticket]:
    """Both rows locked, the lower key first, as everywhere."""
    rows = {key: locked(Ticket(pk=key)) for key in sorted({ticket.pk, other.pk})}
    return rows[ticket.pk], rows[other.pk]


def _check(row: Ticket, target: Ticket) -> None:
    if row.pk == target.pk:
        raise DeskError(_("A ticket cannot be merged into itself."))
    check_standing(row)
    check_standing(target)
    if row.contact_id != target.contact_id:
        raise DeskError(_("Only tickets of the same person can be merged."))
    if row.merged.exists():
        raise DeskError(_("Other tickets are part of this one. Merge into it instead."))


def _put_back(row: Ticket, target: Ticket, now: datetime) -> None:
    """The status it had: what was done stays done, and what waited waits from now on."""
    last = row.changes.filter(field="merged_into", new=str(target.pk)).first()
    row.status = last.old if last is not None else Status.OPEN
    row.merged_into = None
    if row.status != Status.CLOSED:
        row.closed_at = None
    if row.status == Status.WAITING:
        deadlines.pause(row, now)
