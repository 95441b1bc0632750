"""The board: a column for each status of what is not closed, moved by hand."""

from __future__ import annotations

from dataclasses import dataclass

from django.http import HttpResponse, QueryDict
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_GET

from crm.desk.access import DeskRequest, permitted
from crm.desk.pulse import current_versions
from crm.desk.saved import shown_views
from tickets import pulse
from tickets.models import Ticket
from tickets.pages.filters import BoardFilter
from tickets.pages.lists import TicketList
from tickets.pages.tables import with_names
from tickets.pages.timing import Left, next_dues

COLUMNS = (
    Ticket.Status.NEW,
    Ticket.Status.OPEN,
    Ticket.Status.WAITING,
    Ticket.Status.RESOLVED,
)
SHOWN = 15  # cards of a column; the list has the others


@dataclass(frozen=True)
class Way:
    """Where a card can go."""

    status: str
    label: str


@dataclass(frozen=True)
class BoardCard:
    ticket: Ticket
    due: Left | None
    ways: list[Way]


@dataclass(frozen=True)
class Column:
    status: str
    label: str
    cards: list[BoardCard]
    more_url: str  # the list with all of them; blank: they are all here


@require_GET
@permitted("tickets.view_ticket")
def board(request: DeskRequest) -> HttpResponse:
    """The list's filters without the status; htmx asks for the columns anew."""
    if request.htmx and request.headers.get("HX-Target") == "board":
        return board_part(request)
    return render(request, "tickets/board.html", _context(request, request.GET))


def board_part(request: DeskRequest) -> HttpResponse:
    """The columns alone; the filters are those of the address the page stands at."""
    asked = request.GET
    if request.method == "POST":
        address = request.htmx.current_url or ""
        asked = QueryDict(address.partition("?")[2].partition("#")[0][:2000])
    response = render(request, "tickets/board.html#board", _context(request, asked))
    here = f"{request.path}?{asked.urlencode()}" if asked else request.path
    if request.method == "GET" and request.htmx.current_url_abs_path != here:
        response["HX-Push-Url"] = here
    return response


def _context(request: DeskRequest, asked: QueryDict) -> dict[str, object]:
    # Asked before the rows, so that a change in between is news and not lost.
    version = current_versions(request.user, {pulse.LIST: ""}).get(pulse.LIST, "")
    visible = with_names(Ticket.objects.visible_to(request.user))
    found = BoardFilter(asked, queryset=visible, request=request)
    rows = {one: list(found.qs.filter(status=one).order_by(*_order(one))[: SHOWN + 1])
            for one in COLUMNS}  # fmt: skip
    dues = next_dues(ticket for column in rows.values() for ticket in column[:SHOWN])
    may = request.user.has_perm("tickets.change_ticket")
    return {
        "columns": [_column(one, tickets, dues, asked, may) for one, tickets in rows.items()],
        "filterset": found,
        "version": version,
        "pulse": pulse.LIST,
        "here": f"?{asked.urlencode()}" if asked else "",
        "may_change": may,
        # The list's own: what is kept there is at hand here, and the other way round.
        "page": {"saved": TicketList.saved},
        "saved_views": shown_views(TicketList.saved, request.user, f"?{asked.urlencode()}"),
    }


def _order(status: str) -> tuple[str, ...]:
    """What is due first on top; of what is resolved the latest."""
    return (
        ("-resolved_at", "-id")
        if status == Ticket.Status.RESOLVED
        else (
            "resolution_due_at",
            "id",
        )
    )


def _column(
    status: Ticket.Status,
    tickets: list[Ticket],
    dues: dict[int, Left | None],
    asked: QueryDict,
    may: bool,
) -> Column:
    ways = [Way(one.value, str(one.label)) for one in COLUMNS if one != status and may]
    # What was answered never becomes new again.
    ways = [one for one in ways if one.status != Ticket.Status.NEW]
    query = asked.copy()
    query["status"] = status.value
    more = f"{reverse('tickets:list')}?{query.urlencode()}" if len(tickets) > SHOWN else ""
    cards = [BoardCard(one, dues.get(one.pk), ways) for one in tickets[:SHOWN]]
    return Column(status.value, str(status.label), cards, more)
