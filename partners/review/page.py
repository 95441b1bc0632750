"""What an officer sees beside the picture of a receipt."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cached_property
from typing import Any

from django.db.models import Q, QuerySet
from django.http import QueryDict
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from crm.audit.models import AuditEntry
from crm.desk.counting import MOST_COUNTED
from crm.people.models import User
from partners import ledger
from partners.lending.errors import LendingError
from partners.models import Loan, Payment, Receipt
from partners.review.filters import ReceiptFilter, narrowed
from partners.review.forms import loans_to_pay

MOST_FLAGS = 5  # of each kind
MOST_LOANS = 10
MOST_HISTORY = 20


@dataclass(frozen=True)
class Flag:
    """Something that looks like this receipt: why it is told, what it is, where it is."""

    why: str
    what: str
    url: str
    is_grave: bool


@dataclass(frozen=True)
class Due:
    """What a loan asks for today."""

    loan: Loan
    overdue: Decimal
    left: Decimal
    is_chosen: bool


@dataclass(frozen=True)
class Step:
    """Something that was done, with the facts it put right: their names, what was, what is."""

    what: str
    entry: AuditEntry
    facts: list[tuple[str, str, str]]


class ReviewPage:
    def __init__(self, receipt: Receipt, user: User, params: QueryDict) -> None:
        self.receipt = receipt
        self.user = user
        self.within = narrowed(params)
        self._params = params
        self.is_pending = receipt.status == Receipt.Status.PENDING
        self.may_review = user.has_perm("partners.review_receipt")
        self.may_decide = self.may_review and self.is_pending and receipt.holder in (None, user)

    @cached_property
    def waiting(self) -> QuerySet[Receipt]:
        """The queue as the list showed it, without what colleagues have open."""
        rows = Receipt.objects.visible_to(self.user).waiting_for(self.user)
        only = {name: self._params[name] for name in self._params if name != "status"}
        found: QuerySet[Receipt] = ReceiptFilter(only, queryset=rows).qs
        return found

    @cached_property
    def next_url(self) -> str:
        """The one behind this in the queue, or its first; "": nothing else waits."""
        others = self.waiting.exclude(pk=self.receipt.pk).values_list("pk", flat=True)
        found = others.filter(pk__gt=self.receipt.pk).first() or others.first()
        return self._url(found)

    @cached_property
    def previous_url(self) -> str:
        before = self.waiting.filter(pk__lt=self.receipt.pk).order_by("-id")
        return self._url(before.values_list("pk", flat=True).first())

    def _url(self, pk: int | None) -> str:
        return f"{reverse('partners:receipt', args=[pk])}{self.within}" if pk else ""

    @cached_property
    def count(self) -> str:
        """How many wait besides this one, as far as one counts."""
        found = self.waiting.exclude(pk=self.receipt.pk)[:MOST_COUNTED].count()
        return str(found) if found < MOST_COUNTED else f"{MOST_COUNTED - 1}+"

    @cached_property
    def dues(self) -> list[Due]:
        loans = [one for one in self._loans if one.status == Loan.Status.ACTIVE]
        chosen = self.receipt.loan_id or (loans[0].pk if len(loans) == 1 else None)
        loans += [one for one in self._loans if one.pk == chosen and one not in loans]
        return [self._due(one, one.pk == chosen) for one in loans]

    @cached_property
    def _loans(self) -> list[Loan]:
        """The first few, and the one this receipt is for in any case, before them."""
        rows = loans_to_pay(self.receipt.partner).with_coming(timezone.localdate())
        found, chosen = list(rows[:MOST_LOANS]), self.receipt.loan_id
        if chosen is not None and all(one.pk != chosen for one in found):
            found = [*rows.filter(pk=chosen), *found]
        return found

    @cached_property
    def more_dues(self) -> int:
        """How many running loans there are besides those of `dues`."""
        if len(self._loans) < MOST_LOANS:
            return 0
        shown = [one.loan.pk for one in self.dues]
        return self.receipt.partner.loans.running().exclude(pk__in=shown).count()

    def _due(self, loan: Loan, is_chosen: bool) -> Due:
        """The chosen one is reckoned for today; the others say what they said last."""
        if is_chosen and loan.as_of != timezone.localdate():
            try:
                for name, value in ledger.derived(ledger.play(loan)).items():
                    setattr(loan, name, value)
            except LendingError:
                pass  # its own page says what is wrong with it
        return Due(loan, loan.overdue, loan.left, is_chosen)

    @cached_property
    def flags(self) -> list[Flag]:
        return [*self._same_pictures(), *self._same_numbers(), *self._same_amounts()]

    @cached_property
    def _others(self) -> QuerySet[Receipt]:
        rows = Receipt.objects.visible_to(self.user).exclude(pk=self.receipt.pk)
        return rows.select_related("partner__contact", "loan").order_by("-id")

    @cached_property
    def _payments(self) -> QuerySet[Payment]:
        """Those booked without a receipt; the others are told by theirs."""
        rows = Payment.objects.filter(reversed_at=None, receipt=None)
        return rows.select_related("loan__partner__contact").order_by("-id")

    def _same_pictures(self) -> Iterator[Flag]:
        why = _("The same picture from another partner")
        for one in self._others.filter(sha256=self.receipt.sha256)[:MOST_FLAGS]:
            yield Flag(why, _receipt_words(one), one.get_absolute_url(), True)

    def _same_numbers(self) -> Iterator[Flag]:
        number = self.receipt.reference
        if not number:
            return
        why = _("The same operation number")
        pictured = Q(sha256=self.receipt.sha256)  # told already
        for one in self._others.filter(~pictured, reference=number)[:MOST_FLAGS]:
            yield Flag(why, _receipt_words(one), one.get_absolute_url(), True)
        for paid in self._payments.filter(reference=number)[:MOST_FLAGS]:
            yield Flag(why, _payment_words(paid), paid.loan.get_absolute_url(), True)

    def _same_amounts(self) -> Iterator[Flag]:
        """Of this partner alone: many pay the same installment on the same day."""
        receipt = self.receipt
        if receipt.amount is None or receipt.paid_on is None:
            return
        why, same = (
            _("The same amount on the same day"),
            {"amount": receipt.amount, "paid_on": receipt.paid_on},
        )
        others = self._others.filter(partner=receipt.partner_id, **same)
        if receipt.reference:
            others = others.exclude(reference=receipt.reference)
        for one in others[:MOST_FLAGS]:
            yield Flag(why, _receipt_words(one), one.get_absolute_url(), False)
        payments = self._payments.filter(loan__partner=receipt.partner_id, **same)
        if receipt.reference:
            payments = payments.exclude(reference=receipt.reference)
        for paid in payments[:MOST_FLAGS]:
            yield Flag(why, _payment_words(paid), paid.loan.get_absolute_url(), False)

    @cached_property
    def history(self) -> list[Step]:
        rows = AuditEntry.objects.about(self.receipt).select_related("actor")[:MOST_HISTORY]
        return [Step(_done(one.action), one, _corrections(one)) for one in rows]


def _receipt_words(one: Receipt) -> str:
    return _("receipt %(number)s of %(partner)s, %(status)s") % {
        "number": one.pk,
        "partner": one.partner.contact,
        "status": one.get_status_display().lower(),
    }


def _payment_words(paid: Payment) -> str:
    return _("payment on loan %(loan)s of %(partner)s") % {
        "loan": paid.loan.number,
        "partner": paid.loan.partner.contact,
    }


def _done(action: str) -> str:
    return {
        "receipt_submitted": _("Sent in"),
        "receipt_corrected": _("Facts put right"),
        "receipt_approved": _("Accepted"),
        "receipt_rejected": _("Refused"),
        "receipt_reopened": _("Opened again"),
    }.get(action, action)


def _corrections(entry: AuditEntry) -> list[tuple[str, str, str]]:
    if entry.action != "receipt_corrected":
        return []
    names = {
        "loan": _("Loan"),
        "amount": _("Amount"),
        "paid_on": _("Paid on"),
        "reference": _("Operation number"),
        "notes": _("Notes"),
    }
    return [
        (label, _kept(name, entry.before), _kept(name, entry.after))
        for name, label in names.items()
        if name in entry.after
    ]


def _kept(name: str, facts: dict[str, Any]) -> str:
    """What the log holds of a fact, as a person reads it."""
    value = facts.get(name)
    if not value:
        return _("not said")
    if name == "paid_on":
        return date_format(date.fromisoformat(value), "SHORT_DATE_FORMAT")
    return str(value)
