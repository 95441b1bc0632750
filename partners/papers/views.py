"""A partner's statement of account: as a page, and as a PDF."""

from datetime import date
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.db.models import Min
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET

from crm.desk.access import DeskRequest, permitted
from crm.desk.feedback import tell
from crm.errors import DeskError
from crm.people.documents import masked
from partners.models import Loan, Partner
from partners.papers import printing
from partners.papers.forms import StatementForm
from partners.statement import AccountStatement, presets, statement_of

SEEING = ("partners.view_partner", "partners.view_loan")


@require_GET
@permitted(*SEEING)
def statement(request: DeskRequest, pk: int) -> HttpResponse:
    """`?from=&to=&loan=`; days that make no statement are refused in words beside the form."""
    partner = _partner(request, pk)
    form = StatementForm(request.GET, partner)
    account = _account(form, partner)
    loans = Loan.objects.filter(partner=partner, status__in=Loan.WITH_ACCOUNT)
    first: date | None = loans.aggregate(first=Min("disbursed_on"))["first"]
    context = {
        "partner": partner,
        "form": form,
        "account": account,
        "presets": _presets(form, first),
        "has_loans": first is not None,
        "document": document_shown(request, partner),
        "too_long": printing.too_long(account) if account else "",
        "query": urlencode(form.data),
    }
    return render(request, "partners/statement.html", context)


@require_GET
@permitted(*SEEING)
def statement_pdf(request: DeskRequest, pk: int) -> HttpResponse:
    """The same as a file; what makes no statement leads to the page, which says why."""
    partner = _partner(request, pk)
    form = StatementForm(request.GET, partner)
    page = f"{reverse('partners:statement', args=[pk])}?{urlencode(form.data)}"
    if not form.is_valid():
        return redirect(page)
    asked = form.cleaned_data
    try:
        paper = printing.print_statement(
            partner, asked["start"], asked["end"], asked["loan"] or None
        )
    except DeskError as error:
        tell(request, str(error), level=messages.ERROR)
        return redirect(page)
    return HttpResponse(
        paper.content,
        content_type="application/pdf",
        headers={
            "Content-Disposition": f'attachment; filename="{paper.name}"',
            "Cache-Control": "private, no-store",
        },
    )


def _partner(request: DeskRequest, pk: int) -> Partner:
    rows = Partner.objects.visible_to(request.user).select_related("contact")
    return get_object_or_404(rows, pk=pk)


def document_shown(request: DeskRequest, partner: Partner) -> str:
    """Whole only to who may see it so."""
    number = partner.contact.document_number
    return number if request.user.has_perm("people.view_document") else masked(number)


def _account(form: StatementForm, partner: Partner) -> AccountStatement | None:
    if not form.is_valid():
        return None
    asked = form.cleaned_data
    try:
        return statement_of(partner, asked["start"], asked["end"], asked["loan"] or None)
    except DeskError as error:
        form.add_error(None, str(error))
        return None


def _presets(form: StatementForm, first: date | None) -> list[dict[str, Any]]:
    """Links to the usual ranges; the one that is shown says so."""
    found = []
    for words, start, end in presets(form.today, first):
        asked = {"from": start.isoformat(), "to": end.isoformat()}
        current = all(form.data[name] == value for name, value in asked.items())
        if form.data["loan"]:
            asked["loan"] = form.data["loan"]
        found.append({"words": words, "url": f"?{urlencode(asked)}", "current": current})
    return found
