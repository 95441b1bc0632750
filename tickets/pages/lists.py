"""The list of tickets."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.http import QueryDict
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django_tables2 import Table

from crm.desk.access import DeskRequest
from crm.desk.counting import MOST_COUNTED
from crm.desk.lists import ListPage
from crm.people.models import User
from tickets import pulse
from tickets.assignment import assignable
from tickets.models import Priority, Ticket
from tickets.pages.filters import WARNED, TicketFilter
from tickets.pages.tables import TicketTable, with_names
from tickets.pages.timing import next_dues
from tickets.watching import pressing


class TicketList(ListPage):
    permission = "tickets.view_ticket"
    title = _("Tickets")
    icon = "ticket"
    table_class = TicketTable
    filterset_class = TicketFilter
    template_name = "tickets/list.html"
    pulse = pulse.LIST
    saved = "tickets"
    create_url_name = "tickets:create"
    create_label = _("New ticket")
    create_permission = "tickets.add_ticket"
    empty_title = _("Nothing is open")
    empty_text = _("What people complain of or ask for by chat appears here by itself.")

    def queryset(self, user: User) -> QuerySet[Ticket]:
        return with_names(Ticket.objects.visible_to(user))

    def table(self, rows: QuerySet[Any], params: QueryDict) -> Table:
        table = super().table(rows, params)
        assert isinstance(table, TicketTable)
        shown = list(table.page.object_list.data)
        may = self.request.user.has_perm("tickets.change_ticket")
        table.tell(next_dues(shown), may_choose=may)
        if not may:
            table.columns.hide("chosen")
        return table

    def context(self, request: DeskRequest) -> dict[str, Any]:
        user = request.user
        anybody = user.has_perm("tickets.assign_ticket")
        return super().context(request) | {
            "may_change": user.has_perm("tickets.change_ticket"),
            "people": [] if request.htmx else list(assignable()) if anybody else [user],
            "priorities": Priority.choices,
            "pressing": 0 if request.htmx else pressing(user)[:MOST_COUNTED].count(),
            "warned_url": f"{reverse('tickets:list')}?due={WARNED}",
        }
