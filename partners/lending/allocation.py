"""Which part of which installment a payment pays."""

from collections.abc import Iterable, Mapping
from decimal import Decimal
from enum import StrEnum
from typing import NamedTuple, Protocol

from partners.lending.errors import LendingError


class Part(StrEnum):
    PENALTY = "penalty"
    INTEREST = "interest"
    FEE = "fee"
    PRINCIPAL = "principal"


Order = tuple[Part, ...]
DEFAULT_ORDER: Order = (Part.PENALTY, Part.INTEREST, Part.FEE, Part.PRINCIPAL)


class Owing(Protocol):
    """An installment by its position in the loan, with what of it is not paid yet."""

    @property
    def position(self) -> int: ...

    @property
    def unpaid(self) -> Mapping[Part, Decimal]: ...


class Share(NamedTuple):
    position: int
    part: Part
    amount: Decimal


def allocate(
    amount: Decimal, owing: Iterable[Owing], order: Order = DEFAULT_ORDER
) -> tuple[list[Share], Decimal]:
    """Shares of the amount, and what is left of it when nothing more is owed.

    Pays the installments as they come, the oldest first, inside each the parts in `order`.
    """
    shares: list[Share] = []
    for row in owing:
        for part in order:
            share = min(row.unpaid[part], amount)
            if share:
                shares.append(Share(row.position, part, share))
                amount -= share
        if not amount:
            break
    return shares, amount


def read_order(text: str) -> Order:
    """`penalty,interest,fee,principal` in any order, each once; else LendingError."""
    names = [name.strip() for name in text.split(",")]
    if sorted(names) != sorted(Part):
        raise LendingError("order", f"an order names each once: {', '.join(DEFAULT_ORDER)}")
    return tuple(Part(name) for name in names)
