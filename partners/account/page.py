"""What the page of one loan shows, each part asked for only when a template does.

The loan is played anew for today, from payments and charges alone: what is kept for lists may be
of yesterday. However many installments or payments there are, the queries stay the same.
"""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.utils import timezone
from django.utils.functional import cached_property

from crm.audit.models import AuditEntry
from crm.people.models import User
from partners import ledger as kept
from partners.account import chart
from partners.account.calculator import Account
from partners.account.history import Event, told
from partners.account.rows import Row, agreed_rows, rows_of
from partners.lending.allocation import Part
from partners.lending.errors import LendingError
from partners.lending.ledger import Ledger
from partners.lending.money import ZERO
from partners.lending.schedule import Installment, build_schedule
from partners.models import Charge, Loan, Payment, PaymentAllocation
from partners.refusals import in_words

ROWS = 36  # of the schedule, until one asks for all
ROWS_BEFORE = 6  # paid ones shown above the first that is not
SHOWN = 20  # of payments and of the history
MOST_HISTORY = 500

PART_WORDS = dict(PaymentAllocation._meta.get_field("part").flatchoices)


@dataclass(frozen=True, slots=True)
class Share:
    """What a payment paid of one row."""

    row: Row
    parts: list[tuple[str, Decimal]]


@dataclass(frozen=True, slots=True)
class Paid:
    """A payment and what it paid; `rest` stays as credit."""

    payment: Payment
    shares: list[Share]
    rest: Decimal
    receipt_url: str


class LoanPage:
    """`whole` shows everything of what is else cut; `forms` are those that are open, by name."""

    def __init__(self, loan: Loan, user: User, whole: bool = False, **forms: Any) -> None:
        self.loan = loan
        self.whole = whole
        self.forms = forms
        self.today = timezone.localdate()
        has_account = loan.status in Loan.WITH_ACCOUNT
        self.has_account = has_account
        self.may_pay = user.has_perm("partners.add_payment") and has_account and not self.wrong
        self.may_reverse = has_account and user.has_perm("partners.reverse_payment")
        self.may_charge = has_account and user.has_perm("partners.add_charge")
        self.may_change = user.has_perm("partners.change_loan")
        self.may_audit = user.has_perm("audit.view_auditentry")
        self.may_see_receipt = user.has_perm("partners.view_receipt")

    @cached_property
    def payments(self) -> list[Payment]:
        """The latest first, reversed ones among them."""
        rows = self.loan.payments.select_related("booked_by", "reversed_by", "receipt")
        return list(rows.order_by("-paid_on", "-id"))

    @cached_property
    def charges(self) -> list[Charge]:
        return list(self.loan.charges.select_related("by"))

    @cached_property
    def account(self) -> Account:
        return Account(
            agreement=self.loan.agreement,
            payments=[one.lending for one in self.payments if one.reversed_at is None],
            charges=[one.lending for one in self.charges if one.cancelled_at is None],
        )

    @cached_property
    def ledger(self) -> Ledger:
        return self.account.at(self.today)

    @cached_property
    def agreed(self) -> tuple[Installment, ...]:
        """The schedule the loan began with."""
        return build_schedule(self.loan.agreement.terms)

    @cached_property
    def wrong(self) -> str:
        """Why the loan cannot be played, in words; "" where it can."""
        try:
            _playable = self.ledger if self.has_account else self.agreed
        except LendingError as error:
            return str(in_words(error))
        return ""

    @cached_property
    def stands(self) -> dict[str, Any]:
        """The derived columns, as they are today; `late_days` beside them. Of a loan that cannot
        be played, as they were when it last could."""
        if self.wrong:
            found = {name: getattr(self.loan, name) for name in kept.DERIVED}
            return found | {"late_days": self.loan.days_past_due(self.today)}
        return kept.derived(self.ledger) | {"late_days": self.ledger.days_past_due}

    @property
    def may_annul(self) -> bool:
        if self.loan.status == Loan.Status.DRAFT:
            return self.may_change
        is_unpaid = not (self.stands["paid"] or self.stands["credit"])
        return self.may_change and self.loan.status == Loan.Status.ACTIVE and is_unpaid

    @cached_property
    def rows(self) -> list[Row]:
        return rows_of(self.ledger) if self.has_account else agreed_rows(self.agreed)

    @cached_property
    def shown_rows(self) -> list[Row]:
        """All, or those around the first one that is not paid."""
        if self.whole or len(self.rows) <= ROWS:
            return self.rows
        first = next((index for index, row in enumerate(self.rows) if row.left), len(self.rows))
        start = max(0, min(first - ROWS_BEFORE, len(self.rows) - ROWS))
        return self.rows[start : start + ROWS]

    @property
    def hides_rows(self) -> bool:
        return len(self.shown_rows) < len(self.rows)

    @cached_property
    def totals(self) -> dict[str, Decimal]:
        names = ("principal", "interest", "charges", "total", "left")
        return {name: sum((getattr(row, name) for row in self.rows), ZERO) for name in names}

    @cached_property
    def paid(self) -> list[Paid]:
        """Payments with what each paid, the latest first."""
        shown = self.payments if self.whole else self.payments[:SHOWN]
        shares = self._shares() if self.has_account and not self.wrong else {}
        return [self._paid(one, shares.get(one.pk, [])) for one in shown]

    @property
    def hides_payments(self) -> bool:
        return len(self.paid) < len(self.payments)

    def _shares(self) -> dict[int, list[Share]]:
        found: dict[int, dict[int, list[tuple[str, Decimal]]]] = defaultdict(
            lambda: defaultdict(list)
        )
        for one in self.ledger.allocations:
            found[one.payment][one.position].append((str(PART_WORDS[one.part.value]), one.amount))
        return {
            payment: [Share(self.rows[position], parts) for position, parts in sorted(by.items())]
            for payment, by in found.items()
        }

    def _paid(self, payment: Payment, shares: list[Share]) -> Paid:
        allocated = sum((amount for one in shares for _word, amount in one.parts), ZERO)
        rest = ZERO if payment.reversed_at or self.wrong else payment.amount - allocated
        receipt = getattr(payment, "receipt", None)
        url = receipt.get_absolute_url() if receipt and self.may_see_receipt else ""
        return Paid(payment, shares, rest, url)

    @cached_property
    def chart(self) -> chart.Chart:
        return chart.draw(self._planned(), self._real(), self.today, self.loan.currency)

    def _planned(self) -> list[tuple[date, Decimal]]:
        start = (self.loan.disbursed_on, self.loan.principal)
        rows = [one.installment for one in self.ledger.rows] if self.has_account else self.agreed
        return [start, *((row.due, row.balance) for row in rows)]

    def _real(self) -> list[tuple[date, Decimal]]:
        """Principal outstanding after each day on which some was paid."""
        if not self.has_account:
            return []
        days = {one.pk: one.paid_on for one in self.payments}
        paid: dict[date, Decimal] = defaultdict(lambda: ZERO)
        for one in self.ledger.allocations:
            if one.part is Part.PRINCIPAL:
                paid[days[one.payment]] += one.amount
        balance, found = self.loan.principal, [(self.loan.disbursed_on, self.loan.principal)]
        for day in sorted(paid):
            balance -= paid[day]
            found.append((day, balance))
        return found

    @cached_property
    def history(self) -> list[Event]:
        """Who did what, the latest first; one more than is shown tells that there is more."""
        rows = AuditEntry.objects.about(self.loan).select_related("actor")
        most = MOST_HISTORY if self.whole else SHOWN + 1
        return [told(entry, self.loan.currency) for entry in rows[:most]]

    @property
    def shown_history(self) -> list[Event]:
        return self.history if self.whole else self.history[:SHOWN]

    @property
    def hides_history(self) -> bool:
        return len(self.shown_history) < len(self.history)
