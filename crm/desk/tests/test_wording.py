"""Moments, waits and money as people here say them."""

from datetime import datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from django.template import Context, Template
from django.utils import translation

from crm.desk.wording import money, short_moment, waiting

LIMA = ZoneInfo("America/Lima")
NOW = datetime(2026, 11, 21, 9, 0, tzinfo=LIMA)


@pytest.mark.parametrize(
    ("moment", "words"),
    [
        (datetime(2026, 11, 21, 0, 5, tzinfo=LIMA), "today 00:05"),
        (datetime(2026, 11, 20, 23, 59, tzinfo=LIMA), "yesterday 23:59"),
        (datetime(2026, 11, 22, 4, 30, tzinfo=ZoneInfo("UTC")), "today 23:30"),
        (datetime(2026, 11, 22, 10, 0, tzinfo=LIMA), "tomorrow 10:00"),
        (datetime(2026, 11, 12, 10, 0, tzinfo=LIMA), "12 Nov"),
        (datetime(2024, 11, 12, 10, 0, tzinfo=LIMA), "12 Nov 2024"),
    ],
)
def test_moments_are_as_short_as_they_stay_clear(moment, words):
    with translation.override("en"):
        assert short_moment(moment, NOW) == words


def test_months_in_spanish():
    with translation.override("es"):
        assert short_moment(datetime(2026, 9, 3, 10, 0, tzinfo=LIMA), NOW) in ("3 set", "3 sept")


@pytest.mark.parametrize(
    ("duration", "words"),
    [
        (timedelta(seconds=-5), "now"),
        (timedelta(seconds=59), "now"),
        (timedelta(minutes=5), "5 min"),
        (timedelta(hours=3, minutes=50), "3 h"),
        (timedelta(hours=47), "47 h"),
        (timedelta(days=2), "2 days"),
    ],
)
def test_waits_have_one_unit(duration, words):
    with translation.override("en"):
        assert waiting(duration) == words


@pytest.mark.parametrize(
    ("amount", "currency", "words"),
    [
        (Decimal("1234.56"), "PEN", "S/ 1,234.56"),
        (Decimal("90000.00"), "USD", "US$ 90,000"),
        (Decimal("0.5"), "PEN", "S/ 0.50"),
        (Decimal("-1200.10"), "PEN", "S/ -1,200.10"),
        (Decimal("12"), "XYZ", "XYZ 12"),
    ],
)
@pytest.mark.parametrize("language", ["es", "en"])
def test_money_reads_the_same_in_every_language(amount, currency, words, language):
    with translation.override(language):
        assert money(amount, currency) == words


def test_the_tags_say_nothing_about_nothing():
    shape = Template("{% load desk %}[{{ x|when }}{{ x|waited }}{{ x|money }}{% icon 'no-such' %}]")
    assert shape.render(Context({"x": None})) == "[]"


def test_an_icon_is_drawn_into_the_page():
    drawn = Template("{% load desk %}{% icon 'home' %}{% icon '../../package' %}").render(Context())
    assert drawn.startswith('<svg aria-hidden="true"')
    assert drawn.count("<svg") == 1


def test_a_moment_carries_its_exact_time():
    shown = Template("{% load desk %}{{ x|when }}").render(Context({"x": NOW}))
    assert 'datetime="2026-11-21T09:00:00-05:00"' in shown
    assert "title=" in shown
