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
from tickets.changes import check_standing, locked, note, put_back, save
from tickets.models import Ticket, TicketChange, TicketMessage

Status = Ticket.Status


def merge(*, ticket: Ticket, into: Ticket, by: User) -> TicketChange:
    """Close `ticket` as a part of `into`, whose thread shows both from then on: where either is
    private, both are.

    DeskError for another person's or partner's ticket, for one that has become part of another or
    has parts itself, for an open one into one that is done, and where whoever has `into` may not
    read what is a partner's.
    """
    with transaction.atomic():
        row, target = _both(ticket, into)
        _check(row, target)
        now = timezone.now()
        change = note(row, "merged_into", row.status, target.pk, by)
        deadlines.note_breaches(row, now)
        deadlines.resume(row, now)
        row.status, row.merged_into = Status.CLOSED, target
        row.closed_at = row.closed_at or now
        save(row, now)
        note(target, "merged", None, row.pk, by)
        target.is_private = target.is_private or row.is_private
        target.partner = target.partner or row.partner
        save(target, now)
    ticket.merged_into, ticket.status, ticket.version = target, row.status, row.version
    return change


def unmerge(*, ticket: Ticket, by: User) -> TicketChange:
    """Undo it: the ticket stands by itself again, as it was; the time it was a part does not count.
    What became private by it stays so once something was said on it. DeskError if it does already.
    """
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
        _unveil(target, row)
        note(target, "merged", row.pk, None, by)
        save(target, now)
    ticket.merged_into, ticket.status, ticket.version = None, row.status, row.version
    return change


def thread(ticket: Ticket) -> QuerySet[TicketMessage]:
    """What was said on the ticket and on those that are parts of it, in order."""
    family = Q(ticket=ticket.pk) | Q(ticket__merged_into=ticket.pk)
    rows = TicketMessage.objects.filter(family).select_related("author", "message", "ticket")
    return rows.prefetch_related("files__attachment", "sent").order_by("created_at", "id")


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
    if target.is_done and not row.is_done:
        raise DeskError(_("That ticket is done. Open it again before this one becomes its part."))
    _check_partners(row, target)


def _check_partners(row: Ticket, target: Ticket) -> None:
    """Nobody comes to read what is a partner's because it is a part of what they have."""
    if row.partner is not None and target.partner is not None and row.partner != target.partner:
        raise DeskError(_("These tickets are two partners'."))
    holder = target.assignee
    becomes_theirs = row.partner is not None and target.partner is None
    closes = becomes_theirs or (row.is_private and not target.is_private)
    if not closes or holder is None or holder == row.assignee:
        return
    if not holder.has_perm("partners.view_partner"):
        words = _("%(person)s may not read what is a partner's. Give that ticket to an officer.")
        raise DeskError(words % {"person": holder})


def _put_back(row: Ticket, target: Ticket, now: datetime) -> None:
    """As it was before; where our time ran, it stood still since. What waited waits on."""
    last = row.changes.filter(field="merged_into", new=str(target.pk)).first()
    row.merged_into = None
    if last is None or not last.kept:
        row.status, row.closed_at = Status.OPEN, None
        return
    put_back(row, last)
    if not row.is_done and row.paused_at is None:
        row.paused_at = last.at
        deadlines.resume(row, now)


def _unveil(target: Ticket, row: Ticket) -> None:
    """What was made private by this merge is as it was before, unless by now it holds more that is
    not to be read by others: words, links, another such part."""
    last = target.changes.filter(field="merged", new=str(row.pk)).first()
    if last is None or not last.kept:
        return
    said = target.messages.filter(created_at__gte=last.at).exists()
    others = target.merged.exclude(pk=row.pk)
    held = others.filter(Q(is_private=True) | Q(partner__isnull=False)).exists()
    if not (said or held or target.loan_id or target.receipt_id):
        put_back(target, last)
