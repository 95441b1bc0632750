"""What puts a receipt right in few words: "perdón, 350", "no, fue el 19/11 y 350"."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

from django.utils import timezone

from chatbot.dialog.contract import Turn
from chatbot.intents import paid, receipt_denials, receipt_loans, receipt_words
from chatbot.intents.hearing.amounts import as_amount
from chatbot.intents.hearing.days import (
    last_such,
    may_be_thousands,
    past_days,
    without_past_days,
)
from chatbot.intents.hearing.loans import without_loan
from chatbot.intents.hearing.polite import without_politeness
from chatbot.intents.hearing.words import plain, words_of

_NUMBER = re.compile(r"(?<![\w.,/-])\d[\d.,]*+(?![\w/-])")
# "El día 20" is a day of the month, as "el 20" is, and "el primero".
_DAY_N = re.compile(r"\bdia (?=\d{1,2}(?![\d.,/-]))")
_THE_FIRST = re.compile(r"\bel (?:primero|1ro|1ero)(?=\W*$)")
_ON = re.compile(
    r"\b(?:(?:la )?(?:fecha|dia)(?: (?:es|fue|era|foi))?(?: el)*|el|em|on|the) "
    r"(\d{1,2})(?![\w.,/-]*\d|\w)"
)
# Alone it may be a year as well as an amount.
_YEAR = re.compile(r"(?:19|20)\d\d")
DAYS_OF_A_MONTH = 31
# A number is the amount where nothing else is said beside it.
_SMALL = (
    "no nao not si sim yes perdon perdona disculpa disculpe desculpa desculpe sorry me equivoque"
    " confundi errei meant mistake ops uy es era fue fueron son foi foram eram was it were is i y e"
    " and pero mas but sino mejor pon ponle pone cambia cambialo por a to el o un the of"
    " creo que nomas exactos gracias favor xfa porfa ok oka okay bueno claro dale listo confirmo"
    " monto importe total valor amount quise decir queria dizer digo corrige make pago pague paguei"
    " paid"
)
_MEANT = frozenset(_SMALL.split())
# With these it may be a day, a loan or an amount.
_UNCLEAR = _MEANT | frozenset(("de", "del", "la", "lo", "da", "do", "al", "s"))
_PAID = re.compile(
    r"\b(?:pague|paguei|paid|fueron|foram|son|cuotas?|parcelas?|installments?|monto|amount)\b"
)
# What may stand beside a yes that changes nothing.
_HARMLESS = (
    "si sip sim yes yeah ya claro ok oka okay okey okis dale bien bueno listo perfecto exacto"
    " correcto correcta correctos correctas conforme confirmo confirmado confirmar confirmalo"
    " acuerdo asi mismo mesmo eso esta estan es son fue fueron todo todos tal cual muy de el la lo"
    " los las en del y ese esa monto importe fecha dia datos pago comprobante prestamo credito"
    " por para favor xfa porfa porfavor gracias muchas amigo amiga senor senorita"
    " proceda procede proceder guardalo envialo enviar puedes puede supuesto efectivamente"
    " afirmativo sii siii en orden pague mandalo registralo hola acepto aceptar exactamente"
    " excelente genial buenisimo orale joya beleza"
    " that is correct right all good fine it looks confirm confirmed thanks thank"
    " you certo tudo bem isso correto correta obrigado obrigada ta"
)
_AGREED = frozenset(_HARMLESS.split())
# What makes a yes of them.
_YES = re.compile(
    r"\b(?:si+p?|sim|yes|ok\w*|oki|correct[oa]?s?|corret[oa]|conforme|confirm\w*|exact\w+|certo|isso"
    r"|right|good|fine|bien|bueno|perfecto|acept\w+|excelente|genial|buenisimo|orale|joya|beleza"
    r"|orden|dale|listo|claro|tal cual)\b"
)
# "Mil" and "día" say nothing there.
_THANKS = re.compile(r"\bmil gracias\b|\b(?:buen|bom|good) (?:dia|day)\b")
# A currency alone is no thanks: only beside the sum that is known it changes nothing.
_SUM = re.compile(
    r"(?:\b(?:monto|importe|valor|total)\b:? (?:(?:es|era|fue|de) )*)?(?:\bsoles )?"
    r"(?<![\w.,/-])(\d[\d.,]*+)(?![\w/-])(?: soles?\b)?"
)
_IN_SOLES = re.compile(r"\b(?:en|son|em|in) soles\b")
_WAIT = re.compile(
    r"(?:(?:espera|ok|ya|un momento|a ver)\W+)*(?:dejame|deja|deixa|let me) (?:eu )?"
    r"(?:ver|revisar|buscar|chequear|check|see)(?:l[oa]s?)?"
    r"(?: (?:bien|el voucher|el comprobante|la foto|un rato|un momento|por favor))?"
    r"(?: y (?:ya )?(?:te|le|les) (?:l[oa]s? )?"
    r"(?:confirmo|aviso|digo|cuento|escribo|mando|envio|paso))?\W*"
)
_ERRED = re.compile(
    r"\W*(?:(?:no|uy|ay|perdon|disculpa|sorry|ups)\W+)*"
    r"(?:me (?:equivoque|confundi|enganei)|errei|my mistake)\W*"
)
# What is left of "la fecha es 21/11/2026".
_DAY_IS = re.compile(r"\b(?:la )?(?:fecha|dia) (?:es|fue|era)(?: el)*\s*$")
_SOLES = re.compile(r"\bs/\s?\.?(?=\s*\d)")


def found(turn: Turn, *, by_number: bool = True) -> dict[str, Any]:
    """Amount, day and loan as far as words say them, as JSON; `by_number`: a number alone counts,
    too. None: said, and to be asked, since it may be one of two."""
    if turn.choice:
        return {}
    text, only = receipt_denials.without_denied(plain(turn.text))
    if only:
        return {}
    turn = _saying(turn, text)
    counted = _told(turn) if by_number else {}
    if counted is None:
        # Beside it other words may say more; alone it says nothing.
        counted = {}
        if not re.search(r"[a-z]", text):
            return {}
    named = receipt_words.facts(turn) | receipt_loans.said(turn)
    differ = {key for key in counted.keys() & named.keys() if counted[key] != named[key]}
    differ -= {"said_in"}
    if len(past_days(plain(turn.text), timezone.localdate())) > 1:
        differ |= {"day"}
    if may_be_thousands(text, timezone.localdate()):
        differ |= {"amount"}
    return counted | named | dict.fromkeys(differ)


def undenied(turn: Turn) -> Turn:
    """As if what is denied had not been said."""
    text, _only = receipt_denials.without_denied(plain(turn.text))
    return turn if turn.choice else _saying(turn, text)


def _saying(turn: Turn, text: str) -> Turn:
    return turn if text == plain(turn.text) else receipt_words.saying(turn, text)


def _told(turn: Turn) -> dict[str, Any] | None:
    """Day and amount said by a number alone; None: it may be another thing."""
    if receipt_loans.ASKS.search(turn.text):
        return {}
    if may_be_thousands(plain(turn.text), timezone.localdate()):
        return None
    rest = without_loan(without_past_days(_numbered(plain(turn.text))))
    days, rest = [int(one) for one in _ON.findall(rest)], _ON.sub(" ", rest)
    numbers = _NUMBER.findall(rest)
    if len(numbers) > 1 or not _is_said_with(rest, _MEANT):
        return {}
    if _is_unclear(turn, days, numbers):
        return None
    return _day(days) | _amount(turn, numbers)


def _numbered(text: str) -> str:
    """A plain text where a day of the month stands as "el 20"."""
    return _THE_FIRST.sub("el 1", _DAY_N.sub("el ", text))


def _is_unclear(turn: Turn, days: list[int], numbers: list[str]) -> bool:
    """Whether a number may be another thing, too: a day, a year, a loan's number."""
    if any(_YEAR.fullmatch(one) for one in numbers):
        return True
    bare = [int(one) for one in numbers if one.isdecimal()]
    if any(one <= DAYS_OF_A_MONTH for one in bare):
        return True
    return bool(days or bare) and bool({*days, *bare} & receipt_loans.digits(turn))


def _day(days: list[int]) -> dict[str, Any]:
    such = {last_such(one, timezone.localdate()) for one in days} - {None}
    if not such:
        return {}
    day = such.pop()
    return {"day": day.isoformat() if day and not such else None}


def _amount(turn: Turn, numbers: list[str]) -> dict[str, Any]:
    said = as_amount(numbers[0]) if numbers else None
    slots = replace(turn.heard.slots, amount=said)
    amount = receipt_words.amount(replace(turn, heard=replace(turn.heard, slots=slots)))
    return {"amount": str(amount), "said_in": ""} if amount is not None else {}


def goes_on(turn: Turn) -> bool:
    """Whether what sounds like a cancel gives nothing up: "mejor pon 350", "déjame ver", or "ya
    cancelé", which is to have paid."""
    return says_number(turn) or stays(turn) or paid.says_cancelled(turn)


def stays(turn: Turn) -> bool:
    """Whether they will look, or something is wrong: what they have said so far stays."""
    return waits(turn) or errs(turn)


def errs(turn: Turn) -> bool:
    """Whether they say that something is wrong, and not what."""
    return bool(_ERRED.fullmatch(plain(turn.text)))


def waits(turn: Turn) -> bool:
    """Whether they say that they will look."""
    return bool(_WAIT.fullmatch(plain(turn.text)))


def says_number(turn: Turn) -> bool:
    """Whether little more is said than another amount or day: "mejor pon 350" gives nothing up."""
    return not turn.choice and bool(_told(undenied(turn)))


def wrong(turn: Turn) -> dict[str, None]:
    """What they say is wrong, each to be asked anew: amount, day, loan."""
    text = plain(turn.text)
    if turn.choice or receipt_loans.ASKS.search(text):
        return {}
    return dict.fromkeys(receipt_denials.things(text)) if receipt_denials.is_wrong(text) else {}


def is_paid_unclearly(turn: Turn) -> bool:
    """Whether words speak of what was paid, with figures that are no amount: "fueron 3 cuotas"."""
    text = plain(turn.text)
    if turn.choice or not _PAID.search(text):
        return False
    return receipt_words.has_digits(_ON.sub(" ", without_loan(without_past_days(text))))


def is_unclear(turn: Turn) -> bool:
    """Whether something is put right, and nobody can say what: "no, del 26", "no es 500"."""
    if turn.choice:
        return False
    text, only = receipt_denials.without_denied(plain(turn.text))
    rest = without_loan(without_past_days(text))
    return only or (receipt_words.has_digits(rest) and _is_said_with(rest, _UNCLEAR))


def agrees(turn: Turn, data: Mapping[str, Any]) -> bool:
    """Whether a yes in words is one to all that is shown: nothing beside it, but thanks and what is
    known already, since what nobody understands may put something right."""
    if "?" in turn.text:
        return False
    if turn.heard.exact and turn.heard.intent == "affirm":
        return True
    return (receipt_words.is_sure(turn) and _is_known(turn, data)) or is_yes(turn, data)


def is_yes(turn: Turn, data: Mapping[str, Any]) -> bool:
    """Whether a yes stands there and nothing that is not known already, whatever it was heard as:
    "ok gracias", "si, son 500"."""
    return has_yes(turn) and _is_known(turn, data)


def has_yes(turn: Turn) -> bool:
    return not turn.choice and _YES.search(plain(turn.text)) is not None


def is_of_this(turn: Turn) -> bool:
    """Whether a yes is about this receipt, and may put it right: "sí, la fecha es del comprobante",
    "sí, la fecha del pago"."""
    alone = "?" not in turn.text and {*words_of(plain(turn.text))} <= _AGREED
    return has_yes(turn) and (alone or turn.heard.intent == "upload_receipt")


def _is_known(turn: Turn, data: Mapping[str, Any]) -> bool:
    """Whether nothing is said that is not known already."""
    if turn.choice or re.search(r"[?$€]", turn.text):
        return False
    rest = _without_known(_THANKS.sub("gracias", plain(turn.text)), data)
    if _IN_SOLES.search(rest) and receipt_loans.is_in_soles(turn, data):
        rest = _IN_SOLES.sub(" ", rest)
    if receipt_denials.is_left_open(rest):
        return False
    return {*without_politeness(words_of(rest))} <= _AGREED


def _without_known(text: str, data: Mapping[str, Any]) -> str:
    """A plain text without a loan, and without the amount and the day that are known."""
    amount, day = Decimal(data["amount"]), date.fromisoformat(data["day"])
    rest = _SOLES.sub(" ", without_loan(_numbered(text)))
    if past_days(rest, timezone.localdate()) == {day}:
        rest = _DAY_IS.sub(" ", without_past_days(rest))
    rest = _ON.sub(lambda one: " " if int(one[1]) == day.day else one[0], rest)
    return _SUM.sub(lambda one: " " if as_amount(one[1]) == amount else one[0], rest)


def _is_said_with(text: str, words: frozenset[str]) -> bool:
    return set(re.findall(r"[a-z]+", text)) <= words
