"""Whether the message before this one was answered about a property."""

from __future__ import annotations

from chatbot.dialog.contract import PROPERTY, Turn
from crm.conversations.models import Message

# In the topic: the message that was so answered, and whether it was asked then if they would
# visit it.
TOLD, OFFERED = "told", "offered"


def told(turn: Turn, *, offered: bool) -> dict[str, object]:
    return {TOLD: turn.message.pk, OFFERED: offered}


def just_told(turn: Turn) -> bool:
    if not turn.topic.get(TOLD) or not turn.topic.get(PROPERTY):
        return False
    heard = turn.conversation.messages.filter(direction=Message.Direction.IN)
    before = heard.exclude(pk=turn.message.pk).order_by("-id").values_list("pk", flat=True)
    return bool(before.first() == turn.topic[TOLD])


def just_offered(turn: Turn) -> bool:
    """Whether a yes is one to "¿quieres agendar una visita?"."""
    return not turn.choice and bool(turn.topic.get(OFFERED)) and just_told(turn)
