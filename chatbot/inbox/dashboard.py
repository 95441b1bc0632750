"""What of the conversations stands on the dashboard, and beside the menu entry."""

from django.db.models import Q, QuerySet
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from chatbot.inbox.filters import in_trouble
from chatbot.inbox.visibility import conversations_for
from chatbot.models import InboundEvent
from crm.conversations.models import Conversation
from crm.desk.registry import Card
from crm.people.models import User

# Beyond this nobody counts: the number says "many".
MOST = 1_000


def cards(user: User) -> list[Card]:
    return [*_conversations(user), *_events(user)]


def _events(user: User) -> list[Card]:
    """What could not be handled, for those who can have it handled again."""
    if not (user.is_staff and user.has_perm("chatbot.view_inboundevent")):
        return []
    aside = InboundEvent.objects.filter(state=InboundEvent.State.ASIDE).order_by()[:MOST].count()
    if not aside:
        return []
    page = reverse("admin:chatbot_inboundevent_changelist")
    hint = _("Messages that could not be handled; look at them and try again")
    return [Card(_("Set aside"), aside, f"{page}?state__exact=aside", "alert-triangle", hint)]


def _conversations(user: User) -> list[Card]:
    if not user.has_perm("conversations.view_conversation"):
        return []
    visible = conversations_for(user)
    waiting = visible.filter(waiting_since__isnull=False)
    page = reverse("inbox:list")
    return [
        Card(
            _("Waiting for a person"),
            _count(waiting.filter(episode__human=None)),
            f"{page}?owner=queue&waiting=yes&sort=waiting_since",
            "hourglass",
            _("Nobody has taken these conversations"),
        ),
        Card(
            _("Waiting for my answer"),
            _count(waiting.filter(episode__human=user)),
            f"{page}?owner=mine&waiting=yes&sort=waiting_since",
            "message-circle",
            _("Conversations I have taken"),
        ),
        Card(
            _("Not delivered"),
            _count(in_trouble(visible)),
            f"{page}?sending=trouble",
            "alert-circle",
            _("Conversations with a message that did not arrive"),
        ),
    ]


def waiting(user: User) -> QuerySet[Conversation]:
    """Conversations this person may see in which somebody waits for a person's answer."""
    rows = conversations_for(user).filter(waiting_since__isnull=False)
    return rows.filter(Q(episode__human=None) | Q(episode__human=user))


def _most(rows: QuerySet[Conversation]) -> int:
    return rows.order_by()[:MOST].count()


def _count(rows: QuerySet[Conversation]) -> int | str:
    """How many, exactly as long as that is cheap to say."""
    counted = _most(rows)
    return counted if counted < MOST else f"{MOST:,}+"
