"""The rows of a schedule as a page shows them: with a word and an icon for how each stands."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.utils.translation import gettext as _

from partners.lending.allocation import Part
from partners.lending.ledger import Ledger, LedgerRow
from partners.lending.money import ZERO
from partners.lending.schedule import Installment


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """`state` is one of paid, partly, due, overdue, later, nothing, agreed."""

    number: int
    prepaid: bool
    is_charge: bool = False  # of its own, when no installment was left for it
    due: date
    days: int
    principal: Decimal
    interest: Decimal
    fee: Decimal
    penalty: Decimal
    left: Decimal
    balance: Decimal
    paid_on: date | None
    state: str

    @property
    def charges(self) -> Decimal:
        return self.fee + self.penalty

    @property
    def total(self) -> Decimal:
        return self.principal + self.interest + self.charges

    @property
    def called(self) -> str:
        """In a sentence."""
        if self.prepaid:
            return _("Prepayment")
        if self.is_charge:
            return _("Charge by itself")
        return _("Installment %(number)s") % {"number": self.number}

    @property
    def word(self) -> str:
        if self.prepaid:
            return _("Prepayment")
        if self.state == "overdue" and self.left < self.total:
            return _("Overdue, partly paid")
        return {
            "paid": _("Paid"),
            "partly": _("Partly paid"),
            "due": _("Due"),
            "overdue": _("Overdue"),
            "later": _("To come"),
            "nothing": _("Nothing due"),
            "agreed": _("Planned"),
        }[self.state]

    @property
    def icon(self) -> str:
        return (
            "arrow-bar-to-down"
            if self.prepaid
            else {
                "paid": "circle-check",
                "partly": "circle-half-2",
                "due": "calendar-due",
                "overdue": "alert-triangle",
                "later": "circle-dashed",
                "nothing": "circle-minus",
                "agreed": "circle-dashed",
            }[self.state]
        )


def rows_of(ledger: Ledger) -> list[Row]:
    """All rows of an account, prepayments among them."""
    following = next(
        (row for row in ledger.rows if row.left and row.installment.due >= ledger.as_of), None
    )
    return [_row(row, _state(row, ledger.as_of, row is following)) for row in ledger.rows]


def agreed_rows(schedule: Iterable[Installment]) -> list[Row]:
    """A schedule of which nothing is due or paid yet."""
    return [
        Row(
            number=one.number,
            prepaid=False,
            due=one.due,
            days=one.days,
            principal=one.principal,
            interest=one.interest,
            fee=ZERO,
            penalty=ZERO,
            left=one.total,
            balance=one.balance,
            paid_on=None,
            state="agreed",
        )
        for one in schedule
    ]


def _row(row: LedgerRow, state: str) -> Row:
    one = row.installment
    return Row(
        number=one.number,
        prepaid=one.prepaid,
        is_charge=one.is_charge,
        due=one.due,
        days=one.days,
        principal=one.principal,
        interest=one.interest,
        fee=row.owed[Part.FEE],
        penalty=row.owed[Part.PENALTY],
        left=row.left,
        balance=one.balance,
        paid_on=row.paid_on,
        state=state,
    )


def _state(row: LedgerRow, today: date, is_next: bool) -> str:
    owed = sum(row.owed.values(), ZERO)
    if not owed:
        return "nothing"
    if not row.left:
        return "paid"
    if row.is_overdue(today):
        return "overdue"
    if row.left < owed:
        return "partly"
    return "due" if is_next or row.installment.due == today else "later"
