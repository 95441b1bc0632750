"""The way to the receipts, with how many wait."""

from django.utils.translation import gettext_lazy as _

from crm.desk.registry import MenuEntry
from crm.people.models import User
from partners.models import Receipt
from partners.review import pulse

# The count beside the menu says "99+" beyond this; counting on would cost every page.
MOST_COUNTED = 100


def count_waiting(user: User) -> int:
    """Receipts nobody has decided yet, at most MOST_COUNTED."""
    waiting = Receipt.objects.visible_to(user).filter(status=Receipt.Status.PENDING)
    return waiting[:MOST_COUNTED].count()


ENTRIES = [
    MenuEntry(
        _("Receipts"),
        "partners:receipts",
        "receipt",
        "partners.review_receipt",
        count=count_waiting,
        weight=22,
        pulse=pulse.LIST,
    ),
]
