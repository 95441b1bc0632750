"""Fees and penalties set by hand, and taken back."""

from datetime import date
from decimal import Decimal

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from crm.audit.models import record
from crm.errors import DeskError
from crm.people.models import User
from partners import ledger
from partners.lending.errors import LendingError
from partners.lending.money import check_amount
from partners.models import Charge, Loan, Partner
from partners.payments import note_reopened
from partners.refusals import in_words

LONGEST_REASON = 200


def set_charge(
    *, loan: Loan, part: str, amount: Decimal, on: date, reason: str, by: User | None
) -> Charge:
    """Charge a fee or a penalty (`Charge.Kind`), due with the next installment, and play the
    loan again.

    DeskError, and nothing written, without a reason, for an amount that is none, a day before the
    loan or after today, a loan that has no account, one that a deregistered partner has paid off,
    and the same charge twice: a second click.
    """
    reason = _given(reason)
    with transaction.atomic():
        loan = ledger.locked(loan)
        _check(loan, part, amount, on)
        same = {"part": part, "amount": amount, "on": on, "reason": reason}
        if loan.charges.filter(cancelled_at=None, **same).exists():
            raise DeskError(_("The same charge was set already."))
        before = _totals(loan)
        charge = Charge.objects.create(loan=loan, by=by, **same)
        _refresh(loan)
        after = _totals(loan) | {"charge": charge.pk, "amount": amount, "part": part, "on": on}
        record(action="charge_set", subject=loan, by=by, before=before, after=after, reason=reason)
    return charge


def cancel_charge(*, charge: Charge, by: User | None, reason: str) -> Charge:
    """Take a charge back; the loan is played again as if it had never been set.

    DeskError without a reason, and where it was taken back already.
    """
    reason = _given(reason)
    with transaction.atomic():
        loan = ledger.locked(charge.loan)
        standing = Charge.objects.filter(pk=charge.pk, cancelled_at=None)
        if not standing.update(cancelled_at=timezone.now()):
            raise DeskError(_("This charge was taken back already."))
        was = loan.status
        before = _totals(loan) | {
            "charge": charge.pk,
            "amount": charge.amount,
            "part": charge.part,
            "on": charge.on,
        }
        _refresh(loan)
        record(
            action="charge_cancelled",
            subject=loan,
            by=by,
            before=before,
            after=_totals(loan),
            reason=reason,
        )
        note_reopened(loan, was, by=by, reason=reason)
    charge.refresh_from_db()
    return charge


def _given(reason: str) -> str:
    reason = " ".join(reason.split())[:LONGEST_REASON]
    if not reason:
        raise DeskError(_("Give a reason."))
    return reason


def _check(loan: Loan, part: str, amount: Decimal, on: date) -> None:
    if loan.status not in Loan.WITH_ACCOUNT:
        raise DeskError(_("This loan was not paid out: it takes no charges."))
    if loan.status == Loan.Status.CLOSED and loan.partner.status == Partner.Status.CANCELLED:
        # It would run again, and fall overdue, with nobody to owe it.
        raise DeskError(
            _("The loan is paid off and the partner deregistered. Reactivate the partner first.")
        )
    if part not in Charge.Kind.values:
        raise DeskError(_("A charge is a fee or a penalty."))
    if on > timezone.localdate():
        raise DeskError(_("A charge cannot be of a day to come."))
    if on < loan.disbursed_on:
        raise DeskError(_("The loan was not disbursed yet on that day."))
    try:
        check_amount(amount, "charge")
    except LendingError as error:
        raise in_words(error) from error


def _totals(loan: Loan) -> dict[str, Decimal]:
    return {"left": loan.left, "credit": loan.credit}


def _refresh(loan: Loan) -> None:
    try:
        ledger.refresh(loan)
    except LendingError as error:
        raise in_words(error) from error
