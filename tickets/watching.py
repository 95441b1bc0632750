"""The clock's part: whoever has a ticket is warned before its time is over, and it is noted when
it is. Of what nobody has the managers are warned."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.db.models import F, Min, Q, QuerySet
from django.utils import timezone

from crm.people.models import User
from tickets import deadlines
from tickets.assignment import NOBODYS
from tickets.changes import locked, note
from tickets.deadlines import KINDS, Kind
from tickets.models import Ticket, TicketMessage

AT_ONCE = 500
UNDER_WAY = (Ticket.Status.NEW, Ticket.Status.OPEN)


def watch() -> int:
    """Job: warn, and note what is late; how many notes were made. Safe to repeat, and at once."""
    now = timezone.now()
    _answer()
    return sum(_warn(kind, now) + _breach(kind, now) for kind in KINDS)


def pressing(user: User) -> QuerySet[Ticket]:
    """The tickets of which this person is warned, for they are due soon or late, the first due
    first: their own, and nobody's for managers."""
    theirs = Q(assignee=user)
    if user.sees_all():
        theirs |= NOBODYS
    rows = Ticket.objects.filter(theirs, status__in=UNDER_WAY)
    return rows.filter(is_pressing()).order_by("resolution_due_at", "id")


def is_pressing() -> Q:
    """Of tickets under way those that somebody is warned of."""
    return Q(first_response_at=None) & _noted("response") | _noted("resolution")


def _noted(kind: Kind) -> Q:
    """What was missed stays noted when it is given to somebody else; the warning does not."""
    warned, missed = f"{kind}_warned_at__isnull", f"{kind}_breached_at__isnull"
    return Q(**{warned: False}) | Q(**{missed: False})


def _answer() -> None:
    """Answers that were kept until the person wrote, and have gone: by now they are answered. Of
    one in several messages any counts: a template carries the first in place of them all."""
    gone = TicketMessage.objects.filter(
        ticket__in=Ticket.objects.open().filter(first_response_at=None),
        kind=TicketMessage.Kind.PUBLIC,
        sent__sent_at__isnull=False,
    )
    firsts = gone.order_by().values_list("ticket").annotate(at=Min("sent__sent_at"))
    for key, at in list(firsts.order_by("at")[:AT_ONCE]):
        with transaction.atomic():
            row = locked(Ticket(pk=key))
            if row.first_response_at is None and not row.is_done:
                deadlines.answered(row, at)
                row.changed_at = timezone.now()
                row.save()


def _under_way(kind: Kind) -> QuerySet[Ticket]:
    rows = Ticket.objects.filter(status__in=UNDER_WAY)
    rows = rows.filter(**{f"{kind}_breached_at": None})
    return rows.filter(first_response_at=None) if kind == "response" else rows


def _warn(kind: Kind, now: datetime) -> int:
    """Once for each deadline: another moment to be done by has no warning yet."""
    soon = _under_way(kind).filter(**{f"{kind}_warn_at__lte": now, f"{kind}_warned_at": None})
    keys = soon.order_by(f"{kind}_warn_at").values_list("pk", flat=True)[:AT_ONCE]
    return sum(_note(soon, key, "warned", kind, now) for key in list(keys))


def _breach(kind: Kind, now: datetime) -> int:
    late = _under_way(kind).filter(**{f"{kind}_due_at__lte": now})
    keys = late.order_by(f"{kind}_due_at").values_list("pk", flat=True)[:AT_ONCE]
    return sum(_note(late, key, "breached", kind, now) for key in list(keys))


def _note(rows: QuerySet[Ticket], key: int, what: str, kind: Kind, now: datetime) -> int:
    """Mark one of them, unless it was answered, paused or marked a moment ago; 1 or 0."""
    at = F(f"{kind}_due_at") if what == "breached" else now
    with transaction.atomic():
        marked = rows.order_by().filter(pk=key)
        if not marked.update(**{f"{kind}_{what}_at": at, "changed_at": now}):
            return 0
        note(Ticket(pk=key), what, None, kind, None)
    return 1
