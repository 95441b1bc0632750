"""How many receipts wait, and since when, on the home page."""

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from crm.desk.counting import MOST_COUNTED
from crm.desk.registry import Card
from crm.desk.wording import waiting as for_so_long
from crm.people.models import User
from partners.models import Receipt
from partners.review.menu import waiting


def cards(user: User) -> list[Card]:
    if not user.has_perm("partners.review_receipt"):
        return []
    count, hint = waiting(user)[:MOST_COUNTED].count(), ""
    if count:
        first = Receipt.objects.filter(status=Receipt.Status.PENDING).earliest("id")
        hint = _("longest wait: %(time)s") % {
            "time": for_so_long(timezone.now() - first.created_at)
        }
    shown = count if count < MOST_COUNTED else f"{MOST_COUNTED - 1}+"
    return [Card(_("Receipts to review"), shown, reverse("partners:receipts"), "receipt", hint)]
