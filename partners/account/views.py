"""The page of a loan, and making one."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from crm.desk.access import DeskRequest, permitted
from crm.desk.feedback import tell
from crm.errors import DeskError
from partners.account import calculator
from partners.account.forms import CalculatorForm, ChargeForm, PaymentForm
from partners.account.guards import get_loan_for, get_partner_for
from partners.account.making import LoanForm, preview
from partners.account.page import LoanPage
from partners.loans import DraftedAlreadyError, draft_loan, next_number
from partners.models import Loan, Partner


@require_GET
@permitted("partners.view_loan")
def detail(request: DeskRequest, pk: int) -> HttpResponse:
    """`?calc-on=&calc-amount=` fill the calculator; `?whole=1` shows all rows of everything."""
    loan = get_loan_for(request.user, pk)
    if request.htmx and request.headers.get("HX-Target") == "reckoned":
        context = {"page": LoanPage(loan, request.user), "loan": loan}
        response = render(request, "partners/loan.html#reckoned", context | reckoned(request, loan))
    else:
        response = show(request, loan)
    response["Vary"] = "HX-Request, HX-Target"
    return response


def show(request: DeskRequest, loan: Loan, **forms: Any) -> HttpResponse:
    """The page; a form among `forms` ("pay", "charge") is one that was filled in wrongly."""
    page = LoanPage(loan, request.user, "whole" in request.GET)
    context = {
        "page": page,
        "loan": loan,
        "pay": forms.get("pay") or PaymentForm(loan=loan),
        "charge": forms.get("charge") or ChargeForm(loan=loan),
    }
    return render(request, "partners/loan.html", context | reckoned(request, loan, page))


def reckoned(request: DeskRequest, loan: Loan, page: LoanPage | None = None) -> dict[str, Any]:
    """What the calculator says: of today, unless asked for another day, and of an amount."""
    page = page or LoanPage(loan, request.user)
    if not page.has_account or page.wrong:
        return {}
    asked = request.GET if "calc-on" in request.GET else None
    form = CalculatorForm(asked, loan=loan, initial={"on": page.today})
    said = form.cleaned_data if form.is_bound and form.is_valid() else {}
    context: dict[str, Any] = {"calculator": form, "on": said.get("on") or page.today}
    if form.is_bound and not form.is_valid():
        return context
    try:
        calculator.check_day(page.account, context["on"])
        context["settlement"] = calculator.settlement(page.account, context["on"])
        if said.get("amount"):
            context["amount"] = said["amount"]
            context["outcomes"] = calculator.outcomes(page.account, context["on"], said["amount"])
    except DeskError as error:
        form.is_bound = True
        form.add_error("on", str(error))
    return context


@require_http_methods(["GET", "POST"])
@permitted("partners.view_partner", "partners.view_loan", "partners.add_loan")
def create(request: DeskRequest, pk: int) -> HttpResponse:
    """GET with figures and htmx answers with what they would come to; POST saves a draft."""
    partner = get_partner_for(request.user, pk)
    if request.htmx and request.method == "GET":
        form = LoanForm(request.GET, user=request.user)
        response = render(request, "partners/loan_form.html#preview", preview(form))
        response["Vary"] = "HX-Request"
        return response
    form = LoanForm(request.POST or None, user=request.user)
    if request.method == "POST" and form.is_valid():
        saved = _save_draft(request, partner, form)
        if saved:
            return redirect(saved)
    context = {"form": form, "partner": partner, "proposed": next_number()}
    return render(request, "partners/loan_form.html", context | preview(form))


def _save_draft(request: DeskRequest, partner: Partner, form: LoanForm) -> Loan | None:
    if partner.status == Partner.Status.CANCELLED:
        form.add_error(None, _("This partner is cancelled and gets no loans."))
        return None
    try:
        loan = draft_loan(partner=partner, by=request.user, **form.drafting())
    except DraftedAlreadyError as error:
        tell(request, str(error), level=messages.INFO)
        return error.loan
    except DeskError as error:
        form.add_error(None, str(error))
        return None
    if loan.disbursed_on > timezone.localdate():
        tell(request, _("The loan was saved as a draft."))
    else:
        tell(request, _("The loan was saved as a draft. Disburse it once the money went out."))
    return loan
