"""A document without its year, or the year without it: kept until the other comes by itself.

It is sealed with the installation's key, for no digit of who somebody is stays readable, and goes
with the open question: after a quarter of an hour, or when it is left.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from cryptography.fernet import InvalidToken

from chatbot.dialog.contract import Turn
from chatbot.dialog.login.figures import is_late_year, without_figures
from chatbot.dialog.login.signs import even
from chatbot.intents.heard import Heard
from chatbot.intents.hearing.papers import OTHER
from chatbot.intents.hearing.words import plain
from crm.fields import fernet

# What may be asked for beside the missing half, and is served to who is in.
_OF_LOANS = "account_statement", "list_loans", "loan_detail", "next_payment", "settlement"
WISHES = frozenset(
    (*_OF_LOANS, "personal_info", "ticket_status", "create_ticket", "upload_receipt")
)
# A year behind these is that of what they tell: "me cobraron mal, en 2009".
_TELL_YEARS = "create_ticket", "upload_receipt"
# In the data of a log-in.
DOCUMENT, YEAR = "sealed_document", "sealed_year"
# A year, or a birthday, where nothing else is missing: "es 1990", "del 90", "17/05/1990".
_YEAR_SAID = re.compile(
    r"\W*(?:(?:es|soy|sou|naci|nasci|nacid[oa]|nascid[oa]|el|en|em|del?|do|da|ano|anio|in|i|am|was"
    r"|born|from|it|is|the|year|mi|meu|my|si|sim|yes|ok|hola|ola|hello|fecha|dia|data|date|day"
    r"|nacimiento|nascimento|birth|cumpleanos|aniversario|birthday|of|on|e)\W+)*(?:\d{1,2}\W+(?:de\W+)?(?:\d{1,2}|[a-z]+)\W+(?:del?\W+)?)?"
    r"((?:19|20)?\d\d)(?:\W+(?:gracias|por favor|obrigad[oa]|thanks|please))?\W*"
)
LONGEST = 60
# What is wanted besides, behind the whole year, or behind "soy del 90".
_FIRST = re.compile(
    r"((?:\W*(?:soy|sou|nac[ií]|nasci)\b[^\d,;]{1,20}\d\d|.*?\d{4}))(?: [ye] | and |[.,;\n])",
    re.DOTALL | re.IGNORECASE,
)
# Or before it.
_LAST = re.compile(r".*[.,;\n]((?:\W|\b(?:naci|nasci|soy|es|en|em|del?)\b)*\d{4})\W*", re.DOTALL)
# A document in the midst of what is wanted: "quiero mi saldo, 12345678".
_NUMBER = re.compile(
    r"(?<![\w.+-])(?<!\d,)(?:\d{8}|\d\d(?P<mark>[ .-])\d{3}(?P=mark)\d{3})(?![\w-]|[.,]\d)"
)
# Right behind these it is a contract's number, or an amount; behind a loan only where it is said to
# be its number: who is asked for their document may name the loan first.
_NTH = r"(?:nro|num|numero|n\.o|no|n)\b[.:°]?"
_OF_LOAN = re.compile(
    rf"\b(?:(?:contrato|deposite|depositei|pague|paguei|transferi)(?: (?:{_NTH}|(?:es|e|el|o)\b))*"
    rf"|(?:prestamo|credito|emprestimo)(?: (?:es|e|el|o)\b)*(?: {_NTH}| (?=#))) ?#?$"
)
# Of two digits: whoever writes here was born in "30" to "99", or in "00" to "10".
OLDEST, YOUNGEST = 30, 10


def together(turn: Turn, data: Mapping[str, Any]) -> tuple[str, int | None]:
    """(document or "", year or None): what is said now, and of the rest what was said before."""
    slots, before = turn.heard.slots, _opened(data.get(DOCUMENT))
    year = slots.year or int(_opened(data.get(YEAR)) or 0)
    if before and not year and not slots.document:
        year = _year_said(turn.text) or _year_with_wish(turn)
    return slots.document or before or _document_beside(turn), year or None


def wish(turn: Turn) -> str:
    """What of their own they surely ask for in the same words; "": nothing."""
    heard = turn.heard
    return heard.intent if heard.asks_else and heard.intent in WISHES and not turn.choice else ""


def waits(turn: Turn, data: Mapping[str, Any]) -> bool:
    """Whether they ask for what nobody gets without a log-in, and gave one half before: the other
    is still missing, and nothing is asked twice."""
    half = sealed(data) or _document_beside(turn)
    return wish(turn) in _OF_LOANS and not turn.inbound.media and bool(half)


def numbers_beside(heard: Heard, text: str) -> set[str]:
    """What may be a document beside what is asked of loans; a loan's own number too: whoever takes
    one for the other shall not have theirs kept."""
    return {document for document, _before in _numbers_beside(heard, text)}


def _numbers_beside(heard: Heard, text: str) -> list[tuple[str, str]]:
    """Each with the words before it."""
    if heard.intent not in _OF_LOANS or not heard.asks_else:
        return []
    said = plain(without_figures(even(text)))
    found = ((re.sub(r"\D", "", one[0]), said[: one.start()]) for one in _NUMBER.finditer(said))
    return [(number, before) for number, before in found if not OTHER.search(before)]


def _document_beside(turn: Turn) -> str:
    """ "": there is none, or it may be one of several."""
    numbers = [] if turn.choice else _numbers_beside(turn.heard, turn.text)
    found = {number for number, before in numbers if not _OF_LOAN.search(before)}
    return found.pop() if len(found) == 1 else ""


def _year_with_wish(turn: Turn) -> int:
    """0: there is none that surely is of a birth."""
    wanted = wish(turn)
    if not wanted or (wanted in _TELL_YEARS and not _FIRST.match(turn.text)):
        return 0
    year = year_beside(turn.text)
    return 0 if is_late_year(year) else year


def year_beside(text: str) -> int:
    """A year that stands before or behind what is wanted; 0: none."""
    found = _FIRST.match(text) or _LAST.fullmatch(plain(text))
    return _year_said(found[1]) if found else 0


def _year_said(text: str) -> int:
    """0: it is none."""
    found = _YEAR_SAID.fullmatch(plain(text)) if len(text) <= LONGEST else None
    year = int(found[1]) if found else 0
    if year >= 1900:
        return year
    return 1900 + year if year >= OLDEST else 2000 + year if found and year <= YOUNGEST else 0


def kept(document: str, year: int | None) -> dict[str, str]:
    """What of these the log-in's data keep."""
    said = {DOCUMENT: document, YEAR: str(year or "")}
    return {key: fernet().encrypt(one.encode()).decode() for key, one in said.items() if one}


def sealed(data: Mapping[str, Any]) -> dict[str, Any]:
    """The halves in a log-in's data."""
    return {key: data[key] for key in (DOCUMENT, YEAR) if key in data}


def _opened(sealed: str | None) -> str:
    """ "" too for what was sealed with a key that is gone: then it is asked for again."""
    try:
        return fernet().decrypt(sealed.encode()).decode() if sealed else ""
    except InvalidToken:
        return ""
