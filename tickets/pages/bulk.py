"""One decision about many tickets, which can be taken back as one."""

from __future__ import annotations

from collections.abc import Callable

from django.contrib import messages
from django.http import HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from crm.desk.access import DeskRequest, permitted
from crm.desk.feedback import back, tell
from crm.errors import DeskError
from tickets import standing, triage
from tickets.models import Ticket, TicketChange
from tickets.pages.actions import CHANGE, colleague

MOST = 100  # at once


@require_POST
@permitted(*CHANGE)
def decide(request: DeskRequest) -> HttpResponse:
    """`ticket` the keys, `action` close, assign (`to`) or priority (`priority`); back to the list.

    What this person may not see is left out; what cannot be done is counted and said.
    """
    chosen = _chosen(request)
    if not chosen:
        tell(request, _("Choose tickets first."), level=messages.WARNING)
        return back(request, "tickets:list")
    try:
        done, refused = _decided(request, chosen)
    except DeskError as error:
        tell(request, str(error), level=messages.ERROR)
        return back(request, "tickets:list")
    _tell(request, done, refused)
    return back(request, "tickets:list")


@require_POST
@permitted(*CHANGE)
def undo(request: DeskRequest) -> HttpResponse:
    """Take back one's own changes of `?changes=1,2,3`, those that still can be."""
    keys = _keys(request.GET.get("changes", "").split(","))
    rows = TicketChange.objects.filter(pk__in=keys, actor=request.user).select_related("ticket")
    done, refused = 0, []
    for change in rows.order_by("pk"):
        try:
            triage.undo_change(change=change, by=request.user)
            done += 1
        except DeskError as error:
            refused.append(str(error))
    words = ngettext("Undone for %(count)d ticket.", "Undone for %(count)d tickets.", done)
    said = " ".join([words % {"count": done}, *sorted(set(refused))])
    tell(request, said, level=messages.WARNING if refused else messages.SUCCESS)
    return back(request, "tickets:list")


def _chosen(request: DeskRequest) -> list[Ticket]:
    keys = _keys(request.POST.getlist("ticket"))
    rows = Ticket.objects.visible_to(request.user).filter(pk__in=keys)
    return list(rows.select_related("assignee", "agency").order_by("pk"))


def _keys(values: list[str]) -> list[int]:
    fits = [one for one in values if one.isascii() and one.isdigit() and len(one) < 19]
    return [int(one) for one in fits[:MOST]]


def _decided(request: DeskRequest, chosen: list[Ticket]) -> tuple[list[TicketChange], list[str]]:
    user, asked = request.user, request.POST
    action = asked.get("action", "")
    if action == "close":
        return standing.close_many(tickets=chosen, by=user), []
    if action == "assign":
        to = colleague(asked.get("to", ""))
        return _each(chosen, lambda one: triage.assign(ticket=one, to=to, by=user))
    if action == "priority":
        wanted = asked.get("priority", "")
        level = int(wanted) if wanted.isdecimal() and len(wanted) < 3 else 0
        return _each(chosen, lambda one: triage.prioritise(ticket=one, priority=level, by=user))
    raise DeskError(_("Choose what is to be done."))


def _each(
    chosen: list[Ticket], verb: Callable[[Ticket], TicketChange | None]
) -> tuple[list[TicketChange], list[str]]:
    """The verb on each; what was changed, and why the others were not."""
    done: list[TicketChange] = []
    refused: list[str] = []
    for ticket in chosen:
        try:
            change = verb(ticket)
        except DeskError as error:
            refused.append(str(error))
        else:
            done += [change] if change else []
    return done, refused


def _tell(request: DeskRequest, done: list[TicketChange], refused: list[str]) -> None:
    count = len(done)
    words = ngettext("%(count)d ticket was changed.", "%(count)d tickets were changed.", count)
    parts = [words % {"count": count}]
    if refused:
        left = ngettext("%(count)d was left as it is:", "%(count)d were left as they are:",
                        len(refused)) % {"count": len(refused)}  # fmt: skip
        parts += [left, *sorted(set(refused))]
    keys = ",".join(str(one.pk) for one in done)
    undone = f"{reverse('tickets:bulk_undo')}?changes={keys}" if done else None
    level = messages.WARNING if refused else messages.SUCCESS
    tell(request, " ".join(parts), undo_url=undone, level=level)
