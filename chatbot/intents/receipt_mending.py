"""What puts a receipt right in few words: "perdón, 350", "no, fue el 19/11 y 350"."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

from django.utils import timezone

from chatbot.dialog.contract import Turn
from chatbot.intents import receipt_loans, receipt_words
from chatbot.intents.hearing.amounts import as_amount
from chatbot.intents.hearing.days import without_days
from chatbot.intents.hearing.loans import without_loan
from chatbot.intents.hearing.words import plain

_NUMBER = re.compile(r"(?<![\w.,/-])\d[\d.,]*(?![\w/-])")
_DENIED = re.compile(r"(?<![\w.,/-])\d[\d.,]* no\b|\bno (?:fueron |son |es |fue )?\d[\d.,]* sino\b")
_ON = re.compile(r"\b(?:el|dia|em|on|the) (\d{1,2})(?![\w.,/-]*\d|\w)")
# A number is the amount where nothing else is said beside it.
_SMALL = (
    "no nao not si sim yes perdon perdona disculpa disculpe desculpa desculpe sorry me equivoque"
    " confundi errei meant mistake ops uy es era fue fueron son foi foram eram was it were is i y e"
    " and pero mas but sino mejor pon ponle pone cambia cambialo por a to de del el la o un the of"
    " monto importe total valor amount quise decir queria dizer digo corrige make pago pague paguei"
    " paid"
)
_MEANT = frozenset(_SMALL.split())
_PAID = re.compile(
    r"\b(?:pague|paguei|paid|fueron|foram|son|cuotas?|parcelas?|installments?|monto|amount)\b"
)
_WRONG = re.compile(
    r"\b(?:mal|errad[oa]|equivocad[oa]|incorret[oa]|incorrect[oa]?|wrong|no es|nao e|is not)\b"
)


def told(turn: Turn) -> dict[str, Any]:
    """Day and amount said by a number alone, as JSON: what other facts do not say already."""
    if turn.choice or receipt_loans.ASKS.search(turn.text):
        return {}
    rest = _DENIED.sub(" ", without_loan(without_days(plain(turn.text))))
    found: dict[str, Any] = {}
    if on := _ON.search(rest):
        rest = rest[: on.start()] + rest[on.end() :]
        if day := receipt_words.last_such(int(on[1]), timezone.localdate()):
            found["day"] = day.isoformat()
    numbers = _NUMBER.findall(rest)
    if not set(re.findall(r"[a-z]+", rest)) <= _MEANT or len(numbers) > 1:
        return {}
    said = as_amount(numbers[0]) if numbers else None
    slots = replace(turn.heard.slots, amount=said)
    amount = receipt_words.amount(replace(turn, heard=replace(turn.heard, slots=slots)))
    return found | ({"amount": str(amount), "said_in": ""} if amount is not None else {})


def wrong(turn: Turn) -> str:
    """Which of them they say is wrong, where it can be asked anew: amount, day, which."""
    text = plain(turn.text)
    if turn.choice or receipt_loans.ASKS.search(text):
        return ""
    if _WRONG.search(text):
        return receipt_words.thing(turn)
    digits = any(sign.isdigit() for sign in text)
    return "amount" if digits and _PAID.search(text) else ""
