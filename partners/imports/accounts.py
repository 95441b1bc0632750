"""`partners.ledger.refresh` for many loans at once: the same rows, in few statements."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from django.db.models import Count, Min, Q
from django.utils import timezone

from partners.ledger import (
    DERIVED,
    ROW,
    check_size,
    derived,
    row_values,
    standing,
    wanted_allocations,
)
from partners.lending.ledger import Charge as LendingCharge
from partners.lending.ledger import Ledger, Purpose
from partners.lending.ledger import Payment as LendingPayment
from partners.lending.money import ZERO
from partners.lending.replay import replay
from partners.models import Charge, Installment, Loan, Partner, Payment, PaymentAllocation

Kept = dict[int, dict[int, tuple[Any, ...]]]  # loan -> position -> (id, *ROW)


# Loans whose histories are in memory at once: as long as they may be, a portion of rows names
# hundreds of loans.
LOANS = 50


def refresh_all(loans: Sequence[Loan], day: date | None = None) -> None:
    """Write what the engine says of each loan, and of their partners.

    To be called in a transaction that holds the loans' rows. LendingError if one of them cannot
    be played, and then nothing may be kept of the transaction.
    """
    day = day or timezone.localdate()
    for start in range(0, len(loans), LOANS):
        _refresh(loans[start : start + LOANS], day)
    refresh_partners({loan.partner_id for loan in loans})


def _refresh(loans: Sequence[Loan], day: date) -> None:
    ids = [loan.pk for loan in loans]
    paid, charged = payments_of(ids), charges_of(ids)
    ledgers = {
        loan.pk: checked(replay(loan.agreement, paid[loan.pk], day, charged[loan.pk]))
        for loan in loans
    }
    rows = _write_rows(ids, ledgers)
    _write_allocations(ids, ledgers, rows)
    for loan in loans:
        _write_loan(loan, ledgers[loan.pk], day)


def checked(ledger: Ledger) -> Ledger:
    """The same; LendingError for what no column holds."""
    check_size(sum((sum(row.owed.values(), ZERO) for row in ledger.rows), ledger.credit))
    return ledger


def payments_of(ids: Sequence[int]) -> dict[int, list[LendingPayment]]:
    found: dict[int, list[LendingPayment]] = defaultdict(list)
    rows = Payment.objects.filter(loan_id__in=ids, reversed_at=None).order_by("paid_on", "id")
    for loan, key, paid_on, amount, purpose in rows.values_list(
        "loan_id", "id", "paid_on", "amount", "purpose"
    ):
        found[loan].append(
            LendingPayment(key=key, paid_on=paid_on, amount=amount, purpose=Purpose(purpose))
        )
    return found


def charges_of(ids: Sequence[int]) -> dict[int, list[LendingCharge]]:
    found: dict[int, list[LendingCharge]] = defaultdict(list)
    for one in Charge.objects.filter(loan_id__in=ids, cancelled_at=None):
        found[one.loan_id].append(one.lending)
    return found


def _write_rows(ids: Sequence[int], ledgers: dict[int, Ledger]) -> dict[tuple[int, int], int]:
    """Ids of the installments by loan and position."""
    kept: Kept = defaultdict(dict)
    rows = Installment.objects.filter(loan_id__in=ids).order_by()
    for loan, position, *rest in rows.values_list("loan_id", "position", "id", *ROW):
        kept[loan][position] = tuple(rest)
    written: list[Installment] = []
    found: dict[tuple[int, int], int] = {}
    for loan, ledger in ledgers.items():
        for row in ledger.rows:
            values = row_values(row)
            before = kept[loan].pop(row.position, None)
            if before:
                found[loan, row.position] = before[0]
            if not before or before[1:] != tuple(values[name] for name in ROW):
                written.append(Installment(loan_id=loan, position=row.position, **values))
    gone = [row[0] for rest in kept.values() for row in rest.values()]
    if gone:
        Installment.objects.filter(pk__in=gone).delete()
    for one in Installment.objects.bulk_create(
        written,
        batch_size=500,
        update_conflicts=True,
        unique_fields=["loan", "position"],
        update_fields=ROW,
    ):
        found[one.loan_id, one.position] = one.pk
    return found


def _write_allocations(
    ids: Sequence[int], ledgers: dict[int, Ledger], rows: dict[tuple[int, int], int]
) -> None:
    """What is there and right stays; the rest goes, and what is missing comes."""
    there: dict[tuple[int, int, str, Decimal], list[int]] = defaultdict(list)
    found = PaymentAllocation.objects.filter(installment__loan_id__in=ids).order_by()
    for key, payment, installment, part, amount in found.values_list(
        "id", "payment_id", "installment_id", "part", "amount"
    ):
        there[payment, installment, part, amount].append(key)
    missing = []
    for loan, ledger in ledgers.items():
        for payment, position, part, amount in wanted_allocations(ledger):
            wanted = (payment, rows[loan, position], part, amount)
            if there[wanted]:
                there[wanted].pop()
                continue
            missing.append(
                PaymentAllocation(
                    payment_id=payment, installment_id=wanted[1], part=part, amount=amount
                )
            )
    gone = [key for keys in there.values() for key in keys]
    if gone:
        PaymentAllocation.objects.filter(pk__in=gone).delete()
    PaymentAllocation.objects.bulk_create(missing, batch_size=500)


def settle(loan: Loan, ledger: Ledger, day: date) -> None:
    """Set a loan's derived columns, and close or reopen it, as `ledger.refresh` does."""
    for name, value in derived(ledger).items():
        setattr(loan, name, value)
    loan.as_of = day
    loan.status = standing(loan, ledger)


def _write_loan(loan: Loan, ledger: Ledger, day: date) -> None:
    settle(loan, ledger, day)
    names = (*DERIVED, "as_of", "status")
    Loan.objects.filter(pk=loan.pk).update(**{name: getattr(loan, name) for name in names})


def refresh_partners(ids: Iterable[int]) -> None:
    """`partners.ledger.refresh_partner` for many; they are locked in order of their keys."""
    wanted = sorted(set(ids))
    running = Q(status=Loan.Status.ACTIVE)
    locked = Partner.objects.select_for_update().filter(pk__in=wanted).order_by("pk")
    kept = {pk: rest for pk, *rest in locked.values_list("pk", "active_loans", "unpaid_since")}
    totals = (
        Loan.objects.filter(partner_id__in=wanted)
        .order_by()
        .values("partner_id")
        .annotate(active=Count("id", filter=running), since=Min("unpaid_since", filter=running))
    )
    for one in totals:
        now = [one["active"], one["since"]]
        if kept[one["partner_id"]] != now:
            Partner.objects.filter(pk=one["partner_id"]).update(
                active_loans=now[0], unpaid_since=now[1]
            )
