"""A loan's account while it is being replayed: the one thing here that changes."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from itertools import islice

from partners.lending.allocation import Order, Part, allocate
from partners.lending.arrears import LateRule
from partners.lending.ledger import Agreement, Allocation, Charge, Entry, EntryKind, LedgerRow
from partners.lending.money import ZERO, cents
from partners.lending.schedule import Installment, lay_out, whole_plan


@dataclass(slots=True)
class Row:
    position: int
    installment: Installment
    owed: dict[Part, Decimal]
    unpaid: dict[Part, Decimal]
    late_since: date
    paid_on: date | None = None

    @property
    def is_open(self) -> bool:
        return any(self.unpaid.values())

    def charge(self, part: Part, amount: Decimal) -> None:
        self.owed[part] += amount
        self.unpaid[part] += amount
        self.paid_on = None

    def frozen(self) -> LedgerRow:
        return LedgerRow(self.position, self.installment, self.owed, self.unpaid, self.paid_on)


@dataclass(slots=True)
class Credit:
    """What is left of a payment."""

    payment: int
    amount: Decimal


def open_row(position: int, installment: Installment) -> Row:
    owed = {
        Part.PENALTY: ZERO,
        Part.INTEREST: installment.interest,
        Part.FEE: ZERO,
        Part.PRINCIPAL: installment.principal,
    }
    return Row(position, installment, owed, dict(owed), installment.due)


class Book:
    """Rows by position, credits and allocations in the order of payments."""

    def __init__(self, agreement: Agreement) -> None:
        self.agreement = agreement
        installments, self.level = lay_out(agreement.terms, whole_plan(agreement.terms))
        self.flat_on = cents(agreement.terms.principal)
        self.rows = [open_row(position, row) for position, row in enumerate(installments)]
        self.credits: list[Credit] = []
        self.allocations: list[Allocation] = []
        self.late: list[Entry] = []
        self.first_open = 0

    def open_rows(self) -> Iterator[Row]:
        """From the oldest row that is not paid; later ones may be."""
        while self.first_open < len(self.rows) and not self.rows[self.first_open].is_open:
            self.first_open += 1
        return islice(self.rows, self.first_open, None)

    @property
    def credit(self) -> Decimal:
        return sum((credit.amount for credit in self.credits), ZERO)

    def charge(self, charge: Charge) -> None:
        """On the first row still to come; else on one of its own, due that day."""
        to_come = (
            row
            for row in self.rows
            if row.installment.due >= charge.on and not row.installment.prepaid
        )
        row = next(to_come, None) or self._row_of_its_own(charge.on)
        row.charge(charge.part, cents(charge.amount))
        self.first_open = min(self.first_open, row.position)
        self.spend(self.open_rows(), charge.on)

    def _row_of_its_own(self, due: date) -> Row:
        """After all others: no installment comes after a charge that met none."""
        number = self.rows[-1].installment.number
        one = Installment(number, due, due, 0, ZERO, ZERO, ZERO, ZERO)
        self.rows.append(open_row(len(self.rows), one))
        return self.rows[-1]

    def spend(self, rows: Iterable[Row], on: date, order: Order | None = None) -> None:
        """Pays these rows from what there is of credit, the oldest credit first."""
        rows = list(rows) if len(self.credits) > 1 else rows
        for credit in self.credits:
            shares, credit.amount = allocate(credit.amount, rows, order or self.agreement.order)
            for position, part, amount in shares:
                row = self.rows[position]
                row.unpaid[part] -= amount
                self.allocations.append(Allocation(credit.payment, position, part, amount))
                if not row.is_open:
                    row.paid_on = on
        self.credits = [credit for credit in self.credits if credit.amount]

    def owing(self, today: date) -> Iterator[Row]:
        """The open rows, each with what being late cost it up to today. Who stops early leaves
        the others uncharged: a payment splits the days only of what it pays."""
        for row in self.open_rows():
            if row.installment.due < today and self.agreement.late:
                self._charge_late(row, today, self.agreement.late)
            yield row

    def accrue_late(self, today: date) -> None:
        if self.agreement.late:
            for row in self.owing(today):
                if row.installment.due >= today and not row.installment.prepaid:
                    return

    def _charge_late(self, row: Row, today: date, rule: LateRule) -> None:
        principal, interest = row.unpaid[Part.PRINCIPAL], row.unpaid[Part.INTEREST]
        if not principal and not interest:
            return
        due = row.installment.due
        before = max(0, (row.late_since - due).days - rule.grace)
        until = max(0, (today - due).days - rule.grace)
        amount = rule.between(principal, interest, before, until) if until > before else ZERO
        if amount:
            row.charge(Part.PENALTY, amount)
            of = (row.position, row.late_since)
            self.late.append(Entry(rule.charged_on(due, today), EntryKind.LATE, of, amount))
        row.late_since = today
