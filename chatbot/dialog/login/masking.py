"""Documents, years and codes in what is kept: struck out, wherever they stand."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from chatbot.dialog.login.figures import WORD, YEAR, secret_runs, without_figures
from chatbot.intents.hearing.papers import CUE
from chatbot.intents.hearing.words import plain

SIGN = re.compile(r"[^\W_]")
_DOCUMENT, _YEAR = r"(?<!\w)[A-Za-z]{0,4}\d[\d.\- ]{5,14}\d(?!\w)", YEAR.pattern
_LETTERED = r"(?<!\w)[A-Za-z]{1,4}\d{6,9}[A-Za-z\d]{0,8}(?!\w)"


def _near_a_year(document: str) -> re.Pattern[str]:
    return re.compile(
        rf"(?:{document}).{{1,80}}?{_YEAR}|{_YEAR}.{{1,80}}?(?:{document})", re.DOTALL
    )


# A number as long as a document, with a year of birth near it, either way round.
GIVEN = _near_a_year(_DOCUMENT)
_PAPER = f"(?:{_DOCUMENT}|{_LETTERED})"
_PAPER_AND_YEAR = _near_a_year(_PAPER)
# In plain words: "mi dni es 12345678", "soy 12345678", "dni12345678".
_SAID = re.compile(
    rf"(?:(?:{CUE.pattern}|\bsoy\b)\W{{0,3}}(?:(?:es|el|numero|nro|no|n)\b\W{{0,3}}){{0,2}}"
    rf"|\b(?=(?:dni|ruc|cpf|rut)\d)){_PAPER}"
)
# In one sentence with it: "documento de identidad 12345678", "12345678 es mi dni".
_CUED = re.compile(
    rf"(?:{CUE.pattern})[^\d.;?!¿¡]{{0,25}}{_PAPER}|{_PAPER}[^\d.,;?!¿¡]{{0,12}}(?:{CUE.pattern})"
)
# Not "nacion": a bank is called so.
_BORN = re.compile(
    r"\b(?:nac(?:i|id[oa]|imiento)?|nasc(?:i|id[oa]|imento)?|born|birth\w*)\b"
    r"|\d{1,2}[/.-]\d{1,2}[/.-]\d{2,4}"
)
_RANGE = r"\d{1,4} - \d{1,4}(?!\d)"  # of a price
_BESIDE = re.compile(rf"(?!{_RANGE}){_PAPER}\W{{1,3}}{_YEAR}|{_YEAR}\W{{1,3}}(?!{_RANGE}){_PAPER}")
# Most messages have no number at all.
_DIGITS = re.compile(r"\d")
_EITHER = re.compile(f"{_DOCUMENT}|{_YEAR}")
# A code, as people write it: "482913", "482 913", "es 482-913".
SIX_DIGITS = re.compile(r"(?<!\d)(\d{3})[ .-]?(\d{3})(?!\d)")
SHORTEST_SECRET = 4
# Within so many characters a number is said to be a document.
NEAR = 40
DOT = "•"
NOTHING: Mapping[str, str] = {}


def mask(text: str) -> str:
    """The same words with dots for every letter and digit of what has a digit in it."""
    return WORD.sub(lambda found: SIGN.sub(DOT, found[0]), text)


def mask_given(text: str) -> str:
    """The same with dots for what looks like a document and a year of birth near each other, what
    stands between them, and whatever else looks like either."""
    kept = GIVEN.sub(lambda found: mask(found[0]), text)
    return text if kept == text else _EITHER.sub(lambda found: mask(found[0]), kept)


def mask_told(text: str) -> str:
    """The same with dots for every number that is not surely a figure, for words in which somebody
    says who they are among other things."""
    pieces, last = [], 0
    for start, end in (span for run in secret_runs(text) for span in run):
        pieces += [text[last:start], mask(text[start:end])]
        last = end
    return "".join([*pieces, text[last:]])


def names_somebody(text: str) -> bool:
    """Whether a document stands near a year, none of them a figure, and beside it, with a day of
    birth, or what says that it is one."""
    if not _DIGITS.search(text):
        return False
    bare = without_figures(text)
    if _BESIDE.search(bare):
        return True
    found = _PAPER_AND_YEAR.finditer(bare)
    near = [plain(bare[max(0, one.start() - NEAR) : one.end() + NEAR]) for one in found]
    return any(_CUED.search(one) or _SAID.search(one) or _BORN.search(one) for one in near)


def names_document(text: str) -> bool:
    """Whether something is said to be somebody's document, with a year or without."""
    return bool(_DIGITS.search(text) and _SAID.search(plain(text)))


def secrets_of(text: str) -> dict[str, str]:
    """All of `text`, and the words of it that `mask` strikes out, where they can be found again,
    with what is kept of each."""
    return _found_again(text, mask(text), WORD.findall(text))


def secrets_told(text: str) -> dict[str, str]:
    """The same of what `mask_told` strikes out; numbers side by side as one too."""
    runs = list(secret_runs(text))
    words = [text[start:end] for run in runs for start, end in run]
    whole = [text[run[0][0] : run[-1][1]] for run in runs]
    return _found_again(text, mask_told(text), [*whole, *words])


def _found_again(text: str, kept: str, words: list[str]) -> dict[str, str]:
    found = {text.strip(): kept.strip()} | {word: mask(word) for word in words}
    return {one: kept for one, kept in found.items() if len(one) >= SHORTEST_SECRET}


def mask_payload(payload: Any, secrets: Mapping[str, str] = NOTHING) -> Any:
    """A stored element with what is kept of each of `secrets` in its place, and without what looks
    like a document and a year.

    Providers repeat what somebody said: in an answer to it, in an edit. Numbers, keys and names of
    things stay, so the element still says what it was.
    """
    if isinstance(payload, dict):
        return {key: mask_payload(value, secrets) for key, value in payload.items()}
    if isinstance(payload, list):
        return [mask_payload(value, secrets) for value in payload]
    return _masked(payload, secrets) if isinstance(payload, str) else payload


def _masked(text: str, secrets: Mapping[str, str]) -> str:
    for secret, kept in secrets.items():
        if secret not in text:  # most are, once the whole is struck out; a pattern costs more
            continue
        plainly = kept.replace("\\", r"\\")
        text = re.sub(rf"(?<!\w){re.escape(secret)}(?!\w)", plainly, text)
    return mask_given(text)


def mask_code(text: str) -> str:
    """The same without any number of six digits."""
    return re.sub(r"(?<!\d)\d{6}(?!\d)", lambda found: DOT * len(found[0]), text)
