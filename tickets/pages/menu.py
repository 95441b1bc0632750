"""What the tickets hang into the sidebar, under "+" and among the settings."""

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from crm.desk.registry import MenuEntry, SettingsPage
from crm.people.models import User
from tickets import pulse
from tickets.models import Ticket
from tickets.pages.timing import UNDER_WAY
from tickets.watching import pressing


def waiting(user: User) -> QuerySet[Ticket]:
    """This person's tickets that wait for us and not for their person.

    Managers hand tickets out: what waits for them stands on the home page, and here only of what
    they are warned (`pressing`).
    """
    if user.sees_all():
        return Ticket.objects.none()
    return Ticket.objects.filter(assignee=user, status__in=UNDER_WAY)


ENTRIES = [
    MenuEntry(
        _("Tickets"),
        "tickets:list",
        "ticket",
        "tickets.view_ticket",
        waiting=waiting,
        pressing=pressing,
        weight=21,
        pulse=pulse.LIST,
    ),
]

NEW = [MenuEntry(_("Ticket"), "tickets:create", "ticket", "tickets.add_ticket", weight=21)]

SETTINGS = [
    SettingsPage(
        _("Canned replies"),
        "tickets:canned",
        "message-2-bolt",
        "tickets.change_cannedreply",
        weight=44,
        explanation=_("What is written often to people with a ticket, with their name filled in."),
    ),
    SettingsPage(
        _("Tickets' deadlines"),
        "tickets:rules",
        "alarm",
        "tickets.change_slapolicy",
        weight=46,
        explanation=_("How soon tickets are answered and resolved, by priority."),
    ),
]
