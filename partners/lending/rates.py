"""What a rate comes to over a number of days."""

from decimal import Decimal
from functools import lru_cache

from partners.lending.dates import DayCount
from partners.lending.money import HUNDRED, arithmetic, cents
from partners.lending.terms import LoanTerms, RateKind

# Numerator and denominator: dividing last keeps a tie of half a cent a tie.
Factor = tuple[Decimal, Decimal]
ONE = Decimal(1)


def factor(terms: LoanTerms, days: int, full_days: int) -> Factor:
    """What one unit earns in so many days of a regular period that has `full_days`."""
    if terms.rate_kind is RateKind.EFFECTIVE:
        return growth(terms.rate, days, terms.day_count.year), ONE
    if terms.rate_kind is RateKind.PERIOD:
        return terms.rate * days, HUNDRED * full_days
    return terms.rate * days, HUNDRED * terms.day_count.year


@lru_cache(maxsize=4096)
def growth(rate: Decimal, days: int, year: int = DayCount.THIRTY_360.year) -> Decimal:
    """(1 + effective annual rate)^(days / year) - 1; `rate` in percent."""
    with arithmetic():
        power: Decimal = (1 + rate / HUNDRED) ** (Decimal(days) / year)
        return power - 1


def interest(amount: Decimal, rate: Factor) -> Decimal:
    """What the amount earns, to the cent."""
    with arithmetic():
        return cents(amount * rate[0] / rate[1])
