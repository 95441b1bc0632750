"""The balance of a loan over time, as the shapes of a drawing: the template only writes them down.

Two sizes are drawn, one for a phone: a drawing that shrinks shrinks its letters, too.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import ROUND_CEILING, Decimal

from babel.dates import format_date
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from crm.desk.wording import exact_money, money
from partners.lending.dates import add_months
from partners.lending.money import CENT

Points = Sequence[tuple[date, Decimal]]  # from that day on, that balance

TOP, BOTTOM, RIGHT = 26.0, 34.0, 16.0
LETTER = 7.3  # about how wide one is
MOST_STEPS = 5
STEPS = (Decimal(1), Decimal(2), Decimal("2.5"), Decimal(5), Decimal(10))
MONTH_STEPS = (1, 2, 3, 6, 12, 24, 60, 120, 240, 600)


@dataclass(frozen=True, slots=True)
class Tick:
    """Where on its axis, the words beside it, and how they lie to it."""

    at: float
    words: str
    anchor: str = "middle"


@dataclass(frozen=True, slots=True, kw_only=True)
class Drawing:
    """Coordinates in pixels of a viewBox of `width` × `height`; all paths end within the frame."""

    size: str
    width: int
    height: int
    left: float
    right: float
    top: float
    bottom: float
    planned: str
    real: str
    end: tuple[float, float] | None
    end_words: str
    end_anchor: str
    today: float | None
    today_anchor: str
    amounts: list[Tick]
    days: list[Tick]

    @property
    def view_box(self) -> str:
        return f"0 0 {self.width} {self.height}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Chart:
    """`told`: the same in words, for who does not see it."""

    drawings: list[Drawing]
    told: str
    currency: str


@dataclass(frozen=True, slots=True)
class Scale:
    """From days and amounts to pixels."""

    first: date
    days: int
    most: Decimal
    left: float
    right: float
    bottom: float

    def x(self, day: date) -> float:
        share = min(max((day - self.first).days / self.days, 0), 1)
        return round(self.left + (self.right - self.left) * share, 1)

    def y(self, amount: Decimal) -> float:
        share = float(min(amount / self.most, Decimal(1)))
        return round(self.bottom - (self.bottom - TOP) * share, 1)

    def stairs(self, points: Points, until: date) -> str:
        """A balance stays as it is until the day it changes; days share one stair per pixel."""
        (day, amount), *rest = points
        path = [f"M{self.x(day):g} {self.y(amount):g}"]
        at = (self.x(day), self.y(amount))
        for day, amount in [*rest, (until, points[-1][1])]:
            x, y = self.x(day), self.y(amount)
            if (x, y) == at:
                continue
            path.append(f"H{x:g}" + (f"V{y:g}" if y != at[1] else ""))
            at = (x, y)
        return "".join(path)


def draw(planned: Points, real: Points, today: date, currency: str) -> Chart:
    """`planned` as the schedule stands, from the disbursement to 0.00; `real` what was really
    outstanding up to today, empty for a loan that was not paid out."""
    told = _told(planned, real, today, currency)
    drawings = [
        _drawing("wide", 760, 270, planned, real, today, currency),
        _drawing("small", 358, 240, planned, real, today, currency),
    ]
    return Chart(drawings=drawings, told=told, currency=currency)


def _drawing(
    size: str, width: int, height: int, planned: Points, real: Points, today: date, currency: str
) -> Drawing:
    first, end = planned[0][0], planned[-1][0]
    last = max(end, min(today, end + (end - first) / 3) if real else end, first + timedelta(days=1))
    steps, most = _amounts(max(amount for _day, amount in [*planned, *real]))
    labels = [money(step, currency) for step in steps]
    left = 14 + LETTER * max(len(label) for label in labels)
    scale = Scale(first, (last - first).days, most, left, width - RIGHT, height - BOTTOM)
    shown = first <= today <= last
    now = min(today, last)
    here = scale.x(now)
    return Drawing(
        size=size,
        width=width,
        height=height,
        left=left,
        right=scale.right,
        top=TOP,
        bottom=scale.bottom,
        planned=scale.stairs(planned, last),
        real=scale.stairs(real, now) if real else "",
        end=(here, scale.y(real[-1][1])) if real else None,
        end_words=money(real[-1][1], currency) if real else "",
        end_anchor="end" if here > (left + scale.right) / 2 else "start",
        today=here if shown else None,
        today_anchor=_anchor(here, scale),
        amounts=[Tick(scale.y(step), label) for step, label in zip(steps, labels, strict=True)],
        days=_days(scale, 4 if size == "small" else 6),
    )


def _anchor(x: float, scale: Scale) -> str:
    if x > scale.right - 40:
        return "end"
    return "start" if x < scale.left + 40 else "middle"


def _amounts(most: Decimal) -> tuple[list[Decimal], Decimal]:
    """From zero up in round steps, five at most; and the end of the axis."""
    power = Decimal(10) ** (max(most, CENT) / MOST_STEPS).adjusted()
    step = next(power * one for one in STEPS if power * one * MOST_STEPS >= most)
    count = max(1, int((most / step).to_integral_value(ROUND_CEILING)))
    return [step * index for index in range(count + 1)], step * count


def _days(scale: Scale, most: int) -> list[Tick]:
    """At most so many: first days of months, as many months apart as it takes; of a short time
    its first and its last day."""
    months = list(_months(scale))
    if len(months) < 3:
        last = scale.first + timedelta(days=scale.days)
        ends = ((scale.first, "start"), (last, "end"))
        return [Tick(scale.x(day), _said(day, "d MMM y"), anchor) for day, anchor in ends]
    steps = [step for step in MONTH_STEPS if len(months) <= step * most]
    choices = (_every(scale, months, step) for step in steps)
    return next(ticks for ticks in choices if len(ticks) < 2 or not _touching(ticks))


def _every(scale: Scale, months: list[date], apart: int) -> list[Tick]:
    """So many months apart; from a year on, each the first of its year."""
    pattern = "MMM y"
    if apart >= 12:
        pattern, apart = "y", apart // 12
        months = [day for day in months if day.month == 1]
    ticks = [(scale.x(day), _said(day, pattern)) for day in months[::apart]]
    return [Tick(x, words, _anchor(x, scale)) for x, words in ticks]


def _touching(ticks: list[Tick]) -> bool:
    """Whether the words of one run into the words before."""
    taken = -LETTER
    for tick in ticks:
        width = LETTER * len(tick.words)
        start = tick.at - width * {"start": 0.0, "middle": 0.5, "end": 1.0}[tick.anchor]
        if start < taken + LETTER:
            return True
        taken = start + width
    return False


def _months(scale: Scale) -> Iterator[date]:
    """The first day of each month that begins in the time shown."""
    day = scale.first.replace(day=1)
    last = scale.first + timedelta(days=scale.days)
    while (day := add_months(day, 1)) <= last:
        yield day


def _said(day: date, pattern: str) -> str:
    return str(format_date(day, pattern, locale=_locale())).replace(".", "")


def _locale() -> str:
    return "es_PE" if (get_language() or "es").startswith("es") else "en_GB"


def _told(planned: Points, real: Points, today: date, currency: str) -> str:
    start, end = planned[0], planned[-1]
    words = {
        "principal": exact_money(start[1], currency),
        "start": _said(start[0], "long"),
        "end": _said(end[0], "long"),
    }
    said = _("Balance of %(principal)s on %(start)s, planned to be zero on %(end)s.") % words
    if not real:
        return str(said)
    should = [amount for day, amount in planned if day <= today]
    more = _("Outstanding today: %(left)s; planned for today: %(planned)s.") % {
        "left": exact_money(real[-1][1], currency),
        "planned": exact_money(should[-1] if should else start[1], currency),
    }
    return f"{said} {more}"
