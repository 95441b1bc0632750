"""Visits: free hours of whoever looks after the property, or the wish noted for a person."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import datetime, time, timedelta
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.translation import override

from chatbot.dialog.contract import Asked, Outcome, Reply, Step, Turn, option
from chatbot.intents import menu, properties, titles, who
from chatbot.intents.heard import SURE
from chatbot.intents.own_words import written
from crm.catalog.models import Property
from crm.desk.wording import short_moment
from crm.people import calendar
from crm.people.followups import FollowUp
from crm.people.models import User
from leads.models import Lead

DIALOG, SLOT = "visit", "slot"
LENGTH = timedelta(hours=1)
NOTICE = timedelta(hours=2)  # so long before a visit an agent must hear of it
AHEAD = timedelta(days=10)
OFFERED = 3
LONGEST_WISH, LONGEST_WISHES = 500, 2000
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


def schedule(turn: Turn) -> Outcome:
    """Which property, then when."""
    shown = properties.named_in(turn) or _spoken_of(turn)
    if shown is None:
        question = Reply("visit_which", options=_to_visit())
        return Outcome((question,), asked=Asked(DIALOG, "which"))
    return _when(turn, shown)


def which(turn: Turn, _data: Mapping[str, Any]) -> Outcome | None:
    shown = properties.named_in(turn)
    return _when(turn, shown) if shown is not None else None


def when(turn: Turn, data: Mapping[str, Any]) -> Outcome | None:
    """One of the hours that were offered, another day, or their own words."""
    shown = Property.objects.filter(pk=data["property"]).first()
    if shown is None:
        return schedule(turn)
    kind, _colon, value = turn.choice.partition(":")
    if kind == SLOT and value == "other":
        return Outcome((Reply("visit_wish"),), asked=Asked(DIALOG, "wish", data))
    if kind == SLOT:
        return _book(turn, shown, parse_datetime(value))
    if turn.choice or _asks_else(turn) or not written(turn):
        return None
    if turn.heard.slots.day is not None and not data.get("day"):
        return _when(turn, shown)
    if _says_when(turn):
        return _noted(turn, shown, turn.text)
    return menu.all_right(turn) if _denies(turn) else None


def wish(turn: Turn, data: Mapping[str, Any]) -> Outcome | None:
    """When it would suit them, in their own words; one of the hours offered before is one, too."""
    shown = Property.objects.filter(pk=data["property"]).first()
    kind, _colon, value = turn.choice.partition(":")
    if kind == SLOT and value != "other" and shown is not None:
        return _book(turn, shown, parse_datetime(value))
    if kind == SLOT:
        return Outcome((Reply("visit_wish"),), asked=Asked(DIALOG, "wish", data))
    if _denies(turn) and not _says_when(turn):
        return menu.all_right(turn)
    small_talk = turn.heard.exact and turn.heard.intent in ("affirm", "greeting", "thanks")
    if small_talk or _asks_else(turn) or not written(turn):
        return None
    return _noted(turn, shown, turn.text)


def slot_late(turn: Turn) -> Outcome:
    """An hour tapped when it is not asked for: twice, or in an old message."""
    at = parse_datetime(turn.value) if turn.value != "other" else None
    if at is None or timezone.is_naive(at):
        return schedule(turn)
    rows = FollowUp.objects.open().filter(
        contact=turn.contact, kind=FollowUp.Kind.VISIT, is_agreed=True, due_at=at
    )
    booked = rows.first()
    if booked is None:
        return schedule(turn)
    said = {"title": booked.about, "when": _words(turn, at)}
    return Outcome((Reply("visit_already", said, promises=True),), beside=True)


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


def _to_visit() -> tuple[dict[str, str], ...]:
    rows = Property.objects.filter(status=Property.Status.AVAILABLE).order_by("-id")
    return tuple(
        option(properties.VISIT, one.code, one.title) for one in rows[: properties.MOST_SHOWN]
    )


def _when(turn: Turn, shown: Property) -> Outcome:
    """Free hours to tap on; where nobody looks after it, when it would suit them."""
    topic = dict(turn.topic) | {"property": shown.pk}
    day = turn.heard.slots.day
    agent = _agent(shown)
    free = list(_free(agent, turn.now, day)) if agent is not None else []
    data = {"property": shown.pk} | ({"day": day.isoformat()} if day else {})
    if not free:
        question = Reply("visit_wish", {"title": shown.title})
        return Outcome((question,), asked=Asked(DIALOG, "wish", data), topic=topic)
    slots = tuple(option(SLOT, one.isoformat(), _words(turn, one)) for one in free)
    other = titles.pick(turn, (SLOT, "other", "other_time"))
    question = Reply("visit_when", {"title": shown.title}, options=(*slots, *other))
    return Outcome((question,), asked=Asked(DIALOG, "when", data), topic=topic)


def _agent(shown: Property) -> User | None:
    responsible = shown.responsible
    return responsible if responsible is not None and responsible.is_active else None


def _free(agent: User, now: datetime, day: Any = None) -> Iterator[datetime]:
    """The next hours in which the business is open and the agent has no visit."""
    taken = set(
        FollowUp.objects.open()
        .filter(
            assigned_to=agent, kind=FollowUp.Kind.VISIT, is_agreed=True, due_at__gt=now - LENGTH
        )
        .values_list("due_at", flat=True)
    )
    first = timezone.localtime(now + NOTICE)
    at = first.replace(minute=0, second=0, microsecond=0) + LENGTH
    if day is not None:
        at = max(at, timezone.make_aware(datetime.combine(day, time(8))))
    found, last = 0, at + (AHEAD if day is None else timedelta(days=1))
    while at < last and found < OFFERED:
        busy = any(abs(at - one) < LENGTH for one in taken)
        if not busy and _is_open(at, agent):
            found += 1
            yield at
            # Not three hours of one morning, unless that day was asked for.
            at += LENGTH if day is not None else timedelta(hours=3)
        else:
            at += LENGTH


def _is_open(at: datetime, agent: User) -> bool:
    return calendar.is_open(at, agent.agency) and calendar.is_open(
        at + LENGTH - timedelta(minutes=1), agent.agency
    )


def _book(turn: Turn, shown: Property, at: datetime | None) -> Outcome:
    """The hour they chose; one that was taken meanwhile is offered no more."""
    agent = _agent(shown)
    if agent is None or at is None or timezone.is_naive(at) or at < turn.now:
        return _when(turn, shown)
    try:
        with transaction.atomic():
            follow_up = _follow_up(turn, shown, at, agent, agreed=True)
    except IntegrityError:
        again = _when(turn, shown)
        return Outcome((Reply("visit_taken"), *again.replies), asked=again.asked, topic=again.topic)
    said = {"title": shown.title, "when": _words(turn, follow_up.due_at), "agent": agent.first_name}
    reply = Reply("visit_booked", said | {"address": shown.address}, promises=True)
    return who.ask_once(turn, Outcome((reply,)))


def _noted(turn: Turn, shown: Property | None, text: str) -> Outcome:
    """Nobody's hour: a person comes back to them when the business is open."""
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
    with override(turn.contact.spoken):
        short = short_moment(at, turn.now)
    local = timezone.localtime(at)
    return short if f"{local:%H:%M}" in short else f"{short} {local:%H:%M}"


INTENTS = {"schedule_visit": schedule}
CHOICES = {properties.VISIT: schedule, SLOT: slot_late}
STEPS = {
    (DIALOG, "which"): Step(which),
    (DIALOG, "when"): Step(when),
    (DIALOG, "wish"): Step(wish, takes_any=True, own=(SLOT,)),
}
