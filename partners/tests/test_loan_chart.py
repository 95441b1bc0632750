"""The picture of a balance: it stays in its frame, and its axes say what they measure."""

import re
from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from partners.account.chart import draw
from partners.tests.loans import ANY, amounts

TODAY = date(2024, 3, 15)
PLANNED = [
    (date(2024, 1, 1), Decimal(100)),
    (date(2024, 2, 1), Decimal(50)),
    (date(2024, 3, 31), Decimal(0)),
]


def points(path):
    """The corners of a path of M, H and V."""
    x, y = map(float, re.match(r"M(\S+) (-?[\d.]+)", path).groups())
    found = [(x, y)]
    for letter, number in re.findall(r"([HV])(-?[\d.]+)", path):
        x, y = (float(number), y) if letter == "H" else (x, float(number))
        found.append((x, y))
    return found


@pytest.mark.usefixtures("in_english")
def test_a_balance_falls_in_stairs_to_zero():
    wide, small = draw(PLANNED, PLANNED[:2], TODAY, "PEN").drawings
    corners = points(wide.planned)
    assert corners[0] == (round(wide.left, 1), wide.top)
    assert corners[-1] == (wide.right, wide.bottom)
    assert wide.end[1] == points(wide.real)[-1][1] == (wide.top + wide.bottom) / 2
    assert [tick.words for tick in wide.amounts] == ["S/ 0", "S/ 20", "S/ 40", "S/ 60", "S/ 80",
                                                     "S/ 100"]  # fmt: skip
    assert small.width == 358


@pytest.mark.usefixtures("in_english")
@pytest.mark.parametrize(
    ("days", "words"),
    [
        (20, ["1 Jan 2024", "21 Jan 2024"]),
        (150, ["Feb 2024", "Mar 2024", "Apr 2024", "May 2024"]),
        (3600, ["2025", "2027", "2029", "2031", "2033"]),
    ],
)
def test_days_are_told_as_finely_as_there_is_room(days, words):
    end = date(2024, 1, 1) + timedelta(days=days)
    wide = draw([PLANNED[0], (end, Decimal(0))], [], TODAY, "PEN").drawings[0]
    assert [tick.words for tick in wide.days] == words


@pytest.mark.usefixtures("in_english")
@pytest.mark.parametrize(("most", "top"), [(12000, 12500), (10000, 10000), (10001, 12500)])
def test_the_axis_reaches_beyond_the_highest_balance(most, top):
    wide = draw([(date(2024, 1, 1), Decimal(most)), PLANNED[-1]], [], TODAY, "PEN").drawings[0]
    assert wide.amounts[-1].words == f"S/ {top:,}"


@pytest.mark.usefixtures("in_english")
def test_it_is_told_in_words_too():
    told = draw(PLANNED, PLANNED[:2], TODAY, "USD").told
    assert "US$ 100.00 on 1 January 2024" in told and "zero on 31 March 2024" in told
    assert "Outstanding today: US$ 50.00; planned for today: US$ 50.00" in told


@ANY
@given(
    falls=st.lists(st.tuples(st.integers(1, 4000), amounts("0.00", "99.99")), min_size=1),
    most=amounts("0.01", "999999999.99"),
    today=st.integers(-400, 9000),
)
def test_nothing_leaves_the_frame(falls, most, today):
    start = date(2020, 2, 29)
    days = sorted({day for day, _share in falls})
    shares = sorted((share for _day, share in falls[: len(days)]), reverse=True)
    plan = [(start, most)] + [
        (start + timedelta(days=day), most * share / 100)
        for day, share in zip(days, shares, strict=False)
    ]
    real = plan[:2] if today > days[0] else []
    for one in draw(plan, real, start + timedelta(days=today), "PEN").drawings:
        ends = [*points(one.planned), *(points(one.real) if real else [])]
        assert all(one.left - 0.1 <= x <= one.right for x, _y in ends)
        assert all(one.top <= y <= one.bottom for _x, y in ends)
        # What begins at the top of its axis was not cut off there.
        assert ends[0][1] == one.top or ends[0][1] > one.amounts[-1].at
        assert one.amounts[0].at == one.bottom and 2 <= len(one.amounts) <= 6
        assert 1 <= len(one.days) <= 7


@pytest.mark.usefixtures("in_english")
@pytest.mark.parametrize("begins", [date(2026, 9, 23), date(2026, 9, 1), date(2026, 8, 30)])
def test_months_never_run_into_each_other_on_a_phone(begins):
    """The first stands at the edge and begins there; the next one is centred."""
    millions = Decimal("9999999.99")
    planned = [(begins, millions), (begins + timedelta(days=731), Decimal(0))]
    for drawing in draw(planned, [], TODAY, "PEN").drawings:
        shift = {"start": 0, "middle": 0.5, "end": 1}
        starts = [tick.at - 6.6 * len(tick.words) * shift[tick.anchor] for tick in drawing.days]
        ends = [at + 6.6 * len(tick.words) for at, tick in zip(starts, drawing.days, strict=True)]
        assert all(end < start for end, start in zip(ends, starts[1:], strict=False))
        assert len(starts) >= 2
