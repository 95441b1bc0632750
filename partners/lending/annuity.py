"""The level installment of the French method."""

from collections.abc import Sequence
from decimal import Decimal

from partners.lending.rates import Factor


def level_installment(principal: Decimal, rates: Sequence[Factor]) -> Decimal:
    """The exact amount that, paid each period, leaves nothing: P·Π(1+r) / f, where f starts at 1
    and goes on as f·(1+r) + 1 from the second period. For equal periods that is
    P·i(1+i)^n / ((1+i)^n - 1).
    """
    over, under = rates[0]
    product, rest = 1 + over / under, rates[1:]
    if rest and rest.count(rest[0]) == len(rest):
        growth, paid = _of_equal_periods(rest[0], len(rest))
        return principal * product * growth / paid
    paid = Decimal(1)
    for over, under in rest:
        growth = 1 + over / under
        product *= growth
        paid = paid * growth + 1
    return principal * product / paid


def _of_equal_periods(rate: Factor, count: int) -> tuple[Decimal, Decimal]:
    """Π(1+r) and f after so many more periods of one rate."""
    over, under = rate
    if not over:
        return Decimal(1), Decimal(count + 1)
    growth: Decimal = (1 + over / under) ** count
    return growth, (growth * (1 + over / under) - 1) * under / over
