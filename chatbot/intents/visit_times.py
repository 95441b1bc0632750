"""When somebody would come: "el martes a las 4", "mañana 10:30", "el 24 en la tarde"."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, time, timedelta
from typing import Any

from chatbot.intents.hearing.days import MONTHS, find_day
from chatbot.intents.hearing.words import plain

GREETING = re.compile(
    r"\b(?:buen[oa]s?\s+(?:dias?|tardes?|noches?)|bom\s+dia|boa\s+(?:tarde|noite)"
    r"|good\s+(?:morning|afternoon|evening|night))\b"
)
# In Portuguese they are also ordinals and houses: "na segunda", "quinta-feira".
_EACH_WEEKDAY = (
    r"lunes|monday|(?:(?<=na )segunda|segunda(?=[- ]feira))",
    r"martes|tuesday|(?:(?<=na )terca|terca(?=[- ]feira))",
    r"miercoles|wednesday|(?:(?<=na )quarta|quarta(?=[- ]feira))",
    r"jueves|thursday|(?:(?<=na )quinta|quinta(?=[- ]feira))",
    r"viernes|friday|(?:(?<=na )sexta|sexta(?=[- ]feira))",
    r"sabados?|saturday",
    r"domingos?|sunday",
)
_WEEKDAY = re.compile("|".join(rf"\b({one})\b" for one in _EACH_WEEKDAY))
WEEKDAYS = "|".join(_EACH_WEEKDAY)
_ANY_DAY = re.compile(
    rf"\b(?:{WEEKDAYS}|hoy|hoje|today|pasado manana|amanha|tomorrow"
    r"|(?<!\bla )(?<!\besta )(?<!\bde )manana)\b"
)
_EITHER = re.compile(r"\b(?:o|u|ou|or|y|e|and|ni|nem|al?|hasta|ate|to)\s+(?:el |na |on )?$")
_NEXT_WEEK = re.compile(
    r"(?:proxima|otra|siguiente) semana|semana (?:que viene|proxima|que vem)|next week"
)
_AFTER_WEEKDAY = re.compile(
    r"(?:[- ]feira)?,? (?:el |dia )?(\d{1,2})(?![\d:/.-]|\s*(?:[ap]\.?m|h))"
)
_DAY = re.compile(
    r"\b(?:el|dia|the) (?:dia )?(\d{1,2})(?:st|nd|rd|th)?\b"
    r"(?!\s*(?:[:/.-]\d|[ap]\.?m|h\b|hs\b|de la))"
)
_COUNTED = {
    name: at
    for at, names in enumerate(
        (
            "una um one", "dos duas two", "tres three", "cuatro quatro four", "cinco five",
            "seis six", "siete sete seven", "ocho oito eight", "nueve nove nine", "diez dez ten",
            "once onze eleven", "doce doze twelve",
        ),
        1,
    )
    for name in names.split()
}  # fmt: skip
_NUMBER = rf"(\d{{1,2}}|{'|'.join(_COUNTED)})"
_HALF = r"(?:[:.h](\d{2})|\s+(?:y|e)\s+(media|meia|cuarto|15|[2-5][05]))?"
_HALF_DAY = r"\s*([ap])\.?\s?m\b\.?"
_HOURS = (
    re.compile(rf"(?<![\d.:/])(\d{{1,2}})(?:[:.](\d{{2}}))?{_HALF_DAY}"),
    re.compile(rf"\b(?:a las?|as|at|las|tipo|sobre las|entre las?) {_NUMBER}\b{_HALF}(?![\d/])"),
    re.compile(r"(?<![\d.:/])(\d{1,2})[:h](\d{2})(?![\d:/])"),
    re.compile(r"(?<![\d.:/])(\d{1,2})\s*(?:h|hs|hrs|o'?clock)\b"),
    re.compile(r"(?<![\d.:/])([89]|1\d|2[0-3])\s*horas\b"),
)
# How long it takes: "a 2 horas de Lima".
_SPAN = re.compile(r"\b(?:an?|en|em|in|unas?|como|hace|ha|dentro de|por|cada|about|after)\s+$")
# The second of two hours: "de 3 a 5 pm", "a las 10 u 11".
_SECOND = re.compile(
    r"\b(?:las?|as|de|desde|entre|from|between|at|tipo|sobre) "
    r"(\d{1,2}(?:[:.]\d{2})?(?:\s?[ap]\.?m\.?)?"
    r"(?:\s*-\s*|\s+(?:a|o|u|ou|or|to|and|hasta)\s+|\s+(?:y|e)\s+(?!15|20)))"
    r"(?=(?:1?\d|2[0-3])(?:[:.]\d{2})?"
    r"\s*(?:[ap]\.?\s?m\b|h(?:s|rs|oras?)?\b|(?:de|en|por) la |[,;?!)]|\.?$))"
)
_BARE = re.compile(r"\W*(\d{1,2})\W*")
_NOON = re.compile(r"\b(?:mediodia|medio dia|meio[- ]dia|noon)\b")
_AFTER = re.compile(
    r"\b(?:despues de|a partir de|desde|depois d[ae]s|after|pasad[ao]s)\s*(?:a )?(?:las? )?$"
)
_BEFORE = re.compile(r"\b(?:antes de|hasta|antes d[ae]s|before)\s*(?:a )?(?:las? )?$")
_PARTS = (
    (
        re.compile(
            r"\b(?:(?:en|por|de|a|x) la manana|(?:pela|de|da) manha|mornings?|temprano|cedo"
            r"|early)\b"
        ),
        (0, 12),
    ),
    (re.compile(r"(?<!mas )\b(?:tardes?|afternoon)\b"), (13, 19)),
    (re.compile(r"\b(?:noches?|noite|evening|night)\b"), (18, 24)),
)
# What only a person can make an hour of.
_VAGUE = re.compile(
    r"\b(?:despues|antes|depois|mas tarde|cualquier\w*|qualquer|any\w*|whenever|cuando|depende\w*"
    r"|quizas?|tal vez|talvez|maybe|feriados?|fin(?:es)? de semana|finde|weekend|quincena"
    r"|menos (?:cuarto|\d+|cinco|diez|veinte)"
    r"|(?:cuarto|\d+|cinco|diez) para las?|quarter to)\b"
)
# Around a day and an hour, all of it is only that.
_AROUND = {
    *re.findall(
        r"\w+",
        "a al am as at afternoon amanha com con da das de del dia dias e el em en entonces entre es"
        " esta este feira h hoje hora horas hoy hrs hs la las lo los m manana manha mas media mejor"
        " morning na next no ok on os p para pasado pm pode podria por proxima proximo puede que"
        " seria ser si sim tarde the tipo today tomorrow viene y yes q cual cuales horario horarios"
        " tienes tienen tiene hay libre libres disponible disponibles atienden tem livre livres"
        " favor porfavor porfa gracias",
    ),
    *_COUNTED,
    *MONTHS.split("|"),
}
_ASKS_HOURS = re.compile(r"\b(?:horarios?|que horas?|horas? (?:tiene\w*|hay|libres?|livres?))\b")
_SAYS_VISIT = re.compile(r"\b(?:visitar(?:l[ao]s?)?|agend(?:ar|o|emos)|book|visita-l[ao])\b")
_COME = re.compile(
    r"\b(?:ir|visit\w*|verl[oa]s?|ver|conocer\w*|pasar\w*|cita|agend\w*|acercar\w*|come|see"
    r"|vela|ve-la|conhece\w*)\b"
)
# Words that say when: a day, a part of it, an hour. Without one a text is no answer to "when?".
_TIME = re.compile(
    r"""\b(?:\d{1,2}|lunes|martes|mi[eé]rcoles|jueves|viernes|s[aá]bados?|domingos?|hoy|ma[nñ]ana
    |tardes?|noches?|mediod[ií]a|temprano|semanas?|finde|fin(?:es)?|quincena|feriados?|horas?
    |horarios?|d[ií]as?|mes|antes|despu[eé]s|cuando|cualquiera?|segunda|ter[cç]a|quarta|quinta|sexta
    |hoje|amanh[aã]|manh[aã]s?|noites?|cedo|depois|qualquer|quando|(?:mon|tues|wednes|thurs|fri
    |satur|sun)days?|today|tomorrow|mornings?|afternoons?|evenings?|nights?|noon|week(?:end|day)?s?
    |early|later?|after|before|any(?:time)?|\d{1,2}\s*(?:[ap]m|h|hs|hrs|h\d\d))\b""",
    re.IGNORECASE | re.VERBOSE,
)
LAST_OF_NIGHT = 7  # an hour up to this one is of the afternoon, where nobody says which


@dataclass(frozen=True, slots=True)
class When:
    """What was said; None: nothing. `hours`: not before the first, and before the second.
    `without`: the day that shall not be."""

    day: date | None = None
    hour: time | None = None
    hours: tuple[int, int] | None = None
    vague: bool = False
    without: date | None = None

    @property
    def says_something(self) -> bool:
        return bool(self.day or self.hour or self.hours or self.without) and not self.vague

    @classmethod
    def of(cls, data: Mapping[str, Any]) -> When:
        """As `as_data` kept it."""
        day = date.fromisoformat(data["day"]) if data.get("day") else None
        hour = time.fromisoformat(data["hour"]) if data.get("hour") else None
        return cls(day=day, hour=hour)

    def as_data(self) -> dict[str, str]:
        kept = {"day": self.day.isoformat() if self.day else ""}
        kept["hour"] = f"{self.hour:%H:%M}" if self.hour else ""
        return {key: value for key, value in kept.items() if value}

    def fits(self, hour: int) -> bool:
        return self.hours is None or self.hours[0] <= hour < self.hours[1]


def read_when(text: str, today: date, *, asked: bool = False) -> When:
    """Never raises. `asked`: when is just what was asked for, so that "10" is an hour."""
    said = GREETING.sub(" ", plain(text))
    day, agrees = _day(said, today)
    part = next((hours for word, hours in _PARTS if word.search(said)), None)
    hour, hours = _hour(said, part, asked)
    rest = said if hours is None else ""
    return When(
        day=day,
        hour=hour if agrees else None,
        hours=hours or (part if hour is None else None),
        vague=bool(_VAGUE.search(rest)) or _names_two(said),
    )


def says_when(text: str) -> bool:
    return _TIME.search(GREETING.sub("", text)) is not None


def asks_visit(text: str) -> bool:
    return _SAYS_VISIT.search(plain(text)) is not None


def would_come(text: str, today: date) -> bool:
    """Whether somebody says that they would visit it, or that they would see it and when."""
    said = plain(text)
    if _SAYS_VISIT.search(said):
        return True
    if not _COME.search(said):
        return False
    when = read_when(text, today)
    return when.day is not None or when.hour is not None


def is_a_time(text: str, today: date, *, part: bool = False) -> bool:
    """Whether the words say a day and an hour, or ask for the hours of a day, and nothing else;
    `part`: a day alone is enough, or an hour."""
    when, said = read_when(text, today), plain(text)
    whole = when.day is not None and (when.hour is not None or bool(_ASKS_HOURS.search(said)))
    if not whole and not (part and when.says_something):
        return False
    rest = _WEEKDAY.sub(" ", said)
    return all(word in _AROUND for word in re.findall(r"[a-z]+", rest))


def is_next_week(text: str) -> bool:
    """Whether the words say that, and nothing else."""
    rest, found = _NEXT_WEEK.subn(" ", plain(text))
    return bool(found) and all(word in _AROUND for word in re.findall(r"[a-z]+", rest))


def days_named(text: str) -> int:
    return len({found[0] for found in _ANY_DAY.finditer(text)})


def _names_two(said: str) -> bool:
    """ "El martes o el jueves", "lunes a viernes"."""
    found = list(_ANY_DAY.finditer(said))
    return any(_EITHER.search(said[: one.start()]) for one in found[1:])


def _day(said: str, today: date) -> tuple[date | None, bool]:
    """The day, and whether its weekday and its number are of one day. Of two the last: "no el
    martes, mejor el jueves"."""
    weekday = next(reversed(list(_WEEKDAY.finditer(said))), None)
    named, _wrong = find_day(said, today)
    if weekday is None:
        number = _DAY.search(said)
        return named or (_next_numbered(int(number[1]), today) if number else None), True
    at = next(place for place, one in enumerate(weekday.groups()) if one)
    number = _AFTER_WEEKDAY.match(said, weekday.end())
    if named is None and number:
        named = _next_numbered(int(number[1]), today)
    if named is not None and named.weekday() != at and _is_in_words(said, named, today):
        named = None  # "no podré mañana, ¿puede ser el miércoles?"
    if named is not None:
        return named, named.weekday() == at
    if _NEXT_WEEK.search(said):
        return today + timedelta(7 - today.weekday() + at), True
    return today + timedelta((at - today.weekday()) % 7 or 7), True


def _is_in_words(said: str, day: date, today: date) -> bool:
    """ "Mañana", where "el 24" is in figures."""
    return find_day(re.sub(r"\d+", " ", said), today)[0] == day


def _next_numbered(number: int, today: date) -> date | None:
    days = (today + timedelta(away) for away in range(62))
    return next((day for day in days if day.day == number), None)


def _hour(
    said: str, part: tuple[int, int] | None, asked: bool
) -> tuple[time | None, tuple[int, int] | None]:
    """The hour; or the hours between which it shall be, as where two are named."""
    found = _hours(said, part, asked)
    if not found:
        return (time(12), None) if _NOON.search(said) else (None, None)
    first, last = min(found.values()), max(found.values())
    if first != last:
        return None, (first.hour, last.hour + 1)
    before = said[: min(found)]
    if _AFTER.search(before):
        return None, (first.hour, 24)
    if _BEFORE.search(before):
        return None, (0, first.hour)
    return first, None


def _hours(said: str, part: tuple[int, int] | None, asked: bool) -> dict[int, time]:
    """Each by where its digits stand: "a las 10 pm" is one, as the first pattern reads it."""
    said = _SECOND.sub(r"a las \1a las ", said)
    found: dict[int, time] = {}
    for pattern in _HOURS:
        for match in pattern.finditer(said):
            hour = _meant(match, part)
            if hour is not None and not _is_span(pattern, match):
                found.setdefault(match.start(1), hour)
    if not found and asked and (alone := _BARE.fullmatch(said)):
        hour = _meant(alone, part)
        return {0: hour} if hour is not None else {}
    return found


def _is_span(pattern: re.Pattern[str], match: re.Match[str]) -> bool:
    return pattern in _HOURS[3:] and _SPAN.search(match.string[: match.start()]) is not None


def _meant(match: re.Match[str], part: tuple[int, int] | None) -> time | None:
    first, *others = match.groups()
    hour = _COUNTED.get(first) or int(first)
    rest = [one for one in others if one]
    minute = next((int(one) for one in rest if one.isdigit()), 0)
    minute = {"media": 30, "meia": 30, "cuarto": 15}.get(rest[0] if rest else "", minute)
    half = next((one for one in rest if one in "ap"), "")
    late = half == "p" or (not half and part in ((13, 19), (18, 24)))
    unsaid = not half and part is None
    if hour < 12 and (late or (unsaid and 0 < hour <= LAST_OF_NIGHT)):
        hour += 12
    elif hour == 12 and half == "a":
        hour = 0
    return time(hour, minute) if hour < 24 and minute < 60 else None
