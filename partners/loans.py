"""From a draft to an account, and to its end."""

from datetime import date
from decimal import Decimal
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from crm.audit.models import record
from crm.errors import DeskError
from crm.people.models import User
from partners import ledger
from partners.lending.errors import LendingError
from partners.lending.schedule import Installment, build_schedule
from partners.models import Loan, LoanProduct, Partner
from partners.models.conditions import COPIED
from partners.refusals import in_words


def draft_loan(
    *,
    partner: Partner,
    product: LoanProduct,
    principal: Decimal,
    terms: int,
    disbursed_on: date,
    first_due: date,
    number: str,
    by: User | None,
    external_id: str = "",
    **conditions: Any,
) -> Loan:
    """A loan with the product's conditions (but for those named in `conditions`), not paid out.

    DeskError for a number that is taken, for figures that make no loan, and for a principal the
    product does not lend.
    """
    copied = {name: getattr(product, name) for name in COPIED} | conditions
    loan = Loan(
        partner=partner,
        product=product,
        principal=principal,
        terms=terms,
        disbursed_on=disbursed_on,
        first_due=first_due,
        number=number,
        external_id=external_id,
        **copied,
    )
    planned(loan)
    _check_principal(loan)
    try:
        with transaction.atomic():
            loan.save()
            record(action="loan_drafted", subject=loan, by=by, after=_facts(loan))
    except IntegrityError as error:
        raise DeskError(_("The number %(number)s is taken.") % {"number": number}) from error
    return loan


def planned(loan: Loan) -> list[Installment]:
    """The schedule a loan begins with. DeskError if its figures make no loan."""
    try:
        return list(build_schedule(loan.agreement.terms))
    except LendingError as error:
        raise in_words(error) from error


def disburse(*, loan: Loan, by: User | None) -> Loan:
    """The money went out: the account begins. DeskError unless it is a draft, or for a day to
    come."""
    if loan.disbursed_on > timezone.localdate():
        raise DeskError(_("The day of the disbursement has not come yet."))
    return _move(loan, Loan.Status.DRAFT, Loan.Status.ACTIVE, by, "loan_disbursed")


def cancel(*, loan: Loan, by: User | None, reason: str) -> Loan:
    """It never came to be. DeskError without a reason, and for a loan that took payments."""
    if loan.payments.filter(reversed_at=None).exists():
        raise DeskError(_("This loan took payments. Reverse them first."))
    begun = Loan.Status.DRAFT if loan.status == Loan.Status.DRAFT else Loan.Status.ACTIVE
    return _move(loan, begun, Loan.Status.CANCELLED, by, "loan_cancelled", _given(reason))


def write_off(*, loan: Loan, by: User | None, reason: str) -> Loan:
    """Nobody expects it to be paid any more; what comes all the same can still be booked."""
    return _move(
        loan, Loan.Status.ACTIVE, Loan.Status.WRITTEN_OFF, by, "loan_written_off", _given(reason)
    )


def _given(reason: str) -> str:
    reason = " ".join(reason.split())[:500]
    if not reason:
        raise DeskError(_("Give a reason."))
    return reason


def _move(loan: Loan, start: str, end: str, by: User | None, action: str, reason: str = "") -> Loan:
    with transaction.atomic():
        fresh = ledger.locked(loan)
        if fresh.status != start:
            raise DeskError(
                _("This loan is %(status)s now.") % {"status": fresh.get_status_display().lower()}
            )
        fresh.status = end
        fresh.save(update_fields=["status"])
        if end in Loan.WITH_ACCOUNT:
            ledger.refresh(fresh)
        ledger.refresh_partner(fresh.partner_id)
        record(
            action=action,
            subject=fresh,
            by=by,
            before={"status": start},
            after={"status": fresh.status},
            reason=reason,
        )
    return fresh


def _check_principal(loan: Loan) -> None:
    least, most = loan.product.least_principal, loan.product.most_principal
    if loan.principal < least or (most is not None and loan.principal > most):
        raise DeskError(_("%(product)s does not lend this amount.") % {"product": loan.product})


def _facts(loan: Loan) -> dict[str, Any]:
    names = ("principal", "currency", "rate", "rate_kind", "terms", "disbursed_on", "first_due")
    return {name: getattr(loan, name) for name in names} | {"partner": loan.partner.number}
