"""The clock's part: whoever has a ticket is warned before its time is over, and it is noted when
it is."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.db.models import F, Q, QuerySet
from django.utils import timezone

from crm.people.models import User
from tickets.changes import note
from tickets.deadlines import KINDS, Kind
from tickets.models import Ticket

AT_ONCE = 500
UNDER_WAY = (Ticket.Status.NEW, Ticket.Status.OPEN)


def watch() -> int:
    """Job: warn, and note what is late; how many notes were made. Safe to repeat, and at once."""
    now = timezone.now()
    return sum(_warn(kind, now) + _breach(kind, now) for kind in KINDS)


def pressing(user: User) -> QuerySet[Ticket]:
    """This person's tickets of which they were warned or that are late, the first due first."""
    rows = Ticket.objects.filter(assignee=user, status__in=UNDER_WAY)
    unanswered = Q(first_response_at=None, response_warned_at__isnull=False)
    return rows.filter(unanswered | Q(resolution_warned_at__isnull=False)).order_by(
        "resolution_due_at", "id"
    )


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
