"""No more advertisements, and advertisements again: done whoever answers the conversation."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from chatbot.dialog import registry
from chatbot.dialog.contract import Asked, Handler, Outcome, Reply, Step, Turn, say
from chatbot.intents import menu, titles
from chatbot.intents.heard import SURE
from chatbot.intents.hearing.consent import is_no_more, is_plain, is_refusal, keeps
from crm.audit.models import record
from crm.people.models import Contact

DIALOG, AGAIN, NO_MORE = "wishes", "again", "no_more"
NEWS = "news"


def opt_out(turn: Turn) -> Outcome:
    """Who may mean something else is asked, and their news go on meanwhile. While a person answers
    nobody is asked: it is taken where they say so plainly."""
    sure = turn.choice or turn.heard.exact or is_refusal(turn.text)
    if sure or turn.contact.opted_out_at is not None:
        return _opted_out(turn)
    options = titles.pick(turn, (NEWS, "no", "yes"), (NEWS, "kept", "no"))
    return Outcome((Reply("opt_out_sure", options=options),), asked=Asked(DIALOG, NO_MORE))


def opt_in(turn: Turn) -> Outcome:
    """So is who may want them again, since a complaint of what came sounds like it; and who had
    opted out, unless they say nothing else."""
    may = turn.is_overheard or turn.contact.opted_out_at is None
    plainly = may and is_plain(turn.text, overheard=turn.is_overheard)
    if turn.choice or turn.heard.exact or plainly:
        return _opted_in(turn)
    options = titles.pick(turn, (NEWS, "yes", "yes"), (NEWS, "no", "no"))
    return Outcome((Reply("opt_in_again", options=options),), asked=Asked(DIALOG, AGAIN))


def tapped(turn: Turn) -> Outcome:
    if turn.value == "kept":
        return _kept(turn)
    return _opted_in(turn) if turn.value == "yes" else _opted_out(turn)


def again(turn: Turn, _data: Mapping[str, Any]) -> Outcome | None:
    """The answer to "do you want our news again?"; nobody need give one."""
    if _says_no_more(turn):
        return _opted_out(turn)
    wants = turn.heard.intent == "opt_in" and (turn.heard.exact or is_plain(turn.text))
    return _answered(turn, yes=_opted_in, no=_opted_out, wants=wants)


def no_more(turn: Turn, _data: Mapping[str, Any]) -> Outcome | None:
    """The answer to "do you want no more of our news?": "ya no" is no less a yes there than "sí".
    Only a bare no keeps them; whoever says more with it is asked again."""
    if _wants_none(turn):
        return _opted_out(turn)
    if not turn.choice and keeps(turn.text):
        return _kept(turn)
    return _answered(turn, yes=_opted_out, no=_no_to_none, wants=False)


def _says_no_more(turn: Turn) -> bool:
    return not turn.choice and is_no_more(turn.text)


def _wants_none(turn: Turn) -> bool:
    """Whether all that is said is that; who asks for something else with it is served."""
    refuses = not turn.choice and not turn.heard.asks_else and is_refusal(turn.text)
    return refuses or _says_no_more(turn)


def _no_to_none(turn: Turn) -> Outcome:
    return _kept(turn) if turn.heard.exact else _asked_again(opt_out(turn))


def _asked_again(outcome: Outcome) -> Outcome:
    """The same question twice understood nothing, and is not asked for ever."""
    return replace(outcome, misunderstood=outcome.asked is not None)


def _answered(turn: Turn, *, yes: Handler, no: Handler, wants: bool) -> Outcome | None:
    heard = turn.heard
    if turn.choice:
        return tapped(turn) if turn.choice.startswith(f"{NEWS}:") else None
    if heard.score >= SURE and (wants or heard.intent == "affirm"):
        return yes(turn)
    if heard.intent == "deny" and heard.score >= SURE:
        return no(turn)
    if heard.intent in INTENTS and not turn.inbound.media:
        return _asked_again(INTENTS[heard.intent](turn))
    if heard.asks_else or turn.inbound.media:
        return None
    claim = registry.claims().get(heard.intent)
    handler = registry.handlers().get(heard.intent, registry.handlers()[registry.REST])
    return (claim(turn) if claim else None) or handler(turn)


def _kept(turn: Turn) -> Outcome:
    return menu.all_right(turn)


def _opted_out(turn: Turn) -> Outcome:
    _note(turn, turn.now)
    return say("opted_out")


def _opted_in(turn: Turn) -> Outcome:
    _note(turn, None)
    return say("opted_in")


def _note(turn: Turn, at: datetime | None) -> None:
    """Said twice it is noted once: the first time they said so stands."""
    rows = Contact.objects.filter(pk=turn.contact.pk, opted_out_at__isnull=at is not None)
    if rows.update(opted_out_at=at):
        turn.contact.opted_out_at = at
        record(action="opted_out" if at else "opted_in", subject=turn.contact, by=None)


INTENTS = {"opt_out": opt_out, "opt_in": opt_in}
CHOICES = {NEWS: tapped}
OVERHEARD = {NEWS: tapped}
STEPS = {
    (DIALOG, AGAIN): Step(again, optional=True, answers=_says_no_more),
    (DIALOG, NO_MORE): Step(no_more, optional=True, answers=_wants_none),
}
