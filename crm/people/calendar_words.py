"""When the office opens, in the words of a chat: "mañana desde las 9:00"."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

from babel.dates import format_date
from django.conf import settings

# today, tomorrow, a day of this week, a later day; then from when.
WORDS = {
    "es": ("hoy", "mañana", "el {weekday}", "el {weekday} {date}", "{day} desde {hour}"),
    "pt": ("hoje", "amanhã", "{na} {weekday}", "{na} {weekday}, {date}", "{day} a partir {hour}"),
    "en": ("today", "tomorrow", "on {weekday}", "on {weekday}, {date}", "{day} from {hour}"),
}
DATES = {"es": "d 'de' MMMM", "pt": "d 'de' MMMM", "en": "MMMM d"}
WEEK = 7


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


def _hour(at: datetime, language: str, portuguese: str = "das") -> str:
    """ "las 9:00", "la 1:30": what is one o'clock is singular."""
    clock, one = f"{at.hour}:{at:%M}", at.hour == 1
    if language == "es":
        return f"{'la' if one else 'las'} {clock}"
    if language == "pt":
        return f"{portuguese.removesuffix('s') if one else portuguese} {clock}"
    return clock
