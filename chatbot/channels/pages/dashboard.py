"""What of the channels stands on the dashboard: those that do not work."""

from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from chatbot.channels.pages.standing import Standing, standings
from crm.conversations.models import Channel
from crm.desk.registry import Card
from crm.people.models import User


def cards(user: User) -> list[Card]:
    """One for each active channel that is stopped or red, for those who see channels."""
    if not user.has_perm("conversations.view_channel"):
        return []
    broken = Q(stopped_at__isnull=False) | Q(health=Channel.Health.RED)
    found = list(Channel.objects.filter(broken, is_active=True).order_by("name", "pk"))
    waiting = standings() if found else {}
    return [_card(channel, waiting.get(channel.pk, Standing()).waiting) for channel in found]


def _card(channel: Channel, waiting: int) -> Card:
    queue = ngettext("%(count)d message waits", "%(count)d messages wait", waiting)
    said = [queue % {"count": waiting}, channel.last_error]
    return Card(
        _("%(channel)s does not work") % {"channel": channel.name},
        waiting,
        reverse("channels:detail", args=[channel.pk]),
        "plug-connected-x",
        ". ".join(word.rstrip(".") for word in said if word),
    )
