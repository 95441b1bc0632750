"""Officers' pages about log-ins by chat: the list, the panels other pages load, and the verbs."""

from collections.abc import Iterable
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from chatbot.dialog.login import approving, shown
from chatbot.inbox import pulse
from chatbot.inbox.visibility import conversations_for, get_conversation_for
from chatbot.models import LoginRequest, PartnerSession
from crm.desk.access import DeskRequest, permitted
from crm.desk.feedback import back, tell
from crm.errors import DeskError
from crm.people.models import User
from partners.record import get_partner_for

LIST = "logins:list"
# One more than is shown says that there are more.
CUT = shown.MOST + 1


@require_GET
@permitted(shown.PERMISSION)
def logins(request: DeskRequest) -> HttpResponse:
    """Who waits to be let in, who is in, and what is locked."""
    # Older than the rows: what happens in between is news, not lost.
    version = pulse.pulse(request.user, [pulse.LIST]).get(pulse.LIST, "")
    waiting, inside = list(shown.waiting()[:CUT]), list(shown.inside()[:CUT])
    locks = list(shown.locks()[:CUT])
    context = {
        "standing": shown.Standing(waiting[: shown.MOST], inside[: shown.MOST]),
        "more_waiting": len(waiting) == CUT,
        "more_inside": len(inside) == CUT,
        "locks": locks[: shown.MOST],
        "more_locks": len(locks) == CUT,
        "here": request.path,
        "version": version,
        "openable": _openable(request.user, [*waiting, *inside, *locks]),
    }
    return render(request, "logins/list.html", context)


@require_GET
@permitted(shown.PERMISSION, "conversations.view_conversation")
def of_conversation(request: DeskRequest, pk: int) -> HttpResponse:
    """For the page of a conversation."""
    conversation = get_conversation_for(request.user, pk)
    here = reverse("inbox:detail", args=[conversation.pk])
    context = {"standing": shown.of_conversation(conversation), "here": here, "openable": set()}
    return render(request, "logins/panel.html", context)


@require_GET
@permitted(shown.PERMISSION, "partners.view_partner")
def of_partner(request: DeskRequest, pk: int) -> HttpResponse:
    """For the page of a partner."""
    partner = get_partner_for(request.user, pk)
    standing = shown.of_partner(partner)
    context = {
        "standing": standing,
        "here": partner.get_absolute_url(),
        "openable": _openable(request.user, [*standing.waiting, *standing.inside]),
    }
    return render(request, "logins/panel.html", context)


@require_POST
@permitted(shown.PERMISSION)
def approve(request: DeskRequest, pk: int) -> HttpResponse:
    asked = get_object_or_404(LoginRequest, pk=pk, partner__isnull=False)
    try:
        session = approving.approve(request=asked, by=request.user)
    except DeskError as error:
        tell(request, str(error), level=messages.ERROR)
    else:
        undo = reverse("logins:end", args=[session.pk])
        tell(request, _("%(person)s is in.") % {"person": session.partner.contact}, undo)
    return back(request, LIST)


@require_POST
@permitted(shown.PERMISSION)
def refuse(request: DeskRequest, pk: int) -> HttpResponse:
    asked = get_object_or_404(LoginRequest, pk=pk, partner__isnull=False)
    try:
        approving.refuse(request=asked, by=request.user)
    except DeskError as error:
        tell(request, str(error), level=messages.ERROR)
    else:
        tell(request, _("Not let in. They hear nothing of it."))
    return back(request, LIST)


@require_POST
@permitted(shown.PERMISSION)
def end(request: DeskRequest, pk: int) -> HttpResponse:
    session = get_object_or_404(PartnerSession.objects.select_related("partner__contact"), pk=pk)
    if approving.end_session(session=session, by=request.user):
        tell(request, _("%(person)s is out.") % {"person": session.partner.contact})
    return back(request, LIST)


def _openable(user: User, rows: Iterable[Any]) -> set[int]:
    """Which of their conversations this person may open."""
    ids = {row.conversation_id for row in rows if row.conversation_id}
    return set(conversations_for(user).filter(pk__in=ids).values_list("pk", flat=True))
