"""Booking and reversing payments: the only two things that ever happen to one."""

from datetime import date
from decimal import Decimal
from uuid import UUID

from django.db import IntegrityError, transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from crm.audit.models import record
from crm.desk import wording
from crm.errors import DeskError
from crm.people.models import User
from partners import ledger
from partners.lending.errors import LendingError
from partners.lending.ledger import Ledger
from partners.lending.money import check_amount
from partners.models import Loan, Partner, Payment
from partners.refusals import in_words

LONGEST_REFERENCE = 60


class BookedAlreadyError(DeskError):
    """The same `external_id` or `form_token` came again; `payment` is what it made then."""

    def __init__(self, payment: Payment) -> None:
        self.payment = payment
        amount = wording.exact_money(payment.amount, payment.loan.currency)
        super().__init__(_("This payment of %(amount)s was booked already.") % {"amount": amount})


class MoreThanOwedError(DeskError):
    """`more` would stay as credit, of the payment and maybe of what was paid ahead before it, and
    nobody said that it may."""

    def __init__(self, more: Decimal, payment: Decimal, currency: str) -> None:
        self.more = more
        if more > payment:
            words = _(
                "With what was paid ahead this is %(amount)s more than is owed to pay it off. "
                "Confirm to keep the rest as credit."
            )
        else:
            words = _("This is %(amount)s more than is owed. Confirm to keep the rest as credit.")
        super().__init__(words % {"amount": wording.exact_money(more, currency)})


def book_payment(
    *,
    loan: Loan,
    amount: Decimal,
    paid_on: date,
    by: User | None,
    purpose: str = Payment.Purpose.NEXT,
    means: str = Payment.Means.TRANSFER,
    reference: str = "",
    currency: str = "",
    note: str = "",
    keep_rest: bool = False,
    external_id: str = "",
    form_token: UUID | None = None,
) -> Payment:
    """Book what was paid, and play the loan again.

    `keep_rest` lets more than is owed be kept as credit. DeskError, and nothing written, for an
    amount that is none, another currency, a day before the loan or after today, a reference that
    was booked on this loan, a loan that has no account, more than is owed (MoreThanOwedError), and
    an `external_id` or `form_token` that was booked (BookedAlreadyError).
    """
    reference = " ".join(reference.split())
    with transaction.atomic():
        loan = ledger.locked(loan)
        _check_new(external_id, form_token)
        _check(loan, amount, paid_on, currency)
        payment = Payment(
            loan=loan,
            amount=amount,
            paid_on=paid_on,
            purpose=purpose,
            means=means,
            reference=reference,
            note=note[:500],
            booked_by=by,
            external_id=external_id,
            form_token=form_token,
        )
        _insert(payment)
        was = loan.status
        before = {"paid": loan.paid, "left": loan.left, "credit": loan.credit}
        played = _refreshed(loan)
        more = played.credit - before["credit"]
        if more > 0 and not keep_rest:
            raise MoreThanOwedError(more, amount, loan.currency)
        record(
            action="payment_booked",
            subject=loan,
            by=by,
            before=before,
            after={
                "paid": loan.paid,
                "left": loan.left,
                "credit": loan.credit,
                "payment": payment.pk,
                "amount": amount,
                "paid_on": paid_on,
            },
        )
        note_reopened(loan, was, by=by, reason=payment.note)
    return payment


def reverse_payment(*, payment: Payment, by: User | None, reason: str) -> Payment:
    """Take a payment back; all later ones are played again without it.

    DeskError without a reason, and where it was reversed already.
    """
    reason = " ".join(reason.split())
    if not reason:
        raise DeskError(_("Say why it is reversed."))
    with transaction.atomic():
        loan = ledger.locked(payment.loan)
        open_one = Payment.objects.filter(pk=payment.pk, reversed_at=None)
        if not open_one.update(
            reversed_at=timezone.now(), reversed_by=by, reversal_reason=reason[:500]
        ):
            raise DeskError(_("This payment was reversed already."))
        was = loan.status
        before = {
            "paid": loan.paid,
            "left": loan.left,
            "credit": loan.credit,
            "payment": payment.pk,
        }
        _refreshed(loan)
        record(
            action="payment_reversed",
            subject=loan,
            by=by,
            before=before,
            after={"paid": loan.paid, "left": loan.left, "credit": loan.credit},
            reason=reason[:500],
        )
        note_reopened(loan, was, by=by, reason=reason[:500])
    payment.refresh_from_db()
    return payment


def note_reopened(loan: Loan, was: str, *, by: User | None, reason: str) -> None:
    """In the history of a deregistered partner: that this loan, `was` its status, runs again."""
    if reopens_for_nobody(loan, was, loan.status):
        after = {"loan": loan.number}
        record(action="loan_reopened", subject=loan.partner, by=by, after=after, reason=reason)


def reopens_for_nobody(loan: Loan, was: str, becomes: str) -> bool:
    """Does a loan that was paid off run again, though its partner is deregistered?"""
    return reopens(was, becomes) and loan.partner.status == Partner.Status.CANCELLED


def reopens(was: str, becomes: str) -> bool:
    """Does a loan that was paid off run again?"""
    return (was, becomes) == (Loan.Status.CLOSED, Loan.Status.ACTIVE)


def _check_new(external_id: str, form_token: UUID | None) -> None:
    asked = Q()
    if external_id:
        asked |= Q(external_id=external_id)
    if form_token:
        asked |= Q(form_token=form_token)
    known = Payment.objects.filter(asked).select_related("loan").first() if asked else None
    if known:
        raise BookedAlreadyError(known)


def _check(loan: Loan, amount: Decimal, paid_on: date, currency: str) -> None:
    if loan.status not in Loan.WITH_ACCOUNT:
        raise DeskError(_("This loan was not paid out: it takes no payments."))
    if currency and currency != loan.currency:
        raise DeskError(
            _("The loan is in %(loan)s, the payment in %(payment)s.")
            % {"loan": loan.currency, "payment": currency}
        )
    if paid_on > timezone.localdate():
        raise DeskError(_("A payment cannot be of a day to come."))
    if paid_on < loan.disbursed_on:
        raise DeskError(_("The loan was not disbursed yet on that day."))
    try:
        check_amount(amount, "payment")
    except LendingError as error:
        raise in_words(error) from error


def _insert(payment: Payment) -> None:
    if len(payment.reference) > LONGEST_REFERENCE:
        raise DeskError(_("An operation number has at most 60 characters."))
    try:
        with transaction.atomic():
            payment.save()
    except IntegrityError as error:
        # On this loan the lock lets nobody in between; on another one somebody may have been.
        _check_new(payment.external_id, payment.form_token)
        raise DeskError(
            _("The operation %(reference)s was booked on this loan already.")
            % {"reference": payment.reference}
        ) from error


def _refreshed(loan: Loan) -> Ledger:
    try:
        return ledger.refresh(loan)
    except LendingError as error:
        raise in_words(error) from error
