"""The arithmetic of loans: a schedule beside a bare loop over Decimals, and a long replay. On
PostgreSQL what pages cost with many loans (`portfolio.py`)."""

import time
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from decimal import Decimal

from bench import portfolio, statements
from bench.report import Row, percentile
from bench.servers import Stage
from partners.lending.arrears import LateInterest
from partners.lending.ledger import Agreement, Payment
from partners.lending.replay import replay
from partners.lending.schedule import build_schedule
from partners.lending.terms import LoanTerms

TERMS, PAYMENTS, MOST_RATIO = 360, 1000, 3
CENT = Decimal("0.01")
LOAN = LoanTerms(
    principal=Decimal(250_000),
    rate=Decimal("9.99"),
    terms=TERMS,
    disbursed=date(2024, 1, 31),
    first_due=date(2024, 2, 29),
)


def measure(stage: Stage, quick: bool) -> Iterator[Row]:
    if stage.vendor == "postgresql":
        yield from portfolio.measure(stage, quick)
        return
    tries = 100 if quick else 400
    ours, floor = in_turn(lambda: build_schedule(LOAN), bare_schedule, tries)
    ratio = ours / floor
    yield Row(
        f"a schedule of {TERMS} installments",
        f"{ours * 1e6:.0f} µs",
        f"{floor * 1e6:.0f} µs, bare Decimals",
        ratio,
        f"<= {MOST_RATIO}",
        ratio <= MOST_RATIO,
    )
    yield replayed(tries // 10)
    yield from statements.measured(quick)


def bare_schedule() -> list[tuple[Decimal, Decimal, Decimal]]:
    """The same amounts of a regular loan: no dates, no checks, nothing else it could do."""
    balance, rate = LOAN.principal, LOAN.rate / 1200
    growth = (1 + rate) ** TERMS
    level = (balance * rate * growth / (growth - 1)).quantize(CENT)
    rows = []
    for number in range(1, TERMS + 1):
        interest = (balance * LOAN.rate / 1200).quantize(CENT)
        principal = level - interest if number < TERMS else balance
        balance -= principal
        rows.append((principal, interest, balance))
    return rows


def replayed(tries: int) -> Row:
    """A thousand payments that do not quite keep up, on as long a loan: most come late, and each
    pays parts of one or two installments and their late interest."""
    agreement = Agreement(terms=LOAN, late=LateInterest(rate=Decimal(36)))
    payments = [
        Payment(key=key, paid_on=LOAN.first_due + timedelta(days=11 * key), amount=Decimal(800))
        for key in range(PAYMENTS)
    ]
    today = payments[-1].paid_on
    cost, _ = in_turn(lambda: replay(agreement, payments, today), lambda: None, tries)
    return Row(f"replaying {PAYMENTS:,} payments", f"{cost * 1e3:.1f} ms")


def in_turn(
    ours: Callable[[], object], floor: Callable[[], object], tries: int
) -> tuple[float, float]:
    """Processor seconds of each, the lower quartile: what else the machine does meets both."""
    taken: tuple[list[float], list[float]] = ([], [])
    for _ in range(tries):
        for call, seconds in zip((ours, floor), taken, strict=True):
            started = time.thread_time()
            call()
            seconds.append(time.thread_time() - started)
    return percentile(taken[0], 0.25), percentile(taken[1], 0.25)
