"""What it takes to pay a loan off on a day."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from partners.lending.allocation import Part
from partners.lending.errors import LendingError
from partners.lending.ledger import Agreement, Charge, Payment
from partners.lending.money import ZERO, arithmetic
from partners.lending.prepayment import rest_of
from partners.lending.replay import play


@dataclass(frozen=True, slots=True, kw_only=True)
class Settlement:
    """`interest` is what was earned up to that day; `ahead` what was paid of later installments,
    which counts when the loan is paid off."""

    principal: Decimal
    interest: Decimal
    fee: Decimal
    penalty: Decimal
    ahead: Decimal

    @property
    def owed(self) -> Decimal:
        return self.principal + self.interest + self.fee + self.penalty

    @property
    def total(self) -> Decimal:
        """To be paid: a prepayment of this amount on that day closes the loan. Where it is zero,
        a prepayment of any amount does."""
        return max(ZERO, self.owed - self.ahead)

    @property
    def credit(self) -> Decimal:
        """What was paid ahead beyond all that is owed: it remains when the loan is closed."""
        return max(ZERO, self.ahead - self.owed)


def settle(
    agreement: Agreement, payments: Iterable[Payment], on: date, charges: Iterable[Charge] = ()
) -> Settlement:
    """After the payments made up to that day."""
    if on < agreement.terms.disbursed:
        raise LendingError("before_disbursement", "the loan was not disbursed yet on that day")
    with arithmetic():
        book = play(
            agreement,
            [one for one in payments if not one.reversed and one.paid_on <= on],
            on,
            [one for one in charges if one.on <= on],
        )
        rest = rest_of(book, on)
    past = [row.unpaid for row in book.rows if row.installment.due <= on]
    unpaid = {part: sum((row[part] for row in past), ZERO) for part in Part}
    return Settlement(
        principal=unpaid[Part.PRINCIPAL] + (rest.principal if rest else ZERO),
        interest=unpaid[Part.INTEREST] + (rest.earned if rest else ZERO),
        fee=sum((row.unpaid[Part.FEE] for row in book.rows), ZERO),
        penalty=sum((row.unpaid[Part.PENALTY] for row in book.rows), ZERO),
        ahead=rest.ahead if rest else ZERO,
    )
