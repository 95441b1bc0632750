"""The words on what is tapped about tickets, and what of a message are words."""

from __future__ import annotations

from chatbot.dialog.contract import Turn
from chatbot.dialog.replies import words
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


def title(turn: Turn, key: str) -> str:
    """A title of `ticket_titles`, in the person's language."""
    for line in words("ticket_titles", turn.contact.spoken, {}).splitlines():
        name, _equals, shown = line.partition("=")
        if name.strip() == key:
            return shown.strip()
    return key


def written(turn: Turn) -> str:
    """What they wrote, beside a picture too; "" for what has no words of theirs."""
    return "" if turn.inbound.kind in WORDLESS else turn.text
