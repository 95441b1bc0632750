"""What was agreed: everything a schedule follows from."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum

from partners.lending.dates import DayCount, Every, add_periods, thirty_days
from partners.lending.errors import LendingError
from partners.lending.money import CENT, ZERO, RoundMode, check_amount

MOST_TERMS = 1200
MOST_RATE = Decimal(1000)
RATE_PLACES = 10
LONGEST_FIRST_PERIOD = 3660  # days
YEARS = range(1900, 2201)


class RateKind(StrEnum):
    NOMINAL = "nominal"
    EFFECTIVE = "effective"
    PERIOD = "period"


class Method(StrEnum):
    FRENCH = "french"
    EQUAL_PRINCIPAL = "equal_principal"
    FLAT = "flat"


@dataclass(frozen=True, slots=True, kw_only=True)
class LoanTerms:
    """Amounts with two decimals, `rate` in percent (a year's, or a period's), `terms` the number
    of installments, those in grace included.

    Grace on principal: so many installments of interest only. Grace on interest: so many without
    interest; what they earn is due with the first one after them. LendingError if it makes no loan.
    """

    principal: Decimal
    rate: Decimal
    terms: int
    disbursed: date
    first_due: date
    rate_kind: RateKind = RateKind.NOMINAL
    day_count: DayCount = DayCount.THIRTY_360
    method: Method = Method.FRENCH
    every: Every = Every.MONTH
    grace_principal: int = 0
    grace_interest: int = 0
    round_to: Decimal = CENT
    round_mode: RoundMode = RoundMode.NEAREST

    def __post_init__(self) -> None:
        check_amount(self.principal, "principal")
        check_amount(self.round_to, "rounding multiple")
        check_rate(self.rate)
        self._check_numbers()
        self._check_dates()

    def _check_numbers(self) -> None:
        if not 1 <= self.terms <= MOST_TERMS:
            raise LendingError("terms", f"the terms must be 1 to {MOST_TERMS}")
        if self.principal < CENT * self.terms:
            raise LendingError("less_than_a_cent", "too many terms: less than a cent for each")
        for name, grace in (("principal", self.grace_principal), ("interest", self.grace_interest)):
            if not 0 <= grace < self.terms:
                raise LendingError("grace", f"the grace on {name} must be 0 to {self.terms - 1}")

    def _check_dates(self) -> None:
        if self.first_due <= self.disbursed:
            raise LendingError("first_due", "the first due date must be after the disbursement")
        if (self.first_due - self.disbursed).days > LONGEST_FIRST_PERIOD:
            raise LendingError("first_due", "the first due date is more than ten years away")
        if self.disbursed.year not in YEARS or self.first_due.year not in YEARS:
            raise LendingError("dates", f"dates must be of the years {YEARS[0]} to {YEARS[-1]}")

    def days(self, start: date, end: date) -> int:
        """As interest counts them. A week has seven days in 30/360, too."""
        if self.day_count is DayCount.THIRTY_360 and self.every is Every.MONTH:
            return thirty_days(start, end, self.first_due.day)
        return (end - start).days

    def full_days(self, due: date) -> int:
        """The days of the whole regular period that ends with this due date."""
        first = self.first_due
        if self.every is Every.MONTH:
            months = (due.year - first.year) * 12 + due.month - first.month
            return self.days(add_periods(first, self.every, months - 1), due)
        return self.every.days


def check_rate(rate: Decimal, name: str = "rate") -> None:
    """A percentage from zero to the absurd, or LendingError."""
    if not rate.is_finite() or not ZERO <= rate <= MOST_RATE:
        raise LendingError("rate", f"the {name} must be 0 to {MOST_RATE} percent")
    if rate != round(rate, RATE_PLACES):
        raise LendingError("rate", f"the {name} has more than {RATE_PLACES} decimals")
