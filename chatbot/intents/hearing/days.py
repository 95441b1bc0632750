"""A day, as people write it: 2025-01-15, 03/02/2025 (day first), 15 de enero, ayer, hoy."""

from __future__ import annotations

import re
from calendar import monthrange
from collections.abc import Iterator
from datetime import date, timedelta

from chatbot.intents.hearing.tables import words

_MONTHS = (
    ("enero", "ene", "janeiro", "january", "jan"),
    ("febrero", "feb", "fevereiro", "fev", "february"),
    ("marzo", "mar", "marco", "march"),
    ("abril", "abr", "april", "apr"),
    ("mayo", "may", "maio"),
    ("junio", "jun", "junho", "june"),
    ("julio", "jul", "julho", "july"),
    ("agosto", "ago", "august", "aug"),
    ("setiembre", "septiembre", "set", "sep", "sept", "setembro", "september"),
    ("octubre", "oct", "outubro", "out", "october"),
    ("noviembre", "nov", "novembro", "november"),
    ("diciembre", "dic", "dezembro", "dez", "december", "dec"),
)
_MONTH = {name: number for number, names in enumerate(_MONTHS, 1) for name in names}
MONTHS = "|".join(sorted(_MONTH, key=len, reverse=True))
_YEAR_FIRST = re.compile(r"(?<!\d)(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})(?!\d)")
_DAY_FIRST = re.compile(r"(?<![\d.,])(\d{1,2})([-/.])(\d{1,2})\2(\d{4}|\d{2})(?!\d)")
_NAMED = re.compile(
    rf"(?<!\d)(\d{{1,2}})\s*(?:de|/|-)?\s*({MONTHS})\b\.?(?:\s*(?:del?|,|/|-)?\s*(\d{{4}})\b)?"
)
# "Noviembre 18 430" may be the 18th and 430, or many thousands, and "18 de noviembre 1 200" is
# the 18th; so no number before three more digits is the month's day.
_ALONE = r"\b(?![ ']\d{3}\b)"
_ONE, _TWO = r"(?<![\d.,])\d", r"(?<![\d.,])[0-3]\d"
_NO_DAY_BEFORE = rf"(?<!{_ONE}[ /-])(?<!{_TWO}[ /-])(?<!{_ONE} de )(?<!{_TWO} de )"
_NAMED_FIRST = re.compile(
    rf"{_NO_DAY_BEFORE}\b({MONTHS})\.? (\d{{1,2}})(?:(?:st|nd|rd|th)\b|{_ALONE})"
    r"(?:,? (\d{4})\b)?"
)
_SHORT = re.compile(
    r"(?:\b(?:el|fecha|dia|del|em|no|pague|paguei|soles|es|fue|era|foi)\b[ :]*"
    r"|^\s*|(?<=\d )(?=\d+/))"
    r"(\d{1,2})[/-](\d{1,2})(?![\d/-])"
)
# The day of a month that is not named.
_NUMBERED = re.compile(r"\bdia \d{1,2}(?![\d.,/-])")
_WORDS = (
    (re.compile(r"\b(?:anteayer|anteanoche|antier|antes de (?:ayer|anoche)|anteontem)\b"), -2),
    (re.compile(r"(?<!antes de )\b(?:ayer|ontem|yesterday|anoche)\b"), -1),
    (re.compile(r"\b(?:hoy|hoje|today|ahorita)\b"), 0),
    (re.compile(r"\b(?:pasado manana|depois de amanha)\b"), 2),
    (re.compile(r"(?<!\bla )(?<!\besta )(?<!\bmisma )(?<!\bde )\b(?:manana|amanha|tomorrow)\b"), 1),
)

# The day somebody paid: of a week the last such one, before today.
_WEEKDAYS = ("lunes", "martes", "miercoles", "jueves", "viernes", "sabado", "domingo")
_WEEKDAY = re.compile(
    rf"(?<!proximo )(?<!este )(?<!todos los )(?<!cada )\b(?:el |dia )?\b({'|'.join(_WEEKDAYS)})\b"
    r"(?: pasado)?(?! que viene| proximo|,? (?:el |dia )*\d)"
)
# "El viernes 20": that day, where it was one; else neither is taken.
_DATED = re.compile(
    rf"\b(?:el |dia )?({'|'.join(_WEEKDAYS)}),? (?:el |dia )*(\d{{1,2}}){_ALONE}"
    r"(?![\w.,/-]*\d|\w|/)(?! ?(?:s/|\$|soles|sol|dolares|usd|pesos|reais|mil|k|(?:de )?"
    rf"(?:{MONTHS}))\b)"
)
# "Ayer 21 430" may be the 21st and 430, or many thousands.
_BEFORE_THOUSANDS = re.compile(
    rf"\b({'|'.join(_WEEKDAYS)}|ayer|anteayer|anoche|antier|hoy|ontem|hoje|yesterday|today),?"
    r" ((?:el |dia )*)([12]?\d|3[01]) (?!000)\d{3}\b"
)
_MONTH_BEFORE_THOUSANDS = re.compile(
    rf"{_NO_DAY_BEFORE}\b(?:{MONTHS})\.? (?:[12]?\d|3[01]) (?!000)\d{{3}}\b"
)
# "Mes 3 430" may be that of March, "2 cuotas 1 430" is what two of them are.
_IN_A_ROW = re.compile(r"\b(?:mes|(?<!\d )cuotas) (?:1[0-2]|[1-9]) (?!000)\d{3}\b")
MOST_DAYS_AGO = 62
_THIS_DAY = re.compile(r"\besta (?:misma )?(?:manana|tarde|noche|madrugada)\b|\bhace un rato\b")
_NUMBER_WORDS = words(
    [
        "uno dos tres cuatro cinco seis siete ocho nueve diez once doce trece catorce quince",
        "dieciseis diecisiete dieciocho diecinueve veinte veintiuno veintidos veintitres",
        "veinticuatro veinticinco veintiseis veintisiete veintiocho veintinueve treinta",
    ]
)
SPELLED = {
    "primero": 1,
    "primer": 1,
    "1ro": 1,
    "1ero": 1,
    "treinta y uno": 31,
    **{word: at for at, word in enumerate(_NUMBER_WORDS, 1)},
}
_SPELLED = "|".join(sorted(SPELLED, key=len, reverse=True))
# "Veinte y uno" is not the first.
_SPELLED_DATE = re.compile(rf"(?<!\by )\b({_SPELLED})(?= de (?:{MONTHS})\b)")
_ONE_TO_SIX = ("un", "dos", "tres", "cuatro", "cinco", "seis")
_AGO = re.compile(rf"\b(?:hace|ha) (\d{{1,2}}|{'|'.join(_ONE_TO_SIX)}) dias?\b(?: atras)?")
_COUNTED = {name: at for at, name in enumerate(_ONE_TO_SIX, 1)}

_GONE = "\0"
_LED = re.compile(rf"(?:\b(?:el|del?|fecha|dia|em|no|on)\b[ :]*)*{_GONE}")


def find_day(text: str, today: date) -> tuple[date | None, str]:
    """(the day a plain text names or None, what looks like one and is none or "").

    The first day that is one wins; `today` is the business's, for "ayer" and a missing year.
    """
    wrong = ""
    for year, month, day, written in _written(text, today):
        try:
            return date(year, month, day), ""
        except ValueError:
            wrong = wrong or written
    if wrong:
        return None, wrong
    for word, days in _WORDS:
        if word.search(text):
            return today + timedelta(days), ""
    return None, ""


def past_days(text: str, today: date) -> set[date]:
    """Every day a plain text may name that was before today, or is: "el viernes", "hace 3 dias"
    among them."""
    text = _in_figures(text)
    found = {today + timedelta(days=days) for word, days in _WORDS if word.search(text)}
    for year, month, day, _as_written in _written(text, today):
        if _is_day(year, month, day):
            found.add(date(year, month, day))
    for match in _WEEKDAY.finditer(text):
        # On a Friday "el viernes" may be today, or a week ago.
        if ago := (today.weekday() - _WEEKDAYS.index(match[1])) % 7:
            found.add(today - timedelta(days=ago))
    for match in _DATED.finditer(text):
        dated = last_such(int(match[2]), today)
        if dated is not None and dated.weekday() == _WEEKDAYS.index(match[1]):
            found.add(dated)
    if _THIS_DAY.search(text):
        found.add(today)
    for match in _AGO.finditer(text):
        found.add(today - timedelta(days=_COUNTED.get(match[1]) or int(match[1])))
    return {one for one in found if one <= today}


def without_past_days(text: str) -> str:
    text = without_days(_in_figures(text))
    for shape in (_DATED, _WEEKDAY, _THIS_DAY, _AGO):
        text = shape.sub(" ", text)
    return text


def may_be_thousands(text: str, today: date) -> bool:
    """Whether a number after a day may be one of the month, or the thousands of an amount: a
    small one is so only where it is that day's own, or led by "el" ("ayer 1 200" is an amount).
    The same of a month's or an installment's number."""
    if _IN_A_ROW.search(text) or _MONTH_BEFORE_THOUSANDS.search(text):
        return True
    for name, led, number in _BEFORE_THOUSANDS.findall(text):
        such = {one.day for one in past_days(f"{name} {number}", today)}
        if led or len(number) > 1 or int(number) in such:
            return True
    return False


def last_such(number: int, today: date) -> date | None:
    """The last day of a month with this number, until today."""
    days = (today - timedelta(days=ago) for ago in range(MOST_DAYS_AGO))
    return next((one for one in days if one.day == number), None)


def _in_figures(text: str) -> str:
    """ "El cinco de noviembre" as "el 5 de noviembre"."""
    return _SPELLED_DATE.sub(lambda one: str(SPELLED[one[1]]), text)


def _is_day(year: int, month: int, day: int) -> bool:
    return year > 0 and 1 <= month <= 12 and 1 <= day <= monthrange(year, month)[1]


def _written(text: str, today: date) -> Iterator[tuple[int, int, int, str]]:
    """(year, month, day, as written) of whatever has a date's shape; it may be none."""
    if not any(one.isdigit() for one in text):
        return
    for match in _YEAR_FIRST.finditer(text):
        yield _in_time(int(match[1])), int(match[2]), int(match[3]), match[0]
    for match in _DAY_FIRST.finditer(text):
        if match[2] == "." and len(match[4]) == 2:
            continue  # 12.34.56 is anything but a day
        year = int(match[4]) + (2000 if len(match[4]) == 2 else 0)
        yield _in_time(year), int(match[3]), int(match[1]), match[0]
    for match in _NAMED.finditer(text):
        yield _named(int(match[1]), _MONTH[match[2]], match[3], today, match[0])
    for match in _NAMED_FIRST.finditer(text):
        yield _named(int(match[2]), _MONTH[match[1]], match[3], today, match[0])
    for match in _SHORT.finditer(text):
        yield _named(int(match[1]), int(match[2]), None, today, match[0].strip())


def without_days(text: str) -> str:
    """A plain text without the days in it: what is one is no amount."""
    if not any(one.isdigit() for one in text):
        return text
    for shape in (
        _YEAR_FIRST,
        _DAY_FIRST,
        _NAMED_FIRST,
        _SHORT,
        _NUMBERED,
        *(word for word, _days in _WORDS),
    ):
        text = shape.sub(_GONE, text)
    return _LED.sub(" ", _NAMED.sub(_gone, text))


def _gone(match: re.Match[str]) -> str:
    """ "S/ 50 set" and "250,50 nov" are amounts before a month."""
    cents = match.string[: match.start()].endswith((".", ","))
    return match[0] if cents or int(match[1]) > 31 else _GONE


def _in_time(year: int) -> int:
    """A year nobody means is none at all (0 is no year of a date)."""
    return year if 1900 <= year <= 2100 else 0


def _named(
    day: int, month: int, year: str | None, today: date, written: str
) -> tuple[int, int, int, str]:
    """Without a year the nearest such day is meant: in January "28/12" was last month."""
    if year is not None:
        return _in_time(int(year)), month, day, written
    away = month - today.month
    nearest = today.year + (1 if away < -6 else -1 if away > 6 else 0)
    return nearest, month, day, written
