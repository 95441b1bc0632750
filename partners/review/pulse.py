"""What tells a live page that the receipts that wait have changed, or who has them open."""

from collections.abc import Iterable
from hashlib import blake2s

from django.utils import timezone

from crm.people.models import User
from partners.models import Receipt

LIST = "receipts"
# Those of the first pages, and as many as the menu counts.
SEEN = 100


def pulse(user: User, asked: Iterable[str]) -> dict[str, str]:
    """The version of "receipts"; who may not see them learns nothing."""
    if LIST not in asked or not user.has_perm("partners.view_receipt"):
        return {}
    waiting = Receipt.objects.filter(status=Receipt.Status.PENDING).order_by("id")
    now = timezone.now()
    seen = waiting.values_list("id", "taken_by", "taken_until")[:SEEN]
    # A hold that ran out is nobody's, although nothing was written since.
    words = repr([(pk, who if until and until > now else None) for pk, who, until in seen])
    return {LIST: blake2s(words.encode(), digest_size=8).hexdigest()}
