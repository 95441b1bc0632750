"""What the bot answers where it understands no more: that it was heard, and what comes next."""

from __future__ import annotations

from chatbot.dialog.contract import PROPERTY, Outcome, Reply, Turn, option
from chatbot.intents.beyond import beyond
from crm.catalog.models import Property
from crm.conversations.models import Message

UNHEARD = (Message.Kind.AUDIO, Message.Kind.VIDEO, Message.Kind.STICKER)
MOST_CHOICES = 3


def acknowledge(turn: Turn) -> Outcome:
    if turn.session is not None and turn.captured is None:
        return beyond(turn)
    return Outcome((_reply(turn),))


def _reply(turn: Turn) -> Reply:
    captured = turn.captured
    if captured is not None and captured.property is not None:
        return Reply("interest_noted", {"property": captured.property}, promises=True)
    if turn.inbound.kind == Message.Kind.UNSUPPORTED:
        return Reply("cannot_read", promises=True)
    if turn.inbound.kind in UNHEARD:
        return Reply("cannot_listen", promises=True)
    if captured is not None and captured.is_new:
        return Reply("which_property", options=_properties(), promises=True)
    return Reply("noted", promises=True)


def _properties() -> tuple[dict[str, str], ...]:
    """The newest ones on offer, to tap on."""
    newest = Property.objects.filter(status=Property.Status.AVAILABLE).order_by("-id")
    return tuple(option(PROPERTY, one.code, one.title) for one in newest[:MOST_CHOICES])


INTENTS = {"unknown": acknowledge}
CHOICES = {PROPERTY: acknowledge}
