"""The pages of a receipt: reviewing it, taking one in, and what hangs on a partner's page."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from crm.desk.access import DeskRequest, permitted
from crm.desk.feedback import tell
from crm.errors import DeskError
from partners.models import Receipt
from partners.receipts import submit_receipt
from partners.review import holding
from partners.review.forms import RejectForm, ReviewForm, SendForm
from partners.review.guards import get_partner_for, get_receipt_for
from partners.review.page import ReviewPage

SHOWN_OF_PARTNER = 8
MOST_OF_PARTNER = 100


@require_GET
@permitted("partners.view_receipt")
def receipt(request: DeskRequest, pk: int) -> HttpResponse:
    """Opening a pending one takes it: colleagues see who has it, and cannot decide it."""
    shown = get_receipt_for(request.user, pk)
    if shown.status == Receipt.Status.PENDING and request.user.has_perm("partners.review_receipt"):
        holding.take(receipt=shown, user=request.user)
        shown = get_receipt_for(request.user, pk)
    return show(request, shown)


def show(
    request: DeskRequest,
    shown: Receipt,
    form: ReviewForm | None = None,
    reject: RejectForm | None = None,
) -> HttpResponse:
    """The review page; `form` and `reject` are what was typed and could not be done."""
    page = ReviewPage(shown, request.user, request.GET)
    context = {
        "page": page,
        "receipt": shown,
        "form": form or ReviewForm(receipt=shown),
        "reject": reject or RejectForm(),
        "rejecting": reject is not None,
    }
    return render(request, "partners/receipt.html", context)


@require_http_methods(["GET", "POST"])
@permitted("partners.view_partner", "partners.add_receipt")
def create(request: DeskRequest, pk: int) -> HttpResponse:
    partner = get_partner_for(request.user, pk)
    form = SendForm(request.POST or None, request.FILES or None, partner=partner)
    if request.method == "POST" and form.is_valid():
        file, began = form.cleaned_data.pop("file"), timezone.now()
        try:
            made = submit_receipt(
                partner=partner,
                file=file,
                file_name=file.name,
                by=request.user,
                **form.cleaned_data,
            )
        except DeskError as error:
            form.add_error("file", str(error))
        else:
            known = made.created_at < began
            words = _("This file was sent before: it is receipt %(number)s.")
            said = words if known else _("Receipt %(number)s was taken in.")
            tell(
                request,
                said % {"number": made.pk},
                level=messages.INFO if known else messages.SUCCESS,
            )
            return redirect(made)
    return render(request, "partners/receipt_form.html", {"form": form, "partner": partner})


@require_GET
@permitted("partners.view_partner", "partners.view_receipt")
def of_partner(request: DeskRequest, pk: int) -> HttpResponse:
    """A partner's latest receipts, for their page; `?all=1`: all there are, up to a hundred."""
    partner = get_partner_for(request.user, pk)
    whole = "all" in request.GET
    most = MOST_OF_PARTNER if whole else SHOWN_OF_PARTNER
    rows = Receipt.objects.visible_to(request.user).filter(partner=partner)
    rows = rows.select_related("loan", "taken_by", "payment").order_by("-id")
    found = list(rows[: most + 1])
    context = {
        "partner": partner,
        "receipts": found[:most],
        "more": len(found) > most and not whole,
        "cut": most if len(found) > most and whole else 0,
        "here": reverse("partners:receipts_of", args=[pk]),
    }
    return render(request, "partners/receipts_of.html", context)
