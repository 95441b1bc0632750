"""In a session: what no intent was heard in."""

from __future__ import annotations

from chatbot.dialog.contract import Outcome, Turn
from chatbot.intents import loans, menu
from crm.conversations.models import Message


def beyond(turn: Turn) -> Outcome:
    """A sound or a sticker, something unreadable, a row of the list of loans, or none of these."""
    if menu.is_unheard(turn):
        return menu.cannot_listen(turn)
    if turn.inbound.kind == Message.Kind.UNSUPPORTED:
        return menu.cannot_read(turn)
    return loans.by_list(turn) or menu.not_understood(turn)
