"""Who may play the person on the phone, and on which channels."""

from django.conf import settings
from django.db.models import Q, QuerySet

from crm.conversations.models import Channel
from crm.people.models import User

PROVIDER = "simulator"
# Besides its own, the phone speaks the language of these; dry, nothing leaves the machine.
IMITATED = ("meta",)


def may_simulate(user: User) -> bool:
    return bool(user.is_authenticated) and (
        settings.DEMO or user.has_perm("conversations.use_simulator")
    )


def channels_for(user: User) -> QuerySet[Channel]:
    """Active channels that reach nobody real. Who may play only because this is a demo stays
    off dry-run channels of real providers: such a channel may hold real conversations.
    """
    if not may_simulate(user):
        return Channel.objects.none()
    kinds = Q(provider=PROVIDER)
    if user.has_perm("conversations.use_simulator"):
        kinds |= Q(provider__in=IMITATED, mode=Channel.Mode.DRY_RUN)
    return Channel.objects.filter(kinds, is_active=True)
