"""A visit that was agreed: called off, moved, or asked about."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any

from django.db.models import Q, QuerySet
from django.utils import timezone

from chatbot.dialog.contract import INTENT, PROPERTY, Asked, Outcome, Reply, Turn, option
from chatbot.intents import properties, titles, visit_calling_off
from chatbot.intents.hearing.words import plain
from chatbot.intents.own_words import kept, written, written_on
from chatbot.intents.visit_answers import MOVE as _MOVE
from chatbot.intents.visit_answers import beside_what_they_cannot, is_past, read_answer
from chatbot.intents.visit_calling_off import VISIT
from chatbot.intents.visit_hours import words
from chatbot.intents.visit_times import When, asks_visit, read_when
from crm.catalog.models import Property
from crm.people.followups import FollowUp
from crm.people.models import User

DIALOG = "visit"
OFF, MOVE = "visit_off", "visit_move"
LONGEST_WISH, LONGEST = 500, 2000
# Surely another time only with one beside it.
_RATHER = re.compile(r"\b(?:mejor|prefiero|melhor|prefiro|rather|otro dia|otra hora|outro dia)\b")
_INSTEAD = re.compile(
    rf"{_RATHER.pattern}|\b(?:puede|podria|pode|could) (?:ser|it)\b|another (?:day|time)"
)
_WHEN_IS = re.compile(
    r"\b(?:cuando|que dia|a que hora|quando|que horas|when|what time)\b.*"
    r"\b(?:mi|minha|my) (?:visita|cita|visit|appointment)\b"
    r"|^\W*(?:(?:ver|cual es|cuales son|que|tengo|tengo alguna|quais sao|show me) )?"
    r"(?:(?:mis?|minhas?|my) )?(?:visitas|citas|visits|appointments)(?: tengo| tenho)?\W*$"
    r"|^\W*(?:(?:ver|cual es) )?(?:mi|minha|my) (?:visita|cita|visit|appointment)\W*$"
)


_DENIES = re.compile(
    r"\W*(?:\b(?:no|nao|mejor|todavia|ya|ningun[ao]|gracias|dej\w+|asi|no (?:la )?cancel\w*"
    r"|si (?:voy|ire|vamos|iremos)(?: a ir)?)\b\W*)+"
)
_THE_ONE = re.compile(r"\W*(?:(?:si|es|ok|ya)\W+)*(?:la|esa|a) d(?:el?|a)\b")
_NO = re.compile(r"\b(?:no|nao|ni)\b")
_MORNING = re.compile(r"\b(?:manana|amanha)\b")


@dataclass(frozen=True, slots=True)
class Change:
    """What is said of it; or the visit that shall be `moved`."""

    outcome: Outcome | None = None
    moved: FollowUp | None = None


@dataclass(frozen=True, slots=True)
class _Said:
    """What of their words is about a visit they have. `left`: what only a person can answer."""

    names: bool
    wanted: When
    off: bool = False
    moves: bool = False
    rather: bool = False
    left: bool = False
    told: bool = False

    @property
    def is_of_one(self) -> bool:
        return self.off or self.moves or self.rather or self.left or self.told

    @classmethod
    def of(cls, turn: Turn, today: date, *, asked: bool) -> _Said:
        said, wanted = plain(turn.text), read_answer(turn.text, today, asked=False)
        names = VISIT.search(said) is not None
        called = names or turn.heard.intent == "schedule_visit"
        if visit_calling_off.comes_late(said):
            return cls(names, wanted, left=True)
        if (called or turn.heard.intent == "cancel") and visit_calling_off.keeps(said):
            return cls(names, wanted, told=names)
        off = visit_calling_off.calls_off(said, called=called)
        if off and asked and not names and read_when(turn.text, today).says_something:
            off = False  # it is an answer
        liked = beside_what_they_cannot(turn.text, today)
        other = liked.says_something and not visit_calling_off.cancels(said)
        moves = bool(off and (other or _INSTEAD.search(said)))
        moves = moves or bool(called and _MOVE.search(said))
        if not moves and visit_calling_off.asks_of_it(said):
            return cls(names, wanted, left=True)
        says_time = wanted != When() and _RATHER.search(said) is not None
        rather = says_time and not (names or off or asked)
        return cls(names, wanted, off, moves, rather, told=_WHEN_IS.search(said) is not None)


def agreed(turn: Turn) -> QuerySet[FollowUp]:
    """The visits they have before them."""
    return _open(turn).filter(is_agreed=True, due_at__gt=turn.now)


def _open(turn: Turn) -> QuerySet[FollowUp]:
    """Those, and what they wished for and nobody has come back to."""
    rows = FollowUp.objects.open().filter(contact=turn.contact, kind=FollowUp.Kind.VISIT)
    return rows.filter(Q(is_agreed=False) | Q(due_at__gt=turn.now)).order_by("due_at", "pk")


def changed(turn: Turn, *, asked: bool = False) -> Change | None:
    """What becomes of a visit they have, if they speak of that. `asked`: they are just asked for
    an hour, so that "mejor el martes" is about that one. Nothing does without a word."""
    if turn.choice or turn.is_overheard or not written(turn):
        return None
    today = written_on(turn)
    if _is_for_a_person(turn, today):
        return Change(left_to_a_person())
    said = _Said.of(turn, today, asked=asked)
    if not said.is_of_one:
        return None
    rows, sure = _meant(turn, said)
    if not rows:
        return Change(_none(turn)) if said.names and not said.rather else None
    if said.left:
        return Change(left_to_a_person())
    if said.moves or said.rather:
        only = sure and len(rows) == 1
        return Change(moved=rows[0]) if only else Change(_which(rows, MOVE, said.wanted))
    if said.off:
        return Change(_off(turn, rows, today, sure=sure))
    return Change(told(turn, rows))


def _is_for_a_person(turn: Turn, today: date) -> bool:
    """That they were there and nobody was, or what a visit costs."""
    said = plain(turn.text)
    if visit_calling_off.asks_cost(said):
        return True
    if not is_past(turn.text, today):
        return False
    visit = VISIT.search(said) or asks_visit(turn.text) or turn.heard.intent == "schedule_visit"
    return bool(visit) or properties.named_in(turn) is not None


def left_to_a_person() -> Outcome:
    return Outcome((Reply("noted", promises=True),), beside=True)


def call_off(turn: Turn) -> Outcome:
    """The one that was tapped."""
    visit = theirs(turn)
    return _called_off(turn, visit) if visit is not None else _none(turn)


def answered(turn: Turn, data: Mapping[str, Any]) -> Outcome | None:
    """Which shall be called off, or whether the only one shall; why was said before."""
    rows = list(_open(turn).filter(pk__in=data["visits"]))
    if turn.choice:
        key = turn.value if turn.choice.partition(":")[0] == OFF else ""
        tapped = next((one for one in rows if str(one.pk) == key), None)
        return _called_off(turn, tapped, data["said"]) if tapped else None
    said = plain(written(turn))
    # A yes to something else, or an ok, shall not sound as if it was done.
    unsure = left_to_a_person() if rows and turn.heard.intent == "affirm" else None
    if len(rows) != 1 or not said:
        return unsure
    if visit_calling_off.agrees(said, plain(rows[0].about)):
        return _called_off(turn, rows[0], data["said"])
    if _DENIES.fullmatch(said) or visit_calling_off.wants_it(said, plain(rows[0].about)):
        return told(turn, rows)
    return unsure


def named_by_time(turn: Turn, visit: FollowUp, data: Mapping[str, Any]) -> Outcome | None:
    """ "La del martes", where it is asked which shall be called off. No other "del martes" moves
    it; and of its own time without a word what shall be, a person decides."""
    said, wanted = plain(turn.text), read_when(turn.text, written_on(turn))
    is_then = (wanted.day or wanted.hour) and visit.is_agreed and _is_then(visit, wanted)
    if _THE_ONE.match(said):
        sure = is_then and not _NO.search(said)
        return _called_off(turn, visit, data["said"]) if sure else left_to_a_person()
    return left_to_a_person() if is_then and not _RATHER.search(said) else None


def only_one(turn: Turn, data: Mapping[str, Any]) -> FollowUp | None:
    """The visit that was asked about, where it was about no other."""
    rows = _open(turn).filter(pk__in=data["visits"]).select_related("property__responsible__agency")
    return rows.first() if len(data["visits"]) == 1 else None


def theirs(turn: Turn) -> FollowUp | None:
    """The visit of theirs that a tapped answer names."""
    key = turn.value.partition(".")[0][:18]
    return _open(turn).filter(pk=int(key)).first() if key.isdecimal() else None


def agree(turn: Turn, shown: Property, at: datetime, agent: User) -> None:
    """IntegrityError where the agent has another visit then."""
    FollowUp.objects.create(
        contact=turn.contact,
        kind=FollowUp.Kind.VISIT,
        property=shown,
        about=shown.title[:200],
        due_at=at,
        is_agreed=True,
        assigned_to=agent,
    )
    properties.tie(turn, shown)


def move(visit: FollowUp, at: datetime, agent: User) -> None:
    """IntegrityError where the agent has another one then."""
    visit.due_at, visit.assigned_to = at, agent
    visit.save(update_fields=["due_at", "assigned_to"])


def note(turn: Turn, shown: Property | None, at: datetime, agent: User | None, text: str) -> None:
    """Once for each property until somebody came back to it, however often it is handled; what
    more they wish of it stands below the first wish, as long as it has room."""
    text, title = text[:LONGEST_WISH], shown.title[:200] if shown else ""
    rows = FollowUp.objects.open().filter(
        contact=turn.contact, kind=FollowUp.Kind.VISIT, is_agreed=False
    )
    rows = rows.of(shown.pk, title) if shown else rows.filter(property=None, about="")
    made = rows.order_by("-pk").first()
    if made is None or len(made.text) + len(text) >= LONGEST:
        FollowUp.objects.create(
            contact=turn.contact,
            kind=FollowUp.Kind.VISIT,
            property=shown,
            about=title,
            due_at=at,
            assigned_to=agent,
            text=text,
        )
    elif text not in made.text:
        made.text = f"{made.text}\n{text}".strip()
        made.save(update_fields=["text"])
    if shown is not None:
        properties.tie(turn, shown)


def _meant(turn: Turn, said: _Said) -> tuple[list[FollowUp], bool]:
    """Those of the property that is named, or of the one spoken of, if there they want another
    hour; agreed ones first. And whether those must be meant."""
    rows = list(_open(turn).select_related("assigned_to", "property__responsible__agency"))
    if not rows:
        return [], False
    shown, sure = properties.named_in(turn), True
    if shown is None and (said.rather or (not said.names and PROPERTY in turn.topic)):
        shown = properties.spoken_of(turn)
        sure = shown is None or any(is_of(one, shown) for one in rows)
        if said.off:
            shown = None  # they may have looked at others since
    if shown is not None or said.rather:
        rows = [one for one in rows if shown is not None and is_of(one, shown)]
    return [one for one in rows if one.is_agreed] or rows, sure


def _off(turn: Turn, rows: list[FollowUp], today: date, *, sure: bool) -> Outcome:
    """At once only where they say just that, and of that day and hour."""
    said, wanted = plain(turn.text), read_when(turn.text, today)
    if len(rows) > 1 and wanted.day is not None:
        rows = [one for one in rows if _day(one.due_at) == wanted.day] or rows
    only = rows[0] if sure and len(rows) == 1 else None
    if only is None or not _is_then(only, wanted):
        return which_off(turn, rows)
    if _names_morning(said, wanted) and _day(only.due_at) != today + timedelta(1):
        return which_off(turn, rows)
    agent = only.assigned_to.first_name if only.assigned_to else ""
    if visit_calling_off.says_only_that(said, plain(f"{only.about} {agent}")):
        return _called_off(turn, only)
    at_once = visit_calling_off.says_at_once(said)
    return _called_off(turn, only) if at_once else which_off(turn, rows)


def which_off(turn: Turn, rows: list[FollowUp]) -> Outcome:
    keys = [one.pk for one in rows[: properties.MOST_SHOWN]]
    asked = Asked(DIALOG, "off", {"visits": keys, "said": kept(turn)[:LONGEST_WISH]})
    return replace(_which(rows, OFF), asked=asked)


def _names_morning(said: str, wanted: When) -> bool:
    """ "La visita de mañana" is hardly one in the morning of another day."""
    return wanted.day is None and _MORNING.search(said) is not None


def _is_then(visit: FollowUp, wanted: When) -> bool:
    """Whether the time they name, if any, is the visit's."""
    at = timezone.localtime(visit.due_at)
    if wanted.hours or wanted.vague or wanted.day not in (None, at.date()):
        return False
    return (visit.is_agreed and wanted.hour in (None, at.time())) or wanted == When()


def is_of(visit: FollowUp, shown: Property) -> bool:
    if visit.property_id is not None:
        return visit.property_id == shown.pk
    return visit.about == shown.title[:200]


def shown_in(visit: FollowUp) -> Property | None:
    """The property it is to; where none is noted, titles tell."""
    rows = Property.objects.select_related("responsible__agency")
    return visit.property or rows.filter(title=visit.about).first()


def _called_off(turn: Turn, visit: FollowUp, before: str = "") -> Outcome:
    """It is nobody's to do any more; who would have shown it reads their words, and those from
    `before` they were asked."""
    visit.done_at, visit.is_cancelled = turn.now, True
    visit.text = "\n".join(filter(None, (visit.text, before, kept(turn))))[:LONGEST]
    visit.save(update_fields=["done_at", "is_cancelled", "text"])
    agent = visit.assigned_to.first_name if visit.assigned_to else ""
    said = {"title": visit.about, "when": _said_when(turn, visit), "agent": agent}
    shown = shown_in(visit)
    is_free = shown is not None and shown.status == Property.Status.AVAILABLE
    again = titles.pick(turn, (properties.VISIT, shown.code, "visit")) if shown and is_free else ()
    return Outcome((Reply("visit_cancelled", said, again, promises=True),))


def told(turn: Turn, rows: list[FollowUp]) -> Outcome:
    fixed = [one for one in rows if one.is_agreed]
    said = [
        Reply("visit_already", {"title": one.about, "when": words(turn, one.due_at)}, promises=True)
        for one in fixed
    ]
    return Outcome(tuple(said) or (Reply("visit_noted", {"title": rows[0].about}, promises=True),))


def _which(rows: list[FollowUp], kind: str, wanted: When | None = None) -> Outcome:
    """`wanted` comes back with the one they choose."""
    to = _told_with(wanted) if wanted is not None else ""
    rows = rows[: properties.MOST_SHOWN]
    options = tuple(option(kind, f"{one.pk}{to}", one.about) for one in rows)
    return Outcome((Reply("visit_which_one", {"off": kind == OFF}, options=options),))


def _told_with(wanted: When) -> str:
    data = wanted.as_data() if not wanted.vague else {}
    return f".{data.get('day', '')}T{data.get('hour', '')}" if data else ""


def chosen_with(turn: Turn) -> When:
    """The day and the hour that were said before one of their visits was tapped."""
    kind, _colon, value = turn.choice.partition(":")
    day, _t, hour = value.partition(".")[2].partition("T")
    try:
        return When.of({"day": day, "hour": hour}) if kind == MOVE else When()
    except ValueError:
        return When()


def _none(turn: Turn) -> Outcome:
    visit = titles.pick(turn, (INTENT, "schedule_visit", "visit"))
    options = (*visit, *titles.intents(turn, ("talk_to_agent",)))
    return Outcome((Reply("visit_none", options=options, promises=True),))


def _said_when(turn: Turn, visit: FollowUp) -> str:
    return words(turn, visit.due_at) if visit.is_agreed else ""


def _day(at: datetime) -> object:
    return timezone.localtime(at).date()
