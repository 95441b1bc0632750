"""Documents, years and codes in what is kept: struck out, wherever they stand."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

# A word with a digit in it, and the marks within a number ("12.345.678-1990", "S-0001").
WORD = re.compile(r"[^\s,;:()]*\d[^\s,;:()]*")
SIGN = re.compile(r"[^\W_]")
# A number as long as a document, with a year of birth near it, either way round.
_DOCUMENT, _YEAR = r"(?<!\w)[A-Za-z]{0,4}\d[\d.\- ]{5,14}\d(?!\w)", r"(?<!\d)(?:19|20)\d\d(?!\d)"
GIVEN = re.compile(rf"{_DOCUMENT}.{{1,80}}?{_YEAR}|{_YEAR}.{{1,80}}?{_DOCUMENT}", re.DOTALL)
# A code, as people write it: "482913", "482 913", "es 482-913".
SIX_DIGITS = re.compile(r"(?<!\d)(\d{3})[ .-]?(\d{3})(?!\d)")
SHORTEST_SECRET = 4
DOT = "•"


def mask(text: str) -> str:
    """The same words with dots for every letter and digit of what has a digit in it."""
    return WORD.sub(lambda found: SIGN.sub(DOT, found[0]), text)


def mask_given(text: str) -> str:
    """The same with dots only for what looks like a document and a year of birth."""
    return GIVEN.sub(lambda found: mask(found[0]), text)


def secrets_of(text: str) -> list[str]:
    """All of `text`, and the words of it that `mask` strikes out, where they can be found again."""
    found = [text.strip(), *WORD.findall(text)]
    return [one for one in found if len(one) >= SHORTEST_SECRET]


def told(text: str, document: str, year: int | None) -> list[str]:
    """The words of `text` that hold this document (letters and digits alone) or its year; all that
    has a digit where the document is not one word. None of either: nothing."""
    if not document or not year:
        return []
    words = WORD.findall(text)
    holds = [word for word in words if document in "".join(SIGN.findall(word)).upper()]
    years = [word for word in words if re.search(rf"(?<!\d){year}(?!\d)", word)]
    return [*holds, *years] if holds else secrets_of(text)


def mask_told(text: str, secrets: Iterable[str]) -> str:
    """The same with dots for `secrets`, and for what looks like another document and its year."""
    return _masked(text, secrets)


def mask_payload(payload: Any, secrets: Iterable[str] = ()) -> Any:
    """A stored element without `secrets`, and without what looks like a document and a year.

    Providers repeat what somebody said: in an answer to it, in an edit. Numbers, keys and names of
    things stay, so the element still says what it was.
    """
    if isinstance(payload, dict):
        return {key: mask_payload(value, secrets) for key, value in payload.items()}
    if isinstance(payload, list):
        return [mask_payload(value, secrets) for value in payload]
    return _masked(payload, secrets) if isinstance(payload, str) else payload


def _masked(text: str, secrets: Iterable[str]) -> str:
    for secret in secrets:
        text = re.sub(rf"(?<!\w){re.escape(secret)}(?!\w)", lambda found: mask(found[0]), text)
    return mask_given(text)


def mask_code(text: str) -> str:
    """The same without any number of six digits."""
    return re.sub(r"(?<!\d)\d{6}(?!\d)", lambda found: DOT * len(found[0]), text)
