"""Whether somebody says who they are, among whatever else they say."""

from __future__ import annotations

import re
from collections.abc import Iterator

from chatbot.dialog.login.figures import BORN, NAMED_DAY, YEAR, is_late_year, without_figures
from chatbot.dialog.login.signs import even
from chatbot.intents.hearing.papers import CUE
from chatbot.intents.hearing.words import MOST_CHARACTERS, plain

DOCUMENT = r"(?<!\w)[A-Za-z]{0,4}\d[\d.\- ]{5,14}\d(?!\w)"
_LETTERED = r"(?<!\w)[A-Za-z]{1,4}\d{6,9}[A-Za-z\d]{0,8}(?!\w)"
_PAPER = f"(?:{DOCUMENT}|{_LETTERED})"
# Said to be a document, whatever stands between: "12,345,678", "1234/5678", "AB-123456".
_SPACED = (
    r"(?<!\w)(?:[a-z]{1,4}[ -]?\d(?:[\W_]{0,3}\d){5,14}|\d(?:[\W_]{0,3}\d){6,14})"
    r"[a-z\d]{0,8}(?!\w)"
)
_CUE = rf"(?:{CUE.pattern}|\bd[. ]{{1,2}}n[. ]{{1,2}}i\b|\bptp\b)"
_BETWEEN = (
    r"(?:(?:e[ls]?|is|o|este|numero|number|nro|num|no|n|de|identidade?|extranjeria|electronico|azul)"
    r"\b\W{0,3}){0,5}"
)
# "mi dni es 12345678", "soy 12345678", "dni12345678", "12345678 es mi dni".
_SAID = (
    rf"(?:(?:{_CUE}|\bsoy\b)\W{{0,3}}{_BETWEEN}|\b(?=(?:dni|ruc|cpf|rut)\d)){_SPACED}"
    rf"|{_SPACED}\W{{1,3}}(?:es?|is)\s(?:el\s\w{{1,12}}\sde\s)?(?:mi|meu|my)\s(?:numero\sde\s)?{_CUE}"
)
# In one sentence with it: "el documento de Ana es 12345678", "12345678 según mi dni".
_CUED = rf"{_CUE}[^\d.;?!¿¡]{{0,25}}{_PAPER}|{_PAPER}[^\d.,;?!¿¡]{{0,12}}{_CUE}"
_DAY = r"(?<![\d/.-])\d{1,2}([/.-])\d{1,2}\1(?:\d{4}|\d\d)(?![\d/-])"
_IS_SAID = re.compile(_SAID)
_IS_CUED = re.compile(f"{_CUED}|{_SAID}")
_IS_PAPER = re.compile(_PAPER)
_DAY_OF_BIRTH = re.compile(f"{_DAY}|{NAMED_DAY.pattern}")
_SAYS_BORN = re.compile(f"{BORN}|{_DAY}|{NAMED_DAY.pattern}")
_RANGE = r"\d{1,4} - \d{1,4}(?!\d)"  # of a price
_BESIDE = re.compile(
    rf"(?!{_RANGE}){_PAPER}\W{{1,3}}({YEAR.pattern})"
    rf"|({YEAR.pattern})\W{{1,3}}(?!{_RANGE}){_PAPER}"
)
# Most messages have no number at all.
_DIGITS = re.compile(r"\d")
# Within so many characters a year is that of a document, or a number said to be one.
_NEAR, _SENTENCE = 84, 120
_OVERLAP = MOST_CHARACTERS // 2


def names_somebody(text: str) -> bool:
    """Whether a document stands near a year of birth, none of them a figure, and beside it, with a
    day of birth, or what says that it is one."""
    plainly = even(text)
    if not _DIGITS.search(plainly):
        return False
    bare = without_figures(plainly)
    beside = (one[1] or one[2] for one in _BESIDE.finditer(bare))
    return not all(map(_is_late, beside)) or any(map(_is_with_birth, _pieces(bare)))


def names_document(text: str) -> bool:
    """Whether something is said to be somebody's document, with a year or without."""
    plainly = even(text)
    if not _DIGITS.search(plainly):
        return False
    return any(map(_IS_SAID.search, _pieces(without_figures(plainly))))


def _is_late(year: str) -> bool:
    return is_late_year(int(year))


def _pieces(text: str) -> Iterator[str]:
    """In plain words, of which only so many characters are read at once."""
    for start in range(0, max(1, len(text) - _OVERLAP), MOST_CHARACTERS - _OVERLAP):
        yield plain(text[start : start + MOST_CHARACTERS])


def _is_with_birth(piece: str) -> bool:
    if any(_has_birth(_around(found, _NEAR)) for found in _IS_CUED.finditer(piece)):
        return True
    near = (_around(found, _SENTENCE) for found in _IS_PAPER.finditer(piece))
    return any(_SAYS_BORN.search(one) and _has_birth(one) for one in near)


def _has_birth(words: str) -> bool:
    return bool(_DAY_OF_BIRTH.search(words)) or not all(map(_is_late, YEAR.findall(words)))


def _around(found: re.Match[str], most: int) -> str:
    return found.string[max(0, found.start() - most) : found.end() + most]
