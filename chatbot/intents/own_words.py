"""What of a message are words of the person's own."""

from __future__ import annotations

from datetime import date

from django.utils import timezone

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


def written_on(turn: Turn) -> date:
    """What is handled after midnight was written before it: "mañana" is the day after that one."""
    at = turn.inbound.at
    return timezone.localdate(min(at, turn.now) if at is not None else turn.now)


def kept(turn: Turn) -> str:
    """The same as the message keeps it: without a document that has its year beside it."""
    return turn.message.text.strip() if written(turn) else ""
