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
    """And nobody has said anything since but the bot."""
    if not turn.topic.get(TOLD) or not turn.topic.get(PROPERTY):
        return False
    since = turn.conversation.messages.filter(pk__gt=turn.topic[TOLD]).exclude(pk=turn.message.pk)
    return not since.exclude(author=Message.Author.BOT).exists()


def said_last(turn: Turn) -> bool:
    """Whether the last thing that was said to them was in this talk: not what a colleague asks, nor
    what became of a receipt."""
    said = turn.conversation.messages.filter(direction=Message.Direction.OUT).order_by("-id")
    return said.values_list("author", flat=True).first() in (None, Message.Author.BOT)


def just_offered(turn: Turn) -> bool:
    """Whether a yes is one to "¿quieres agendar una visita?"."""
    return not turn.choice and bool(turn.topic.get(OFFERED)) and just_told(turn)
