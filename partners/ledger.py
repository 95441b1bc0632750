"""A loan's account in the database: what the engine says, written beside what was paid.

Installments, allocations and the derived columns of loans and partners are written here and
nowhere else, in the transaction of the payment that changes them.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.db.models import Count, Min, Q
from django.utils import timezone

from partners.lending.allocation import Part
from partners.lending.errors import LendingError
from partners.lending.ledger import Ledger, LedgerRow
from partners.lending.money import LARGEST, ZERO
from partners.lending.replay import replay
from partners.models import Installment, Loan, Partner, PaymentAllocation

DERIVED = (
    "left",
    "principal_left",
    "overdue",
    "paid",
    "credit",
    "unpaid_since",
    "next_due",
    "next_amount",
    "rows_paid",
    "rows_all",
    "closed_on",
)
ROW = tuple(
    field.attname
    for field in Installment._meta.concrete_fields
    if field.name not in ("id", "loan", "position")
)


@dataclass(frozen=True, slots=True)
class Difference:
    """Something the database says otherwise than the engine."""

    loan: str
    what: str
    kept: str
    right: str

    def __str__(self) -> str:
        return f"{self.loan}: {self.what} is {self.kept}, should be {self.right}"


def play(loan: Loan, as_of: date | None = None) -> Ledger:
    """What the engine says of the loan at the end of a day (today); two queries.

    LendingError if its terms or dates make no loan.
    """
    return replay(
        loan.agreement,
        [one.lending for one in loan.payments.filter(reversed_at=None).order_by("paid_on", "id")],
        as_of or timezone.localdate(),
        [one.lending for one in loan.charges.filter(cancelled_at=None)],
    )


def refresh(loan: Loan, as_of: date | None = None) -> Ledger:
    """Write what the engine says of the loan today; close or reopen it accordingly.

    To be called in a transaction that holds the loan's row (`locked`). LendingError, and nothing
    written, for what no column holds.
    """
    day = as_of or timezone.localdate()
    ledger = play(loan, day)
    check_size(sum((sum(row.owed.values(), ZERO) for row in ledger.rows), ledger.credit))
    ids = _write_rows(loan, ledger)
    _write_allocations(loan, ledger, ids)
    for name, value in derived(ledger).items():
        setattr(loan, name, value)
    loan.as_of = day
    loan.status = standing(loan, ledger)
    loan.save(update_fields=[*DERIVED, "as_of", "status"])
    refresh_partner(loan.partner_id)
    return ledger


def standing(loan: Loan, ledger: Ledger) -> str:
    """Active until all is paid, then closed; any other status is a person's word."""
    if loan.status not in (Loan.Status.ACTIVE, Loan.Status.CLOSED):
        return loan.status
    return Loan.Status.CLOSED.value if ledger.is_closed else Loan.Status.ACTIVE.value


def check_size(amount: Decimal) -> None:
    """All that will ever be owed and paid of one loan fits into a column; else LendingError."""
    if amount > LARGEST:
        raise LendingError("too_large", f"amounts are at most {LARGEST}")


def locked(loan: Loan) -> Loan:
    """The same loan, freshly read, and nobody else's until the transaction ends."""
    return Loan.objects.select_for_update().get(pk=loan.pk)


def refresh_partner(partner_id: int) -> None:
    """What lists show of a partner: how many active loans, and since when one is unpaid."""
    with transaction.atomic():
        partner = Partner.objects.select_for_update().get(pk=partner_id)
        found = partner_totals(partner)
        if any(getattr(partner, name) != value for name, value in found.items()):
            Partner.objects.filter(pk=partner_id).update(**found)


def partner_totals(partner: Partner) -> dict[str, Any]:
    running = Q(status=Loan.Status.ACTIVE)
    return partner.loans.aggregate(
        active_loans=Count("id", filter=running), unpaid_since=Min("unpaid_since", filter=running)
    )


def derived(ledger: Ledger) -> dict[str, Any]:
    """The columns of a loan that follow from its account."""
    following = ledger.next_row
    paid_days = [row.paid_on for row in ledger.rows if row.paid_on]
    real = [row for row in ledger.rows if row.is_agreed]
    late = [row for row in ledger.rows if row.is_overdue(ledger.as_of)]
    return {
        "left": ledger.left,
        "principal_left": ledger.principal_left,
        "overdue": sum((row.left for row in late), ZERO),
        "paid": sum((one.amount for one in ledger.allocations), ZERO),
        "credit": ledger.credit,
        "unpaid_since": late[0].installment.due if late else None,
        "next_due": following.installment.due if following else None,
        "next_amount": following.left if following else ZERO,
        "rows_paid": sum(not row.left for row in real),
        "rows_all": len(real),
        "closed_on": max(paid_days, default=None) if ledger.is_closed else None,
    }


def row_values(row: LedgerRow) -> dict[str, Any]:
    one = row.installment
    return {
        "number": one.number,
        "start": one.start,
        "due": one.due,
        "days": one.days,
        "principal": one.principal,
        "interest": one.interest,
        "fee": row.owed[Part.FEE],
        "penalty": row.owed[Part.PENALTY],
        "balance": one.balance,
        "unpaid_principal": row.unpaid[Part.PRINCIPAL],
        "unpaid_interest": row.unpaid[Part.INTEREST],
        "unpaid_fee": row.unpaid[Part.FEE],
        "unpaid_penalty": row.unpaid[Part.PENALTY],
        "is_prepayment": one.prepaid,
        "paid_on": row.paid_on,
    }


def _write_rows(loan: Loan, ledger: Ledger) -> dict[int, int]:
    """Ids of the installments by their position."""
    kept = {one.position: one for one in loan.installments.all()}
    new, changed = [], []
    for row in ledger.rows:
        values = row_values(row)
        one = kept.pop(row.position, None)
        if one is None:
            new.append(Installment(loan=loan, position=row.position, **values))
        elif any(getattr(one, name) != value for name, value in values.items()):
            for name, value in values.items():
                setattr(one, name, value)
            changed.append(one)
    if kept:
        loan.installments.filter(position__in=list(kept)).delete()
    Installment.objects.bulk_update(changed, ROW, batch_size=50)
    Installment.objects.bulk_create(new, batch_size=200)
    return dict(loan.installments.values_list("position", "id"))


Allocated = tuple[int, int, str, Decimal]  # payment, position, part, amount


def wanted_allocations(ledger: Ledger) -> list[Allocated]:
    return sorted(
        (one.payment, one.position, one.part.value, one.amount) for one in ledger.allocations
    )


def kept_allocations(loan: Loan) -> list[Allocated]:
    return sorted(
        PaymentAllocation.objects.filter(installment__loan=loan).values_list(
            "payment_id", "installment__position", "part", "amount"
        )
    )


def _write_allocations(loan: Loan, ledger: Ledger, ids: dict[int, int]) -> None:
    wanted = wanted_allocations(ledger)
    if wanted == kept_allocations(loan):
        return
    # By their keys: a planner that knows nothing yet of a table just filled reads all of it for a
    # join. Rows that are no more took theirs with them.
    PaymentAllocation.objects.filter(installment__in=list(ids.values())).delete()
    PaymentAllocation.objects.bulk_create(
        (
            PaymentAllocation(
                payment_id=payment, installment_id=ids[position], part=part, amount=amount
            )
            for payment, position, part, amount in wanted
        ),
        batch_size=200,
    )


def differences(loan: Loan) -> Iterable[Difference]:
    """Where the rows say otherwise than the engine, for the day they were written."""
    ledger = play(loan, loan.as_of)
    for name, value in derived(ledger).items():
        if getattr(loan, name) != value:
            yield Difference(loan.number, name, str(getattr(loan, name)), str(value))
    if (status := standing(loan, ledger)) != loan.status:
        yield Difference(loan.number, "status", str(loan.status), status)
    rows = {one.position: one for one in loan.installments.all()}
    for row in ledger.rows:
        one = rows.pop(row.position, None)
        if one is None:
            yield Difference(loan.number, f"installment {row.position}", "missing", "there")
            continue
        for name, value in row_values(row).items():
            if getattr(one, name) != value:
                what = f"installment {row.position} {name}"
                yield Difference(loan.number, what, str(getattr(one, name)), str(value))
    for position in rows:
        yield Difference(loan.number, f"installment {position}", "there", "missing")
    yield from _allocation_differences(loan, ledger)


def _allocation_differences(loan: Loan, ledger: Ledger) -> Iterable[Difference]:
    right, kept = _summed(wanted_allocations(ledger)), _summed(kept_allocations(loan))
    for key in sorted({*right, *kept}):
        if right.get(key, ZERO) != kept.get(key, ZERO):
            what = "payment {} on installment {} ({})".format(*key)
            yield Difference(loan.number, what, str(kept.get(key, ZERO)), str(right.get(key, ZERO)))


def _summed(allocations: Iterable[Allocated]) -> dict[tuple[int, int, str], Decimal]:
    """A payment pays the same part twice where its credit met a later charge."""
    found: dict[tuple[int, int, str], Decimal] = {}
    for payment, position, part, amount in allocations:
        key = (payment, position, part)
        found[key] = found.get(key, ZERO) + amount
    return found


class NoSuchLoanError(Exception):
    """No loan with an account has this number."""


def verify(number: str = "") -> tuple[int, list[Difference]]:
    """How many loans were looked at, and where any of them, or a partner's totals, is wrong.

    `number` names one loan (NoSuchLoanError); else all that were paid out, and all partners.
    """
    loans = Loan.objects.filter(status__in=Loan.WITH_ACCOUNT).order_by("id")
    if number:
        loans = loans.filter(number=number)
    looked_at = 0
    found: list[Difference] = []
    for loan in loans.iterator(chunk_size=200):
        looked_at += 1
        if _told(loan):
            found += _looked_at_again(loan)
    if number and not looked_at:
        raise NoSuchLoanError(number)
    if not number:
        found += _partner_differences()
    return looked_at, found


def _told(loan: Loan) -> list[Difference]:
    try:
        return list(differences(loan))
    except LendingError as error:
        return [Difference(loan.number, "the account", str(error), "playable")]


def _looked_at_again(loan: Loan) -> list[Difference]:
    """What somebody booked while it was read is no difference: nobody can, now."""
    with transaction.atomic():
        fresh = locked(loan)
        return _told(fresh) if fresh.status in Loan.WITH_ACCOUNT else []


def _partner_differences() -> Iterable[Difference]:
    running = Q(loans__status=Loan.Status.ACTIVE)
    partners = Partner.objects.annotate(
        right_loans=Count("loans", filter=running),
        right_since=Min("loans__unpaid_since", filter=running),
    )
    columns = ("pk", "active_loans", "right_loans", "unpaid_since", "right_since")
    for key, *said in partners.values_list(*columns).iterator(chunk_size=1000):
        if said[0] != said[1] or said[2] != said[3]:
            yield from _totals_again(key)


def _totals_again(key: int) -> list[Difference]:
    with transaction.atomic():
        partner = Partner.objects.select_for_update().get(pk=key)
        right = partner_totals(partner)
        return [
            Difference(partner.number, name, str(kept), str(value))
            for name, value in right.items()
            if (kept := getattr(partner, name)) != value
        ]
