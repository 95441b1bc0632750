"""Changing hours and special days, in a way that can be undone for a while."""

from __future__ import annotations

from datetime import time
from typing import Any

from django.core import signing
from django.db import transaction
from django.utils.translation import gettext as _

from crm.conversations.models import AnsweringRules
from crm.errors import DeskError
from crm.people.calendar import DEFAULT_WEEK, Week
from crm.people.hours import OpeningHours, SpecialDay
from crm.people.models import Agency

SALT, LASTS = "opening", 3600
Facts = dict[str, Any]
DAY_FACTS = ("agency_id", "name", "first", "last", "is_open", "opens", "closes")
RULES = ("queue_minutes", "person_minutes", "idle_minutes", "close_days")


def week_of(agency: Agency | None) -> Week:
    """What is entered for this office itself; empty where nothing is."""
    week: dict[int, tuple[tuple[time, time], ...]] = {}
    for one in OpeningHours.objects.filter(agency=agency).order_by("weekday", "opens"):
        week[one.weekday] = (*week.get(one.weekday, ()), (one.opens, one.closes))
    return week


def shown_week(agency: Agency | None) -> Week:
    """What holds for this office, wherever it comes from."""
    return week_of(agency) or week_of(None) or DEFAULT_WEEK


def set_week(*, agency: Agency | None, week: Week) -> str:
    """Replace the hours of an office; empty: those of the business, or the default, hold again.

    Returns what `undo` takes.
    """
    with transaction.atomic():
        before = week_of(agency)
        OpeningHours.objects.filter(agency=agency).delete()
        OpeningHours.objects.bulk_create(
            OpeningHours(agency=agency, weekday=weekday, opens=opens, closes=closes)
            for weekday, spans in week.items()
            for opens, closes in spans
        )
    key = agency.pk if agency else None
    return _sealed("week", agency=key, before=_plain(before), after=_plain(week))


def remove_day(*, day: SpecialDay) -> str:
    facts = {name: getattr(day, name) for name in DAY_FACTS}
    day.delete()
    return _sealed("day", **{name: value and str(value) for name, value in facts.items()})


def set_rules(*, rules: AnsweringRules, before: AnsweringRules) -> str:
    after = {name: getattr(rules, name) for name in RULES}
    AnsweringRules.objects.update_or_create(pk=AnsweringRules.ONLY, defaults=after)
    return _sealed("rules", before={name: getattr(before, name) for name in RULES}, after=after)


def undo(token: str) -> None:
    """Take one of these changes back. DeskError if it is too late, or changed again since."""
    try:
        facts: Facts = signing.loads(token, salt=SALT, max_age=LASTS)
    except signing.BadSignature as error:
        raise DeskError(_("This can no longer be undone.")) from error
    with transaction.atomic():
        {"week": _undo_week, "day": _undo_day, "rules": _undo_rules}[facts.pop("what")](facts)


def _undo_week(facts: Facts) -> None:
    agency = Agency.objects.filter(pk=facts["agency"]).first()
    if (facts["agency"] and agency is None) or _plain(week_of(agency)) != facts["after"]:
        raise DeskError(_("It was changed again meanwhile."))
    set_week(
        agency=agency,
        week={
            int(day): tuple((time.fromisoformat(a), time.fromisoformat(b)) for a, b in spans)
            for day, spans in facts["before"].items()
        },
    )


def _undo_day(facts: Facts) -> None:
    key = facts["agency_id"]
    if key and not Agency.objects.filter(pk=key).exists():
        raise DeskError(_("It was changed again meanwhile."))
    SpecialDay.objects.create(**facts | {"is_open": facts["is_open"] == "True"})


def _undo_rules(facts: Facts) -> None:
    now = AnsweringRules.current()
    if {name: getattr(now, name) for name in RULES} != facts["after"]:
        raise DeskError(_("It was changed again meanwhile."))
    AnsweringRules.objects.filter(pk=AnsweringRules.ONLY).update(**facts["before"])


def _plain(week: Week) -> dict[str, list[list[str]]]:
    """As JSON gives it back."""
    return {
        str(day): [[opens.isoformat(), closes.isoformat()] for opens, closes in spans]
        for day, spans in sorted(week.items())
        if spans
    }


def _sealed(what: str, **facts: Any) -> str:
    return signing.dumps({"what": what, **facts}, salt=SALT, compress=True)
