"""A visit that was agreed: called off, moved, or asked about."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q, QuerySet
from django.utils import timezone

from chatbot.dialog.contract import INTENT, Outcome, Reply, Turn, option
from chatbot.intents import properties, titles
from chatbot.intents.hearing.words import plain
from chatbot.intents.own_words import kept, written, written_on
from chatbot.intents.visit_hours import words
from chatbot.intents.visit_times import read_when
from crm.catalog.models import Property
from crm.people.followups import FollowUp
from crm.people.models import User

OFF, MOVE = "visit_off", "visit_move"
LONGEST_WISH, LONGEST = 500, 2000
_VISIT = re.compile(r"\b(?:visitas?|citas?|visit|appointment|viewing|agendamento)\b")
_CANCEL = re.compile(r"\b(?:cancel\w*|anul\w*|desmarc\w*|suspend\w*|call off)\b")
_GO = r"(?:ir|asistir|llegar|visitar\w*|verl[oa]s?|acudir|estar|acercarme|comparecer)"
_CANNOT = re.compile(
    rf"\bno (?:(?:voy|vamos) a (?:poder )?|podre(?:mos)? |puedo |podemos |alcanzo a |logro ){_GO}\b"
    r"|\bno (?:ire|iremos|asistire|llego|llegare)\b|\bno (?:podre|puedo|voy a poder)\W*$"
    rf"|\bya no (?:voy|vamos|puedo|podre|podemos|ire|iremos|quiero {_GO}|deseo {_GO})\b"
    r"|\bya no quiero la (?:visita|cita)\b"
    r"|\bnao (?:vou (?:poder |conseguir )?(?:ir|comparecer)|posso ir|consigo ir|irei|vai dar)\b"
    r"|\b(?:can.?t|cannot|won.?t|(?:not|un)able to) (?:be able to )?(?:make it|come|go|attend)\b"
)
_MOVE = re.compile(
    r"\b(?:cambi\w*|mover\w*|muev\w*|reprogram\w*|re-?agend\w*|posterg\w*|aplaz\w*|adelant\w*"
    r"|atrasar\w*|remarc\w*|trocar|adiar|mudar|reschedul\w*|postpone|move|change"
    r"|pas(?:ar|emos|amos)(?:l[ao])?)\b"
)
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


@dataclass(frozen=True, slots=True)
class Change:
    """What is said of it; or the visit that shall be `moved`."""

    outcome: Outcome | None = None
    moved: FollowUp | None = None


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
    said = plain(turn.text)
    names = _VISIT.search(said) is not None
    wanted = read_when(turn.text, written_on(turn))
    says_time = wanted.day is not None or wanted.hour is not None
    called = names or turn.heard.intent == "schedule_visit"
    off = bool(_CANNOT.search(said) or (called and _CANCEL.search(said)))
    instead = off and _INSTEAD.search(said) is not None
    move = instead or bool(called and _MOVE.search(said))
    rather = bool(says_time and _RATHER.search(said)) and not (names or off or asked)
    if not (off or move or rather or _WHEN_IS.search(said)):
        return None
    rows = _meant(turn, rather=rather)
    if rows and len(rows) > 1 and off and wanted.day is not None:
        rows = [one for one in rows if _day(one.due_at) == wanted.day] or rows
    if not rows:
        return Change(_none(turn)) if names and not rather else None
    if not (off or move or rather):
        return Change(_told(turn, rows))
    if len(rows) > 1:
        return Change(_which(rows, MOVE if move or rather else OFF))
    return Change(moved=rows[0]) if move or rather else Change(_called_off(turn, rows[0]))


def call_off(turn: Turn) -> Outcome:
    """The one that was tapped."""
    visit = theirs(turn)
    return _called_off(turn, visit) if visit is not None else _none(turn)


def theirs(turn: Turn) -> FollowUp | None:
    """The visit of theirs that a tapped answer names."""
    key = turn.value[:18]
    return _open(turn).filter(pk=int(key)).first() if key.isdecimal() else None


def agree(turn: Turn, shown: Property, at: datetime, agent: User) -> None:
    """IntegrityError where the agent has another one then."""
    FollowUp.objects.create(
        contact=turn.contact,
        kind=FollowUp.Kind.VISIT,
        property=shown,
        about=shown.title[:200],
        due_at=at,
        is_agreed=True,
        assigned_to=agent,
    )


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


def _meant(turn: Turn, *, rather: bool) -> list[FollowUp]:
    """Those of the property that is named, or `rather` of the one spoken of; agreed ones first."""
    rows = list(_open(turn).select_related("assigned_to", "property__responsible__agency"))
    if not rows:
        return []
    shown = properties.named_in(turn) or (properties.spoken_of(turn) if rather else None)
    if shown is not None or rather:
        rows = [one for one in rows if shown is not None and is_of(one, shown)]
    return [one for one in rows if one.is_agreed] or rows


def is_of(visit: FollowUp, shown: Property) -> bool:
    if visit.property_id is not None:
        return visit.property_id == shown.pk
    return visit.about == shown.title[:200]


def shown_in(visit: FollowUp) -> Property | None:
    """The property it is to; where none is noted, titles tell."""
    rows = Property.objects.select_related("responsible__agency")
    return visit.property or rows.filter(title=visit.about).first()


def _called_off(turn: Turn, visit: FollowUp) -> Outcome:
    """It is nobody's to do any more; who would have shown it reads their words."""
    visit.done_at, visit.is_cancelled = turn.now, True
    visit.text = f"{visit.text}\n{kept(turn)}".strip()[:LONGEST]
    visit.save(update_fields=["done_at", "is_cancelled", "text"])
    agent = visit.assigned_to.first_name if visit.assigned_to else ""
    said = {"title": visit.about, "when": _said_when(turn, visit), "agent": agent}
    shown = shown_in(visit)
    is_free = shown is not None and shown.status == Property.Status.AVAILABLE
    again = titles.pick(turn, (properties.VISIT, shown.code, "visit")) if shown and is_free else ()
    return Outcome((Reply("visit_cancelled", said, again, promises=True),))


def _told(turn: Turn, rows: list[FollowUp]) -> Outcome:
    fixed = [one for one in rows if one.is_agreed]
    said = [
        Reply("visit_already", {"title": one.about, "when": words(turn, one.due_at)}, promises=True)
        for one in fixed
    ]
    return Outcome(tuple(said) or (Reply("visit_noted", {"title": rows[0].about}, promises=True),))


def _which(rows: list[FollowUp], kind: str) -> Outcome:
    options = tuple(option(kind, one.pk, one.about) for one in rows[: properties.MOST_SHOWN])
    return Outcome((Reply("visit_which_one", options=options),))


def _none(turn: Turn) -> Outcome:
    visit = titles.pick(turn, (INTENT, "schedule_visit", "visit"))
    options = (*visit, *titles.intents(turn, ("talk_to_agent",)))
    return Outcome((Reply("visit_none", options=options, promises=True),))


def _said_when(turn: Turn, visit: FollowUp) -> str:
    return words(turn, visit.due_at) if visit.is_agreed else ""


def _day(at: datetime) -> object:
    return timezone.localtime(at).date()
