"""What of a receipt is said to be wrong: "no fue el 15 sino el 19", "todo bien menos la fecha"."""

from __future__ import annotations

import re

from chatbot.intents.hearing.days import MONTHS
from chatbot.intents.receipt_loans import LOAN
from chatbot.intents.receipt_words import AMOUNT, DAY

_VERBS = r"es|son|era|eran|fue|fueron|pague|paguei|foi|foram|eram|was|were|is"
_DATE = (
    r"\d{4}[-/.]\d{1,2}[-/.]\d{1,2}|\d{1,2}[-/]\d{1,2}(?:[-/]\d{2,4})?"
    rf"|\d{{1,2}} (?:de )?(?:{MONTHS})\b(?: del? \d{{4}})?"
    r"|(?:ante)?ayer\b|hoy\b|anoche\b|antier\b|ontem\b|hoje\b|yesterday\b|today\b"
    r"|(?:lunes|martes|miercoles|jueves|viernes|sabado|domingo)\b|hace \w+ dias\b"
)
_THE = r"(?:el|the) (?:dia )?"
_SOME_DAY = rf"(?:{_THE})?(?:{_DATE})|{_THE}\d{{1,2}}(?![\d.,]*\d)"
_SOME_AMOUNT = r"(?:s/\s?\.?\s*|us\$\s*|\$\s*)?\d[\d.,]*+(?![/-]\d)"
_A_DAY, _AN_AMOUNT = re.compile(rf"\b(?:{_SOME_DAY})"), re.compile(r"(?<![\w/-])\d")
_EITHER = rf"(?:(?P<day>{_SOME_DAY})|{_SOME_AMOUNT})"
# "no fue el 15", "350, no 500"; then "500 no, 350". After a comma it is said, and not denied.
_DENIED = (
    re.compile(rf"\bno (?P<verb>(?:(?:{_VERBS}) )*){_EITHER}"),
    re.compile(rf"(?<![\w.,/-]){_EITHER},? (?P<verb>)no\s*,"),
)
_WRONG = re.compile(
    r"\b(?:mal|errad[oa]s?|equivo[cq]\w*|incorret[oa]s?|incorrect[oa]?s?|wrong|no (?:es|esta|son)"
    r"|nao (?:e|esta)|is not|menos|excepto|exceto|salvo|pero|but|except|cambi\w*|corrig\w*"
    r"|corregir|otr[oa] (?:fecha|dia|monto|importe))\b"
)
_RIGHT = re.compile(r"\b(?:bien|correct[oa]s?|corret[oa]s?|conforme|ok|right|good|certo|bem)\b")
# As an answer "ok la fecha" may begin to put it right.
_FINE = re.compile(
    r"\b(?:bien|correct[oa]s?|corret[oa]s?|conformes?|exact[oa]s?|right|good|certo|bem"
    r"|confirm\w+|ese|esa|es (?:el|la) (?:monto|importe|fecha)(?! (?:es|del|de la)\b))\b"
)
_CLAUSES = re.compile(r"[,;:.\n]|\b(?=(?:menos|excepto|exceto|salvo|pero|but|except|y|e|and) )")
_THINGS = {"amount": AMOUNT, "day": DAY, "loan": LOAN}


def without_denied(text: str) -> tuple[str, bool]:
    """The plain text without a day or an amount that is denied where another one is said; else
    whether that is all that is said of it."""
    for shape in _DENIED:
        if match := shape.search(text):
            rest = f"{text[: match.start()]} {text[match.end() :]}"
            if _says_another(rest, is_day=bool(match["day"])):
                text = rest
            elif match["verb"]:
                return text, True
    return text, False


def _says_another(rest: str, *, is_day: bool) -> bool:
    return bool(_A_DAY.search(rest) if is_day else _AN_AMOUNT.search(_A_DAY.sub(" ", rest)))


def is_wrong(text: str) -> bool:
    """Whether a plain text says that something is wrong."""
    return bool(_WRONG.search(text))


def things(text: str) -> list[str]:
    """Amount, day and loan, where a plain text speaks of them and does not say they are right."""
    clauses = [one for one in _CLAUSES.split(text) if _WRONG.search(one) or not _RIGHT.search(one)]
    return _named(" , ".join(clauses))


def is_left_open(text: str) -> bool:
    """Whether a plain text names one of them, and nothing beside it says that it is right."""
    return any(_named(one) and not _FINE.search(one) for one in re.split(r"[,;.\n]", text))


def _named(text: str) -> list[str]:
    return [name for name, shape in _THINGS.items() if shape.search(text)]
