"""No more advertisements, and advertisements again: done whoever answers the conversation."""

from __future__ import annotations

from datetime import datetime

from chatbot.dialog.contract import Outcome, Turn, say
from crm.audit.models import record
from crm.people.models import Contact


def opt_out(turn: Turn) -> Outcome:
    _note(turn, turn.now)
    return say("opted_out")


def opt_in(turn: Turn) -> Outcome:
    _note(turn, None)
    return say("opted_in")


def _note(turn: Turn, at: datetime | None) -> None:
    """Said twice it is noted once: the first time they said so stands."""
    rows = Contact.objects.filter(pk=turn.contact.pk, opted_out_at__isnull=at is not None)
    if rows.update(opted_out_at=at):
        turn.contact.opted_out_at = at
        record(action="opted_out" if at else "opted_in", subject=turn.contact, by=None)


INTENTS = {"opt_out": opt_out, "opt_in": opt_in}
