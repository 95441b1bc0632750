"""A receipt that was confirmed: handed in once, and what a late or second tap is told."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from chatbot.dialog.contract import Outcome, Reply, Turn
from chatbot.intents import handing_in, menu, receipt_loans, receipt_words
from chatbot.models import ConfirmedReceipt


def hand_in(turn: Turn, data: Mapping[str, Any]) -> Outcome:
    """Confirmed: the job stores it. The same file once, however often that is said."""
    assert turn.partner is not None
    row, _is_new = ConfirmedReceipt.objects.get_or_create(
        attachment_id=data["file"],
        defaults={
            "partner": turn.partner,
            "loan": receipt_loans.of(turn, data),
            "amount": Decimal(data["amount"]),
            "paid_on": date.fromisoformat(data["day"]),
        },
    )
    handing_in.hand_in_soon(row)
    return Outcome((Reply("receipt_taken"),))


def tapped_late(turn: Turn) -> Outcome:
    """An answer to a question that is closed: the same button twice, or an old one. Whatever else
    is open stays so."""
    options = () if turn.is_asked else menu.options(turn)
    over = Reply("question_over", {"open": turn.is_asked}, options)
    return Outcome((kept_already(turn) or over,), beside=True)


def kept_already(turn: Turn) -> Reply | None:
    """If the picture of the button was confirmed: that it is, and its number; or that it was not
    kept."""
    rows = ConfirmedReceipt.objects.filter(attachment__message__conversation=turn.conversation)
    rows = rows.filter(attachment_id=receipt_words.about(turn))
    row = rows.first() if turn.session else None
    if row is None:
        return None
    if row.settled_at and not row.receipt_id:
        return handing_in.why_not_kept(row)
    return Reply("receipt_already", {"number": row.receipt_id or ""})
