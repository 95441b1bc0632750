"""The hours in which somebody can show a property, and how an hour is said."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, time, timedelta

from babel.dates import format_date
from django.db.models import Q
from django.utils import timezone
from django.utils.dateparse import parse_datetime

from chatbot.dialog.contract import Turn
from chatbot.intents.visit_times import When
from chatbot.models import Dialog
from crm.people import calendar
from crm.people.followups import FollowUp
from crm.people.models import Contact, User

SLOT = "slot"
# Behind the property's key and a dot, where an hour's moment stands otherwise.
OTHER = "other"
LENGTH = timedelta(hours=1)
NOTICE = timedelta(hours=2)  # so long before a visit an agent must hear of it
# So far it is looked for an hour; where they name the day themselves, that may be so far away.
AHEAD, FURTHEST = timedelta(days=10), timedelta(days=60)
OFFERED, OFFERED_OF_A_DAY = 3, 6
TODAY_TOMORROW = {"es": ("hoy", "mañana"), "pt": ("hoje", "amanhã"), "en": ("today", "tomorrow")}


@dataclass(frozen=True, slots=True)
class Tapped:
    """An answer under a question for the hour: the key of its property, and the hour; None:
    another time."""

    key: int
    at: datetime | None

    @classmethod
    def of(cls, choice: str) -> Tapped | None:
        """ "slot:7.2026-11-23T10:00:00-05:00", "slot:7.other"; None: nothing that was offered."""
        key, _dot, moment = choice.removeprefix(f"{SLOT}:").partition(".")
        if not (key.isdecimal() and len(key) < 19):
            return None
        if moment == OTHER:
            return cls(int(key), None)
        try:
            at = parse_datetime(moment)
        except ValueError:
            return None
        return cls(int(key), at) if at is not None and timezone.is_aware(at) else None


@dataclass(frozen=True, slots=True)
class Agenda:
    """When an agent can show somebody a property: their office's hours, without the visits that
    either has, but the one that is to be `moved`."""

    hours: calendar.Calendar
    visits: tuple[FollowUp, ...]
    moved: FollowUp | None = None

    @classmethod
    def of(cls, agent: User, contact: Contact, now: datetime) -> Agenda:
        """Read once, in three queries, for however many hours are looked at."""
        rows = FollowUp.objects.open().filter(
            Q(assigned_to=agent) | Q(contact=contact),
            kind=FollowUp.Kind.VISIT,
            is_agreed=True,
            due_at__gt=now - LENGTH,
        )
        agency = [agent.agency_id] if agent.agency_id else []
        hours = calendar.calendars_of(agency)[agent.agency_id]
        return cls(hours, tuple(rows.order_by("due_at", "pk")))

    def is_open(self, at: datetime) -> bool:
        return self.hours.is_open(at) and self.hours.is_open(at + LENGTH - timedelta(minutes=1))

    def is_taken(self, at: datetime) -> bool:
        return any(abs(at - one.due_at) < LENGTH for one in self.visits if one is not self.moved)


def free(agenda: Agenda, now: datetime, wanted: When) -> list[datetime]:
    """The next hours in which the business is open and the agent has no visit: of the day that is
    wanted, at that hour of the next days, or of the next days."""
    if wanted.day is None:
        return list(_free(agenda, now, wanted, OFFERED))
    today = timezone.localdate(now)
    if not today <= wanted.day <= today + FURTHEST:
        return []
    found = list(_free(agenda, now, wanted, 24))
    if wanted.hour is not None:
        near = timezone.make_aware(datetime.combine(wanted.day, wanted.hour))
        found = sorted(sorted(found, key=lambda one: abs(one - near))[:OFFERED_OF_A_DAY])
    return found[:OFFERED_OF_A_DAY]


def _free(agenda: Agenda, now: datetime, wanted: When, most: int) -> Iterator[datetime]:
    # Who takes their time over the question still gets what it offers.
    at = _full_hour(now + NOTICE + Dialog.LASTS)
    last = at + AHEAD
    if wanted.day is not None:
        midnight = timezone.make_aware(datetime.combine(wanted.day, time()))
        at, last = max(at, midnight), midnight + timedelta(days=1)
    found = 0
    while found < most:
        # Past the nights, holidays and closed weeks at once.
        at = _full_hour(agenda.hours.next_opening(at))
        if at >= last:
            return
        if _fits(at, wanted) and agenda.is_open(at) and not agenda.is_taken(at):
            found += 1
            yield at
            # Not three hours of one morning, unless that day was asked for.
            at += LENGTH if wanted.day is not None else timedelta(hours=3)
        else:
            at += LENGTH


def _fits(at: datetime, wanted: When) -> bool:
    local = timezone.localtime(at)
    hour = local.hour
    if local.date() == wanted.without:
        return False
    if wanted.hour is not None and wanted.day is None:
        return hour == wanted.hour.hour
    return wanted.fits(hour)


def moment(wanted: When) -> datetime | None:
    """The very moment, where both day and hour were said."""
    if wanted.day is None or wanted.hour is None or wanted.vague:
        return None
    return timezone.make_aware(datetime.combine(wanted.day, wanted.hour))


def _full_hour(at: datetime) -> datetime:
    """That hour if it is one, else the next."""
    local = timezone.localtime(at)
    full = local.replace(minute=0, second=0, microsecond=0)
    return full if full == local else full + LENGTH


def words(turn: Turn, at: datetime) -> str:
    """ "mañana 16:00", "jue 12 nov 10:00" in their language."""
    spoken, local = turn.contact.spoken, timezone.localtime(at)
    today = timezone.localdate(turn.now)
    away = (local.date() - today).days
    if away in (0, 1):
        return f"{TODAY_TOMORROW[spoken][away]} {local:%H:%M}"
    pattern = "EEE d MMM" if local.year == today.year else "d MMM y"
    day = format_date(local, pattern, locale=spoken)
    return f"{day.replace('.', '').replace(',', '')} {local:%H:%M}"
