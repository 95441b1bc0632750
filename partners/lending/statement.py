"""A statement of account: what a loan came to between two days."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from itertools import accumulate

from partners.lending.errors import LendingError
from partners.lending.ledger import Agreement, Charge, Entry, EntryKind, Payment
from partners.lending.money import ZERO
from partners.lending.replay import replay


@dataclass(frozen=True, slots=True)
class Line:
    on: date
    kind: EntryKind
    key: int  # a row's position, a charge's or a payment's key
    debit: Decimal
    credit: Decimal
    balance: Decimal


@dataclass(frozen=True, slots=True)
class Statement:
    start: date
    end: date
    opening: Decimal
    lines: tuple[Line, ...]

    @property
    def closing(self) -> Decimal:
        return self.lines[-1].balance if self.lines else self.opening


def statement(
    agreement: Agreement,
    payments: Sequence[Payment],
    start: date,
    end: date,
    charges: Sequence[Charge] = (),
) -> Statement:
    """From `start` to `end`, both included. The opening is counted from the loan's first day, so
    that it is what a statement up to the day before closes with."""
    if end < start:
        raise LendingError("dates", "a statement ends on the day it starts, or later")
    before = replay(agreement, payments, start - timedelta(days=1), charges)
    after = replay(agreement, payments, end, charges)
    entries = list(_since(before.entries, after.entries))
    running = accumulate((entry.amount for entry in entries), initial=before.balance)
    next(running)
    lines = (_line(entry, balance) for entry, balance in zip(entries, running, strict=True))
    return Statement(start, end, before.balance, tuple(lines))


def _since(before: Iterable[Entry], after: Iterable[Entry]) -> Iterable[Entry]:
    """What the later account says more than the earlier one: late interest that was counted up
    to the day before goes on growing."""
    known = {(entry.kind, entry.of): entry.amount for entry in before}
    for entry in after:
        more = entry.amount - known.get((entry.kind, entry.of), ZERO)
        if more:
            yield entry._replace(amount=more)


def _line(entry: Entry, balance: Decimal) -> Line:
    debit, credit = max(entry.amount, ZERO), max(-entry.amount, ZERO)
    return Line(entry.on, entry.kind, entry.of[0], debit, credit, balance)
