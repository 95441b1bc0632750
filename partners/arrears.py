"""A new day: what depends on today is written anew on every active loan.

Late interest grows and installments fall due without anybody doing anything. Each night the loans
whose account says how they stood on an earlier day are played again. Killed halfway, the rest is
found by the next run: what is done says so by its `as_of`.
"""

import logging
import time
from collections.abc import Iterator
from datetime import date

from django.conf import settings
from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone

from partners import ledger
from partners.lending.arrears import Bucket, read_buckets
from partners.lending.errors import LendingError
from partners.models import Charge, Loan

logger = logging.getLogger(__name__)
CHUNK = 1000


def buckets() -> tuple[Bucket, ...]:
    """The ageing buckets this office speaks of."""
    return read_buckets(settings.AGEING_BUCKETS)


def renew_loans(today: date | None = None, seconds: float | None = None) -> tuple[int, bool]:
    """Bring every active loan to `today`; how many were, and whether none is left.

    After `seconds` it stops between two loans. One that cannot be played is logged and left.
    """
    day = today or timezone.localdate()
    until = time.monotonic() + seconds if seconds is not None else None
    renewed = 0
    for keys in _outdated(day):
        unchanged = _carry_over(keys, day)
        renewed += len(unchanged)
        for key in keys:
            if key in unchanged:
                continue
            if until is not None and time.monotonic() > until:
                return renewed, False
            renewed += _renew(key, day)
    return renewed, True


def _outdated(day: date) -> Iterator[list[int]]:
    """First those that fell due since, whose partners the lists still take for punctual."""
    rows = Loan.objects.running().filter(Q(as_of__lt=day) | Q(as_of=None)).order_by("pk")
    yield from _portions(rows.filter(unpaid_since=None, next_due__lt=day))
    yield from _portions(rows)


def _portions(rows: QuerySet[Loan]) -> Iterator[list[int]]:
    last = 0
    while keys := list(rows.filter(pk__gt=last).values_list("pk", flat=True)[:CHUNK]):
        yield keys
        last = keys[-1]


def _carry_over(keys: list[int], day: date) -> set[int]:
    """Of these, the loans on which nothing happened since: their account is that of `day`, too.

    Nothing is overdue, the next installment is still to come, and no charge begins meanwhile.
    """
    begins = Charge.objects.filter(loan=OuterRef("pk"), cancelled_at=None, on__gt=OuterRef("as_of"))
    quiet = Loan.objects.running().filter(
        ~Exists(begins), pk__in=keys, as_of__lt=day, next_due__gte=day, unpaid_since=None, credit=0
    )
    found = set(quiet.values_list("pk", flat=True))
    # Asked again in the UPDATE itself: a payment in between has written its own day.
    Loan.objects.running().filter(
        pk__in=found, as_of__lt=day, next_due__gte=day, unpaid_since=None, credit=0
    ).update(as_of=day)
    return found


def _renew(key: int, day: date) -> int:
    with transaction.atomic():
        loan = Loan.objects.select_for_update().get(pk=key)
        if loan.status != Loan.Status.ACTIVE or (loan.as_of and loan.as_of >= day):
            return 0
        try:
            ledger.refresh(loan, day)
        except LendingError as error:
            logger.error("Loan %s cannot be brought to %s: %s", key, day, error)
            return 0
    return 1
