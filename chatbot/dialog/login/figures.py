"""Which numbers may be kept of words in which somebody also says who they are.

Which of several numbers is the document is never sure. So only what surely is none stays: amounts
with their currency, days of the last years, numbers of loans and tickets, and short numbers that
stand by themselves. Every other word with a digit goes, and every year.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from django.utils import timezone

from chatbot.dialog.login.signs import even
from chatbot.intents.hearing.days import MONTHS

# A word with a digit in it, and the marks within a number ("12.345.678-1990", "S-0001").
# From its beginning on: else a long word without a digit is searched from each of its letters.
WORD = re.compile(r"(?<![^\s,;:()])[^\s,;:()]*\d[^\s,;:()]*")
YEAR = re.compile(r"(?<!\d)(?:19|20)\d\d(?!\d)")
_LETTER = re.compile(r"[^\W\d_]")
# Up to 9,999,999.99: a document has eight digits, or stands beside no currency.
_AMOUNT = r"(?:\d(?:[.,'’]\d{3}){2}|\d{1,3}[.,'’]\d{3}|\d{1,6})(?:[.,]\d{1,2})?"
_MONEY = r"(?:nuevos )?soles|sol|d[oó]lar(?:es)?|pesos|rea(?:is|l)|euros?|usd|pen"
_FIGURES = tuple(
    re.compile(shape, re.IGNORECASE)
    for shape in (
        rf"(?<![\w$])(?:s/\s?\.?|us\$|u\$s|r\$|\$|€|usd|pen)\s?{_AMOUNT}(?!\w)",
        rf"(?<!\w){_AMOUNT}\s?(?:{_MONEY})\b",
        r"(?<!\w)[pt](?:-\d{1,6}|\s?00\d{3,4})(?!\w)",
        r"(?<!\w)(?:pr[eé]stamo|cr[eé]dito|empr[eé]stimo|loan|ticket)\s(?:n\S{0,3}\s)?00\d{3,4}(?!\w)",
    )
)
# Part of a longer number ("S/ 12 345 678"), or beside one; in none there is a comma and a space.
_WITHIN = r"(?:(?![,;]\s)[\W_])*"
_DIGIT_BEFORE, _DIGIT_AFTER = re.compile(rf"\d{_WITHIN}$"), re.compile(rf"{_WITHIN}\d")
_BESIDE = 5
_DAY = re.compile(
    r"(?<![\w./-])(?:\d{1,2}([/.-])\d{1,2}\1(\d{4}|\d\d)|(20\d\d)-\d{1,2}-\d{1,2})(?![\w/-]|\.\d)"
)
# "17 de mayo de 1990", "17-may-90".
_OF = r"[\s/.-](?:del?[\s-])?"
NAMED_DAY = re.compile(
    rf"(?<![\w./-])\d{{1,2}}{_OF}(?:{MONTHS}|março)\.?{_OF}((?:19|20)\d\d|\d\d)(?![\w/-])",
    re.IGNORECASE,
)
# Nobody who writes here was born on a day of so many years back: that is when they paid.
_LATELY = 14
# Of numbers side by side, all together: more may be a document, however it is spaced.
_MOST_DIGITS = 5
# Not "Nación": a bank is called so.
BORN = r"\b(?:nac(?:[ií]|id[oa]|imiento)?|nasc(?:i|id[oa]|imento)?|born|birth\w*)\b"
_BORN = re.compile(rf"{BORN}[^,;]{{0,30}}$", re.IGNORECASE)
# "Soy del 85", but not "soy del 4to piso".
OF_YEAR = r"\b(?:soy|sou) (?:del?|do)(?: a[nñ]o)? ['’]?"
_OF_YEAR, _TWO_DIGITS = re.compile(f"{OF_YEAR}$", re.IGNORECASE), re.compile(r"['’]?\d\d(?!\w)")
_NEAR = 40


def without_figures(text: str) -> str:
    """The same with spaces for the digits of what surely is a figure; as long as `text`."""
    for shape in _FIGURES:
        text = shape.sub(lambda found: _blank(found) if _is_alone(found) else found[0], text)
    for shape in (_DAY, NAMED_DAY):
        text = shape.sub(lambda day: _blank(day) if _is_late(day) else day[0], text)
    return text


def words_with_digits(text: str) -> list[tuple[int, int]]:
    """Where they stand (start, end)."""
    return [word.span() for word in WORD.finditer(even(text))]


def secret_runs(text: str) -> Iterator[list[tuple[int, int]]]:
    """Where the words with digits stand that may not be kept (start, end); those side by side,
    with no letter between them, as one list. A day of birth is one word."""
    plainly = even(text)
    for run in _runs(_bare(plainly)):
        many = sum(one.isdigit() for word in run for one in word[0]) > _MOST_DIGITS
        found = [word.span() for word in run if many or _may_be_birth(word, plainly)]
        if found:
            yield found


def births(text: str) -> list[tuple[int, int]]:
    """Where what may be a year or day of birth stands (start, end), and no other number."""
    plainly = even(text)
    words = WORD.finditer(_bare(plainly))
    return [word.span() for word in words if _may_be_birth(word, plainly) and not _only_late(word)]


def _bare(plainly: str) -> str:
    """Without figures; a day is one word."""
    return NAMED_DAY.sub(lambda day: re.sub(r"\s", "-", day[0]), without_figures(plainly))


def _only_late(word: re.Match[str]) -> bool:
    return bool(YEAR.fullmatch(word[0])) and is_late_year(int(word[0]))


def is_late_year(year: int) -> bool:
    return year > timezone.localdate().year - _LATELY


def _blank(found: re.Match[str]) -> str:
    return re.sub(r"\d", " ", found[0])


def _is_alone(found: re.Match[str]) -> bool:
    before = found.string[max(0, found.start() - _BESIDE) : found.start()]
    after = found.string[found.end() : found.end() + _BESIDE]
    return not _DIGIT_BEFORE.search(before) and not _DIGIT_AFTER.match(after)


def _is_late(day: re.Match[str]) -> bool:
    written = int(day[day.lastindex or 0])
    if written >= 100:
        return is_late_year(written)
    return is_late_year(written + 2000) and written + 2000 <= timezone.localdate().year + 1


def _may_be_birth(word: re.Match[str], text: str) -> bool:
    if any(shape.search(word[0]) for shape in (YEAR, _DAY, NAMED_DAY)):
        return True
    before = text[max(0, word.start() - _NEAR) : word.start()]
    of_year = _OF_YEAR.search(before) and _TWO_DIGITS.match(word[0])
    return bool(of_year or _BORN.search(before))


def _runs(text: str) -> Iterator[list[re.Match[str]]]:
    run: list[re.Match[str]] = []
    for word in WORD.finditer(text):
        if run and _LETTER.search(text, run[-1].end(), word.start()):
            yield run
            run = []
        run.append(word)
    if run:
        yield run
