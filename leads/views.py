"""The pages of a lead."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from crm.catalog.models import Property
from crm.desk.access import DeskRequest, permitted
from crm.desk.feedback import tell
from leads.entry import AlreadyOpenError, enter_lead
from leads.forms import LeadForm
from leads.guards import get_lead_for, losing_is_told
from leads.models import Lead
from leads.record import LeadPage

# What htmx may ask to renew of the page, by the id it is put in.
_PARTS = ("steps", "talk", "notes", "history")
SHOWN_OF_PROPERTY = 8
MOST_OF_CONTACT = 50


@require_GET
@permitted("leads.view_lead")
@losing_is_told
def detail(request: DeskRequest, pk: int) -> HttpResponse:
    """`?edit=` opens one fact for editing, `?talk=` names the conversation shown."""
    lead = get_lead_for(request.user, pk)
    asked = request.GET
    page = LeadPage(
        lead, request.user, asked.get("edit", ""), asked.get("talk", ""), whole="all" in asked
    )
    target = request.headers.get("HX-Target", "") if request.htmx else ""
    part = f"#{target}" if target in _PARTS else ""
    response = render(request, f"leads/detail.html{part}", {"page": page, "lead": lead})
    response["Vary"] = "HX-Request, HX-Target"
    return response


@require_http_methods(["GET", "POST"])
@permitted("leads.add_lead")
def create(request: DeskRequest) -> HttpResponse:
    initial = {"property": request.GET.get("property", "")[:20]}
    form = LeadForm(request.POST or None, user=request.user, initial=initial)
    if request.method == "POST" and form.is_valid():
        try:
            lead = enter_lead(
                by=request.user, typed=request.POST.get("phone", "").strip(), **form.cleaned_data
            )
        except AlreadyOpenError as error:
            if Lead.objects.visible_to(request.user).filter(pk=error.lead.pk).exists():
                tell(request, str(error), level=messages.INFO)
                return redirect(error.lead)
            form.add_error(None, _("A colleague already looks after this lead."))
        else:
            tell(request, _("The lead was saved."))
            seen = Lead.objects.visible_to(request.user).filter(pk=lead.pk).exists()
            return redirect(lead if seen else "leads:list")
    return render(request, "leads/form.html", {"form": form})


@require_GET
@permitted("leads.view_lead", "catalog.view_property")
def of_property(request: DeskRequest, pk: int) -> HttpResponse:
    """The latest leads of a property that this person may see, for the property's page."""
    rows = Lead.objects.visible_to(request.user).filter(property_id=pk)
    rows = rows.select_related("contact", "assigned_to").prefetch_related("contact__points")
    found = list(rows.order_by("-last_message_at", "-id")[: SHOWN_OF_PROPERTY + 1])
    context = {
        "leads": found[:SHOWN_OF_PROPERTY],
        "more": len(found) > SHOWN_OF_PROPERTY,
        "property": Property.objects.filter(pk=pk).first(),
    }
    return render(request, "leads/of_property.html", context)


@require_GET
@permitted("leads.view_lead", "people.view_contact")
def of_contact(request: DeskRequest, pk: int) -> HttpResponse:
    """The leads of a contact that this person may see, for the contact's page."""
    rows = Lead.objects.visible_to(request.user).filter(contact_id=pk)
    rows = rows.select_related("property", "assigned_to").order_by("-last_message_at", "-id")
    return render(request, "leads/of_contact.html", {"leads": rows[:MOST_OF_CONTACT]})
