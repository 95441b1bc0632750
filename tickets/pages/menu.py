"""What the tickets hang into the sidebar, under "+" and among the settings."""

from django.db.models import Count
from django.utils.translation import gettext_lazy as _

from crm.desk.registry import MenuEntry, SettingsPage, Waiting
from crm.people.models import User
from tickets import pulse
from tickets.models import Ticket
from tickets.pages.timing import UNDER_WAY
from tickets.watching import is_pressing, pressing

# The count beside the menu says "99+" beyond this; counting on would cost every page.
MOST_COUNTED = 100


def count_waiting(user: User) -> Waiting:
    """This person's tickets that wait for us and not for their person, and of how many of them
    they are warned, each at most MOST_COUNTED; one query.

    Managers hand tickets out: what waits for them stands on the home page, and here only of what
    they are warned.
    """
    if user.sees_all():
        return Waiting(0, pressing(user).order_by()[:MOST_COUNTED].count())
    own = Ticket.objects.filter(assignee=user, status__in=UNDER_WAY).order_by()
    found = own.aggregate(count=Count("pk"), presses=Count("pk", filter=is_pressing()))
    return Waiting(min(found["count"], MOST_COUNTED), min(found["presses"], MOST_COUNTED))


ENTRIES = [
    MenuEntry(
        _("Tickets"),
        "tickets:list",
        "ticket",
        "tickets.view_ticket",
        count=count_waiting,
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
