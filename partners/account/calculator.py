"""What it takes to pay a loan off on a day, and what an amount would change. Nothing is written."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _

from crm.errors import DeskError
from partners.lending.dates import add_periods
from partners.lending.errors import LendingError
from partners.lending.ledger import Agreement, Charge, Ledger, Payment, Purpose
from partners.lending.money import ZERO
from partners.lending.replay import replay
from partners.lending.settlement import Settlement, settle
from partners.lending.terms import LoanTerms
from partners.models import Payment as BookedPayment
from partners.refusals import in_words

# What lies further off is a slip of the hand.
YEARS_AFTER = timedelta(days=3653)


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """What was agreed and what happened: all that a loan can be played from."""

    agreement: Agreement
    payments: Sequence[Payment]
    charges: Sequence[Charge]

    def at(self, as_of: date, *more: Payment) -> Ledger:
        """At the end of a day, as if `more` had been paid, too."""
        return replay(self.agreement, [*self.payments, *more], as_of, self.charges)

    def settlement(self, on: date) -> Settlement:
        return settle(self.agreement, self.payments, on, self.charges)


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What a payment would leave. `saved` is interest that would never be due."""

    purpose: str
    label: str | Promise
    installments: int
    next_due: date | None
    next_amount: Decimal
    last_due: date | None
    saved: Decimal
    left: Decimal
    credit: Decimal


def outcomes(account: Account, on: date, amount: Decimal) -> list[Outcome]:
    """One for each purpose. DeskError for an amount or a day that cannot be booked."""
    day = max(on, timezone.localdate())
    # After all that is booked of that day, as a new payment would be.
    key = max((one.key for one in account.payments), default=0) + 1
    try:
        without = account.at(day)
        return [
            _outcome(
                purpose,
                without,
                account.at(day, Payment(key=key, paid_on=on, amount=amount, purpose=purpose)),
            )
            for purpose in Purpose
        ]
    except LendingError as error:
        raise in_words(error) from error


def settlement(account: Account, on: date) -> Settlement:
    try:
        return account.settlement(on)
    except LendingError as error:
        raise in_words(error) from error


def check_day(account: Account, on: date) -> None:
    """DeskError for a day on which there is nothing to reckon."""
    if on < account.agreement.terms.disbursed:
        raise in_words(LendingError("before_disbursement", "not disbursed on that day"))
    if on > _last_due(account.agreement.terms) + YEARS_AFTER:
        raise DeskError(_("Choose a day within ten years of the last installment, or of today."))


def _last_due(terms: LoanTerms) -> date:
    """As it was agreed; today, if that is later."""
    return max(add_periods(terms.first_due, terms.every, terms.terms - 1), timezone.localdate())


def _outcome(purpose: Purpose, without: Ledger, then: Ledger) -> Outcome:
    open_rows = [row for row in then.rows if row.left and row.is_agreed]
    following = then.next_row
    return Outcome(
        purpose=purpose.value,
        label=BookedPayment.Purpose(purpose.value).label,
        installments=len(open_rows),
        next_due=following.installment.due if following else None,
        next_amount=following.left if following else ZERO,
        last_due=then.rows[-1].installment.due if following else None,
        saved=_interest(without) - _interest(then),
        left=then.left,
        credit=then.credit - without.credit,
    )


def _interest(ledger: Ledger) -> Decimal:
    return sum((row.installment.interest for row in ledger.rows), ZERO)
