"""In a session: what no intent was heard in."""

from __future__ import annotations

from chatbot.dialog import registry
from chatbot.dialog.contract import Outcome, Turn
from chatbot.intents import account, loans, menu, own_data, paid, picking, receipts
from chatbot.intents.hearing.words import words_of
from crm.conversations.models import Message


def beyond(turn: Turn) -> Outcome:
    """A sound or a sticker, something unreadable, wrong data, a row of the list of loans, what was
    paid or is missed, or none of these."""
    if menu.is_unheard(turn):
        return menu.cannot_listen(turn)
    if turn.inbound.kind == Message.Kind.UNSUPPORTED:
        return menu.cannot_read(turn)
    if picking.names_pdf(words_of(turn.text)):
        return account.as_document(turn)
    if mended := own_data.in_passing(turn):
        return mended
    slots = turn.heard.slots
    if slots.amount is not None and paid.is_missed(turn):
        return registry.handlers()["create_ticket"](turn)
    if slots.amount is not None and (slots.currency or slots.day) and paid.is_said(turn):
        return receipts.upload_receipt(turn)
    return loans.by_list(turn) or menu.not_understood(turn)
