"""What the tickets hang into the sidebar, under "+" and among the settings."""

from django.utils.translation import gettext_lazy as _

from crm.desk.registry import MenuEntry, SettingsPage
from crm.people.models import User
from tickets import pulse
from tickets.models import Ticket
from tickets.pages.timing import UNDER_WAY
from tickets.watching import pressing

# The count beside the menu says "99+" beyond this; counting on would cost every page.
MOST_COUNTED = 100


def count_waiting(user: User) -> int:
    """This person's tickets that wait for us and not for their person, at most MOST_COUNTED.

    Managers hand tickets out: what waits for them stands on the home page, and no page of theirs
    pays for a count.
    """
    if user.sees_all():
        return 0
    waiting = Ticket.objects.filter(assignee=user, status__in=UNDER_WAY)
    return waiting.order_by()[:MOST_COUNTED].count()


def count_pressing(user: User) -> int:
    """What this person is warned of, at most MOST_COUNTED: it is due soon or late."""
    return pressing(user).order_by()[:MOST_COUNTED].count()


ENTRIES = [
    MenuEntry(
        _("Tickets"),
        "tickets:list",
        "ticket",
        "tickets.view_ticket",
        count=count_waiting,
        presses=count_pressing,
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
