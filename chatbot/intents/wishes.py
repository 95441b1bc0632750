"""No more advertisements, and advertisements again: done whoever answers the conversation."""

from __future__ import annotations

import re
from datetime import datetime

from chatbot.dialog import registry
from chatbot.dialog.contract import Outcome, Turn, say
from chatbot.intents import own_data
from chatbot.intents.hearing.words import plain
from crm.audit.models import record
from crm.people.models import Contact

# What one may consent to.
MESSAGES = re.compile(
    r"\b(?:mensaj|mensag|promo|ofertas|publicidad|noved|notic|notif|anuncios|avisos|boletin|difusion"
    r"|marketing|messages|news|mailing|s[ui][bs]?scri)"
)


def opt_out(turn: Turn) -> Outcome:
    _note(turn, turn.now)
    return say("opted_out")


def opt_in(turn: Turn) -> Outcome:
    """Nobody consents by what only sounds like it, unless they had opted out before."""
    if turn.contact.opted_out_at is None and not _asks_for_messages(turn):
        other = "personal_info" if own_data.wants_to_know(turn) else registry.REST
        return registry.handlers()[other](turn)
    _note(turn, None)
    return say("opted_in")


def _asks_for_messages(turn: Turn) -> bool:
    return bool(turn.choice or turn.heard.exact or MESSAGES.search(plain(turn.text)))


def _note(turn: Turn, at: datetime | None) -> None:
    """Said twice it is noted once: the first time they said so stands."""
    rows = Contact.objects.filter(pk=turn.contact.pk, opted_out_at__isnull=at is not None)
    if rows.update(opted_out_at=at):
        turn.contact.opted_out_at = at
        record(action="opted_out" if at else "opted_in", subject=turn.contact, by=None)


INTENTS = {"opt_out": opt_out, "opt_in": opt_in}
