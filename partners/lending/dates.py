"""Due dates that keep their seed day, and the three ways of counting days."""

from datetime import date, timedelta
from enum import StrEnum

from partners.lending.errors import LendingError

MONTH_DAYS = (31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)


class Every(StrEnum):
    MONTH = "month"
    FORTNIGHT = "fortnight"
    WEEK = "week"

    @property
    def days(self) -> int:
        """The days of a regular period; a month's in 30/360."""
        return {"month": 30, "fortnight": 14, "week": 7}[self.value]


class DayCount(StrEnum):
    THIRTY_360 = "30/360"
    ACTUAL_360 = "actual/360"
    ACTUAL_365 = "actual/365"

    @property
    def year(self) -> int:
        return 365 if self is DayCount.ACTUAL_365 else 360


def last_day(year: int, month: int) -> int:
    leap = month == 2 and year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)
    return 29 if leap else MONTH_DAYS[month - 1]


def add_months(seed: date, months: int) -> date:
    """The seed's day so many months on, or the month's last day where it has no such day."""
    years, month = divmod(seed.month - 1 + months, 12)
    year, month = seed.year + years, month + 1
    day = seed.day
    return date(year, month, day if day < 29 else min(day, last_day(year, month)))


def add_periods(seed: date, every: Every, count: int) -> date:
    try:
        if every is Every.MONTH:
            return add_months(seed, count)
        return seed + timedelta(days=every.days * count)
    except (ValueError, OverflowError):
        raise LendingError("dates", "the calendar ends before the last due date") from None


def due_dates(first: date, every: Every, count: int) -> list[date]:
    """`first` and what follows: each counted from the first, so that 31 January leads over
    28 February to 31 March."""
    if every is Every.MONTH:
        return _months(first, count)
    step = timedelta(days=every.days)
    return [first + step * index for index in range(count)]


def _months(first: date, count: int) -> list[date]:
    """As add_months, in a third of the time."""
    year, month, day = first.year, first.month, first.day
    ends = [min(day, last) for last in MONTH_DAYS]
    found = []
    for _ in range(count):
        end = ends[month - 1] if month != 2 else min(day, last_day(year, 2))
        found.append(date(year, month, end))
        year, month = (year, month + 1) if month < 12 else (year + 1, 1)
    return found


def thirty_days(start: date, end: date, seed_day: int) -> int:
    """Days between two dates where every month has thirty (30E/360).

    A month too short for the seed day ends on it all the same: with due dates on the 31st, from
    31 January to 28 February are 30 days, and to 31 March 30 more.
    """
    return _thirty(end, seed_day) - _thirty(start, seed_day)


def _thirty(day: date, seed_day: int) -> int:
    number = day.day
    if number < seed_day and number == last_day(day.year, day.month):
        number = seed_day
    return day.year * 360 + day.month * 30 + min(number, 30)
