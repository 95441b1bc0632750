"""Amounts: Decimals with two places, rounded half to even."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from decimal import (
    ROUND_CEILING,
    ROUND_HALF_EVEN,
    Context,
    Decimal,
    InvalidOperation,
    Overflow,
    localcontext,
)
from enum import StrEnum

from partners.lending.errors import LendingError

CENT = Decimal("0.01")
ZERO = Decimal("0.00")
HUNDRED = Decimal(100)
LARGEST = Decimal("999999999999.99")
# Enough for an amount times a rate times days without loss; a caller's own context plays no part.
ARITHMETIC = Context(prec=28, rounding=ROUND_HALF_EVEN)
# What lies below is the noise of a quotient, and no reason to round up.
NOISE = Decimal("1E-12")
PLAIN = re.compile(r"[+-]?[0-9]{1,20}(\.[0-9]{1,20})?", re.ASCII)


class RoundMode(StrEnum):
    NEAREST = "nearest"
    UP = "up"


@contextmanager
def arithmetic() -> Iterator[None]:
    """ARITHMETIC is the context within; LendingError for an amount that outgrows its digits."""
    try:
        with localcontext(ARITHMETIC):
            yield
    except (InvalidOperation, Overflow):
        words = "the amounts grow beyond all bounds: look at the rates, the terms and the dates"
        raise LendingError("too_large", words) from None


def cents(amount: Decimal) -> Decimal:
    return amount.quantize(CENT, ROUND_HALF_EVEN)


def to_multiple(amount: Decimal, multiple: Decimal, mode: RoundMode) -> Decimal:
    """`amount` as a whole number of `multiple`s; a tie goes to the even number of them."""
    rounding = ROUND_CEILING if mode is RoundMode.UP else ROUND_HALF_EVEN
    steps = (amount / multiple).quantize(NOISE, context=ARITHMETIC)
    return cents(steps.to_integral_value(rounding) * multiple)


def read_number(text: str) -> Decimal:
    """A plain decimal number such as `1500.50`; no exponent, no separators, no NaN."""
    if not PLAIN.fullmatch(text):
        raise LendingError("not_a_number", f"{text[:40]!r} is not a plain number such as 1500.50")
    return Decimal(text)


def check_amount(amount: Decimal, name: str) -> None:
    """A positive amount with at most two decimals, or LendingError."""
    if not amount.is_finite() or amount <= 0:
        raise LendingError("not_positive", f"the {name} must be more than zero")
    if amount > LARGEST:
        raise LendingError("too_large", f"the {name} must be at most {LARGEST}")
    if amount != cents(amount):
        raise LendingError("too_fine", f"the {name} has more than two decimals")
