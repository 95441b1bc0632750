"""Visits: free hours of whoever looks after the property, or the wish noted for a person."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone

from chatbot.dialog.contract import Asked, Outcome, Reply, Step, Turn, option
from chatbot.intents import menu, properties, titles, visit_changes, who
from chatbot.intents.heard import SURE
from chatbot.intents.own_words import kept, written
from chatbot.intents.told import just_offered, just_told
from chatbot.intents.visit_hours import (
    NOTICE,
    OTHER,
    SLOT,
    Agenda,
    Tapped,
    free,
    moment,
    words,
)
from chatbot.intents.visit_times import When, is_a_time, read_answer, read_when, says_when
from crm.catalog.models import Property
from crm.people import calendar
from crm.people.followups import FollowUp
from crm.people.models import User

DIALOG = "visit"
NOTHING = When()


def schedule(turn: Turn) -> Outcome:
    """Which property, then when; or what becomes of the visit they have."""
    if changed := in_passing(turn):
        return changed
    shown = properties.named_in(turn) or properties.spoken_of(turn)
    return _when(turn, shown) if shown is not None else _which(turn)


def in_passing(turn: Turn, *, asked: bool = False) -> Outcome | None:
    """What was heard as something else or nothing: "no voy a poder ir", where they have a visit."""
    changed = visit_changes.changed(turn, asked=asked)
    return (changed.outcome or to_move(turn, changed.moved)) if changed is not None else None


def names_only_a_time(turn: Turn) -> bool:
    """ "Mañana a las 11" after a card: when they would come to see it; right after it "el martes"
    or "a las 5", too. A partner may speak of something else by then."""
    if turn.choice or "property" not in turn.topic:
        return False
    said, today = written(turn), timezone.localdate(turn.now)
    if not said or not is_a_time(said, today, part=True):
        return False
    return (turn.session is None and is_a_time(said, today)) or just_told(turn)


def yes(turn: Turn) -> Outcome:
    """To "¿quieres agendar una visita?", or to nothing."""
    return schedule(turn) if just_offered(turn) else menu.all_right(turn)


def cancel(turn: Turn) -> Outcome:
    """ "Cancela mi cita" is about the visit; a bare "cancelar" is not."""
    if changed := in_passing(turn):
        return changed
    left, shown = menu.cancel(turn), None
    if "property" in turn.topic:
        shown = properties.spoken_of(turn)
    own = _own(turn, shown) if shown is not None else None
    # Nobody shall take it for what was cancelled.
    return replace(left, replies=(*left.replies, *_already(turn, own).replies)) if own else left


def which(turn: Turn, data: Mapping[str, Any]) -> Outcome | None:
    """The day and the hour they named before are kept."""
    shown = properties.named_in(turn)
    if shown is None:
        return None
    wanted = _wanted(turn)
    return _when(turn, shown, wanted if wanted.says_something else When.of(data))


def when(turn: Turn, data: Mapping[str, Any]) -> Outcome | None:
    """One of the hours that were offered, another day or hour, or their own words."""
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
    if changed := in_passing(turn, asked=True):
        return changed
    if said := _answer(turn, shown, data):
        return said
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
    if changed := in_passing(turn, asked=True):
        return changed
    said = _answer(turn, shown, data) if shown is not None else None
    return said or _noted(turn, shown, kept(turn))


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
    return says_when(written(turn))


def _denies(turn: Turn) -> bool:
    return turn.heard.intent == "deny" and turn.heard.score >= SURE


def _to_be_seen(shown: Property) -> bool:
    return shown.status == Property.Status.AVAILABLE


def _gone(turn: Turn, shown: Property) -> Outcome:
    """That it is not to be had any more; of what is offered to nobody, nothing is said."""
    offered = Property.objects.offered().filter(pk=shown.pk).exists()
    return properties.card(turn, shown) if offered else _which(turn)


def _which(turn: Turn) -> Outcome:
    question = Reply("visit_which", options=_to_visit(turn))
    return Outcome((question,), asked=Asked(DIALOG, "which", _wanted(turn).as_data()))


def _to_visit(turn: Turn) -> tuple[dict[str, str], ...]:
    """Those of the last list, else the newest."""
    rows = properties.found_before(turn)
    if not rows:
        newest = Property.objects.filter(status=Property.Status.AVAILABLE).order_by("-id")
        rows = list(newest[: properties.MOST_SHOWN])
    return tuple(option(properties.VISIT, one.code, one.title) for one in rows)


def _wanted(turn: Turn) -> When:
    """The day and the hour they say; nothing where they tapped."""
    if turn.choice or not written(turn):
        return NOTHING
    return read_when(turn.text, timezone.localdate(turn.now))


def _when(turn: Turn, shown: Property, wanted: When | None = None) -> Outcome:
    """The hour they named is taken, if it is free; else free hours to tap on, of their day first;
    where nobody looks after it, when it would suit them."""
    if not _to_be_seen(shown):
        return _gone(turn, shown)
    wanted = _wanted(turn) if wanted is None else wanted
    agent, at = _agent(shown), moment(wanted)
    if agent is None:
        said = kept(turn) if at is not None and not turn.choice else ""
        return _noted(turn, shown, said) if said else _ask_wish(turn, shown, wanted)
    if wanted != NOTHING and (then := _at_that_time(turn, shown, agent, wanted)):
        return then
    hours = free(Agenda.of(agent, turn.now), turn.now, NOTHING)
    if not hours:
        return _ask_wish(turn, shown, wanted)
    return _offer(turn, shown, wanted, hours, fits=wanted == NOTHING)


def _answer(turn: Turn, shown: Property, data: Mapping[str, Any]) -> Outcome | None:
    """What an answer that names a day or an hour leads to; None: nothing is free then. An hour
    alone is of the day that was named before."""
    said = "" if turn.choice else written(turn)
    wanted, agent = read_answer(said, timezone.localdate(turn.now)), _agent(shown)
    if not wanted.says_something or agent is None or not _to_be_seen(shown):
        return None
    if wanted.day is None and wanted.hour is not None:
        wanted = replace(wanted, day=When.of(data).day)
    return _at_that_time(turn, shown, agent, wanted)


def _at_that_time(turn: Turn, shown: Property, agent: User, wanted: When) -> Outcome | None:
    """The very hour, if it is free; else free ones of that day, or at that hour; None: none are."""
    own, at = _own(turn, shown), moment(wanted)
    agenda = Agenda.of(agent, turn.now, moved=own)
    if at is not None and _is_free(turn, agenda, at):
        return _fixed(turn, shown, at, agent, own)
    hours = free(agenda, turn.now, wanted)
    return _offer(turn, shown, wanted, hours, fits=at is None) if hours else None


def _is_free(turn: Turn, agenda: Agenda, at: datetime) -> bool:
    """Full hours alone: of two people at the same moment the database lets one in."""
    is_full = at.minute == 0 and at >= turn.now + NOTICE
    return is_full and agenda.is_open(at) and not agenda.is_taken(at)


def _ask_wish(turn: Turn, shown: Property, wanted: When) -> Outcome:
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


def _booked(turn: Turn, shown: Property, at: datetime | None) -> FollowUp | None:
    """The visit to it that they have at that moment."""
    rows = FollowUp.objects.open().filter(
        contact=turn.contact, kind=FollowUp.Kind.VISIT, is_agreed=True, about=shown.title[:200]
    )
    return rows.filter(due_at=at).first() if at is not None else None


def _already(turn: Turn, booked: FollowUp) -> Outcome:
    said = {"title": booked.about, "when": words(turn, booked.due_at)}
    return Outcome((Reply("visit_already", said, promises=True),))


def _own(turn: Turn, shown: Property) -> FollowUp | None:
    """The visit to it that they have before them: another hour takes its place."""
    if turn.is_first:
        return None
    return visit_changes.agreed(turn).filter(about=shown.title[:200]).first()


def _book(turn: Turn, shown: Property, at: datetime) -> Outcome:
    """The hour they chose. One that was taken meanwhile is offered no more, nor one that is too
    soon by now or in which nobody is there any more."""
    agent, own = _agent(shown), _own(turn, shown)
    if own is not None and own.due_at == at:
        return _already(turn, own)
    if agent is None or at < turn.now + NOTICE:
        return _when(turn, shown, NOTHING)
    agenda = Agenda.of(agent, turn.now, moved=own)
    if agenda.is_taken(at):
        return _taken(turn, shown)
    if not agenda.is_open(at):
        return _when(turn, shown, NOTHING)
    return _fixed(turn, shown, at, agent, own)


def _fixed(turn: Turn, shown: Property, at: datetime, agent: User, own: FollowUp | None) -> Outcome:
    """It is agreed, in the place of the `own` one."""
    if own is not None and own.due_at == at:
        return _already(turn, own)
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
    # Who says all of it in one message is not asked for more at once.
    return outcome if turn.is_first else who.ask_once(turn, outcome)


def to_move(turn: Turn, visit: FollowUp | None) -> Outcome:
    """Another hour for the visit they have, which stands until they choose one."""
    shown = Property.objects.filter(title=visit.about).first() if visit else None
    if visit is None or shown is None:
        return _which(turn)
    wanted = _wanted(turn)
    own = timezone.localtime(visit.due_at)
    if wanted.day == own.date() and wanted.hour in (None, own.time()) and not wanted.hours:
        wanted = NOTHING  # that is when it is now
    elif wanted.day is None and wanted.hour is not None and visit.is_agreed:
        wanted = replace(wanted, day=own.date())
    offered = _when(turn, shown, wanted)
    asks = offered.asked is not None and offered.asked.dialog == DIALOG
    if not asks or not visit.is_agreed:
        return offered
    stands = Reply("visit_stands", {"title": visit.about, "when": words(turn, visit.due_at)})
    return replace(offered, replies=(stands, *offered.replies))


def _taken(turn: Turn, shown: Property) -> Outcome:
    again = _when(turn, shown, NOTHING)
    return replace(again, replies=(Reply("visit_taken"), *again.replies))


def _noted(turn: Turn, shown: Property | None, text: str) -> Outcome:
    """Nobody's hour: a person comes back to them when the business is open."""
    if shown is not None and not _to_be_seen(shown):
        return _gone(turn, shown)
    agent = _agent(shown) if shown is not None else None
    at = calendar.next_opening(turn.now, agent.agency if agent else None)
    visit_changes.note(turn, shown, at, agent, text)
    title = shown.title if shown is not None else ""
    return who.ask_once(turn, Outcome((Reply("visit_noted", {"title": title}, promises=True),)))


def move(turn: Turn) -> Outcome:
    """Another hour for the one of their visits that was tapped."""
    visit = visit_changes.theirs(turn)
    return to_move(turn, visit) if visit is not None else schedule(turn)


INTENTS = {"schedule_visit": schedule, "cancel": cancel, "affirm": yes}
CHOICES = {
    properties.VISIT: schedule,
    SLOT: slot_late,
    visit_changes.OFF: visit_changes.call_off,
    visit_changes.MOVE: move,
}
STEPS = {
    (DIALOG, "which"): Step(which),
    (DIALOG, "when"): Step(when),
    (DIALOG, "wish"): Step(wish, takes_any=True, own=(SLOT,)),
}
