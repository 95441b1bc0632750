"""A loan's installments: French, equal principal, or flat."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import partial
from itertools import count, pairwise, repeat
from typing import NamedTuple

from partners.lending.annuity import level_installment
from partners.lending.dates import DayCount, Every, due_dates
from partners.lending.errors import LendingError
from partners.lending.money import CENT, ZERO, RoundMode, arithmetic, cents, to_multiple
from partners.lending.rates import Factor, factor
from partners.lending.terms import LoanTerms, Method, RateKind

Period = tuple[int, Factor]  # its days, and what one unit earns in it


class Installment(NamedTuple):
    """What is due on a day. `days` are those its interest counts, `earned` what they earned:
    another amount than `interest` only in and after a grace on interest. `balance` is the
    principal left after it. A prepayment is one too, with the day it was made as due date, and so
    is a charge that no installment is left for: it has no period, it starts on its due date.

    A tuple: a frozen dataclass takes three times as long to make.
    """

    number: int
    due: date
    start: date
    days: int
    principal: Decimal
    interest: Decimal
    earned: Decimal
    balance: Decimal
    prepaid: bool = False

    @property
    def total(self) -> Decimal:
        return self.principal + self.interest

    @property
    def is_charge(self) -> bool:
        return self.start == self.due and not self.prepaid


# Installment._make without a Python call for each row.
_MAKE: Callable[[tuple[object, ...]], Installment] = partial(tuple.__new__, Installment)


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What is to be laid out: a whole loan, or what is left of one after a prepayment.

    `level` is the amount every installment keeps to: its total (French) or its principal (equal
    principal, flat); None: the amount that fills all due dates. `flat_on` is what flat interest
    is counted on.
    """

    balance: Decimal
    start: date
    dues: Sequence[date]
    flat_on: Decimal
    number: int = 1
    grace_principal: int = 0
    grace_interest: int = 0
    level: Decimal | None = None


def build_schedule(terms: LoanTerms) -> tuple[Installment, ...]:
    """Principal sums to the loan, the last balance is 0.00; the last installment absorbs what
    rounding left. An installment rounded up may repay the loan early: then there are fewer.
    """
    return tuple(lay_out(terms, whole_plan(terms))[0])


def whole_plan(terms: LoanTerms) -> Plan:
    return Plan(
        balance=cents(terms.principal),
        start=terms.disbursed,
        dues=due_dates(terms.first_due, terms.every, terms.terms),
        flat_on=cents(terms.principal),
        grace_principal=terms.grace_principal,
        grace_interest=terms.grace_interest,
    )


def lay_out(terms: LoanTerms, plan: Plan) -> tuple[list[Installment], Decimal]:
    """The installments, and the level they keep to (see Plan)."""
    with arithmetic():
        periods = _periods(terms, plan)
        grace, level = level_of(terms, plan, [rate for _, rate in periods])
        amounts = list(_amounts(terms, plan, periods, grace, level))
    principal, earned, balance = zip(*amounts, strict=True)
    interest = _billed(earned, plan.grace_interest)
    days = [days for days, _ in periods]
    starts = [plan.start, *plan.dues]
    numbers, prepaid = count(plan.number), repeat(False)
    columns = (plan.dues, starts, days, principal, interest, earned, balance, prepaid)
    return list(map(_MAKE, zip(numbers, *columns, strict=False))), level


def level_of(terms: LoanTerms, plan: Plan, rates: Sequence[Factor]) -> tuple[int, Decimal]:
    """How many installments bring interest only, and what the others keep to."""
    grace = plan.grace_principal
    if plan.level is not None:
        return grace, plan.level
    if terms.method is Method.FRENCH:
        return _french_level(terms, plan, rates)
    level = cents(plan.balance / (len(plan.dues) - grace))
    interest_on = plan.flat_on if terms.method is Method.FLAT else plan.balance
    earned = (interest_on * rates[grace][0] / rates[grace][1]).quantize(CENT)
    if to_multiple(level + earned, terms.round_to, terms.round_mode) <= earned:
        raise LendingError("rounding", "the installment would be no more than its interest")
    return grace, level


def _french_level(terms: LoanTerms, plan: Plan, rates: Sequence[Factor]) -> tuple[int, Decimal]:
    """A first period so long that it earns more than an installment is for interest only."""
    for grace in range(plan.grace_principal, len(rates)):
        exact = level_installment(plan.balance, rates[grace:])
        earned = plan.balance * rates[grace][0] / rates[grace][1]
        if exact > earned:
            break
    level = to_multiple(exact, terms.round_to, terms.round_mode)
    if level <= cents(earned):
        raise LendingError("rounding", "the installment would be no more than its interest")
    return grace, level


def _periods(terms: LoanTerms, plan: Plan) -> list[Period]:
    """Days and factor of each period, the first of which may be shorter or longer."""
    counted = terms.day_count is not DayCount.THIRTY_360 and terms.every is Every.MONTH
    dues, days = plan.dues, terms.days(plan.start, plan.dues[0])
    first = days, factor(terms, days, terms.full_days(dues[0]))
    if not counted:
        regular = terms.every.days
        return [first, *[(regular, factor(terms, regular, regular))] * (len(dues) - 1)]
    by_period = terms.rate_kind is RateKind.PERIOD
    lengths = [(end - start).days for start, end in pairwise(dues)]
    known = {days: factor(terms, 1 if by_period else days, 1) for days in set(lengths)}
    return [first, *((days, known[days]) for days in lengths)]


def _amounts(
    terms: LoanTerms, plan: Plan, periods: Sequence[Period], grace: int, level: Decimal
) -> Iterator[tuple[Decimal, Decimal, Decimal]]:
    """Principal, interest earned and balance of each installment, until the balance is 0.00.

    What is rounded to a multiple is the whole installment, whatever the method.
    """
    flat, french = terms.method is Method.FLAT, terms.method is Method.FRENCH
    balance, last = plan.balance, len(periods) - 1
    for index, (_, (over, under)) in enumerate(periods):
        earned = ((plan.flat_on if flat else balance) * over / under).quantize(CENT)
        principal = level - earned if french else level
        if not french and terms.round_to != CENT:
            principal = _rounded(terms, level + earned, earned) - earned
        if index < grace or principal < ZERO:
            principal = ZERO
        if index == last or principal > balance:
            principal = balance
        balance -= principal
        yield principal, earned, balance
        if not balance:
            return


def _rounded(terms: LoanTerms, amount: Decimal, earned: Decimal) -> Decimal:
    """The least multiple that repays something, where the nearest would be interest alone: as
    interest falls, it would be so until the last one, which would then bear all the rest."""
    whole = to_multiple(amount, terms.round_to, terms.round_mode)
    return whole if whole > earned else to_multiple(earned + CENT, terms.round_to, RoundMode.UP)


def _billed(earned: Sequence[Decimal], grace: int) -> Sequence[Decimal]:
    """What the grace on interest leaves for later is due with the first installment after it."""
    if not grace:
        return earned
    grace = min(grace, len(earned) - 1)
    first = sum(earned[: grace + 1], ZERO)
    return [*[ZERO] * grace, first, *earned[grace + 1 :]]
