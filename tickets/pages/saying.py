"""Writing on a ticket: an answer to the person, or a note for colleagues."""

from __future__ import annotations

import json

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from crm.conversations import outreach
from crm.desk.access import DeskRequest, permitted
from crm.desk.feedback import tell
from crm.errors import DeskError
from tickets import answering, standing
from tickets.changes import ThreadChangedError
from tickets.files import stored
from tickets.models import Ticket, TicketMessage
from tickets.pages.actions import CHANGE
from tickets.pages.forms import name_of
from tickets.pages.guards import get_ticket_for, losing_is_told
from tickets.pages.record import THEN, TicketPage
from tickets.pages.seen import Seen, parsed
from tickets.pages.views import show

NOTHING = Seen(0, 0, 0)
KINDS = (TicketMessage.Kind.PUBLIC, TicketMessage.Kind.NOTE)


@require_POST
@permitted(*CHANGE)
@losing_is_told
def say(request: DeskRequest, pk: int) -> HttpResponse:
    """`kind` public or note, `text`, `files`; `then` a status that follows an answer.

    `seen` is what the page had shown when it was opened, `seen_now` what it has been shown since,
    and sends all the same. What a colleague or the person did meanwhile is shown first. `form`
    names the form, which sends once however often it comes.
    """
    ticket = get_ticket_for(request.user, pk)
    asked = request.POST
    seen = parsed(asked.get("seen_now", "")) or parsed(asked.get("seen", "")) or NOTHING
    page = TicketPage(ticket, request.user, seen=seen)
    page.text, page.kind = asked.get("text", ""), asked.get("kind", "")
    if page.kind not in KINDS:
        page.error, page.kind = _("Choose whether it is an answer or a note."), KINDS[1]
        return _refused(request, page)
    if page.has_news and not answering.was_said(ticket, name_of(request)):
        return _ask(request, page)
    try:
        entry = _send(request, page)
    except ThreadChangedError:
        fresh = TicketPage(get_ticket_for(request.user, pk), request.user, seen=seen)
        fresh.text, fresh.kind = page.text, page.kind
        return _ask(request, fresh)
    except answering.SaidAlreadyError as error:
        tell(request, str(error), level=messages.INFO)
        return _said(request, pk)
    except DeskError as error:
        page.error = str(error)
        return _refused(request, page)
    _go_on(request, ticket, entry)
    return _said(request, pk)


def _send(request: DeskRequest, page: TicketPage) -> TicketMessage:
    verb = answering.add_note if page.kind == TicketMessage.Kind.NOTE else answering.reply
    # What this person did to the ticket meanwhile is no news to them.
    with stored(request.FILES.getlist("files")) as files:
        return verb(
            ticket=page.ticket,
            by=request.user,
            text=page.text,
            seen=page.ticket.version,
            files=files,
            form=name_of(request),
        )


def _go_on(request: DeskRequest, ticket: Ticket, entry: TicketMessage) -> None:
    wanted = request.POST.get("then", "")
    if entry.kind == TicketMessage.Kind.NOTE:
        tell(request, _("The note was saved."))
        return
    sent, level = _fate(entry)
    if wanted not in THEN:
        tell(request, sent, level=level)
        return
    try:
        standing.set_status(ticket=ticket, status=wanted, by=request.user, seen=ticket.version)
    except ThreadChangedError:
        left = _("Something has just been added to the ticket: its status was left as it is.")
        tell(request, f"{sent} {left}", level=messages.WARNING)
        return
    except DeskError as error:
        tell(request, str(error), level=messages.ERROR)
        return
    moved = _("Status: %(status)s.") % {"status": ticket.get_status_display()}
    tell(request, f"{sent} {moved}", level=level)


def _fate(entry: TicketMessage) -> tuple[str, int]:
    """What becomes of an answer now, in words, and how loud they are."""
    sent = entry.sent.select_related("conversation__channel", "conversation__contact")
    gone = [outreach.goes_now(one) for one in sent]
    if all(gone):
        return _("The answer is sent."), messages.SUCCESS
    if any(gone):
        part = _("A part of the answer is kept. It goes out when the person writes again.")
        return part, messages.WARNING
    kept = _("The answer is kept. It goes out when the person writes again.")
    return kept, messages.WARNING


def _said(request: DeskRequest, pk: int) -> HttpResponse:
    ticket = get_ticket_for(request.user, pk)
    if not request.htmx:
        return redirect(ticket)
    response = show(request, TicketPage(ticket, request.user), "thread")
    response["HX-Trigger-After-Swap"] = json.dumps({"ticket-said": None})
    return response


def _ask(request: DeskRequest, page: TicketPage) -> HttpResponse:
    """What is new, and whether to send all the same; what was typed stays where it is."""
    page.asks = True
    return _refused(request, page)


def _refused(request: DeskRequest, page: TicketPage) -> HttpResponse:
    if not request.htmx:
        return show(request, page, status=422)
    response = render(request, "tickets/_ask.html", {"page": page, "ticket": page.ticket})
    response["HX-Retarget"] = "#say-ask"
    response["HX-Reswap"] = "innerHTML"
    return response
