"""What the leads hang into the sidebar and under "+"."""

from django.utils.translation import gettext_lazy as _

from crm.desk.registry import MenuEntry
from crm.people.models import User
from leads import pulse
from leads.models import Lead

# The count beside the menu says "99+" beyond this; counting on would cost every page.
MOST_COUNTED = 100


def count_waiting(user: User) -> int:
    """New leads that nobody has taken yet, at most MOST_COUNTED."""
    waiting = Lead.objects.filter(status=Lead.Status.NEW, assigned_to=None)
    return waiting[:MOST_COUNTED].count()


ENTRIES = [
    MenuEntry(
        _("Leads"),
        "leads:list",
        "target-arrow",
        "leads.view_lead",
        count=count_waiting,
        weight=10,
        pulse=pulse.LIST,
    ),
]

NEW = [
    MenuEntry(_("Lead"), "leads:create", "target-arrow", "leads.add_lead", weight=10),
]
