"""What a colleague does with a lead: each a POST that answers with the part it changed."""

from collections.abc import Mapping

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from crm.desk.access import DeskRequest, permitted
from crm.desk.feedback import back, tell
from crm.errors import DeskError
from crm.people.facts import FACTS, fact_form
from crm.people.models import User
from leads import facts, triage
from leads.guards import get_lead_for, losing_is_told
from leads.models import Lead, LeadChange
from leads.record import LeadPage


@require_POST
@permitted("leads.change_lead")
@losing_is_told
def assign(request: DeskRequest, pk: int) -> HttpResponse:
    """`to` is a colleague's key or blank; `was` whose the lead was on the page."""
    lead = get_lead_for(request.user, pk)
    try:
        _check_unchanged(request, lead, str(lead.assigned_to_id or ""))
        to = _colleague(request.POST.get("to", ""))
        change = triage.assign_lead(lead=lead, to=to, by=request.user)
    except DeskError as error:
        tell(request, str(error), level=messages.ERROR)
        return _answer(request, pk, "steps")
    if to == request.user:
        said = _("The lead is yours.")
    elif to:
        said = _("The lead is %(person)s's.") % {"person": to}
    else:
        said = _("The lead is nobody's.")
    tell(request, said, undo_url=_undo_url(change))
    return _answer(request, pk, "steps")


@require_POST
@permitted("leads.change_lead")
@losing_is_told
def status(request: DeskRequest, pk: int) -> HttpResponse:
    lead = get_lead_for(request.user, pk)
    try:
        _check_unchanged(request, lead, lead.status)
        change = triage.change_status(
            lead=lead, status=request.POST.get("status", ""), by=request.user
        )
    except DeskError as error:
        tell(request, str(error), level=messages.ERROR)
    else:
        said = _("Status: %(status)s.") % {"status": lead.get_status_display()}
        tell(request, said, undo_url=_undo_url(change))
    return _answer(request, pk, "steps")


@require_POST
@permitted("leads.change_lead")
def undo(request: DeskRequest, pk: int, change_pk: int) -> HttpResponse:
    """One's own change of a moment ago; also of a lead that one has just handed on."""
    change = get_object_or_404(LeadChange, pk=change_pk, lead_id=pk, actor=request.user)
    try:
        triage.undo_change(change=change, by=request.user)
    except DeskError as error:
        tell(request, str(error), level=messages.ERROR)
    else:
        tell(request, _("Undone."))
    return back(request, reverse("leads:list"))


@require_POST
@permitted("leads.view_lead", "people.add_note")
@losing_is_told
def note(request: DeskRequest, pk: int) -> HttpResponse:
    lead = get_lead_for(request.user, pk)
    text = request.POST.get("text", "")
    try:
        triage.add_note(contact=lead.contact, author=request.user, text=text)
    except DeskError as error:
        if request.htmx:
            context = {"error": str(error), "text": text}
            return _part(request, LeadPage(lead, request.user), "notes", context)
        tell(request, str(error), level=messages.ERROR)
    else:
        tell(request, _("The note was saved."))
    return _answer(request, pk, "notes")


@require_http_methods(["GET", "POST"])
@permitted("leads.view_lead", "people.change_contact")
@losing_is_told
def fact(request: DeskRequest, pk: int, name: str) -> HttpResponse:
    """GET opens the fact for editing (`?give-up=1`: shows it again), POST saves it."""
    lead = get_lead_for(request.user, pk)
    if name not in FACTS:
        raise Http404
    page = LeadPage(lead, request.user)
    if reason := facts.locked_because(lead.contact, name, request.user):
        return _fact_stays(request, pk, name, reason if request.method == "POST" else "")
    if request.method == "POST":
        return _save_fact(request, page, name)
    if not request.htmx:
        return redirect(f"{lead.get_absolute_url()}?edit={name}")
    form = None if "give-up" in request.GET else fact_form(name, lead.contact)
    return _part(request, page, "fact", {"fact": page.fact(name, form), "changed": not form})


def _save_fact(request: DeskRequest, page: LeadPage, name: str) -> HttpResponse:
    lead = page.lead
    form = fact_form(name, lead.contact, request.POST)
    if form.is_valid():
        try:
            facts.change_fact(lead=lead, name=name, form=form, by=request.user)
        except DeskError as error:
            return _fact_stays(request, lead.pk, name, str(error))
        if not request.htmx:
            return redirect(lead)
        page = LeadPage(get_lead_for(request.user, lead.pk), request.user)
        return _part(
            request, page, "fact", {"fact": page.fact(name), "saved": True, "changed": True}
        )
    # The row says what was typed, the page what is stored.
    lead.contact.refresh_from_db()
    if request.htmx:
        return _part(request, page, "fact", {"fact": page.fact(name, form)})
    page.wrong = page.fact(name, form)
    return render(request, "leads/detail.html", {"page": page, "lead": lead})


def _fact_stays(request: DeskRequest, pk: int, name: str, why: str) -> HttpResponse:
    """The fact as it is, which this person cannot change."""
    if why:
        tell(request, why, level=messages.ERROR)
    lead = get_lead_for(request.user, pk)
    if not request.htmx:
        return redirect(lead)
    page = LeadPage(lead, request.user)
    return _part(request, page, "fact", {"fact": page.fact(name)})


@require_POST
@permitted("leads.view_lead", "people.change_contact")
@losing_is_told
def add_point(request: DeskRequest, pk: int) -> HttpResponse:
    lead = get_lead_for(request.user, pk)
    text = request.POST.get("text", "")
    try:
        facts.add_contact_point(lead=lead, text=text, by=request.user)
    except DeskError as error:
        if request.htmx:
            context = {"error": str(error), "text": text}
            return _part(request, LeadPage(lead, request.user), "points", context)
        tell(request, str(error), level=messages.ERROR)
    return _answer(request, pk, "points")


@require_POST
@permitted("leads.view_lead", "people.change_contact")
@losing_is_told
def remove_point(request: DeskRequest, pk: int, point_pk: int) -> HttpResponse:
    lead = get_lead_for(request.user, pk)
    point = get_object_or_404(lead.contact.points, pk=point_pk)
    try:
        facts.remove_contact_point(lead=lead, point=point, by=request.user)
    except DeskError as error:
        tell(request, str(error), level=messages.ERROR)
    else:
        tell(request, _("%(address)s was removed.") % {"address": point.value})
    return _answer(request, pk, "points")


def _check_unchanged(request: DeskRequest, lead: Lead, now: str) -> None:
    """Nobody decides over what they have not seen: `was` is what the page showed."""
    if request.POST.get("was", now) != now:
        raise DeskError(_("Somebody has just changed this lead. This is how it is now."))


def _colleague(key: str) -> User | None:
    if not key:
        return None
    found = User.objects.filter(pk=int(key)).first() if key.isdecimal() and len(key) < 19 else None
    if found is None:
        raise DeskError(_("There is no such colleague."))
    return found


def _undo_url(change: LeadChange | None) -> str | None:
    return reverse("leads:undo", args=[change.lead_id, change.pk]) if change else None


def _answer(request: DeskRequest, pk: int, part: str) -> HttpResponse:
    """The part anew for htmx, else the page; the list, if the lead is a colleague's now."""
    lead = Lead.objects.visible_to(request.user).filter(pk=pk).first()
    if lead is None:
        page = reverse("leads:list")
        return HttpResponse(headers={"HX-Redirect": page}) if request.htmx else redirect(page)
    if not request.htmx:
        return redirect(lead)
    return _part(request, LeadPage(get_lead_for(request.user, pk), request.user), part, {})


def _part(
    request: DeskRequest, page: LeadPage, part: str, context: Mapping[str, object]
) -> HttpResponse:
    return render(
        request, f"leads/detail.html#{part}", {"page": page, "lead": page.lead, **context}
    )
