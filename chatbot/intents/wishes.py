"""No more advertisements, and advertisements again: done whoever answers the conversation."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from chatbot.dialog import registry
from chatbot.dialog.contract import Asked, Outcome, Reply, Step, Turn, say
from chatbot.intents import titles
from chatbot.intents.heard import SURE
from chatbot.intents.hearing.consent import is_doubtful, is_plain
from crm.audit.models import record
from crm.people.models import Contact

DIALOG, AGAIN = "wishes", "again"
NEWS = "news"


def opt_out(turn: Turn) -> Outcome:
    _note(turn, turn.now)
    return say("opted_out")


def opt_in(turn: Turn) -> Outcome:
    """Who had opted out is asked first, unless they say nothing else; so is who says a no. While a
    person answers nobody is asked: it is taken where they say so plainly."""
    sure = turn.choice or turn.heard.exact or (turn.is_overheard and is_plain(turn.text))
    if not sure and (turn.contact.opted_out_at is not None or is_doubtful(turn.text)):
        options = titles.pick(turn, (NEWS, "yes", "yes"), (NEWS, "no", "no"))
        return Outcome((Reply("opt_in_again", options=options),), asked=Asked(DIALOG, AGAIN))
    return _opted_in(turn)


def tapped(turn: Turn) -> Outcome:
    return _opted_in(turn) if turn.value == "yes" else opt_out(turn)


def again(turn: Turn, _data: Mapping[str, Any]) -> Outcome | None:
    """The answer to "do you want our news again?"; nobody need give one."""
    heard = turn.heard
    if turn.choice:
        return tapped(turn) if turn.choice.startswith(f"{NEWS}:") else None
    wants = heard.intent == "affirm" or (heard.intent == "opt_in" and not is_doubtful(turn.text))
    if wants and heard.score >= SURE:
        return _opted_in(turn)
    if heard.intent == "deny" and heard.score >= SURE:
        return opt_out(turn)
    if heard.asks_else or turn.inbound.media:
        return None
    claim = registry.claims().get(heard.intent)
    handler = registry.handlers().get(heard.intent, registry.handlers()[registry.REST])
    return (claim(turn) if claim else None) or handler(turn)


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
STEPS = {(DIALOG, AGAIN): Step(again, optional=True)}
