"""Which receipt a person may see: what is not theirs to see does not exist for them."""

from django.shortcuts import get_object_or_404

from crm.people.models import User
from partners.models import Partner, Receipt


def get_receipt_for(user: User, pk: int) -> Receipt:
    """The receipt with everything its page names; Http404 outside `visible_to(user)`."""
    rows = Receipt.objects.visible_to(user).select_related(
        "partner__contact",
        "partner__officer",
        "partner__agency",
        "loan",
        "payment__loan",
        "taken_by",
        "reviewer",
    )
    return get_object_or_404(rows, pk=pk)


def get_partner_for(user: User, pk: int) -> Partner:
    rows = Partner.objects.visible_to(user).select_related("contact")
    return get_object_or_404(rows, pk=pk)
