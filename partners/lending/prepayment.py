"""Paying more than is due: fewer installments, smaller ones, or the next ones covered."""

from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal

from partners.lending.allocation import Part
from partners.lending.book import Book, Credit, Row, open_row
from partners.lending.errors import LendingError
from partners.lending.ledger import Allocation, Payment, Purpose
from partners.lending.money import CENT, ZERO, cents
from partners.lending.rates import factor, interest
from partners.lending.schedule import Installment, Plan, lay_out
from partners.lending.terms import Method

CHARGES = (Part.PENALTY, Part.FEE)


@dataclass(frozen=True, slots=True)
class Rest:
    """What is left of a loan from the period on that a day lies in.

    `earned`: interest that was earned up to the day and is in no earlier row; `segment` the part
    of it that this period earned so far. `ahead`: what was paid of these rows already.
    """

    position: int
    principal: Decimal
    days: int
    segment: Decimal
    earned: Decimal
    ahead: Decimal

    @property
    def payoff(self) -> Decimal:
        return self.principal + self.earned


def pay(book: Book, payment: Payment) -> None:
    """Books a payment: what is due first, then as it is meant.

    A prepayment that is no more than the interest earned so far covers the next installments;
    one that pays everything closes the loan, and what is left of it stays as credit.
    """
    on = payment.paid_on
    book.credits.append(Credit(payment.key, cents(payment.amount)))
    if payment.purpose is Purpose.NEXT:
        book.spend(book.owing(on), on)
        return
    rest = rest_of(book, on)
    book.spend((row for row in book.owing(on) if row.installment.due <= on), on)
    book.spend(book.open_rows(), on, CHARGES)
    if rest is None:
        return
    first = _owed_first(book, rest)
    if book.credit + rest.ahead >= first + rest.payoff:
        _close(book, rest, on)
    elif first:
        return
    elif book.credit <= rest.earned:
        book.spend(book.open_rows(), on)
    else:
        _reduce(book, rest, on, payment.purpose)


def rest_of(book: Book, on: date) -> Rest | None:
    """From the first row due later on, paid ahead or not: a day that has not passed earned nothing.
    None if there is no such row, or nothing at all is left to be paid."""
    row = next((row for row in book.rows if row.installment.due > on), None)
    if row is None or next(book.open_rows(), None) is None:
        return None
    terms, position = book.agreement.terms, row.position
    before = book.rows[:position]
    principal = before[-1].installment.balance if before else cents(terms.principal)
    days = terms.days(row.installment.start, on)
    rate = factor(terms, days, terms.full_days(row.installment.due))
    segment = interest(book.flat_on if terms.method is Method.FLAT else principal, rate)
    deferred = (one.installment.earned - one.installment.interest for one in before)
    ahead = sum(
        (
            one.owed[part] - one.unpaid[part]
            for one in book.rows[position:]
            for part in (Part.INTEREST, Part.PRINCIPAL)
        ),
        ZERO,
    )
    return Rest(position, principal, days, segment, sum(deferred, segment), ahead)


def _owed_first(book: Book, rest: Rest) -> Decimal:
    """What is due, or charged, and the payment did not reach."""
    due = sum((sum(row.unpaid.values()) for row in book.rows[: rest.position]), ZERO)
    later = book.rows[rest.position :]
    return due + sum((row.unpaid[part] for row in later for part in CHARGES), ZERO)


def _close(book: Book, rest: Rest, on: date) -> None:
    """What was paid ahead pays whatever is still open."""
    book.credits = _released(book, rest.position) + book.credits
    _put(book, rest, on, rest.principal, [])
    book.spend(book.open_rows(), on)


def _reduce(book: Book, rest: Rest, on: date, purpose: Purpose) -> None:
    """The prepayment is a row of its own; what follows is laid out anew, as a loan of what is left
    that begins on this day, and gets back what was paid ahead."""
    released = _released(book, rest.position)
    principal = book.credit - rest.earned
    tail = _laid_out_anew(book, rest, on, rest.principal - principal, purpose)
    _put(book, rest, on, principal, tail)
    book.credits = released + book.credits
    book.spend(book.open_rows(), on)


def _laid_out_anew(
    book: Book, rest: Rest, on: date, balance: Decimal, purpose: Purpose
) -> list[Installment]:
    terms, rows = book.agreement.terms, [row.installment for row in book.rows[rest.position :]]
    book.flat_on = cents(book.flat_on * balance / rest.principal)
    plan = Plan(
        balance=balance,
        start=on,
        dues=[row.due for row in rows],
        flat_on=book.flat_on,
        number=rows[0].number,
        grace_principal=max(0, min(terms.grace_principal - rows[0].number + 1, len(rows) - 1)),
        grace_interest=max(0, min(terms.grace_interest - rows[0].number + 1, len(rows) - 1)),
        level=book.level,
    )
    if purpose is Purpose.SMALLER:
        for rounded in (terms, replace(terms, round_to=CENT)):
            try:
                tail, book.level = lay_out(rounded, replace(plan, level=None))
            except LendingError:  # too little is left for that: try finer, or else fewer
                continue
            return tail
    return lay_out(terms, plan)[0]


def _released(book: Book, position: int) -> list[Credit]:
    """Takes back what was paid ahead of rows from this position on; charges stay paid."""
    taken: dict[int, Credit] = {}
    kept: list[Allocation] = []
    for paid in book.allocations:
        if paid.position < position:
            kept.append(paid)
        elif paid.part in CHARGES:
            kept.append(paid._replace(position=position))
        else:
            taken.setdefault(paid.payment, Credit(paid.payment, ZERO)).amount += paid.amount
    book.allocations = kept
    return list(taken.values())


def _put(book: Book, rest: Rest, on: date, principal: Decimal, tail: list[Installment]) -> None:
    """The prepayment and the rows after it in place of those from its position on."""
    at = rest.position
    old = book.rows[at:]
    first, balance = old[0].installment, rest.principal - principal
    made = Installment(
        first.number, on, first.start, rest.days, principal, rest.earned, rest.segment, balance,
        prepaid=True,
    )  # fmt: skip
    row = open_row(at, made)
    for part in CHARGES:
        row.owed[part] = sum((one.owed[part] for one in old), ZERO)
        row.unpaid[part] = sum((one.unpaid[part] for one in old), ZERO)
    rows: list[Row] = [open_row(at + 1 + index, one) for index, one in enumerate(tail)]
    book.rows[at:] = [row, *rows]
    book.first_open = min(book.first_open, at)
    book.spend([row], on)
