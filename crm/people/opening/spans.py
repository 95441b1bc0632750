"""Hours of a day as one writes them: "9:00–13:00, 15:00–18:00"."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import time
from itertools import pairwise

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from crm.people.calendar import Span
from crm.people.hours import MIDNIGHT

MOST = 6
_CLOCK = r"(\d{1,2})(?:[:.h]\s?(\d{2}))?\s*(?:hrs?\b|h\b|horas?\b)?\s*([ap])?\.?\s?(?:m\b\.?)?"
_SPAN = re.compile(
    rf"{_CLOCK}\s*(?:-|–|—|\ba\b|\bto\b|\bhasta\b)\s*(?:las\s)?{_CLOCK}", re.IGNORECASE
)
_BETWEEN = re.compile(r"[\s,;/]|\by\b|\band\b|\be\b", re.IGNORECASE)


def parse(text: str) -> tuple[Span, ...]:
    """The spans in order; none for an empty text. ValidationError in words."""
    rest = _BETWEEN.sub("", _SPAN.sub("", text))
    if rest:
        raise ValidationError(_("Write hours such as 9:00–13:00, 15:00–18:00."))
    spans = sorted(
        (_clock(*found[:3], ends=False), _clock(*found[3:], ends=True))
        for found in _SPAN.findall(text)
    )
    if len(spans) > MOST:
        raise ValidationError(_("At most %(most)d spans a day.") % {"most": MOST})
    for opens, closes in spans:
        if closes != MIDNIGHT and closes <= opens:
            raise ValidationError(_("A span ends after it begins."))
    for (_opens, closes), (following, _closes) in pairwise(spans):
        if closes == MIDNIGHT or following < closes:
            raise ValidationError(_("Two spans overlap."))
    return tuple(spans)


def written(spans: Iterable[Span]) -> str:
    """ "9:00–13:00, 15:00–24:00"."""
    return ", ".join(f"{_shown(opens)}–{_shown(closes, ends=True)}" for opens, closes in spans)


def _shown(at: time, *, ends: bool = False) -> str:
    return "24:00" if ends and at == MIDNIGHT else f"{at.hour}:{at:%M}"


def _clock(hours: str, minutes: str, half: str, *, ends: bool) -> time:
    hour, minute = int(hours), int(minutes or 0)
    if half:
        hour = hour % 12 + (12 if half.lower() == "p" else 0)
    if ends and (hour, minute) == (24, 0):
        return MIDNIGHT
    if hour > 23 or minute > 59:
        raise ValidationError(_("There is no such time of day."))
    return time(hour, minute)
