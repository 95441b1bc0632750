"""Which lead a person may touch: what is not theirs does not exist for them."""

from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext as _

from crm.desk.access import DeskRequest
from crm.desk.feedback import tell
from crm.people.models import User
from leads.models import Lead
from partners.panel import JOINS

PARTNER = tuple(f"contact__{path}" for path in JOINS)


def get_lead_for(user: User, pk: int) -> Lead:
    """The lead with its contact, property and assignee; Http404 outside `visible_to(user)`."""
    rows = Lead.objects.visible_to(user).select_related(
        "contact__owner", "property__responsible", "assigned_to", *PARTNER
    )
    return get_object_or_404(rows, pk=pk)


P = ParamSpec("P")
View = Callable[Concatenate[DeskRequest, P], HttpResponse]


def losing_is_told(view: View[P]) -> View[P]:
    """A page that stands open while a colleague takes its lead is led back to the list.

    To htmx only, and for a lead that never was just as for one that is not theirs any more.
    """

    @wraps(view)
    def guarded(request: DeskRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        try:
            return view(request, *args, **kwargs)
        except Http404:
            if not request.htmx:
                raise
            tell(request, _("This lead is a colleague's now."), level=messages.INFO)
            return HttpResponse(status=404, headers={"HX-Redirect": reverse("leads:list")})

    return guarded
