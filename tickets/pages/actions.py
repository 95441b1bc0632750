"""What a colleague does with a ticket: each a POST that answers with the part it changed."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from django.contrib import messages
from django.db.models import Model, QuerySet
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from crm.desk.access import DeskRequest, permitted
from crm.desk.feedback import back, tell
from crm.errors import DeskError
from crm.people.models import User
from partners.models import Loan, Receipt
from tickets import merging, standing, triage
from tickets.models import Ticket, TicketChange
from tickets.pages.board import board_part
from tickets.pages.guards import get_ticket_for, losing_is_told
from tickets.pages.record import TicketPage
from tickets.pages.seen import parsed
from tickets.pages.views import show

Row = TypeVar("Row", bound=Model)
CHANGE = ("tickets.view_ticket", "tickets.change_ticket")


@require_POST
@permitted(*CHANGE)
@losing_is_told
def status(request: DeskRequest, pk: int) -> HttpResponse:
    """`status` is the new one, `was` the one the page showed."""
    ticket = get_ticket_for(request.user, pk)

    def act() -> TicketChange | None:
        _check_unchanged(request, ticket.status)
        wanted = request.POST.get("status", "")
        return standing.set_status(ticket=ticket, status=wanted, by=request.user)

    _do(request, act, lambda: _status_words(ticket))
    if request.htmx and request.headers.get("HX-Target") == "board":
        return board_part(request)
    return _answer(request, pk)


def _status_words(ticket: Ticket) -> str:
    said = _("%(number)s: %(status)s.")
    words = said % {"number": ticket.number, "status": ticket.get_status_display()}
    if ticket.status == Ticket.Status.RESOLVED:
        words = " ".join([words, _("The person is told, and asked how they were served.")])
    return words


@require_POST
@permitted(*CHANGE)
@losing_is_told
def assign(request: DeskRequest, pk: int) -> HttpResponse:
    """`to` is a colleague's key or blank; `was` whose the ticket was on the page."""
    ticket = get_ticket_for(request.user, pk)

    def act() -> TicketChange | None:
        _check_unchanged(request, str(ticket.assignee_id or ""))
        to = colleague(request.POST.get("to", ""))
        return triage.assign(ticket=ticket, to=to, by=request.user)

    def said() -> str:
        if ticket.assignee is None:
            return _("The ticket is nobody's.")
        if ticket.assignee == request.user:
            return _("The ticket is yours.")
        return _("The ticket is %(person)s's.") % {"person": ticket.assignee}

    _do(request, act, said)
    return _answer(request, pk)


@require_POST
@permitted(*CHANGE)
@losing_is_told
def priority(request: DeskRequest, pk: int) -> HttpResponse:
    ticket = get_ticket_for(request.user, pk)

    def act() -> TicketChange | None:
        _check_unchanged(request, str(ticket.priority))
        wanted = request.POST.get("priority", "")
        level = int(wanted) if wanted.isdecimal() and len(wanted) < 3 else 0
        return triage.prioritise(ticket=ticket, priority=level, by=request.user)

    def said() -> str:
        return _("Priority: %(priority)s.") % {"priority": ticket.get_priority_display()}

    _do(request, act, said)
    return _answer(request, pk)


@require_POST
@permitted(*CHANGE)
@losing_is_told
def category(request: DeskRequest, pk: int) -> HttpResponse:
    ticket = get_ticket_for(request.user, pk)

    def act() -> TicketChange | None:
        _check_unchanged(request, ticket.category)
        wanted = request.POST.get("category", "")
        return triage.categorise(ticket=ticket, category=wanted, by=request.user)

    def said() -> str:
        return _("Category: %(category)s.") % {"category": ticket.get_category_display()}

    _do(request, act, said)
    return _answer(request, pk)


@require_POST
@permitted(*CHANGE)
@losing_is_told
def link(request: DeskRequest, pk: int) -> HttpResponse:
    """`loan` and `receipt`: keys, or blank for none; what is not asked for stays."""
    ticket = get_ticket_for(request.user, pk)
    user, asked = request.user, request.POST

    def act() -> None:
        loan, receipt = ticket.loan, ticket.receipt
        if "loan" in asked and user.has_perm("partners.view_loan"):
            loan = _named(Loan.objects.visible_to(user), asked["loan"])
        if "receipt" in asked and user.has_perm("partners.view_receipt"):
            receipt = _named(Receipt.objects.visible_to(user), asked["receipt"])
        triage.link(ticket=ticket, by=user, loan=loan, receipt=receipt)

    _do(request, act, lambda: _("The links were saved."))
    return _answer(request, pk)


@require_POST
@permitted(*CHANGE)
@losing_is_told
def merge(request: DeskRequest, pk: int) -> HttpResponse:
    """`into`: the key of the ticket that stays."""
    ticket = get_ticket_for(request.user, pk)
    into = _one(Ticket.objects.visible_to(request.user), request.POST.get("into", ""))
    try:
        if into is None:
            raise DeskError(_("Choose the ticket that stays."))
        merging.merge(ticket=ticket, into=into, by=request.user)
    except DeskError as error:
        tell(request, str(error), level=messages.ERROR)
        return redirect(ticket)
    words = _("%(number)s is a part of %(other)s now.")
    undone = reverse("tickets:unmerge", args=[pk])
    tell(request, words % {"number": ticket.number, "other": into.number}, undo_url=undone)
    return redirect(into)


@require_POST
@permitted(*CHANGE)
@losing_is_told
def unmerge(request: DeskRequest, pk: int) -> HttpResponse:
    ticket = get_ticket_for(request.user, pk)
    try:
        merging.unmerge(ticket=ticket, by=request.user)
    except DeskError as error:
        tell(request, str(error), level=messages.ERROR)
    else:
        tell(request, _("%(number)s stands by itself again.") % {"number": ticket.number})
    return redirect(ticket)


@require_POST
@permitted(*CHANGE)
def undo(request: DeskRequest, change: int) -> HttpResponse:
    """One's own change of a moment ago; also of a ticket that one has just handed on."""
    done = get_object_or_404(
        TicketChange.objects.select_related("ticket"), pk=change, actor=request.user
    )
    try:
        triage.undo_change(change=done, by=request.user)
    except DeskError as error:
        tell(request, str(error), level=messages.ERROR)
    else:
        tell(request, _("Undone."))
    return back(request, "tickets:list")


def colleague(key: str) -> User | None:
    """Whom a form names; nobody for a blank. DeskError for a key that is nobody's."""
    if not key:
        return None
    found = _one(User.objects.all(), key)
    if found is None:
        raise DeskError(_("There is no such colleague."))
    return found


def undo_url(change: TicketChange | None) -> str | None:
    """Where a change is taken back; none for what the person was told of."""
    if change is None or triage.is_final(change):
        return None
    return reverse("tickets:undo", args=[change.pk])


def _do(
    request: DeskRequest, act: Callable[[], TicketChange | None], said: Callable[[], str]
) -> None:
    """Do it and say so, or say why not."""
    try:
        change = act()
    except DeskError as error:
        tell(request, str(error), level=messages.ERROR)
        return
    tell(request, said(), undo_url=undo_url(change))


def _check_unchanged(request: DeskRequest, now: str) -> None:
    """Nobody decides over what they have not seen: `was` is what the page showed."""
    if request.POST.get("was", now) != now:
        raise DeskError(_("Somebody has just changed this ticket. This is how it is now."))


def _one(rows: QuerySet[Row], key: str) -> Row | None:
    """The row of that key, as a form names it; None for a blank and for what is not there."""
    fits = key.isascii() and key.isdigit() and len(key) < 19
    return rows.filter(pk=int(key)).first() if fits else None


def _named(rows: QuerySet[Row], key: str) -> Row | None:
    """The row a form names; None for a blank. DeskError for one that is not there."""
    found = _one(rows, key)
    if key and found is None:
        raise DeskError(_("Choose one of the list."))
    return found


def _answer(request: DeskRequest, pk: int) -> HttpResponse:
    """The steps anew for htmx, else the page; the list, if the ticket is a colleague's now."""
    ticket = Ticket.objects.visible_to(request.user).filter(pk=pk).first()
    if ticket is None:
        page = reverse("tickets:list")
        return HttpResponse(headers={"HX-Redirect": page}) if request.htmx else redirect(page)
    if not request.htmx:
        return redirect(ticket)
    seen = parsed(request.POST.get("seen", ""))
    fresh = get_ticket_for(request.user, pk)
    return show(request, TicketPage(fresh, request.user, seen=seen), "steps")
