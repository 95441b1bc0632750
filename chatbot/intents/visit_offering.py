"""Hours that are offered for a visit, the one that is agreed, or a wish noted for a person."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone

from chatbot.dialog.contract import Asked, Outcome, Reply, Turn, option
from chatbot.intents import properties, titles, visit_changes, who
from chatbot.intents.heard import UNKNOWN
from chatbot.intents.own_words import kept, written, written_on
from chatbot.intents.property_picking import place_in
from chatbot.intents.visit_answers import read_answer
from chatbot.intents.visit_hours import (
    FURTHEST,
    LENGTH,
    NOTICE,
    OTHER,
    SLOT,
    Agenda,
    free,
    moment,
    words,
)
from chatbot.intents.visit_times import When
from crm.catalog.models import Property
from crm.people import calendar
from crm.people.followups import FollowUp
from crm.people.models import User

DIALOG = visit_changes.DIALOG
NOTHING = When()


def to_be_seen(shown: Property) -> bool:
    return shown.status == Property.Status.AVAILABLE


def gone(turn: Turn, shown: Property) -> Outcome:
    """That it is not to be had any more; of what is offered to nobody, nothing is said."""
    offered = Property.objects.offered().filter(pk=shown.pk).exists()
    return properties.card(turn, shown) if offered else ask_which(turn)


def ask_which(turn: Turn) -> Outcome:
    question = Reply("visit_which", options=_to_visit(turn))
    return Outcome((question,), asked=Asked(DIALOG, "which", time_wanted(turn).as_data()))


def _to_visit(turn: Turn) -> tuple[dict[str, str], ...]:
    """Those of the last list, else the newest."""
    rows = properties.found_before(turn)
    if not rows:
        newest = Property.objects.filter(status=Property.Status.AVAILABLE).order_by("-id")
        rows = list(newest[: properties.MOST_SHOWN])
    return tuple(option(properties.VISIT, one.code, one.title) for one in rows)


def time_wanted(turn: Turn) -> When:
    """The day and the hour they say, or said before they tapped which of their visits."""
    if turn.choice or not written(turn):
        return visit_changes.chosen_with(turn)
    return read_answer(turn.text, written_on(turn), asked=False)


def offer_hours(turn: Turn, shown: Property, wanted: When | None = None) -> Outcome:
    """The hour they named is taken, if it is free; else free hours to tap on, of their day first;
    where nobody looks after it, when it would suit them."""
    if not to_be_seen(shown):
        return gone(turn, shown)
    wanted = time_wanted(turn) if wanted is None else wanted
    agent, at = _agent(shown), moment(wanted)
    if agent is None:
        said = kept(turn) if at is not None and not turn.choice else ""
        return note_wish(turn, shown, said) if said else ask_wish(turn, shown, wanted)
    agenda = Agenda.of(agent, turn.contact, turn.now)
    if wanted != NOTHING and (then := _at_that_time(turn, shown, agent, wanted, agenda)):
        return then
    hours = free(agenda, turn.now, NOTHING)
    if not hours:
        return ask_wish(turn, shown, wanted)
    return _offer(turn, shown, wanted, hours, fits=wanted == NOTHING)


def at_time_said(turn: Turn, shown: Property, data: Mapping[str, Any]) -> Outcome | None:
    """What an answer that names a day or an hour leads to; None: nothing is free then. An hour
    alone is of the day that was named before."""
    said = "" if turn.choice else written(turn)
    wanted, agent = read_answer(said, written_on(turn)), _agent(shown)
    if not wanted.says_something or agent is None or not to_be_seen(shown):
        return None
    if wanted.day is None and wanted.hour is not None:
        day = When.of(data).day
        wanted = replace(wanted, day=day if day != wanted.without else None)
    return _at_that_time(turn, shown, agent, wanted, Agenda.of(agent, turn.contact, turn.now))


def _at_that_time(
    turn: Turn, shown: Property, agent: User, wanted: When, agenda: Agenda
) -> Outcome | None:
    """The very hour, if it is free; else free ones of that day, or at that hour; None: none are."""
    at, (own, others) = moment(wanted), _theirs(turn, shown, agenda)
    agenda = replace(agenda, moved=own)
    if at is not None and _is_free(turn, agenda, at):
        return _fixed(turn, shown, at, agent, own)
    hours = free(agenda, turn.now, wanted)
    if not hours:
        return None
    elsewhere = _elsewhere(turn, others, at)
    offered = _offer(turn, shown, wanted, hours, fits=at is None or bool(elsewhere))
    return replace(offered, replies=(*elsewhere, *offered.replies))


def _is_free(turn: Turn, agenda: Agenda, at: datetime) -> bool:
    """Full hours alone: of two people at the same moment the database lets one in."""
    is_full = at.minute == 0 and at >= turn.now + NOTICE
    if timezone.localdate(at) > timezone.localdate(turn.now) + FURTHEST:
        return False
    return is_full and agenda.is_open(at) and not agenda.is_taken(at)


def ask_wish(turn: Turn, shown: Property, wanted: When) -> Outcome:
    question = Reply("visit_wish", {"title": shown.title})
    data = {"property": shown.pk} | wanted.as_data()
    topic = properties.topic_of(turn, shown)
    return Outcome((question,), asked=Asked(DIALOG, "wish", data), topic=topic)


def _offer(
    turn: Turn, shown: Property, wanted: When, hours: list[datetime], *, fits: bool
) -> Outcome:
    """Hours to tap on; `fits`: they are of the time that was asked for."""
    slots = tuple(option(SLOT, f"{shown.pk}.{one.isoformat()}", words(turn, one)) for one in hours)
    other = titles.pick(turn, (SLOT, f"{shown.pk}.{OTHER}", "other_time"))
    question = Reply("visit_when", {"title": shown.title}, options=(*slots, *other))
    said = () if fits else (Reply("visit_not_then"),)
    return Outcome(
        (*said, question),
        asked=Asked(DIALOG, "when", {"property": shown.pk} | wanted.as_data()),
        topic=properties.topic_of(turn, shown),
    )


def _agent(shown: Property) -> User | None:
    responsible = shown.responsible
    return responsible if responsible is not None and responsible.is_active else None


def booked_at(turn: Turn, shown: Property, at: datetime | None) -> FollowUp | None:
    """The visit to it that they have at that moment."""
    rows = FollowUp.objects.open().filter(
        contact=turn.contact, kind=FollowUp.Kind.VISIT, is_agreed=True
    )
    return rows.of(shown.pk, shown.title).filter(due_at=at).first() if at is not None else None


def already_agreed(turn: Turn, booked: FollowUp) -> Outcome:
    said = {"title": booked.about, "when": words(turn, booked.due_at)}
    return Outcome((Reply("visit_already", said, promises=True),))


def _theirs(turn: Turn, shown: Property, agenda: Agenda) -> tuple[FollowUp | None, list[FollowUp]]:
    """That one, and those that they have elsewhere."""
    ahead = (one for one in agenda.visits if one.due_at > turn.now)
    rows = [one for one in ahead if one.contact_id == turn.contact.pk]
    own = next((one for one in rows if visit_changes.is_of(one, shown)), None)
    return own, [one for one in rows if one is not own]


def _elsewhere(turn: Turn, others: list[FollowUp], at: datetime | None) -> tuple[Reply, ...]:
    """That they are at another one then."""
    then = (one for one in others if at is not None and abs(one.due_at - at) < LENGTH)
    return tuple(reply for one in then for reply in already_agreed(turn, one).replies)


def book(turn: Turn, shown: Property, at: datetime) -> Outcome:
    """The hour they chose. One that was taken meanwhile is offered no more, nor one that is too
    soon by now or in which nobody is there any more."""
    agent = _agent(shown)
    if agent is None:
        booked = booked_at(turn, shown, at)
        return already_agreed(turn, booked) if booked else offer_hours(turn, shown, NOTHING)
    agenda = Agenda.of(agent, turn.contact, turn.now)
    own, others = _theirs(turn, shown, agenda)
    if own is not None and own.due_at == at:
        return already_agreed(turn, own)
    if at < turn.now + NOTICE:
        return offer_hours(turn, shown, NOTHING)
    if elsewhere := _elsewhere(turn, others, at):
        again = offer_hours(turn, shown, NOTHING)
        return replace(again, replies=(*elsewhere, *again.replies))
    if replace(agenda, moved=own).is_taken(at):
        return _taken(turn, shown)
    if not agenda.is_open(at):
        return offer_hours(turn, shown, NOTHING)
    return _fixed(turn, shown, at, agent, own)


def _fixed(turn: Turn, shown: Property, at: datetime, agent: User, own: FollowUp | None) -> Outcome:
    """It is agreed, in the place of the `own` one."""
    if own is not None and own.due_at == at:
        return already_agreed(turn, own)
    said = {"title": shown.title, "when": words(turn, at), "agent": agent.first_name}
    said |= {"address": shown.address, "before": words(turn, own.due_at) if own else ""}
    try:
        with transaction.atomic():
            if own is not None:
                visit_changes.move(own, at, agent)
            else:
                visit_changes.agree(turn, shown, at, agent)
    except IntegrityError:
        return _taken(turn, shown)
    reply = Reply("visit_moved" if own else "visit_booked", said, promises=True)
    outcome = Outcome((reply,), topic=properties.topic_of(turn, shown))
    # Who says all of it in one message is not asked for more at once, nor is whose words were
    # looked at for much else before: each message has its measure of work.
    unheard = turn.heard.intent == UNKNOWN and not turn.is_asked
    looked_at = not turn.choice and (unheard or place_in(turn.text) > 0)
    return outcome if turn.is_first or looked_at else who.ask_once(turn, outcome)


def _taken(turn: Turn, shown: Property) -> Outcome:
    again = offer_hours(turn, shown, NOTHING)
    return replace(again, replies=(Reply("visit_taken"), *again.replies))


def note_wish(turn: Turn, shown: Property | None, text: str) -> Outcome:
    """Nobody's hour: a person comes back to them when the business is open."""
    if shown is not None and not to_be_seen(shown):
        return gone(turn, shown)
    agent = _agent(shown) if shown is not None else None
    at = calendar.next_opening(turn.now, agent.agency if agent else None)
    visit_changes.note(turn, shown, at, agent, text)
    title = shown.title if shown is not None else ""
    outcome = Outcome((Reply("visit_noted", {"title": title}, promises=True),))
    return outcome if turn.is_first else who.ask_once(turn, outcome)
