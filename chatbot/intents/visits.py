"""Visits: free hours of whoever looks after the property, or the wish noted for a person."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, time, timedelta
from typing import Any

from babel.dates import format_date
from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.dateparse import parse_datetime

from chatbot.dialog.contract import Asked, Outcome, Reply, Step, Turn, option
from chatbot.intents import menu, properties, titles, who
from chatbot.intents.heard import SURE
from chatbot.intents.own_words import kept, written
from chatbot.models import Dialog
from crm.catalog.models import Property
from crm.people import calendar
from crm.people.followups import FollowUp
from crm.people.models import User
from leads.models import Lead

DIALOG, SLOT = "visit", "slot"
# Behind the property's key and a dot, where an hour's moment stands otherwise.
OTHER = "other"
LENGTH = timedelta(hours=1)
NOTICE = timedelta(hours=2)  # so long before a visit an agent must hear of it
AHEAD = timedelta(days=10)
OFFERED = 3
LONGEST_WISH, LONGEST_WISHES = 500, 2000
TODAY_TOMORROW = {"es": ("hoy", "mañana"), "pt": ("hoje", "amanhã"), "en": ("today", "tomorrow")}
# Words that say when: a day, a part of it, an hour. Without one a text is no answer to "when?".
TIME = re.compile(
    r"""\b(?:\d{1,2}|lunes|martes|mi[eé]rcoles|jueves|viernes|s[aá]bados?|domingos?|hoy|ma[nñ]ana
    |tardes?|noches?|mediod[ií]a|temprano|semanas?|finde|fin(?:es)?|quincena|feriados?|horas?
    |horarios?|d[ií]as?|mes|antes|despu[eé]s|cuando|cualquiera?|segunda|ter[cç]a|quarta|quinta|sexta
    |hoje|amanh[aã]|manh[aã]s?|noites?|cedo|depois|qualquer|quando|(?:mon|tues|wednes|thurs|fri
    |satur|sun)days?|today|tomorrow|mornings?|afternoons?|evenings?|nights?|noon|week(?:end|day)?s?
    |early|later?|after|before|any(?:time)?|\d{1,2}\s*(?:[ap]m|h|hs|hrs|h\d\d))\b""",
    re.IGNORECASE | re.VERBOSE,
)
GREETING = re.compile(
    r"\b(?:buen[oa]s?\s+(?:d[ií]as?|tardes?|noches?)|bom\s+dia|boa\s+(?:tarde|noite)"
    r"|good\s+(?:morning|afternoon|evening|night))\b",
    re.IGNORECASE,
)


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


def schedule(turn: Turn) -> Outcome:
    """Which property, then when."""
    shown = properties.named_in(turn) or _spoken_of(turn)
    return _when(turn, shown) if shown is not None else _which()


def which(turn: Turn, _data: Mapping[str, Any]) -> Outcome | None:
    shown = properties.named_in(turn)
    return _when(turn, shown) if shown is not None else None


def when(turn: Turn, data: Mapping[str, Any]) -> Outcome | None:
    """One of the hours that were offered, another day, or their own words."""
    shown = Property.objects.filter(pk=data["property"]).first()
    if shown is None:
        return schedule(turn)
    if _is_slot(turn):
        return _tapped(turn, shown, data)
    if turn.choice or _asks_else(turn) or not written(turn):
        return None
    named = properties.named_in(turn)
    if named is not None and named != shown:
        return _when(turn, named)
    if turn.heard.slots.day is not None and not data.get("day"):
        return _when(turn, shown)
    if _says_when(turn):
        return _noted(turn, shown, kept(turn))
    return menu.all_right(turn) if _denies(turn) else properties.asked_in_passing(turn)


def wish(turn: Turn, data: Mapping[str, Any]) -> Outcome | None:
    """When it would suit them, in their own words; one of the hours offered before is one, too."""
    shown = Property.objects.filter(pk=data["property"]).first()
    if _is_slot(turn):
        return _tapped(turn, shown, data)
    if _denies(turn) and not _says_when(turn):
        return menu.all_right(turn)
    small_talk = turn.heard.exact and turn.heard.intent in ("affirm", "greeting", "thanks")
    if small_talk or _asks_else(turn) or not written(turn):
        return None
    return _noted(turn, shown, kept(turn))


def slot_late(turn: Turn) -> Outcome:
    """An hour tapped when it is not asked for: twice, or in an old message."""
    tapped = Tapped.of(turn.choice)
    shown = Property.objects.filter(pk=tapped.key).first() if tapped else None
    if tapped is None or shown is None:
        return schedule(turn)
    booked = _booked(turn, shown, tapped.at)
    return replace(_already(turn, booked), beside=True) if booked else _when(turn, shown)


def _is_slot(turn: Turn) -> bool:
    return turn.choice.partition(":")[0] == SLOT


def _tapped(turn: Turn, shown: Property | None, data: Mapping[str, Any]) -> Outcome:
    """The hour chosen for the property that is asked about. One under the question about another
    property is no answer: it is asked anew, for that one."""
    tapped = Tapped.of(turn.choice)
    if tapped is None or shown is None or tapped.key != shown.pk:
        return slot_late(turn)
    if not _to_be_seen(shown):
        return _gone(turn, shown)
    if tapped.at is None:
        return Outcome((Reply("visit_wish"),), asked=Asked(DIALOG, "wish", data))
    return _book(turn, shown, tapped.at)


def _asks_else(turn: Turn) -> bool:
    """For something else than this visit. "Quiero ir el sábado" is an answer; "quiero visitar
    Villa Marina" begins anew, "mi cuota vence el lunes" is about something else."""
    answers = turn.heard.intent == "schedule_visit" and _says_when(turn)
    return turn.heard.asks_else and not answers


def _says_when(turn: Turn) -> bool:
    return TIME.search(GREETING.sub("", written(turn))) is not None


def _denies(turn: Turn) -> bool:
    return turn.heard.intent == "deny" and turn.heard.score >= SURE


def _spoken_of(turn: Turn) -> Property | None:
    """The property last shown, else that of their newest open lead."""
    if pk := turn.topic.get("property"):
        return Property.objects.filter(pk=pk).first()
    rows = Lead.objects.open().filter(contact=turn.contact, property__isnull=False)
    lead = rows.select_related("property").order_by("-last_message_at", "-pk").first()
    return lead.property if lead else None


def _to_be_seen(shown: Property) -> bool:
    return shown.status == Property.Status.AVAILABLE


def _gone(turn: Turn, shown: Property) -> Outcome:
    """That it is not to be had any more; of what is offered to nobody, nothing is said."""
    offered = Property.objects.offered().filter(pk=shown.pk).exists()
    return properties.card(turn, shown) if offered else _which()


def _which() -> Outcome:
    question = Reply("visit_which", options=_to_visit())
    return Outcome((question,), asked=Asked(DIALOG, "which"))


def _to_visit() -> tuple[dict[str, str], ...]:
    rows = Property.objects.filter(status=Property.Status.AVAILABLE).order_by("-id")
    return tuple(
        option(properties.VISIT, one.code, one.title) for one in rows[: properties.MOST_SHOWN]
    )


def _when(turn: Turn, shown: Property) -> Outcome:
    """Free hours to tap on; where nobody looks after it, when it would suit them."""
    if not _to_be_seen(shown):
        return _gone(turn, shown)
    topic = dict(turn.topic) | {"property": shown.pk}
    day = turn.heard.slots.day
    agent = _agent(shown)
    free = list(_free(agent, turn.now, day)) if agent is not None else []
    data = {"property": shown.pk} | ({"day": day.isoformat()} if day else {})
    if not free:
        question = Reply("visit_wish", {"title": shown.title})
        return Outcome((question,), asked=Asked(DIALOG, "wish", data), topic=topic)
    slots = tuple(option(SLOT, f"{shown.pk}.{one.isoformat()}", _words(turn, one)) for one in free)
    other = titles.pick(turn, (SLOT, f"{shown.pk}.{OTHER}", "other_time"))
    question = Reply("visit_when", {"title": shown.title}, options=(*slots, *other))
    return Outcome((question,), asked=Asked(DIALOG, "when", data), topic=topic)


def _agent(shown: Property) -> User | None:
    responsible = shown.responsible
    return responsible if responsible is not None and responsible.is_active else None


@dataclass(frozen=True, slots=True)
class Agenda:
    """When an agent can show a property: their office's hours, without the visits they have."""

    hours: calendar.Calendar
    taken: tuple[datetime, ...]

    @classmethod
    def of(cls, agent: User, now: datetime) -> Agenda:
        """Read once, in three queries, for however many hours are looked at."""
        rows = FollowUp.objects.open().filter(
            assigned_to=agent, kind=FollowUp.Kind.VISIT, is_agreed=True, due_at__gt=now - LENGTH
        )
        agency = [agent.agency_id] if agent.agency_id else []
        hours = calendar.calendars_of(agency)[agent.agency_id]
        return cls(hours, tuple(rows.values_list("due_at", flat=True)))

    def is_open(self, at: datetime) -> bool:
        return self.hours.is_open(at) and self.hours.is_open(at + LENGTH - timedelta(minutes=1))

    def is_taken(self, at: datetime) -> bool:
        return any(abs(at - one) < LENGTH for one in self.taken)


def _free(agent: User, now: datetime, day: Any = None) -> Iterator[datetime]:
    """The next hours in which the business is open and the agent has no visit."""
    agenda = Agenda.of(agent, now)
    # Who takes their time over the question still gets what it offers.
    at = _full_hour(now + NOTICE + Dialog.LASTS)
    if day is not None:
        at = max(at, timezone.make_aware(datetime.combine(day, time(8))))
    found, last = 0, at + (AHEAD if day is None else timedelta(days=1))
    while found < OFFERED:
        # Past the nights, holidays and closed weeks at once.
        at = _full_hour(agenda.hours.next_opening(at))
        if at >= last:
            return
        if agenda.is_open(at) and not agenda.is_taken(at):
            found += 1
            yield at
            # Not three hours of one morning, unless that day was asked for.
            at += LENGTH if day is not None else timedelta(hours=3)
        else:
            at += LENGTH


def _full_hour(at: datetime) -> datetime:
    """That hour if it is one, else the next."""
    local = timezone.localtime(at)
    full = local.replace(minute=0, second=0, microsecond=0)
    return full if full == local else full + LENGTH


def _booked(turn: Turn, shown: Property, at: datetime | None) -> FollowUp | None:
    """The visit to it that they have at that moment."""
    rows = FollowUp.objects.open().filter(
        contact=turn.contact, kind=FollowUp.Kind.VISIT, is_agreed=True, about=shown.title[:200]
    )
    return rows.filter(due_at=at).first() if at is not None else None


def _already(turn: Turn, booked: FollowUp) -> Outcome:
    said = {"title": booked.about, "when": _words(turn, booked.due_at)}
    return Outcome((Reply("visit_already", said, promises=True),))


def _book(turn: Turn, shown: Property, at: datetime) -> Outcome:
    """The hour they chose. One that was taken meanwhile is offered no more, nor one that is too
    soon by now or in which nobody is there any more."""
    agent = _agent(shown)
    if agent is None or at < turn.now + NOTICE:
        return _when(turn, shown)
    agenda = Agenda.of(agent, turn.now)
    if agenda.is_taken(at):
        booked = _booked(turn, shown, at)
        return _already(turn, booked) if booked else _taken(turn, shown)
    if not agenda.is_open(at):
        return _when(turn, shown)
    try:
        with transaction.atomic():
            follow_up = _follow_up(turn, shown, at, agent, agreed=True)
    except IntegrityError:
        return _taken(turn, shown)
    said = {"title": shown.title, "when": _words(turn, follow_up.due_at), "agent": agent.first_name}
    reply = Reply("visit_booked", said | {"address": shown.address}, promises=True)
    return who.ask_once(turn, Outcome((reply,)))


def _taken(turn: Turn, shown: Property) -> Outcome:
    again = _when(turn, shown)
    return replace(again, replies=(Reply("visit_taken"), *again.replies))


def _noted(turn: Turn, shown: Property | None, text: str) -> Outcome:
    """Nobody's hour: a person comes back to them when the business is open."""
    if shown is not None and not _to_be_seen(shown):
        return _gone(turn, shown)
    agent = _agent(shown) if shown is not None else None
    at = calendar.next_opening(turn.now, agent.agency if agent else None)
    _follow_up(turn, shown, at, agent, agreed=False, text=text[:LONGEST_WISH])
    title = shown.title if shown is not None else ""
    return who.ask_once(turn, Outcome((Reply("visit_noted", {"title": title}, promises=True),)))


def _follow_up(
    turn: Turn,
    shown: Property | None,
    at: datetime,
    agent: User | None,
    *,
    agreed: bool,
    text: str = "",
) -> FollowUp:
    """Once for each property and moment, however often it is handled or pressed; what more they
    wish of it stands below the first wish."""
    made, new = FollowUp.objects.get_or_create(
        contact=turn.contact,
        kind=FollowUp.Kind.VISIT,
        about=shown.title[:200] if shown else "",
        due_at=at,
        is_agreed=agreed,
        done_at=None,
        assigned_to=agent,
        defaults={"text": text},
    )
    if not new and text not in made.text:
        made.text = f"{made.text}\n{text}".strip()[:LONGEST_WISHES]
        made.save(update_fields=["text"])
    return made


def _words(turn: Turn, at: datetime) -> str:
    """ "mañana 16:00", "12 nov 10:00" in their language."""
    spoken, local = turn.contact.spoken, timezone.localtime(at)
    today = timezone.localtime(turn.now).date()
    away = (local.date() - today).days
    if away in (0, 1):
        return f"{TODAY_TOMORROW[spoken][away]} {local:%H:%M}"
    pattern = "d MMM" if local.year == today.year else "d MMM y"
    return f"{format_date(local, pattern, locale=spoken).replace('.', '')} {local:%H:%M}"


INTENTS = {"schedule_visit": schedule}
CHOICES = {properties.VISIT: schedule, SLOT: slot_late}
STEPS = {
    (DIALOG, "which"): Step(which),
    (DIALOG, "when"): Step(when),
    (DIALOG, "wish"): Step(wish, takes_any=True, own=(SLOT,)),
}
