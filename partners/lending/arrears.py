"""How late a loan is, and what that costs."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import NamedTuple

from partners.lending.errors import LendingError
from partners.lending.money import ZERO, cents
from partners.lending.rates import growth
from partners.lending.terms import check_rate


class Bucket(NamedTuple):
    """Days past due from `first` to `last`, both included; the last bucket has no end."""

    first: int
    last: int | None

    def __str__(self) -> str:
        return f"{self.first}+" if self.last is None else f"{self.first}–{self.last}"


def read_buckets(lasts: Sequence[int]) -> tuple[Bucket, ...]:
    """Buckets from the last day of each but the open one: 8, 30, 60, 90 are 1–8 … 91+."""
    if not lasts or sorted(set(lasts)) != list(lasts) or lasts[0] < 1:
        raise LendingError("buckets", "buckets end on growing numbers of days, from 1 on")
    firsts = [1, *(last + 1 for last in lasts)]
    return tuple(Bucket(*ends) for ends in zip(firsts, [*lasts, None], strict=True))


DEFAULT_BUCKETS = read_buckets((8, 30, 60, 90))


def days_past_due(oldest_unpaid: date | None, today: date) -> int:
    """Days since the oldest unpaid due date; the due date itself is not late."""
    return max(0, (today - oldest_unpaid).days) if oldest_unpaid else 0


def delinquent_days(past_due: int, grace: int) -> int:
    return max(0, past_due - grace)


def bucket_of(past_due: int, buckets: Iterable[Bucket] = DEFAULT_BUCKETS) -> Bucket | None:
    """None: not late."""
    return next(
        (
            bucket
            for bucket in buckets
            if bucket.first <= past_due and (bucket.last is None or past_due <= bucket.last)
        ),
        None,
    )


@dataclass(frozen=True, slots=True)
class LateRule:
    """What an overdue installment costs. Days are counted from the end of the grace (days)."""

    grace: int = 0

    def between(self, principal: Decimal, interest: Decimal, before: int, until: int) -> Decimal:
        """What those unpaid amounts cost from delinquent day `before` to `until`, to the cent."""
        raise NotImplementedError

    def charged_on(self, due: date, today: date) -> date:
        return today


@dataclass(frozen=True, slots=True)
class LateInterest(LateRule):
    """Unpaid principal and interest · yearly rate (percent) · days / 365."""

    rate: Decimal = ZERO

    def __post_init__(self) -> None:
        check_rate(self.rate, "late interest")

    def between(self, principal: Decimal, interest: Decimal, before: int, until: int) -> Decimal:
        return cents((principal + interest) * self.rate * (until - before) / 36500)


@dataclass(frozen=True, slots=True)
class LateInterestPair(LateRule):
    """Compensatory and moratory interest side by side, both effective annual (percent)."""

    compensatory: Decimal = ZERO
    moratory: Decimal = ZERO

    def __post_init__(self) -> None:
        check_rate(self.compensatory, "compensatory interest")
        check_rate(self.moratory, "moratory interest")

    def between(self, principal: Decimal, interest: Decimal, before: int, until: int) -> Decimal:
        days = until - before
        both = growth(self.compensatory, days) + growth(self.moratory, days)
        return cents((principal + interest) * both)


@dataclass(frozen=True, slots=True)
class LateFee(LateRule):
    """A percentage, once for each overdue installment: of its unpaid principal, or of its unpaid
    principal and interest."""

    percent: Decimal = ZERO
    on_interest: bool = False

    def __post_init__(self) -> None:
        check_rate(self.percent, "late fee")

    def between(self, principal: Decimal, interest: Decimal, before: int, until: int) -> Decimal:
        if before > 0 or until == 0:
            return ZERO
        return cents((principal + interest * self.on_interest) * self.percent / 100)

    def charged_on(self, due: date, today: date) -> date:
        return due + timedelta(days=self.grace + 1)
