"""What an officer does with a receipt: each a POST that leads to the next one."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from crm.conversations import outreach
from crm.desk.access import DeskRequest, permitted
from crm.desk.feedback import tell
from crm.errors import DeskError
from partners.models import Receipt
from partners.payments import MoreThanOwedError
from partners.receipts import (
    Decision,
    approve_receipt,
    correct_receipt,
    reject_receipt,
    reopen_receipt,
)
from partners.review import holding
from partners.review.filters import narrowed
from partners.review.forms import RejectForm, ReviewForm
from partners.review.guards import get_receipt_for
from partners.review.page import ReviewPage
from partners.review.views import show

REVIEW = ("partners.view_receipt", "partners.review_receipt")


@require_http_methods(["GET", "POST"])
@permitted(*REVIEW)
def approve(request: DeskRequest, pk: int) -> HttpResponse:
    receipt = get_receipt_for(request.user, pk)
    if request.method == "GET":  # the address of a refused form, opened again
        return _again(request, pk)
    form = ReviewForm(request.POST, receipt=receipt)
    if not form.is_valid():
        return show(request, receipt, form=form)
    try:
        decision = approve_receipt(receipt=receipt, by=request.user, **form.cleaned_data)
    except MoreThanOwedError as error:
        form.ask_for_rest()
        form.add_error("keep_rest", str(error))
        return show(request, receipt, form=form)
    except DeskError as error:
        return _refused(request, pk, form, error)
    words = _("Receipt %(number)s is approved, the payment is booked.")
    return _went_on(request, decision, words % {"number": pk})


@require_http_methods(["GET", "POST"])
@permitted(*REVIEW)
def reject(request: DeskRequest, pk: int) -> HttpResponse:
    receipt = get_receipt_for(request.user, pk)
    if request.method == "GET":
        return _again(request, pk)
    form = RejectForm(request.POST)
    if not form.is_valid():
        return show(request, receipt, reject=form)
    try:
        decision = reject_receipt(
            receipt=receipt, by=request.user, reason=form.cleaned_data["said"]
        )
    except DeskError as error:
        tell(request, str(error), level=messages.ERROR)
        return _again(request, pk)
    return _went_on(request, decision, _("Receipt %(number)s is rejected.") % {"number": pk})


@require_http_methods(["GET", "POST"])
@permitted(*REVIEW)
def correct(request: DeskRequest, pk: int) -> HttpResponse:
    """Keep the facts without deciding."""
    receipt = get_receipt_for(request.user, pk)
    if request.method == "GET":
        return _again(request, pk)
    form = ReviewForm(request.POST, receipt=receipt, is_decision=False)
    if not form.is_valid():
        return show(request, receipt, form=form)
    try:
        correct_receipt(receipt=receipt, by=request.user, **form.facts)
    except DeskError as error:
        return _refused(request, pk, form, error)
    tell(request, _("The facts were saved."))
    return _again(request, pk)


@require_POST
@permitted(*REVIEW)
def reopen(request: DeskRequest, pk: int) -> HttpResponse:
    receipt = get_receipt_for(request.user, pk)
    try:
        reopen_receipt(receipt=receipt, by=request.user)
    except DeskError as error:
        tell(request, str(error), level=messages.ERROR)
    else:
        tell(request, _("Receipt %(number)s waits for review again.") % {"number": pk})
    return _again(request, pk)


@require_POST
@permitted(*REVIEW)
def hold(request: DeskRequest, pk: int) -> HttpResponse:
    """The page is still open. Where it is a colleague's by now, it is drawn anew, and says so."""
    receipt = get_receipt_for(request.user, pk)
    if holding.hold(receipt=receipt, user=request.user):
        return HttpResponse(status=204)
    return HttpResponse(headers={"HX-Refresh": "true"})


def _again(request: DeskRequest, pk: int) -> HttpResponse:
    return redirect(f"{reverse('partners:receipt', args=[pk])}{narrowed(request.GET)}")


def _refused(request: DeskRequest, pk: int, form: ReviewForm, error: DeskError) -> HttpResponse:
    """Why it was not done, beside what was typed; or on the page of what it has become."""
    fresh = get_receipt_for(request.user, pk)
    if fresh.status != Receipt.Status.PENDING or fresh.holder not in (None, request.user):
        tell(request, str(error), level=messages.ERROR)
        return _again(request, pk)
    form.add_error(None, str(error))
    return show(request, fresh, form=form)


def _went_on(request: DeskRequest, decision: Decision, words: str) -> HttpResponse:
    """The next one that waits, or the empty queue."""
    if decision.message and outreach.goes_now(decision.message):
        tell(request, " ".join([words, _("The partner is told.")]))
    elif decision.message:
        later = _("The partner will be told when they write: until then their chat takes nothing.")
        tell(request, " ".join([words, later]))
    else:
        untold = _("The partner could not be told: no chat reaches them.")
        tell(request, " ".join([words, untold]), level=messages.WARNING)
    following = ReviewPage(decision.receipt, request.user, request.GET).next_url
    return redirect(following or f"{reverse('partners:receipts')}{narrowed(request.GET)}")
