"""A partner's statement of account: one account for the page, the PDF and the bot to read.

It is worked out from payments and charges whenever it is asked for, so it is never stale.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from itertools import groupby

from django.db.models import Prefetch
from django.utils import timezone
from django.utils.translation import gettext as _

from crm.errors import DeskError
from partners import paying
from partners.lending.errors import LendingError
from partners.lending.ledger import Charge as LendingCharge
from partners.lending.ledger import EntryKind, Ledger, LedgerRow
from partners.lending.ledger import Payment as LendingPayment
from partners.lending.money import ZERO
from partners.lending.replay import replay
from partners.lending.statement import Line, statement
from partners.models import Charge, Loan, Partner, Payment
from partners.paying import Way
from partners.refusals import in_words

EARLIEST = date(1950, 1, 1)


@dataclass(frozen=True, slots=True)
class Movement:
    """A line of a loan's account. `number` is the installment's (0: none), `said` the reason of a
    charge or the means of a payment, `balance` what the account came to after it."""

    on: date
    kind: EntryKind
    number: int
    said: str
    reference: str
    debit: Decimal
    credit: Decimal
    balance: Decimal
    is_prepayment: bool = False

    @property
    def words(self) -> str:
        if self.kind is EntryKind.DISBURSEMENT:
            return _("Disbursement")
        if self.kind is EntryKind.CHARGE:
            return self.said
        if self.kind is EntryKind.PAYMENT:
            means = str(Payment.Means(self.said).label)
            return _("Payment: %(means)s") % {"means": means[:1].lower() + means[1:]}
        if self.is_prepayment:
            return _("Interest up to the prepayment")
        if self.kind is EntryKind.LATE:
            return _("Late interest, installment %(number)s") % {"number": self.number}
        return _("Interest, installment %(number)s") % {"number": self.number}


@dataclass(frozen=True, slots=True)
class LoanStatement:
    """What a loan came to between two days; `closing` is `opening` plus debits less credits."""

    loan: Loan
    opening: Decimal
    movements: tuple[Movement, ...]
    closing: Decimal

    @property
    def debit(self) -> Decimal:
        return sum((one.debit for one in self.movements), ZERO)

    @property
    def credit(self) -> Decimal:
        return sum((one.credit for one in self.movements), ZERO)

    @property
    def says_something(self) -> bool:
        return bool(self.movements or self.opening or self.closing)


@dataclass(frozen=True, slots=True)
class Due:
    """What an open loan wants today: the next installment, and what is overdue."""

    loan: Loan
    number: int
    next_on: date | None
    next_amount: Decimal
    overdue: Decimal
    overdue_rows: int
    overdue_since: date | None
    days_late: int


@dataclass(frozen=True, slots=True)
class Totals:
    """The sums of all loans in one currency; `next_amount` of their next installments."""

    currency: str
    opening: Decimal
    debit: Decimal
    credit: Decimal
    closing: Decimal
    overdue: Decimal
    next_amount: Decimal


@dataclass(frozen=True, slots=True)
class AccountStatement:
    """From `start` to `end`, both included. `dues` and `ways` (to pay) are of `today`."""

    partner: Partner
    start: date
    end: date
    today: date
    sections: tuple[LoanStatement, ...]
    dues: tuple[Due, ...]
    totals: tuple[Totals, ...]
    ways: tuple[Way, ...]

    @property
    def lines(self) -> int:
        return sum(len(one.movements) for one in self.sections)


def statement_of(
    partner: Partner, start: date, end: date, loan: Loan | None = None
) -> AccountStatement:
    """The account of all loans that were paid out to the partner, or of one of them.

    Drafts, cancelled loans and reversed payments play no part; neither do loans on which nothing
    was open or happened, unless named. DeskError for days that make no statement, and for a loan
    that is not theirs or has no account.
    """
    today = timezone.localdate()
    check_days(start, end, today)
    loans = list(loans_of(partner, loan))
    if loan is not None and not loans:
        raise DeskError(_("Choose one of the partner's loans."))
    sections, dues = [], []
    for one in loans:
        section, due = _account(one, start, end, today)
        if loan is not None or section.says_something:
            sections.append(section)
        if due:
            dues.append(due)
    return AccountStatement(
        partner=partner,
        start=start,
        end=end,
        today=today,
        sections=tuple(sections),
        dues=tuple(dues),
        totals=tuple(_totals(sections, dues)),
        ways=tuple(paying.ways_for({one.currency for one in loans})),
    )


def check_days(start: date, end: date, today: date) -> None:
    """DeskError, in words, for days that make no statement."""
    if end < start:
        raise DeskError(_("The statement ends before it starts."))
    if start < EARLIEST:
        raise DeskError(_("Start in %(year)s or later.") % {"year": EARLIEST.year})
    if end > today:
        raise DeskError(_("A statement ends today at the latest."))


def loans_of(partner: Partner, loan: Loan | None = None) -> Iterable[Loan]:
    """Those with an account, by currency and age, with what was paid and charged; three queries."""
    loans = Loan.objects.filter(partner=partner, status__in=Loan.WITH_ACCOUNT)
    if loan is not None:
        loans = loans.filter(pk=loan.pk)
    return (
        loans.order_by("currency", "disbursed_on", "id")
        .select_related("product")
        .prefetch_related(
            Prefetch("payments", Payment.objects.filter(reversed_at=None).order_by("paid_on")),
            Prefetch("charges", Charge.objects.filter(cancelled_at=None)),
        )
    )


def _account(loan: Loan, start: date, end: date, today: date) -> tuple[LoanStatement, Due | None]:
    payments = {one.pk: one for one in loan.payments.all()}
    charges = {one.pk: one for one in loan.charges.all()}
    paid: list[LendingPayment] = [one.lending for one in payments.values()]
    charged: list[LendingCharge] = [one.lending for one in charges.values()]
    try:
        made = statement(loan.agreement, paid, start, end, charged)
        now = replay(loan.agreement, paid, today, charged)
    except LendingError as error:
        words = _("Loan %(number)s cannot be reckoned. %(why)s")
        raise DeskError(words % {"number": loan.number, "why": in_words(error)}) from error
    # What was due by `end` stands at the same position ever after: later payments only lay out
    # anew what comes due later.
    lines = tuple(_movement(line, now, payments, charges) for line in made.lines)
    return LoanStatement(loan, made.opening, lines, made.closing), due_of(loan, now)


def _movement(
    line: Line, now: Ledger, payments: dict[int, Payment], charges: dict[int, Charge]
) -> Movement:
    number, said, reference, prepaid = 0, "", "", False
    if line.kind is EntryKind.PAYMENT:
        said, reference = payments[line.key].means, payments[line.key].reference
    elif line.kind is EntryKind.CHARGE:
        charge = charges[line.key]
        said = f"{charge.get_part_display()}: {charge.reason}"
    elif line.kind is not EntryKind.DISBURSEMENT:
        row = now.rows[line.key].installment
        number, prepaid = row.number, row.prepaid
    return Movement(
        line.on, line.kind, number, said, reference, line.debit, line.credit, line.balance, prepaid
    )


def due_of(loan: Loan, now: Ledger) -> Due | None:
    """None: nothing is left to pay."""
    if now.is_closed:
        return None
    late: list[LedgerRow] = [row for row in now.rows if row.is_overdue(now.as_of)]
    following = next(
        (row for row in now.rows if row.left and row.installment.due >= now.as_of), None
    )
    return Due(
        loan=loan,
        number=following.installment.number if following else 0,
        next_on=following.installment.due if following else None,
        next_amount=following.left if following else ZERO,
        overdue=sum((row.left for row in late), ZERO),
        overdue_rows=len(late),
        overdue_since=late[0].installment.due if late else None,
        days_late=now.days_past_due,
    )


def _totals(sections: Iterable[LoanStatement], dues: Iterable[Due]) -> Iterator[Totals]:
    """By currency; amounts of two currencies are never added."""
    facts = [
        *((one.loan.currency, (one.opening, one.debit, one.credit, one.closing, ZERO, ZERO))
          for one in sections),
        *((one.loan.currency, (ZERO, ZERO, ZERO, ZERO, one.overdue, one.next_amount))
          for one in dues),
    ]  # fmt: skip
    for currency, group in groupby(sorted(facts, key=lambda fact: fact[0]), lambda fact: fact[0]):
        columns = zip(*(amounts for _currency, amounts in group), strict=True)
        yield Totals(currency, *(sum(column, ZERO) for column in columns))


def year_so_far(today: date) -> tuple[date, date]:
    return date(today.year, 1, 1), today


def months_back(today: date, months: int) -> date:
    """The first day of the month that many months before this one."""
    count = today.year * 12 + today.month - 1 - months
    return date(count // 12, count % 12 + 1, 1)


def presets(today: date, first: date | None) -> list[tuple[str, date, date]]:
    """Ranges one asks for: (words, start, end); `first` is the day of the first disbursement."""
    last_month = months_back(today, 1)
    ranges = [
        (_("This month"), today.replace(day=1), today),
        (_("Last month"), last_month, today.replace(day=1) - timedelta(days=1)),
        (_("Last three months"), months_back(today, 2), today),
        (_("This year"), *year_so_far(today)),
        (_("Last year"), date(today.year - 1, 1, 1), date(today.year - 1, 12, 31)),
    ]
    if first is not None and EARLIEST <= first <= today:
        ranges.append((_("From the beginning"), first, today))
    return ranges
