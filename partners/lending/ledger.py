"""What happened to a loan, and where it stands: the data of a replay."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import IntEnum, StrEnum
from typing import NamedTuple

from partners.lending.allocation import DEFAULT_ORDER, Order, Part
from partners.lending.arrears import LateRule, days_past_due
from partners.lending.errors import LendingError
from partners.lending.money import ZERO, check_amount
from partners.lending.schedule import Installment
from partners.lending.terms import LoanTerms


class Purpose(StrEnum):
    """What a payment of more than is due is meant for."""

    NEXT = "next"  # covers the next installments
    FEWER = "fewer"  # reduces principal; installments keep their amount, the last ones fall away
    SMALLER = "smaller"  # reduces principal; as many installments, each smaller


@dataclass(frozen=True, slots=True, kw_only=True)
class Agreement:
    """The terms and what the product says of payments, copied when the loan is made."""

    terms: LoanTerms
    order: Order = DEFAULT_ORDER
    late: LateRule | None = None

    def __post_init__(self) -> None:
        if sorted(self.order) != sorted(Part):
            raise LendingError("order", "an allocation order names each part once")


@dataclass(frozen=True, slots=True, kw_only=True)
class Payment:
    """`key` is its own; of two on one day the lower one comes first."""

    key: int
    paid_on: date
    amount: Decimal
    purpose: Purpose = Purpose.NEXT
    reversed: bool = False

    def __post_init__(self) -> None:
        check_amount(self.amount, "payment")


@dataclass(frozen=True, slots=True, kw_only=True)
class Charge:
    """A fee or a penalty set by hand; it is due with the next installment, or at once where there
    is none to come."""

    key: int
    on: date
    part: Part
    amount: Decimal

    def __post_init__(self) -> None:
        check_amount(self.amount, "charge")
        if self.part not in (Part.FEE, Part.PENALTY):
            raise LendingError("charge", "a charge is a fee or a penalty")


class Allocation(NamedTuple):
    """What a payment paid of the row at that position."""

    payment: int
    position: int
    part: Part
    amount: Decimal


class EntryKind(IntEnum):
    """In the order in which entries of one day are shown."""

    DISBURSEMENT = 1
    INTEREST = 2
    CHARGE = 3
    LATE = 4
    PAYMENT = 5


class Entry(NamedTuple):
    """A debit (more than zero) or credit of the account. `of` tells apart what a day and kind
    do not: a position, a key, and for late charges the day they are counted from."""

    on: date
    kind: EntryKind
    of: tuple[int, date]
    amount: Decimal


@dataclass(frozen=True, slots=True)
class LedgerRow:
    """An installment (or a prepayment, or a charge by itself), what it came to with charges, and
    what is unpaid of it.

    `paid_on`: the day its last cent was paid.
    """

    position: int
    installment: Installment
    owed: Mapping[Part, Decimal]
    unpaid: Mapping[Part, Decimal]
    paid_on: date | None

    @property
    def left(self) -> Decimal:
        return sum(self.unpaid.values(), ZERO)

    @property
    def is_agreed(self) -> bool:
        """An installment of the schedule: no prepayment, and no charge by itself."""
        return not (self.installment.prepaid or self.installment.is_charge)

    def is_overdue(self, today: date) -> bool:
        return self.installment.due < today and self.left > 0


@dataclass(frozen=True, slots=True)
class Ledger:
    """A loan at the end of the day `as_of`. `credit` is what was paid beyond all that is owed."""

    as_of: date
    rows: tuple[LedgerRow, ...]
    allocations: tuple[Allocation, ...]
    entries: tuple[Entry, ...]
    credit: Decimal

    @property
    def principal_left(self) -> Decimal:
        return sum((row.unpaid[Part.PRINCIPAL] for row in self.rows), ZERO)

    @property
    def left(self) -> Decimal:
        """All that is unpaid, interest of installments to come included."""
        return sum((row.left for row in self.rows), ZERO)

    @property
    def due(self) -> Decimal:
        """What should be paid by today."""
        return sum((row.left for row in self.rows if row.installment.due <= self.as_of), ZERO)

    @property
    def is_closed(self) -> bool:
        return not self.left

    @property
    def next_row(self) -> LedgerRow | None:
        """The oldest one that is not paid."""
        return next((row for row in self.rows if row.left), None)

    @property
    def days_past_due(self) -> int:
        row = self.next_row
        return days_past_due(row.installment.due if row else None, self.as_of)

    @property
    def balance(self) -> Decimal:
        """Debits less credits so far, as a statement closes; less than zero: paid ahead."""
        return sum((entry.amount for entry in self.entries), ZERO)
