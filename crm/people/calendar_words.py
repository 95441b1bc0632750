"""When the office opens, in the words of a chat: "mañana desde las 9:00"."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, datetime, time, timedelta
from itertools import groupby
from zoneinfo import ZoneInfo

from babel.dates import format_date, get_day_names
from django.conf import settings

from crm.people.calendar import Calendar, Span
from crm.people.hours import MIDNIGHT

# today, tomorrow, a day of this week, a later day; then from when.
WORDS = {
    "es": ("hoy", "mañana", "el {weekday}", "el {weekday} {date}", "{day} desde {hour}"),
    "pt": ("hoje", "amanhã", "{na} {weekday}", "{na} {weekday}, {date}", "{day} a partir {hour}"),
    "en": ("today", "tomorrow", "on {weekday}", "on {weekday}, {date}", "{day} from {hour}"),
}
DATES = {"es": "d 'de' MMMM", "pt": "d 'de' MMMM", "en": "MMMM d"}
WEEK = 7
# From one day to another, one after another, closed, the whole day.
SPANS = {
    "es": ("{first} a {last}", "{first} y {last}", "cerrado", "las 24 horas"),
    "pt": ("{first} a {last}", "{first} e {last}", "fechado", "24 horas"),
    "en": ("{first} to {last}", "{first} and {last}", "closed", "all day"),
}
# How far ahead, and how many days, are told that are not as usual.
AHEAD, MOST_TOLD = timedelta(days=14), 3


def opening_words(opening: datetime, now: datetime, language: str) -> str:
    """From when on somebody is there, as one says it; in Spanish where we lack the language."""
    spoken = language if language in WORDS else "es"
    today, tomorrow, this_week, later, whole = WORDS[spoken]
    zone = ZoneInfo(settings.TIME_ZONE)
    local, day = opening.astimezone(zone), opening.astimezone(zone).date()
    away = (day - now.astimezone(zone).date()).days
    form = {0: today, 1: tomorrow}.get(away, this_week if away < WEEK else later)
    said = form.format(
        # Saturday and Sunday alone are masculine there.
        na="no" if day.weekday() > 4 else "na",
        weekday=format_date(day, "EEEE", locale=spoken),
        date=format_date(day, DATES[spoken], locale=spoken),
    )
    return whole.format(day=said, hour=_hour(local, spoken))


def closing_words(closing: datetime, language: str) -> str:
    """ "hasta las 18:00"."""
    spoken = language if language in WORDS else "es"
    until = {"es": "hasta", "pt": "até", "en": "until"}[spoken]
    return f"{until} {_hour(closing.astimezone(ZoneInfo(settings.TIME_ZONE)), spoken, 'as')}"


def week_words(calendar: Calendar, language: str) -> list[dict[str, str]]:
    """The usual week, days alike together: {"days": "Lunes a viernes", "hours": "9:00–18:00"}."""
    by_hours = groupby(range(WEEK), lambda day: tuple(calendar.week.get(day, ())))
    return [
        {"days": _days(list(days), language), "hours": _hours(spans, language)}
        for spans, days in by_hours
    ]


def changed_days(calendar: Calendar, today: date, language: str) -> list[dict[str, str]]:
    """The same of the next days that are not as their weekday, each with its date."""
    spoken = language if language in SPANS else "es"
    form = "EEEE, MMMM d" if spoken == "en" else "EEEE d 'de' MMMM"
    return [
        {
            "days": _begun(format_date(day, form, locale=spoken)),
            "hours": _hours(calendar.hours_of(day), language),
        }
        for day in list(_unusual(calendar, today))[:MOST_TOLD]
    ]


def _unusual(calendar: Calendar, today: date) -> Iterator[date]:
    for ahead in range(AHEAD.days):
        day = today + timedelta(days=ahead)
        if calendar.hours_of(day) != tuple(calendar.week.get(day.weekday(), ())):
            yield day


def _days(days: Sequence[int], language: str) -> str:
    spoken = language if language in SPANS else "es"
    names = get_day_names("wide", locale=spoken)
    through, both = SPANS[spoken][:2]
    form = both if len(days) == 2 else through if len(days) > 2 else "{first}"
    return _begun(form.format(first=names[days[0]], last=names[days[-1]]))


def _hours(spans: Sequence[Span], language: str) -> str:
    closed, whole = SPANS[language if language in SPANS else "es"][2:]
    if not spans:
        return closed
    if tuple(spans) == ((MIDNIGHT, MIDNIGHT),):
        return whole
    return ", ".join(f"{_clock(opens)}–{_clock(closes)}" for opens, closes in spans)


def _begun(words: str) -> str:
    return words[:1].upper() + words[1:]


def _clock(at: time) -> str:
    return f"{at.hour}:{at:%M}"


def _hour(at: datetime, language: str, portuguese: str = "das") -> str:
    """ "las 9:00", "la 1:30": what is one o'clock is singular."""
    clock, one = f"{at.hour}:{at:%M}", at.hour == 1
    if language == "es":
        return f"{'la' if one else 'las'} {clock}"
    if language == "pt":
        return f"{portuguese.removesuffix('s') if one else portuguese} {clock}"
    return clock
