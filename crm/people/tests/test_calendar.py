"""The business's calendar: hours, holidays, special days, clocks that are changed."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.core.checks import run_checks
from hypothesis import given
from hypothesis import settings as examples
from hypothesis import strategies as st

from crm.people.calendar import (
    DEFAULT_WEEK,
    Calendar,
    add_working,
    calendar_of,
    is_open,
    next_opening,
    working_minutes,
)
from crm.people.calendar_words import closing_words, opening_words
from crm.people.models import Agency, OpeningHours, SpecialDay

LIMA = ZoneInfo("America/Lima")
pytestmark = [pytest.mark.once, pytest.mark.django_db]


@pytest.fixture(autouse=True)
def in_lima(settings):
    settings.TIME_ZONE, settings.HOLIDAYS = "America/Lima", "PE"


def lima(day, clock):
    return datetime.combine(date.fromisoformat(day), time.fromisoformat(clock), LIMA)


@pytest.fixture
def cusco():
    made = Agency.objects.create(name="Cusco")
    for opens, closes in ((time(8), time(12)), (time(15), time(19))):
        OpeningHours.objects.create(agency=made, weekday=0, opens=opens, closes=closes)
    return made


# 2026-11-20 is a Friday; 8 December, a Tuesday, is the Inmaculada, the 9th Ayacucho's battle.
@pytest.mark.parametrize(
    ("at", "opened"),
    [
        (("2026-11-20", "09:00"), True),
        (("2026-11-20", "17:59:59"), True),
        (("2026-11-20", "18:00"), False),
        (("2026-11-21", "12:59"), True),
        (("2026-11-21", "13:00"), False),
        (("2026-11-22", "10:00"), False),
        (("2026-12-08", "10:00"), False),
        (("2026-12-10", "10:00"), True),
    ],
)
def test_without_anything_entered_it_is_open_on_weekdays_and_saturday_mornings(at, opened):
    assert is_open(lima(*at)) is opened


def test_the_next_opening_is_now_while_open_and_passes_over_holidays():
    assert next_opening(lima("2026-11-20", "10:00")) == lima("2026-11-20", "10:00")
    assert next_opening(lima("2026-11-20", "07:00")) == lima("2026-11-20", "09:00")
    assert next_opening(lima("2026-11-21", "13:00")) == lima("2026-11-23", "09:00")
    assert next_opening(lima("2026-12-07", "18:30")) == lima("2026-12-10", "09:00")


def test_working_time_goes_on_where_it_stopped():
    friday = lima("2026-11-20", "17:30")
    assert add_working(friday, 30) == lima("2026-11-20", "18:00")
    assert add_working(friday, 31) == lima("2026-11-21", "09:01")
    assert add_working(friday, 30 + 240 + 60) == lima("2026-11-23", "10:00")
    assert working_minutes(friday, lima("2026-11-23", "10:00")) == 330
    assert working_minutes(lima("2026-11-23", "10:00"), friday) == 0
    with pytest.raises(ValueError, match="taken back"):
        add_working(friday, -1)


def test_an_agency_has_its_own_hours_with_a_pause_and_the_others_the_business_s(cusco):
    monday = lima("2026-11-23", "13:00")
    assert not is_open(monday, cusco) and is_open(monday)
    assert is_open(monday, Agency.objects.create(name="Piura"))
    assert next_opening(monday, cusco) == lima("2026-11-23", "15:00")
    assert add_working(lima("2026-11-23", "11:30"), 60, cusco) == lima("2026-11-23", "15:30")
    assert next_opening(lima("2026-11-23", "19:00"), cusco) == lima("2026-11-30", "08:00")


def test_closed_days_and_holidays_one_works_on(cusco):
    day, agency_s = date(2026, 11, 20), {"agency": cusco, "name": "Inventario"}
    SpecialDay.objects.create(name="Aniversario", first=day, last=day + timedelta(days=1))
    assert next_opening(lima("2026-11-20", "10:00")) == lima("2026-11-23", "09:00")
    SpecialDay.objects.create(
        name="Feria", first="2026-12-08", last="2026-12-08", is_open=True, opens="10:00",
        closes="13:00",
    )  # fmt: skip
    assert next_opening(lima("2026-12-08", "08:00")) == lima("2026-12-08", "10:00")
    assert not is_open(lima("2026-12-08", "13:00"))
    SpecialDay.objects.create(first="2026-12-09", last="2026-12-09", is_open=True, **agency_s)
    assert not is_open(lima("2026-12-09", "10:00"))
    SpecialDay.objects.create(first="2026-12-08", last="2026-12-08", **agency_s)
    assert calendar_of(cusco).hours_of(date(2026, 12, 8)) == ()


def test_without_holidays_and_with_a_country_nobody_knows_every_weekday_counts(settings):
    for region in ("", "ZZ"):
        settings.HOLIDAYS = region
        assert is_open(lima("2026-12-08", "10:00"))
    settings.HOLIDAYS = "BR-SP"
    assert not is_open(lima("2026-07-09", "10:00"))


@pytest.mark.parametrize(
    ("region", "warned"), [("PE", 0), ("br-sp", 0), ("", 0), ("PE-XX", 1), ("Perú", 1)]
)
def test_a_country_whose_holidays_nobody_knows_is_told_of(settings, region, warned):
    settings.HOLIDAYS = region
    found = run_checks(include_deployment_checks=True)
    assert len([one for one in found if one.id == "crm.W002"]) == warned


def test_an_office_that_never_opens_is_waited_for_but_not_for_ever():
    SpecialDay.objects.create(name="Cerrado", first="2020-01-01", last="2999-12-31")
    at = lima("2026-11-20", "10:00")
    assert not is_open(at) and working_minutes(at, at + timedelta(days=900)) == 0
    assert next_opening(at) > at + timedelta(days=700) and add_working(at, 5) > at


def test_when_it_closes_is_told_while_it_is_open(settings, cusco):
    assert calendar_of().open_until(lima("2026-11-20", "10:00")) == lima("2026-11-20", "18:00")
    assert calendar_of(cusco).open_until(lima("2026-11-23", "10:00")) == lima("2026-11-23", "12:00")
    assert calendar_of().open_until(lima("2026-11-20", "18:00")) is None
    round_the_clock = Calendar(ALL_NIGHT, (), LIMA)
    assert round_the_clock.open_until(lima("2026-11-20", "18:00")) is None
    # Until the holiday's midnight.
    at = lima("2026-12-07", "18:00")
    assert round_the_clock.open_until(at) == lima("2026-12-08", "00:00")


def test_a_calendar_costs_two_queries_however_much_is_asked(django_assert_num_queries):
    with django_assert_num_queries(2):
        calendar = calendar_of()
        for hours in range(200):
            calendar.add_working(lima("2026-11-20", "10:00"), hours * 60)


SANTIAGO = ZoneInfo("America/Santiago")  # put on at midnight of 6 September 2026
NEW_YORK = ZoneInfo("America/New_York")  # put back at two on 1 November 2026
ALL_NIGHT = {day: ((time(0), time(0)),) for day in range(7)}


def test_a_day_on_which_the_clock_is_changed_is_as_long_as_it_is(settings):
    settings.HOLIDAYS = ""
    put_on = Calendar(ALL_NIGHT, (), SANTIAGO)
    day = datetime(2026, 9, 5, 12, tzinfo=SANTIAGO)
    assert put_on.working_minutes(day, datetime(2026, 9, 6, 12, tzinfo=SANTIAGO)) == 23 * 60
    put_back = Calendar(ALL_NIGHT, (), NEW_YORK)
    day = datetime(2026, 10, 31, 12, tzinfo=NEW_YORK)
    assert put_back.working_minutes(day, datetime(2026, 11, 1, 12, tzinfo=NEW_YORK)) == 25 * 60


def test_in_an_hour_that_comes_twice_one_can_ask_whether_it_is_open(settings):
    settings.HOLIDAYS = ""
    night = Calendar(dict.fromkeys(range(7), ((time(1, 30), time(2)),)), (), NEW_YORK)
    twice = datetime(2026, 11, 1, 1, 45, tzinfo=NEW_YORK)
    assert night.is_open(twice) and night.is_open(twice.replace(fold=1))
    # From half past one of the first to two of the second.
    start = datetime(2026, 11, 1, tzinfo=NEW_YORK)
    assert night.working_minutes(start, start + timedelta(hours=6)) == 90


spans = st.lists(st.integers(0, 95), min_size=2, max_size=6, unique=True).map(
    lambda marks: tuple(
        (time(a // 4, a % 4 * 15), time(b // 4, b % 4 * 15))
        for a, b in zip(*[iter(sorted(marks)[: len(marks) // 2 * 2])] * 2, strict=True)
    )
)
calendars = st.builds(
    Calendar,
    st.dictionaries(st.integers(0, 6), spans, min_size=1) | st.just(DEFAULT_WEEK),
    st.just(()),
    st.sampled_from([LIMA, SANTIAGO, NEW_YORK, ZoneInfo("Australia/Lord_Howe")]),
)
seconds = st.integers(0, 2 * 365 * 24 * 3600)
moments = seconds.map(lambda past: datetime(2026, 1, 1, tzinfo=UTC) + timedelta(seconds=past))
minutes = st.integers(0, 20_000)


@examples(max_examples=150, deadline=None)
@given(calendars, moments, minutes)
def test_the_minutes_added_are_the_minutes_counted(calendar, at, added):
    due = calendar.add_working(at, added)
    assert calendar.working_minutes(at, due) == added
    # And it is the first moment of which that is true.
    assert not added or calendar.working_minutes(at, due - timedelta(microseconds=1)) < added


@examples(max_examples=150, deadline=None)
@given(calendars, moments, moments, minutes, minutes)
def test_later_and_longer_is_never_sooner(calendar, one, other, few, more):
    first, last = sorted((one, other))
    assert calendar.add_working(first, few) <= calendar.add_working(last, few)
    assert calendar.add_working(first, few) <= calendar.add_working(first, few + more)
    assert calendar.next_opening(first) <= calendar.next_opening(last)
    assert 0 <= calendar.working_minutes(first, last) <= (last - first) // timedelta(minutes=1)


@examples(max_examples=150, deadline=None)
@given(calendars, moments)
def test_at_the_next_opening_it_is_open(calendar, at):
    opening = calendar.next_opening(at)
    assert opening >= at and calendar.is_open(opening)
    assert calendar.is_open(at) == (opening == at)
    assert calendar.working_minutes(at, opening) == 0


@pytest.mark.parametrize(
    ("now", "opening", "said"),
    [
        (("2026-11-20", "13:10"), ("2026-11-20", "15:00"), "hoy desde las 15:00"),
        (("2026-11-20", "19:00"), ("2026-11-21", "09:00"), "mañana desde las 9:00"),
        (("2026-11-21", "14:00"), ("2026-11-23", "09:00"), "el lunes desde las 9:00"),
        (("2026-12-24", "14:00"), ("2027-01-02", "13:00"), "el sábado 2 de enero desde las 13:00"),
        (("2026-11-20", "00:10"), ("2026-11-20", "01:30"), "hoy desde la 1:30"),
    ],
)
def test_when_it_opens_is_said_as_one_says_it(now, opening, said):
    assert opening_words(lima(*opening).astimezone(UTC), lima(*now).astimezone(UTC), "es") == said


def test_it_is_said_in_each_language_of_the_bot():
    now, monday = lima("2026-11-21", "14:00"), lima("2026-11-23", "09:00")
    assert opening_words(monday, now, "pt") == "na segunda-feira a partir das 9:00"
    assert opening_words(monday, now, "en") == "on Monday from 9:00"
    assert opening_words(monday, monday - timedelta(days=9), "pt") == (
        "na segunda-feira, 23 de novembro a partir das 9:00"
    )
    assert closing_words(lima("2026-11-21", "18:00"), "es") == "hasta las 18:00"
    assert closing_words(lima("2026-11-21", "18:00"), "pt") == "até as 18:00"
    assert closing_words(lima("2026-11-21", "18:00"), "en") == "until 18:00"
    assert opening_words(monday, now, "qu") == "el lunes desde las 9:00"
