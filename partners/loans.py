"""From a draft to an account, and to its end."""

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction
from django.db.models import QuerySet
from django.db.models.functions import Length
from django.utils import timezone
from django.utils.translation import gettext as _

from crm.audit.models import record
from crm.errors import DeskError
from crm.people.models import User
from partners import currencies, ledger
from partners.lending.errors import LendingError
from partners.lending.money import ZERO
from partners.lending.schedule import Installment, build_schedule
from partners.models import Loan, LoanProduct, Partner
from partners.models.conditions import COPIED
from partners.refusals import in_words

LONGEST_NUMBER = 20
PREFIX = "P-"
LAST_OF_SIX = 999_999
ATTEMPTS = 20


class DraftedAlreadyError(DeskError):
    """The same `form_token` came again; `loan` is what it made the first time."""

    def __init__(self, loan: Loan) -> None:
        self.loan = loan
        super().__init__(_("Loan %(number)s was saved already.") % {"number": loan.number})


def draft_loan(
    *,
    partner: Partner,
    product: LoanProduct,
    principal: Decimal,
    terms: int,
    disbursed_on: date,
    first_due: date,
    number: str = "",
    by: User | None,
    external_id: str = "",
    form_token: UUID | None = None,
    **conditions: Any,
) -> Loan:
    """A loan with the product's conditions (but for those named in `conditions`), not paid out.

    Without a `number` it gets the next free one. DeskError for a number that is taken, for figures
    that make no loan, a currency that is none, a principal the product does not lend, and a
    `form_token` that made one (DraftedAlreadyError).
    """
    copied = {name: getattr(product, name) for name in COPIED} | conditions
    loan = Loan(
        partner=partner,
        product=product,
        principal=principal,
        terms=terms,
        disbursed_on=disbursed_on,
        first_due=first_due,
        number=" ".join(number.split()),
        external_id=external_id,
        form_token=form_token,
        **copied,
    )
    currencies.check(loan.currency)
    planned(loan)
    _check_principal(loan)
    if len(loan.number) > LONGEST_NUMBER:
        raise DeskError(_("A loan's number has at most 20 characters."))
    _save_numbered(loan, by)
    return loan


def next_number() -> str:
    """The one after the highest of our own; those of other systems look as they like."""
    ours = Loan.objects.filter(number__startswith=PREFIX)
    six = ours.filter(number__regex=r"^P-[0-9]{6}$").order_by("-number")
    highest = _counted(six)
    if highest == LAST_OF_SIX:
        more = ours.filter(number__regex=r"^P-[1-9][0-9]{6,11}$")
        highest = max(highest, _counted(more.order_by(Length("number").desc(), "-number")))
    return f"{PREFIX}{highest + 1:06}"


def _counted(loans: QuerySet[Loan]) -> int:
    """What the first of them counts; 0 where there is none."""
    number = loans.values_list("number", flat=True).first()
    return int(number.removeprefix(PREFIX)) if number else 0


def _save_numbered(loan: Loan, by: User | None) -> None:
    """Of two who are proposed the same number one finds it taken, and asks for the next."""
    proposed = not loan.number
    for _attempt in range(ATTEMPTS if proposed else 1):
        if proposed:
            loan.number = next_number()
        _check_new(loan.form_token)
        try:
            with transaction.atomic():
                loan.save()
                record(action="loan_drafted", subject=loan, by=by, after=_facts(loan))
        except IntegrityError:
            loan.pk = None
        else:
            return
    _check_new(loan.form_token)
    raise DeskError(_("The number %(number)s is taken.") % {"number": loan.number})


def _check_new(form_token: UUID | None) -> None:
    known = Loan.objects.filter(form_token=form_token).first() if form_token else None
    if known:
        raise DraftedAlreadyError(known)


def planned(loan: Loan) -> list[Installment]:
    """The schedule a loan begins with. DeskError if its figures make no loan."""
    try:
        rows = list(build_schedule(loan.agreement.terms))
        ledger.check_size(sum((row.total for row in rows), ZERO))
        return rows
    except LendingError as error:
        raise in_words(error) from error


def disburse(*, loan: Loan, by: User | None) -> Loan:
    """The money went out: the account begins. DeskError unless it is a draft, for a day to come,
    and for a partner who is suspended or cancelled."""
    if loan.disbursed_on > timezone.localdate():
        raise DeskError(_("The day of the disbursement has not come yet."))
    return _move(
        loan, Loan.Status.DRAFT, Loan.Status.ACTIVE, by, "loan_disbursed", check=_check_partner
    )


def cancel(*, loan: Loan, by: User | None, reason: str) -> Loan:
    """It never came to be. DeskError without a reason, and for a loan that took payments."""
    begun = Loan.Status.DRAFT if loan.status == Loan.Status.DRAFT else Loan.Status.ACTIVE
    return _move(
        loan, begun, Loan.Status.CANCELLED, by, "loan_cancelled", _given(reason), _check_unpaid
    )


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


def _check_partner(loan: Loan) -> None:
    """Locked after the loan, as `registry.change_status` locks them when it cancels a partner."""
    partner = Partner.objects.select_for_update().get(pk=loan.partner_id)
    if partner.status != Partner.Status.ACTIVE:
        raise DeskError(
            _("This partner is %(status)s now.") % {"status": partner.get_status_display().lower()}
        )


def _check_unpaid(loan: Loan) -> None:
    if loan.payments.filter(reversed_at=None).exists():
        raise DeskError(_("This loan took payments. Reverse them first."))


def _move(
    loan: Loan,
    start: str,
    end: str,
    by: User | None,
    action: str,
    reason: str = "",
    check: Callable[[Loan], None] | None = None,
) -> Loan:
    """`check` raises DeskError, with the loan locked."""
    with transaction.atomic():
        fresh = ledger.locked(loan)
        if check:
            check(fresh)
        if fresh.status != start:
            raise DeskError(
                _("This loan is %(status)s now.") % {"status": fresh.get_status_display().lower()}
            )
        fresh.status = end
        fresh.save(update_fields=["status"])
        if end in Loan.WITH_ACCOUNT:
            _refresh(fresh)
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


def _refresh(loan: Loan) -> None:
    try:
        ledger.refresh(loan)
    except LendingError as error:
        raise in_words(error) from error


def _check_principal(loan: Loan) -> None:
    least, most = loan.product.least_principal, loan.product.most_principal
    if loan.principal < least or (most is not None and loan.principal > most):
        raise DeskError(_("%(product)s does not lend this amount.") % {"product": loan.product})


def _facts(loan: Loan) -> dict[str, Any]:
    names = ("principal", "currency", "rate", "rate_kind", "terms", "disbursed_on", "first_due")
    return {name: getattr(loan, name) for name in names} | {"partner": loan.partner.number}
