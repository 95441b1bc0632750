"""Which ticket a person may touch: what is not theirs does not exist for them."""

from __future__ import annotations

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
from tickets.models import Ticket

SHOWN = (
    "contact",
    "partner__contact",
    "partner__agency",
    "partner__officer",
    "conversation__channel",
    "conversation__contact",
    "conversation__identity",
    "origin",
    "assignee",
    "agency",
    "loan",
    "receipt__loan",
    "merged_into",
    "follows",
)


def get_ticket_for(user: User, pk: int) -> Ticket:
    """The ticket with what its page names; Http404 outside `visible_to(user)`."""
    rows = Ticket.objects.visible_to(user).select_related(*SHOWN)
    return get_object_or_404(rows, pk=pk)


P = ParamSpec("P")
View = Callable[Concatenate[DeskRequest, P], HttpResponse]


def losing_is_told(view: View[P]) -> View[P]:
    """A page that stands open while its ticket becomes somebody else's is led back to the list."""

    @wraps(view)
    def guarded(request: DeskRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        try:
            return view(request, *args, **kwargs)
        except Http404:
            if not request.htmx:
                raise
            tell(request, _("This ticket is a colleague's now."), level=messages.INFO)
            return HttpResponse(status=404, headers={"HX-Redirect": reverse("tickets:list")})

    return guarded
