"""A loan from its first day to another: nothing is edited, everything is played again."""

from collections.abc import Iterable
from datetime import date

from partners.lending.book import Book
from partners.lending.errors import LendingError
from partners.lending.ledger import Agreement, Charge, Entry, EntryKind, Ledger, Payment
from partners.lending.money import arithmetic, cents
from partners.lending.prepayment import pay


def replay(
    agreement: Agreement, payments: Iterable[Payment], as_of: date, charges: Iterable[Charge] = ()
) -> Ledger:
    """Where the loan stands at the end of a day, in whatever order payments were booked.

    Reversed payments, and whatever is dated later, play no part. LendingError for what is dated
    before the loan was disbursed.
    """
    counted = [one for one in payments if not one.reversed and one.paid_on <= as_of]
    charged = [one for one in charges if one.on <= as_of]
    with arithmetic():
        book = play(agreement, counted, as_of, charged)
    return Ledger(
        as_of=as_of,
        rows=tuple(row.frozen() for row in book.rows),
        allocations=tuple(book.allocations),
        entries=tuple(_entries(book, counted, as_of, charged)),
        credit=book.credit,
    )


def play(agreement: Agreement, payments: list[Payment], as_of: date, charges: list[Charge]) -> Book:
    """The account after these payments and charges, late charges up to `as_of` included."""
    book = Book(agreement)
    for one in _in_order(agreement, payments, charges):
        if isinstance(one, Charge):
            book.charge(one)
        else:
            pay(book, one)
    book.accrue_late(as_of)
    return book


def _in_order(
    agreement: Agreement, payments: list[Payment], charges: list[Charge]
) -> list[Payment | Charge]:
    events: list[tuple[date, int, int, Payment | Charge]] = [
        *((one.on, 0, one.key, one) for one in charges),
        *((one.paid_on, 1, one.key, one) for one in payments),
    ]
    events.sort(key=lambda event: event[:3])
    if events and events[0][0] < agreement.terms.disbursed:
        raise LendingError("before_disbursement", "the loan was not disbursed yet on that day")
    return [event[-1] for event in events]


def _entries(
    book: Book, payments: list[Payment], as_of: date, charges: list[Charge]
) -> list[Entry]:
    terms = book.agreement.terms
    first = terms.disbursed
    if as_of < first:
        return []
    entries = [Entry(first, EntryKind.DISBURSEMENT, (0, first), cents(terms.principal)), *book.late]
    for row in book.rows:
        one = row.installment
        if one.due <= as_of and one.interest:
            entries.append(Entry(one.due, EntryKind.INTEREST, (row.position, first), one.interest))
    entries += [Entry(one.on, EntryKind.CHARGE, (one.key, first), one.amount) for one in charges]
    entries += [
        Entry(one.paid_on, EntryKind.PAYMENT, (one.key, first), -one.amount) for one in payments
    ]
    return sorted(entries)
