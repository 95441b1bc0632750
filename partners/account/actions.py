"""What an officer does with a loan: each asks first where nothing takes it back."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from crm.desk import wording
from crm.desk.access import DeskRequest, permitted
from crm.desk.feedback import tell
from crm.errors import DeskError
from partners import ledger, loans
from partners.account.forms import ChargeForm, PaymentForm, ReasonForm
from partners.account.guards import get_loan_for
from partners.account.page import LoanPage
from partners.account.views import show
from partners.charges import cancel_charge, set_charge
from partners.lending.errors import LendingError
from partners.models import Loan, Payment
from partners.payments import (
    BookedAlreadyError,
    MoreThanOwedError,
    book_payment,
    reopens,
    reopens_for_nobody,
    reverse_payment,
)
from partners.refusals import in_words


@require_http_methods(["GET", "POST"])
@permitted("partners.view_loan", "partners.add_payment")
def book(request: DeskRequest, pk: int) -> HttpResponse:
    """Sent twice, it books once. More than is owed is asked about before it is kept as credit."""
    loan = get_loan_for(request.user, pk)
    if request.method == "GET":  # the address of a refused form, opened again
        return redirect(loan)
    form = PaymentForm(request.POST, loan=loan)
    if form.is_valid():
        try:
            payment = book_payment(loan=loan, by=request.user, **form.booking())
        except BookedAlreadyError as error:
            tell(request, str(error), level=messages.INFO)
            return redirect(loan)
        except MoreThanOwedError as error:
            form.add_error(None, ValidationError(str(error), code="more"))
        except DeskError as error:
            form.add_error(None, str(error))
        else:
            amount = wording.exact_money(payment.amount, loan.currency)
            tell(request, _("The payment of %(amount)s was booked.") % {"amount": amount})
            return redirect(loan)
    return show(request, loan, pay=form)


@require_http_methods(["GET", "POST"])
@permitted("partners.view_loan", "partners.reverse_payment")
def reverse(request: DeskRequest, pk: int, payment_pk: int) -> HttpResponse:
    """Asks first, with how the loan would stand without the payment."""
    loan = get_loan_for(request.user, pk)
    payment = get_object_or_404(loan.payments.select_related("receipt"), pk=payment_pk)
    form = ReasonForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            reverse_payment(payment=payment, by=request.user, **form.cleaned_data)
        except DeskError as error:
            tell(request, str(error), level=messages.ERROR)
        else:
            tell(request, _("The payment was reversed."))
        return redirect(loan)
    if payment.reversed_at:
        tell(request, _("This payment was reversed already."), level=messages.INFO)
        return redirect(loan)
    page = LoanPage(loan, request.user)
    context = {
        "loan": loan,
        "payment": payment,
        "form": form,
        "now": page.stands,
        "receipt": getattr(payment, "receipt", None),
    }
    return render(request, "partners/loan_reverse.html", context | _without(page, payment))


def _without(page: LoanPage, payment: Payment) -> dict[str, Any]:
    """How the loan would stand; `wrong` instead, where it cannot be played."""
    try:
        account = page.account
        others = [one for one in account.payments if one.key != payment.pk]
        then = replace(account, payments=others).at(page.today)
    except LendingError as error:
        return {"wrong": str(in_words(error))}
    becomes = ledger.standing(page.loan, then)
    return {
        "then": ledger.derived(then) | {"late_days": then.days_past_due},
        "reopens": reopens_for_nobody(page.loan, page.loan.status, becomes),
    }


@require_http_methods(["GET", "POST"])
@permitted("partners.view_loan", "partners.add_charge")
def charge(request: DeskRequest, pk: int) -> HttpResponse:
    loan = get_loan_for(request.user, pk)
    if request.method == "GET":
        return redirect(loan)
    form = ChargeForm(request.POST, loan=loan)
    if form.is_valid():
        try:
            made = set_charge(loan=loan, by=request.user, **form.cleaned_data)
        except DeskError as error:
            form.add_error(None, str(error))
        else:
            amount = wording.exact_money(made.amount, loan.currency)
            tell(request, _("The charge of %(amount)s was set.") % {"amount": amount})
            return redirect(loan)
    return show(request, loan, charge=form)


@require_http_methods(["GET", "POST"])
@permitted("partners.view_loan", "partners.add_charge")
def uncharge(request: DeskRequest, pk: int, charge_pk: int) -> HttpResponse:
    """Takes a charge back, with a reason."""
    loan = get_loan_for(request.user, pk)
    standing = get_object_or_404(loan.charges, pk=charge_pk)
    form = ReasonForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            cancel_charge(charge=standing, by=request.user, **form.cleaned_data)
        except DeskError as error:
            tell(request, str(error), level=messages.ERROR)
        else:
            was = loan.status
            loan.refresh_from_db(fields=["status"])
            if reopens(was, loan.status):
                said = _("The charge was taken back. The loan was paid off; it runs again now.")
            else:
                said = _("The charge was taken back.")
            tell(request, said)
        return redirect(loan)
    if standing.cancelled_at:
        tell(request, _("This charge was taken back already."), level=messages.INFO)
        return redirect(loan)
    context = {"loan": loan, "charge": standing, "form": form}
    return render(request, "partners/loan_uncharge.html", context)


@dataclass(frozen=True)
class Move:
    """A step in a loan's life: what is asked, what happens, and what is said then."""

    verb: Callable[..., Loan]
    begins: tuple[str, ...]
    asks: str | Promise
    happens: str | Promise
    button: str | Promise
    said: str | Promise
    reason: bool = True


MOVES = {
    "disburse": Move(
        loans.disburse,
        (Loan.Status.DRAFT,),
        gettext_lazy("Disburse loan %(number)s?"),
        gettext_lazy(
            "The account begins on the day of the disbursement: installments fall due, "
            "payments can be booked. It cannot be a draft again."
        ),
        gettext_lazy("Disburse"),
        gettext_lazy("The loan was disbursed."),
        reason=False,
    ),
    "cancel": Move(
        loans.cancel,
        (Loan.Status.DRAFT, Loan.Status.ACTIVE),
        gettext_lazy("Annul loan %(number)s?"),
        gettext_lazy(
            "It counts as never made and is left out of all totals. This cannot be taken back; "
            "a loan that took payments cannot be annulled."
        ),
        gettext_lazy("Annul the loan"),
        gettext_lazy("The loan was annulled."),
    ),
    "write-off": Move(
        loans.write_off,
        (Loan.Status.ACTIVE,),
        gettext_lazy("Write off loan %(number)s?"),
        gettext_lazy(
            "Nobody expects it to be paid any more; it leaves the portfolio. What comes all the "
            "same can still be booked. This cannot be taken back."
        ),
        gettext_lazy("Write off"),
        gettext_lazy("The loan was written off."),
    ),
}


@require_http_methods(["GET", "POST"])
@permitted("partners.view_loan", "partners.change_loan")
def move(request: DeskRequest, pk: int, step: str) -> HttpResponse:
    """One of MOVES: asks first, with a reason where nothing takes it back."""
    loan, asked = get_loan_for(request.user, pk), MOVES[step]
    form = ReasonForm(request.POST or None) if asked.reason else None
    if request.method == "POST" and (form is None or form.is_valid()):
        try:
            asked.verb(loan=loan, by=request.user, **(form.cleaned_data if form else {}))
        except DeskError as error:
            tell(request, str(error), level=messages.ERROR)
        else:
            tell(request, asked.said)
        return redirect(loan)
    if loan.status not in asked.begins:
        said = _("This loan is %(status)s now.") % {"status": loan.get_status_display().lower()}
        tell(request, said, level=messages.INFO)
        return redirect(loan)
    context = {
        "loan": loan,
        "move": asked,
        "asks": str(asked.asks) % {"number": loan.number},
        "form": form,
        "step": step,
    }
    return render(request, "partners/loan_move.html", context)
