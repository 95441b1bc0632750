"""The business's calendar: when it is open, and how much working time lies between two moments.

Moments are aware datetimes of any zone; weekdays, hours and holidays are those of the business's
(settings.TIME_ZONE). A span of a day is [opens, closes): at closing time it is closed. Working
time is real time, so that a night in which the clock is put on is an hour shorter.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db.models import Q

from crm.people.hours import MIDNIGHT, OpeningHours, SpecialDay
from crm.people.models import Agency

Span = tuple[time, time]
Week = Mapping[int, tuple[Span, ...]]
MORNING, NOON_OF_SATURDAY, EVENING = time(9), time(13), time(18)
# What holds where nobody has entered anything: Monday to Friday, and Saturday's morning.
DEFAULT_WEEK: Week = {
    **dict.fromkeys(range(5), ((MORNING, EVENING),)),
    5: ((MORNING, NOON_OF_SATURDAY),),
}
DAY, MINUTE = timedelta(days=1), timedelta(minutes=1)
# An office that is shut for longer than this is taken to open then: nothing waits for ever.
HORIZON = timedelta(days=731)


def is_open(at: datetime, agency: Agency | None = None) -> bool:
    """Whether somebody is there at that moment."""
    return calendar_of(agency).is_open(at)


def next_opening(at: datetime, agency: Agency | None = None) -> datetime:
    """From when on somebody is there: `at` itself while it is open."""
    return calendar_of(agency).next_opening(at)


def add_working(at: datetime, minutes: int, agency: Agency | None = None) -> datetime:
    """The moment at which that many working minutes have passed; none have passed at `at`.

    What ends with a day's hours is due then, not at the next opening. ValueError below 0.
    """
    return calendar_of(agency).add_working(at, minutes)


def working_minutes(start: datetime, end: datetime, agency: Agency | None = None) -> int:
    """Whole working minutes between the two; 0 if the end is not after the start."""
    return calendar_of(agency).working_minutes(start, end)


def holiday(day: date) -> str:
    """The name of the country's holiday, in Spanish where it has one; "" for any other day."""
    return _holidays(settings.HOLIDAYS, day.year).get(day, "")


def holidays_after(day: date) -> dict[date, str]:
    """The country's holidays from `day` on, of this year and the next, in order."""
    years = (_holidays(settings.HOLIDAYS, year) for year in (day.year, day.year + 1))
    both = {one: name for year in years for one, name in year.items() if one >= day}
    return dict(sorted(both.items()))


@dataclass(frozen=True, slots=True)
class Calendar:
    """Hours and special days of one office, read once: for whoever asks about many moments."""

    week: Week
    special: tuple[SpecialDay, ...]
    zone: ZoneInfo

    def is_open(self, at: datetime) -> bool:
        moment = at.astimezone(UTC)
        return next(self._open_times(moment), (None,))[0] == moment

    def next_opening(self, at: datetime) -> datetime:
        moment = at.astimezone(UTC)
        opens, _closes = next(self._open_times(moment), (moment + HORIZON, None))
        return opens.astimezone(self.zone)

    def open_until(self, at: datetime) -> datetime | None:
        """When it closes next, if it is open; None: it is not, or not within a day."""
        until = at.astimezone(UTC)
        for opens, closes in self._open_times(until):
            if opens > until or until - at > DAY:
                break
            until = closes
        return until.astimezone(self.zone) if timedelta() < until - at <= DAY else None

    def add_working(self, at: datetime, minutes: int) -> datetime:
        if minutes < 0:
            raise ValueError("Working time cannot be taken back")
        moment, left = at.astimezone(UTC), minutes * MINUTE
        reached = moment
        if not left:
            return moment.astimezone(self.zone)
        for opens, closes in self._open_times(moment):
            if closes - opens >= left:
                return (opens + left).astimezone(self.zone)
            left -= closes - opens
            reached = closes
        return (reached + HORIZON).astimezone(self.zone)

    def working_minutes(self, start: datetime, end: datetime) -> int:
        worked, last = timedelta(), end.astimezone(UTC)
        for opens, closes in self._open_times(start.astimezone(UTC)):
            if opens >= last:
                break
            worked += min(closes, last) - opens
        return worked // MINUTE

    def hours_of(self, day: date) -> tuple[Span, ...]:
        """The day's spans in order; none on a day it is closed."""
        usual = self.week.get(day.weekday(), ())
        special = next((one for one in self.special if one.first <= day <= one.last), None)
        if special is None:
            return () if holiday(day) else usual
        if not special.is_open:
            return ()
        if special.opens is None or special.closes is None:
            return usual
        return ((special.opens, special.closes),)

    def _open_times(self, at: datetime) -> Iterator[tuple[datetime, datetime]]:
        """What of each span lies after `at`, in UTC, in order and apart, until none comes."""
        day = at.astimezone(self.zone).date() - DAY
        quiet, done = timedelta(), at
        while quiet <= HORIZON:
            quiet += DAY
            for opens, closes in self.hours_of(day):
                start = max(self._moment(day, opens, first=True), done)
                ends = day + DAY if closes == MIDNIGHT else day
                end = self._moment(ends, closes, first=False)
                if end > start:
                    yield start, end
                    quiet, done = timedelta(), end
            day += DAY

    def _moment(self, day: date, at: time, *, first: bool) -> datetime:
        """An hour that comes twice opens with its first and closes with its second; one that is
        left out is where it would have been.
        """
        local = datetime.combine(day, at, self.zone)
        early = local.astimezone(UTC)
        return early if first else max(early, local.replace(fold=1).astimezone(UTC))


def calendar_of(agency: Agency | None = None) -> Calendar:
    """The calendar of an agency, or of the business; two queries."""
    key = agency.pk if agency is not None else None
    return calendars_of([] if key is None else [key])[key]


def calendars_of(agencies: Collection[int]) -> dict[int | None, Calendar]:
    """By key the calendars of these agencies, and under None the business's; two queries."""
    mine = Q(agency=None) | Q(agency__in=agencies)
    weeks: dict[int | None, dict[int, list[Span]]] = {}
    for one in OpeningHours.objects.filter(mine).order_by("weekday", "opens"):
        spans = weeks.setdefault(one.agency_id, {}).setdefault(one.weekday, [])
        spans.append((one.opens, one.closes))
    special = list(SpecialDay.objects.filter(mine))
    return {key: _calendar(key, weeks, special) for key in (None, *agencies)}


def _calendar(
    key: int | None, weeks: Mapping[int | None, dict[int, list[Span]]], special: list[SpecialDay]
) -> Calendar:
    chosen = weeks.get(key) or weeks.get(None) or {}
    week = {day: tuple(spans) for day, spans in chosen.items()} or DEFAULT_WEEK
    mine = [one for one in special if one.agency_id in (None, key)]
    mine.sort(key=lambda one: (one.agency_id is None, -one.pk))
    return Calendar(week, tuple(mine), ZoneInfo(settings.TIME_ZONE))


def knows_holidays(region: str) -> bool:
    """Whether `region` is a country, or a part of one, whose holidays are known; "" is none."""
    if not region:
        return True
    import holidays

    country, _dash, part = region.upper().partition("-")
    parts = holidays.list_supported_countries().get(country)
    return parts is not None and (not part or part in parts)


@cache
def _holidays(region: str, year: int) -> Mapping[date, str]:
    """A country's holidays of a year: "PE", or a part of one, "BR-SP"; "" or unknown: none."""
    if not region:
        return {}
    # Costs a quarter of a second: whoever asks no calendar does not pay for it.
    import holidays

    country, _dash, part = region.upper().partition("-")
    try:
        known = holidays.country_holidays(country, subdiv=part or None, years=year)
        if "es" in known.supported_languages:
            known = holidays.country_holidays(
                country, subdiv=part or None, years=year, language="es"
            )
    except NotImplementedError:
        return {}
    return dict(known)
