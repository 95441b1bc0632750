"""What of the conversations stands on the dashboard, and beside the menu entry."""

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from chatbot.inbox.filters import in_trouble
from chatbot.inbox.visibility import conversations_for
from crm.conversations.models import Episode
from crm.desk.registry import Card
from crm.people.models import User


def cards(user: User) -> list[Card]:
    if not user.has_perm("conversations.view_conversation"):
        return []
    visible = conversations_for(user)
    waiting = visible.filter(waiting_since__isnull=False)
    page = reverse("inbox:list")
    return [
        Card(
            _("Waiting for a person"),
            waiting.filter(episode__owner=Episode.Owner.QUEUE).count(),
            f"{page}?owner=queue&waiting=yes&sort=waiting_since",
            "hourglass",
            _("Nobody has taken these conversations"),
        ),
        Card(
            _("Waiting for my answer"),
            waiting.filter(episode__human=user).count(),
            f"{page}?owner=mine&waiting=yes&sort=waiting_since",
            "message-circle",
            _("Conversations I have taken"),
        ),
        Card(
            _("Not delivered"),
            in_trouble(visible).count(),
            f"{page}?sending=trouble",
            "alert-circle",
            _("Conversations with a message that did not arrive"),
        ),
    ]


def count_waiting(user: User) -> int:
    """Conversations this person may see in which somebody waits for a person's answer."""
    waiting = conversations_for(user).filter(waiting_since__isnull=False)
    queue = waiting.filter(episode__owner=Episode.Owner.QUEUE)
    return queue.count() + waiting.filter(episode__human=user).count()
