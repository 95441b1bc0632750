"""What the leads hang into the sidebar and under "+"."""

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from crm.desk.registry import MenuEntry
from crm.people.models import User
from leads import pulse
from leads.models import Lead


def waiting(user: User) -> QuerySet[Lead]:
    """New leads that nobody has taken yet."""
    return Lead.objects.filter(status=Lead.Status.NEW, assigned_to=None)


ENTRIES = [
    MenuEntry(
        _("Leads"),
        "leads:list",
        "target-arrow",
        "leads.view_lead",
        waiting=waiting,
        weight=10,
        pulse=pulse.LIST,
    ),
]

NEW = [
    MenuEntry(_("Lead"), "leads:create", "target-arrow", "leads.add_lead", weight=10),
]
