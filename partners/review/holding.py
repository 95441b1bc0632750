"""Who has which receipt open: one officer at a time, for a few minutes that their page renews."""

from datetime import timedelta

from django.db.models import Q
from django.utils import timezone

from crm.people.models import User
from partners.models import Receipt

LEASE = timedelta(minutes=3)


def take(*, receipt: Receipt, user: User) -> bool:
    """Have it to oneself, and let go of the others; False: a colleague has it, or it is decided."""
    if not hold(receipt=receipt, user=user):
        return False
    others = Receipt.objects.filter(taken_by=user, taken_until__gt=timezone.now())
    others.exclude(pk=receipt.pk).update(taken_by=None, taken_until=None)
    return True


def hold(*, receipt: Receipt, user: User) -> bool:
    """Keep it a few minutes more, or take it again if nobody else did meanwhile."""
    now = timezone.now()
    free = Q(taken_by=None) | Q(taken_until=None) | Q(taken_until__lte=now) | Q(taken_by=user)
    open_ones = Receipt.objects.filter(free, pk=receipt.pk, status=Receipt.Status.PENDING)
    return bool(open_ones.update(taken_by=user, taken_until=now + LEASE))
