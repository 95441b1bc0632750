"""Visits: free hours of whoever looks after the property, or the wish noted for a person."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from django.utils import timezone

from chatbot.dialog import engine
from chatbot.dialog.contract import Asked, Outcome, Reply, Step, Turn
from chatbot.intents import menu, paid, properties, visit_calling_off, visit_changes
from chatbot.intents.heard import SURE, UNKNOWN
from chatbot.intents.hearing.words import plain
from chatbot.intents.own_words import kept, written, written_on
from chatbot.intents.property_picking import beside_place, place_in
from chatbot.intents.told import just_offered, just_told, said_last
from chatbot.intents.visit_hours import (
    SLOT,
    Tapped,
    words,
)
from chatbot.intents.visit_offering import (
    DIALOG,
    NOTHING,
    already_agreed,
    ask_which,
    ask_wish,
    at_time_said,
    book,
    booked_at,
    gone,
    note_wish,
    offer_hours,
    time_wanted,
    to_be_seen,
)
from chatbot.intents.visit_times import When, is_a_time, is_next_week, says_when
from crm.catalog.models import Property
from crm.people.followups import FollowUp


def schedule(turn: Turn) -> Outcome:
    """Which property, then when; or what becomes of the visit they have."""
    if changed := in_passing(turn):
        return changed
    return begin(turn)


def begin(turn: Turn) -> Outcome:
    if _answers_us(turn):
        return Outcome((Reply("noted", promises=True),))
    shown = properties.named_in(turn) or _placed(turn) or properties.spoken_of(turn)
    return offer_hours(turn, shown) if shown is not None else ask_which(turn)


def _answers_us(turn: Turn) -> bool:
    """A time alone, where a colleague has just asked something."""
    said = "" if turn.choice or turn.heard.intent != "schedule_visit" else written(turn)
    return is_a_time(said, written_on(turn), part=True) and not said_last(turn)


def _placed(turn: Turn) -> Property | None:
    """ "Quiero visitar la segunda el martes": the second of the last list."""
    at = 0 if turn.choice else place_in(written(turn))
    rows = properties.found_before(turn) if at else []
    return rows[at - 1] if 0 < at <= len(rows) else None


def in_passing(turn: Turn, *, asked: bool = False) -> Outcome | None:
    """What was heard as something else or nothing: "no voy a poder ir", where they have a visit."""
    changed = visit_changes.changed(turn, asked=asked)
    return (changed.outcome or to_move(turn, changed.moved)) if changed is not None else None


def missed(turn: Turn) -> Outcome | None:
    """ "Me salió algo, no voy a poder" sounds like a complaint."""
    return in_passing(turn) if visit_calling_off.is_missed(plain(written(turn))) else None


def names_only_a_time(turn: Turn) -> bool:
    """ "Mañana a las 11" after a card: when they would come to see it; right after it "el martes"
    or "a las 5", too. A partner may speak of something else by then. After a list "la segunda el
    martes"."""
    if turn.choice:
        return False
    said, today = written(turn), written_on(turn)
    if 0 < place_in(said) <= len(turn.topic.get(properties.FOUND) or ()):
        return is_a_time(beside_place(said), today, part=True) and said_last(turn)
    if "property" not in turn.topic:
        return False
    if not said or not is_a_time(said, today, part=True):
        return False
    if turn.session is None and is_a_time(said, today):
        return said_last(turn)
    return just_told(turn)


def yes(turn: Turn) -> Outcome:
    """To "¿quieres agendar una visita?", or to nothing."""
    return schedule(turn) if just_offered(turn) else menu.all_right(turn)


def cancel(turn: Turn) -> Outcome:
    """ "Cancela mi cita" is about the visit; a bare "cancelar" is not."""
    if changed := in_passing(turn):
        return changed
    left, visits = menu.cancel(turn), []
    if not paid.by_cancelling(turn):
        visits = list(visit_changes.agreed(turn))
    if visits and not turn.is_asked and visit_calling_off.may_mean_it(plain(written(turn))):
        return visit_changes.which_off(turn, visits)
    # Nobody shall take it for what was cancelled.
    stands = visit_changes.told(turn, visits).replies if visits else ()
    return replace(left, replies=(*left.replies, *stands))


def which(turn: Turn, data: Mapping[str, Any]) -> Outcome | None:
    """The day and the hour they named before are kept."""
    shown = properties.named_in(turn)
    if shown is None:
        return None
    wanted = time_wanted(turn)
    return offer_hours(turn, shown, wanted if wanted.says_something else When.of(data))


def when(turn: Turn, data: Mapping[str, Any]) -> Outcome | None:
    """One of the hours that were offered, another day or hour, or their own words."""
    shown = properties.with_agent(data["property"])
    if shown is None:
        return schedule(turn)
    if _is_slot(turn):
        return _tapped(turn, shown, data)
    if _says_yes(turn):
        return offer_hours(turn, shown, replace(When.of(data), hour=None))
    if turn.choice or _asks_else(turn) or not written(turn):
        return None
    named = properties.named_in(turn)
    if named is not None and named != shown:
        return offer_hours(turn, named)
    if changed := in_passing(turn, asked=True):
        return changed
    if said := at_time_said(turn, shown, data):
        return said
    if _says_when(turn):
        return note_wish(turn, shown, kept(turn))
    return menu.all_right(turn) if _denies(turn) else properties.asked_in_passing(turn)


def wish(turn: Turn, data: Mapping[str, Any]) -> Outcome | None:
    """When it would suit them, in their own words; one of the hours offered before is one, too."""
    shown = properties.with_agent(data["property"])
    if _is_slot(turn):
        return _tapped(turn, shown, data)
    if _denies(turn) and not _says_when(turn):
        return menu.all_right(turn)
    if shown is not None and _says_yes(turn):
        return ask_wish(turn, shown, When.of(data))
    small_talk = turn.heard.exact and turn.heard.intent in ("affirm", "greeting", "thanks")
    if small_talk or _asks_else(turn) or not written(turn):
        return None
    if changed := in_passing(turn, asked=True):
        return changed
    said = at_time_said(turn, shown, data) if shown is not None else None
    return said or note_wish(turn, shown, kept(turn))


def slot_late(turn: Turn) -> Outcome:
    """An hour tapped when it is not asked for: twice, or in an old message."""
    tapped = Tapped.of(turn.choice)
    shown = properties.with_agent(tapped.key) if tapped else None
    if tapped is None or shown is None:
        return schedule(turn)
    booked = booked_at(turn, shown, tapped.at)
    if booked is None:
        return offer_hours(turn, shown)
    return replace(already_agreed(turn, booked), beside=True)


def _is_slot(turn: Turn) -> bool:
    return turn.choice.partition(":")[0] == SLOT


def _tapped(turn: Turn, shown: Property | None, data: Mapping[str, Any]) -> Outcome:
    """The hour chosen for the property that is asked about. One under the question about another
    property is no answer: it is asked anew, for that one."""
    tapped = Tapped.of(turn.choice)
    if tapped is None or shown is None or tapped.key != shown.pk:
        return slot_late(turn)
    if not to_be_seen(shown):
        return gone(turn, shown)
    if tapped.at is None:
        return Outcome((Reply("visit_wish"),), asked=Asked(DIALOG, "wish", data))
    return book(turn, shown, tapped.at)


def _asks_else(turn: Turn) -> bool:
    """For something else than this visit. "Quiero ir el sábado" and "el lunes que viene" are
    answers; "quiero visitar Villa Marina" begins anew, "mi cuota vence el lunes" is about something
    else."""
    if not turn.heard.asks_else or turn.choice:
        return turn.heard.asks_else
    if turn.heard.intent == "schedule_visit":
        return not _says_when(turn)
    said, today = written(turn), written_on(turn)
    return not (is_a_time(said, today, part=True) or is_next_week(said))


def _says_when(turn: Turn) -> bool:
    return says_when(written(turn))


def _says_yes(turn: Turn) -> bool:
    """To whether they would visit it, which a question in between was answered with."""
    return turn.heard.intent == "affirm" and just_offered(turn)


def _denies(turn: Turn) -> bool:
    return turn.heard.intent == "deny" and turn.heard.score >= SURE


def off(turn: Turn, data: Mapping[str, Any]) -> Outcome | None:
    """Which visit shall be called off; or when else, of the only one. What is no answer is served
    as if nothing was asked."""
    done = visit_changes.answered(turn, data) or _at_another(turn, data) or in_passing(turn)
    if done or turn.choice or not written(turn):
        return done
    if turn.heard.intent == "cancel" and visit_calling_off.cancels(plain(turn.text)):
        return visit_changes.left_to_a_person()  # it shall not sound as if it was done
    # Tickets look for a visit once more in what is not understood; that is enough.
    unheard = turn.heard.intent == UNKNOWN
    return engine.serve(replace(turn, is_asked=False) if unheard else turn)


def _at_another(turn: Turn, data: Mapping[str, Any]) -> Outcome | None:
    """A time alone, unless a colleague has just asked for one."""
    said = "" if turn.choice else written(turn)
    if not said or not is_a_time(said, written_on(turn), part=True) or not said_last(turn):
        return None
    visit = visit_changes.only_one(turn, data)
    if visit is None:
        return None
    return visit_changes.named_by_time(turn, visit, data) or to_move(turn, visit)


def to_move(turn: Turn, visit: FollowUp | None) -> Outcome:
    """Another hour for the visit they have, which stands until they choose one."""
    shown = visit_changes.shown_in(visit) if visit else None
    if visit is None or shown is None:
        return ask_which(turn)
    wanted = time_wanted(turn)
    own = timezone.localtime(visit.due_at)
    if wanted.day == own.date() and wanted.hour in (None, own.time()) and not wanted.hours:
        wanted = NOTHING  # that is when it is now
    elif not (wanted.day or wanted.without) and wanted.hour is not None and visit.is_agreed:
        wanted = replace(wanted, day=own.date())
    offered = offer_hours(turn, shown, wanted)
    asks = offered.asked is not None and offered.asked.dialog == DIALOG
    if not asks or not visit.is_agreed:
        return offered
    stands = Reply("visit_stands", {"title": visit.about, "when": words(turn, visit.due_at)})
    return replace(offered, replies=(stands, *offered.replies))


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
    (DIALOG, "off"): Step(
        off, own=(visit_changes.OFF,), optional=True, answers=lambda turn: not turn.choice
    ),
    (DIALOG, "wish"): Step(wish, takes_any=True, own=(SLOT,)),
}
