"""The tickets' numbers on the home page; each leads to the list it counts."""

from django.db.models import QuerySet
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import gettext_lazy as _

from crm.desk.counting import MOST_COUNTED
from crm.desk.registry import Card, Text
from crm.people.models import User
from tickets.assignment import NOBODYS
from tickets.models import Ticket
from tickets.pages import timing
from tickets.pages.filters import LATE, MINE, NOBODY, SOON


def cards(user: User) -> list[Card]:
    """One's own that are due soon, those that are late, those nobody has."""
    if not user.has_perm("tickets.view_ticket"):
        return []
    now, visible = timezone.now(), Ticket.objects.visible_to(user).order_by()
    mine = visible.filter(timing.soon(now), assignee=user)
    late = visible.filter(timing.late(now))
    free = visible.open().filter(NOBODYS)
    return [
        _card(_("My tickets due soon"), mine, "alarm", assignee=MINE, due=SOON),
        _card(_("Overdue tickets"), late, "alert-triangle", due=LATE),
        _card(_("Nobody's tickets"), free, "ticket-off", assignee=NOBODY),
    ]


def _card(label: Text, rows: QuerySet[Ticket], icon: str, **query: str) -> Card:
    found = rows[:MOST_COUNTED].count()
    shown = found if found < MOST_COUNTED else f"{MOST_COUNTED - 1}+"
    return Card(label, shown, f"{reverse('tickets:list')}?{urlencode(query)}", icon)
