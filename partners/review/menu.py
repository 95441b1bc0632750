"""The way to the receipts, with how many wait."""

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from crm.desk.registry import MenuEntry
from crm.people.models import User
from partners.models import Receipt
from partners.review import pulse


def waiting(user: User) -> QuerySet[Receipt]:
    """Receipts nobody has decided yet."""
    return Receipt.objects.visible_to(user).filter(status=Receipt.Status.PENDING)


ENTRIES = [
    MenuEntry(
        _("Receipts"),
        "partners:receipts",
        "receipt",
        "partners.review_receipt",
        waiting=waiting,
        weight=22,
        pulse=pulse.LIST,
    ),
]
