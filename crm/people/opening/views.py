"""The page of opening hours, special days, and how long somebody may be left waiting."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from crm.conversations.models import AnsweringRules
from crm.desk.access import DeskRequest, permitted
from crm.desk.feedback import tell
from crm.errors import DeskError
from crm.people.calendar import holidays_after
from crm.people.hours import SpecialDay
from crm.people.models import Agency
from crm.people.opening import changes, spans
from crm.people.opening.forms import DayForm, RulesForm, WeekForm

CHANGE = "people.change_openinghours"
MOST_DAYS, MOST_HOLIDAYS = 100, 6


@require_GET
@permitted(CHANGE)
def page(request: DeskRequest) -> HttpResponse:
    """`?agency=` shows the hours of that agency, else those of the business."""
    return render(request, "people/opening.html", _context(_agency(request.GET.get("agency", ""))))


@require_POST
@permitted(CHANGE)
def save_week(request: DeskRequest) -> HttpResponse:
    agency = _agency(request.POST.get("agency", ""))
    form = WeekForm(request.POST)
    if not form.is_valid():
        return _wrong(request, agency, week=form)
    token = changes.set_week(agency=agency, week=form.week())
    return _done(request, _("The hours were saved."), agency, token)


@require_POST
@permitted(CHANGE)
def drop_week(request: DeskRequest, pk: int) -> HttpResponse:
    """From here on the business's hours hold for the agency."""
    agency = get_object_or_404(Agency, pk=pk)
    token = changes.set_week(agency=agency, week={})
    told = _("%(agency)s has the business's hours now.") % {"agency": agency}
    return _done(request, told, agency, token)


@require_POST
@permitted(CHANGE)
def add_day(request: DeskRequest) -> HttpResponse:
    form = DayForm(request.POST)
    if not form.is_valid():
        return _wrong(request, None, day=form)
    day = form.save()
    tell(
        request,
        _("%(day)s was added.") % {"day": day},
        undo_url=reverse("people:opening_remove_day", args=[day.pk]),
    )
    return _back()


@require_POST
@permitted(CHANGE)
def remove_day(request: DeskRequest, pk: int) -> HttpResponse:
    day = get_object_or_404(SpecialDay, pk=pk)
    told = _("%(day)s was removed.") % {"day": day}
    return _done(request, told, None, changes.remove_day(day=day))


@require_POST
@permitted(CHANGE)
def save_rules(request: DeskRequest) -> HttpResponse:
    before = AnsweringRules.current()
    form = RulesForm(request.POST, instance=AnsweringRules())
    if not form.is_valid():
        return _wrong(request, None, rules=form)
    token = changes.set_rules(rules=form.instance, before=before)
    return _done(request, _("The rules were saved."), None, token)


@require_POST
@permitted(CHANGE)
def undo(request: DeskRequest, token: str) -> HttpResponse:
    try:
        changes.undo(token)
    except DeskError as error:
        tell(request, str(error), level=messages.ERROR)
    else:
        tell(request, _("It is as it was before."))
    return _back()


def _agency(text: str) -> Agency | None:
    """404 for one that is not there."""
    number = int(text) if text.isascii() and text.isdigit() and len(text) < 19 else None
    return get_object_or_404(Agency, pk=number) if text else None


def _context(agency: Agency | None, **forms: Any) -> dict[str, Any]:
    today = timezone.localdate()
    coming = SpecialDay.objects.filter(last__gte=today).select_related("agency")
    special = list(coming.order_by("first", "id")[:MOST_DAYS])
    return {
        "agency": agency,
        "agencies": Agency.objects.all(),
        "own": bool(changes.week_of(agency)),
        "week": WeekForm(week=changes.shown_week(agency)),
        "day": DayForm(),
        "rules": RulesForm(instance=AnsweringRules.current()),
        "days": [{"day": one, "hours": _hours(one)} for one in special],
        "holidays": _holidays(special),
        **forms,
    }


def _hours(day: SpecialDay) -> str:
    """Its own ones; "" where it has none."""
    return spans.written([(day.opens, day.closes)]) if day.opens and day.closes else ""


def _holidays(special: list[SpecialDay]) -> list[dict[str, Any]]:
    """The next ones of the country; one that everybody works on, or has closed, stands above."""
    own = [one for one in special if one.agency_id is None]
    coming = holidays_after(timezone.localdate())
    return [
        {"day": day, "name": name}
        for day, name in coming.items()
        if not any(one.first <= day <= one.last for one in own)
    ][:MOST_HOLIDAYS]


def _wrong(request: DeskRequest, agency: Agency | None, **forms: Any) -> HttpResponse:
    return render(request, "people/opening.html", _context(agency, **forms), status=422)


def _done(request: DeskRequest, told: str, agency: Agency | None, token: str) -> HttpResponse:
    tell(request, told, undo_url=reverse("people:opening_undo", args=[token]))
    return _back(agency)


def _back(agency: Agency | None = None) -> HttpResponseRedirect:
    address = reverse("people:opening")
    return redirect(f"{address}?agency={agency.pk}" if agency else address)
