"""What is changed of a partner."""

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from crm.desk.access import DeskRequest, permitted
from crm.desk.feedback import tell
from crm.errors import DeskError
from partners.forms import PartnerForm, ReasonForm
from partners.identity import FactError
from partners.models import Partner
from partners.record import get_partner_for
from partners.registry import ROADS, change_partner, change_status, version


@require_http_methods(["GET", "POST"])
@permitted("partners.view_partner", "partners.change_partner")
def edit(request: DeskRequest, pk: int) -> HttpResponse:
    """`seen` says which version the page showed: nobody writes over what they have not seen."""
    partner = get_partner_for(request.user, pk)
    form = PartnerForm(
        request.POST or None, user=request.user, contact=partner.contact, partner=partner
    )
    if request.method == "POST" and form.is_valid():
        seen = request.POST.get("seen", "")
        try:
            change_partner(
                partner=partner,
                by=request.user,
                seen=int(seen) if seen.isdecimal() and len(seen) < 19 else -1,
                **form.cleaned_data,
            )
        except FactError as error:
            form.put_error(error)
        except DeskError as error:
            form.add_error(None, str(error))
        else:
            tell(request, _("The partner was saved."))
            return redirect(partner)
    context = {"form": form, "partner": partner, "seen": version(partner)}
    return render(request, "partners/form.html", context)


@require_http_methods(["GET", "POST"])
@permitted("partners.view_partner", "partners.change_partner")
def status(request: DeskRequest, pk: int, to: str) -> HttpResponse:
    """Asks for a reason, and does it: `to` is suspended, cancelled or active."""
    partner = get_partner_for(request.user, pk)
    if to not in ROADS:
        raise Http404
    if partner.status not in ROADS[to]:
        words = _("This partner is %(status)s now.")
        said = {"status": partner.get_status_display().lower()}
        tell(request, words % said, level=messages.INFO)
        return redirect(partner)
    form = ReasonForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            partner = change_status(
                partner=partner, status=to, by=request.user, reason=form.cleaned_data["reason"]
            )
        except DeskError as error:
            form.add_error(None, str(error))
        else:
            tell(request, _("Status: %(status)s.") % {"status": partner.get_status_display()})
            return redirect(partner)
    context = {
        "form": form,
        "partner": partner,
        "to": to,
        "held_by_loans": to == Partner.Status.CANCELLED and partner.loans.running().exists(),
    }
    return render(request, "partners/status.html", context)
