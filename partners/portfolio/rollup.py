"""Adding the portfolio up: whole, from the loans themselves, so that nothing can drift.

It is done when somebody looks and what is there is older than FRESH (`ask`, called by the page and
its pulse), and every night. With 100,000 loans that is about a second of reading for a job, and
nothing at all for payments, which neither write nor lock anything of it.
"""

import hashlib
from datetime import date, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Case, Count, Expression, F, IntegerField, Q, QuerySet, Sum, Value, When
from django.db.models.expressions import Combinable
from django.utils import timezone

from crm.fields import MoneySumField
from crm.jobs.queue import enqueue
from partners.arrears import buckets
from partners.models import Installment, Loan, Payment, Portfolio, PortfolioShare

FRESH = timedelta(seconds=30)
# A job that was asked for and has not come by then is asked for again.
PATIENCE = timedelta(seconds=60)
Key = tuple[str, int | None, int | None]  # currency, agency, officer
Shares = dict[Key, PortfolioShare]
OF_LOAN = ("currency", "partner__agency_id", "partner__officer_id")
OF_LOANS_ROW = tuple(f"loan__{name}" for name in OF_LOAN)
FACTS = tuple(one.attname for one in PortfolioShare._meta.concrete_fields if one.name != "id")
# Portfolio at risk: the outstanding principal of loans more than so many days past due.
RISKS = {"late": 0, "par_30": 30, "par_90": 90}


def ask(portfolio: Portfolio) -> None:
    """Have it computed by a job, unless it is fresh or somebody has just asked."""
    now = timezone.now()
    if portfolio.computed_at is not None and portfolio.computed_at > now - FRESH:
        return
    unasked = Q(asked_at=None) | Q(asked_at__lt=now - PATIENCE)
    if portfolio.computed_at is not None:
        unasked |= Q(asked_at__lte=portfolio.computed_at)
    if Portfolio.objects.filter(unasked, pk=Portfolio.ONE).update(asked_at=now):
        enqueue("partners.portfolio.rollup.compute", group="portfolio")


def current() -> Portfolio:
    """When and for what it was computed; a blank one before the first time."""
    found = Portfolio.objects.filter(pk=Portfolio.ONE).first()
    return found or Portfolio.objects.get_or_create(pk=Portfolio.ONE)[0]


def compute(today: date | None = None) -> None:
    """Add up how things stand now. Reads outside of any transaction, then writes in a short one;
    of two that run side by side the one that began last remains."""
    begun, day = timezone.now(), today or timezone.localdate()
    shares = added_up(day)
    version = _version(day, shares)
    current()
    with transaction.atomic():
        portfolio = Portfolio.objects.select_for_update().get(pk=Portfolio.ONE)
        if portfolio.computed_at is not None and portfolio.computed_at > begun:
            return
        PortfolioShare.objects.all().delete()
        PortfolioShare.objects.bulk_create(shares, batch_size=200)
        lasts = [bucket.last for bucket in buckets() if bucket.last is not None]
        Portfolio.objects.filter(pk=Portfolio.ONE).update(
            computed_at=begun, day=day, buckets=lasts, version=version
        )


def added_up(day: date) -> list[PortfolioShare]:
    """The shares as they should be on `day`, not saved."""
    shares: Shares = {}
    _add_loans(shares, day)
    _add_partners(shares, day)
    _add_due(shares, day)
    _add_collected(shares, day)
    return [
        shares[key] for key in sorted(shares, key=lambda key: (key[0], key[1] or 0, key[2] or 0))
    ]


def _share(shares: Shares, key: Key) -> PortfolioShare:
    if key not in shares:
        currency, agency, officer = key
        shares[key] = PortfolioShare(
            currency=currency,
            agency_id=agency,
            officer_id=officer,
            ageing=[[0, 0, 0] for _ in range(len(buckets()) + 1)],
        )
    return shares[key]


def _add_loans(shares: Shares, day: date) -> None:
    at_risk = {
        f"{name}_sum": Sum("principal_left", filter=_late_for_more_than(days, day), default=0)
        for name, days in RISKS.items()
    }
    rows = Loan.objects.running().annotate(place=_place("next_due", day)).order_by()
    facts = {"loans_sum": Count("id"), "principal_sum": Sum("principal_left"), **at_risk}
    for row in rows.values(*OF_LOAN, "place").annotate(**facts):
        share = _share(shares, _key([row[name] for name in OF_LOAN]))
        for name in ("loans", "principal", *RISKS):
            setattr(share, name, getattr(share, name) + row[f"{name}_sum"])
        share.ageing[row["place"]][0] += row["loans_sum"]
        share.ageing[row["place"]][2] += int(row["principal_sum"] * 100)


def _late_for_more_than(days: int, day: date) -> Q:
    return Q(next_due__lt=day - timedelta(days=days))


def _add_partners(shares: Shares, day: date) -> None:
    """A partner with several loans stands where the list of partners has them."""
    rows = Loan.objects.running().annotate(place=_place("partner__unpaid_since", day)).order_by()
    for *key, place, count in rows.values_list(*OF_LOAN, "place").annotate(
        count=Count("partner", distinct=True)
    ):
        share = _share(shares, _key(key))
        share.partners += count
        share.ageing[place][1] += count


def _add_due(shares: Shares, day: date) -> None:
    """What falls due from Monday to Sunday, and since the first of the month."""
    owed = F("principal") + F("interest") + F("fee") + F("penalty")
    unpaid = F("unpaid_principal") + F("unpaid_interest") + F("unpaid_fee") + F("unpaid_penalty")
    monday = day - timedelta(days=day.weekday())
    week = _due_between(monday, monday + timedelta(days=6))
    for *key, due, left in week.annotate(due_sum=_sum(owed), left_sum=_sum(unpaid)):
        share = _share(shares, _key(key))
        share.due_week, share.open_week = due, left
    for *key, due in _due_between(day.replace(day=1), day).annotate(due_sum=_sum(owed)):
        _share(shares, _key(key)).due_month = due


def _sum(amount: Combinable) -> Sum:
    return Sum(amount, output_field=MoneySumField())


def _due_between(first: date, last: date) -> QuerySet[Installment, Any]:
    rows = Installment.objects.filter(
        due__range=(first, last),
        is_prepayment=False,
        loan__status__in=(Loan.Status.ACTIVE, Loan.Status.CLOSED),
    )
    return rows.order_by().values_list(*OF_LOANS_ROW)


def _add_collected(shares: Shares, day: date) -> None:
    paid = Payment.objects.filter(
        paid_on__range=(day.replace(day=1), day),
        reversed_at=None,
        loan__status__in=Loan.WITH_ACCOUNT,
    )
    for *key, amount in (
        paid.order_by().values_list(*OF_LOANS_ROW).annotate(amount_sum=Sum("amount"))
    ):
        _share(shares, _key(key)).collected = amount


def _place(oldest_due: str, day: date) -> Expression:
    """0: in time; else the number of the bucket, from 1."""
    late = [
        When(**{f"{oldest_due}__gte": day - timedelta(days=bucket.last)}, then=Value(number))
        for number, bucket in enumerate(buckets(), 1)
        if bucket.last is not None
    ]
    return Case(
        When(Q(**{f"{oldest_due}__gte": day}) | Q(**{oldest_due: None}), then=Value(0)),
        *late,
        default=Value(len(buckets())),
        output_field=IntegerField(),
    )


def _key(values: list[Any]) -> Key:
    currency, agency, officer = values
    return currency, agency, officer


def _version(day: date, shares: list[PortfolioShare]) -> str:
    said = [[getattr(one, name) for name in FACTS] for one in shares]
    return hashlib.blake2s(repr((day, buckets(), said)).encode(), digest_size=8).hexdigest()
