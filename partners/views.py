"""The pages of a partner."""

from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from crm.desk.access import DeskRequest, permitted
from crm.desk.feedback import tell
from crm.errors import DeskError
from crm.people.models import Contact
from partners.forms import PartnerForm
from partners.identity import FactError
from partners.known import KnownPerson, known_people, search_people
from partners.models import Partner
from partners.panel import JOINS, panel_of
from partners.record import PartnerPage, get_partner_for
from partners.registry import register_partner

SOMEBODY_NEW = "new"


@require_GET
@permitted("partners.view_partner")
def detail(request: DeskRequest, pk: int) -> HttpResponse:
    """`?all` shows the whole history."""
    partner = get_partner_for(request.user, pk)
    page = PartnerPage(partner, request.user, whole="all" in request.GET)
    part = "#history" if request.htmx and request.headers.get("HX-Target") == "history" else ""
    context = {"page": page, "partner": partner}
    response = render(request, f"partners/detail.html{part}", context)
    response["Vary"] = "HX-Request, HX-Target"
    return response


@require_http_methods(["GET", "POST"])
@permitted("partners.view_partner", "partners.add_partner")
def create(request: DeskRequest) -> HttpResponse:
    """`?contact=` names who it is, `?q=` looks for them; without either it is somebody new."""
    chosen = request.POST.get("contact", "") or request.GET.get("contact", "")
    contact = _chosen(request, chosen)
    if contact is not None and (partner := Partner.objects.filter(contact=contact).first()):
        return redirect(partner)
    form = PartnerForm(request.POST or None, user=request.user, contact=contact)
    known: list[KnownPerson] = []
    if request.method == "POST" and form.is_valid():
        known = [] if contact else _known(request, form)
        if not known or (chosen == SOMEBODY_NEW and not any(one.same for one in known)):
            try:
                partner = register_partner(by=request.user, contact=contact, **form.cleaned_data)
            except FactError as error:
                form.put_error(error)
            except DeskError as error:
                form.add_error(None, str(error))
            else:
                tell(request, _("%(name)s is a partner now.") % {"name": partner.contact})
                return redirect(partner)
    asked = request.GET.get("q", "").strip()[:100]
    context = {
        "form": form,
        "contact": contact,
        "known": known,
        "may_be_new": not any(one.same for one in known),
        "asked": asked,
        "found": search_people(request.user, asked) if asked else None,
    }
    return render(request, "partners/form.html", context)


@require_GET
@permitted("partners.know_partner")
def of_contact(request: DeskRequest, pk: int) -> HttpResponse:
    """Whether a contact is a partner, for the contact's page."""
    rows = Contact.objects.visible_to(request.user).select_related(*JOINS)
    contact = get_object_or_404(rows, pk=pk)
    return render(request, "partners/of_contact.html", {"panel": panel_of(request.user, contact)})


def _chosen(request: DeskRequest, said: str) -> Contact | None:
    """Who was named: somebody this person may see, or whose phone or document was typed."""
    if said in ("", SOMEBODY_NEW):
        return None
    if not said.isdecimal() or len(said) > 18:
        raise Http404
    rows = Contact.objects.standing()
    contact = rows.visible_to(request.user).filter(pk=said).first()
    if contact is None and request.method == "POST":
        typed = PartnerForm(request.POST, user=request.user)
        typed.is_valid()
        if any(one.contact_id == int(said) for one in _known(request, typed)):
            contact = rows.filter(pk=said).first()
    if contact is None:
        raise Http404
    return contact


def _known(request: DeskRequest, form: PartnerForm) -> list[KnownPerson]:
    said = form.cleaned_data
    return known_people(
        user=request.user,
        document_type=said.get("document_type", ""),
        number=said.get("document_number", ""),
        phone=said.get("phone", ""),
    )
