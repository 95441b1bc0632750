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
from chatbot.intents.hearing.words import plain
from crm.fields import fernet

# In the data of a log-in.
DOCUMENT, YEAR = "sealed_document", "sealed_year"
# A year, or a birthday, where nothing else is missing: "es 1990", "del 90", "17/05/1990".
_YEAR_SAID = re.compile(
    r"\W*(?:(?:es|soy|sou|naci|nasci|el|en|em|del?|do|ano|anio|in|i|am|was|born|from|it|is|the|year"
    r"|mi|meu|my)\W+)*(?:\d{1,2}\W+(?:de\W+)?(?:\d{1,2}|[a-z]+)\W+(?:del?\W+)?)?"
    r"((?:19|20)?\d\d)(?:\W+(?:gracias|por favor|obrigad[oa]|thanks|please))?\W*"
)
LONGEST = 40
# Of two digits: whoever writes here was born in "30" to "99", or in "00" to "10".
OLDEST, YOUNGEST = 30, 10


def together(turn: Turn, data: Mapping[str, Any]) -> tuple[str, int | None]:
    """(document or "", year or None): what is said now, and of the rest what was said before."""
    slots, before = turn.heard.slots, _opened(data.get(DOCUMENT))
    year = slots.year or int(_opened(data.get(YEAR)) or 0)
    if before and not year and not slots.document:
        year = _year_said(turn.text)
    return slots.document or before, year or None


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


def _opened(sealed: str | None) -> str:
    """ "" too for what was sealed with a key that is gone: then it is asked for again."""
    try:
        return fernet().decrypt(sealed.encode()).decode() if sealed else ""
    except InvalidToken:
        return ""
