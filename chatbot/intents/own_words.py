"""What of a message are words of the person's own."""

from __future__ import annotations

from chatbot.dialog.contract import Turn
from crm.conversations.models import Message

WORDLESS = (
    Message.Kind.AUDIO,
    Message.Kind.VIDEO,
    Message.Kind.STICKER,
    Message.Kind.REACTION,
    Message.Kind.LOCATION,
    Message.Kind.CONTACTS,
    Message.Kind.UNSUPPORTED,
)


def written(turn: Turn) -> str:
    """What they wrote, beside a picture too; "" for what has no words of theirs."""
    return "" if turn.inbound.kind in WORDLESS else turn.text


def kept(turn: Turn) -> str:
    """The same as the message keeps it: without a document that has its year beside it."""
    return turn.message.text.strip() if written(turn) else ""
