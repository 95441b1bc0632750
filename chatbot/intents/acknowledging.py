"""What the bot answers where it understands no more: that it was heard, and what comes next."""

from __future__ import annotations

from chatbot.dialog.contract import PROPERTY, Outcome, Reply, Turn
from chatbot.intents import menu, own_data, properties, visits
from chatbot.intents.beyond import beyond
from chatbot.intents.heard import UNKNOWN
from crm.conversations.models import Message


def acknowledge(turn: Turn) -> Outcome:
    if changed := _of_a_visit(turn) or _to_be_informed(turn):
        return changed
    captured = turn.captured
    if turn.session is not None and captured is None:
        if visits.names_only_a_time(turn):
            return visits.begin(turn)
        return properties.asked_in_passing(turn) or beyond(turn)
    named = properties.named_in(turn)
    if named is not None and turn.topic.get(PROPERTY) != named.pk:
        return properties.about(turn, named)
    if visits.names_only_a_time(turn):
        return visits.begin(turn)
    if turn.inbound.kind == Message.Kind.UNSUPPORTED:
        return Outcome((Reply("cannot_read", promises=True),))
    if menu.is_unheard(turn):
        return Outcome((Reply("cannot_listen", options=menu.options(turn), promises=True),))
    if captured is not None and captured.is_new:
        return properties.inquire(turn)
    if told := properties.asked_in_passing(turn) or properties.looked_for(turn):
        return told
    # A bare number or sign is no sentence that anybody could have understood.
    in_words = any(sign.isalpha() for sign in turn.text) and named is None
    return Outcome((Reply("noted", promises=True),), misunderstood=in_words)


def _of_a_visit(turn: Turn) -> Outcome | None:
    """Where no question was open, it was looked for when tickets laid claim to the message, but
    not in what may name a figure."""
    heard, slots = turn.heard, turn.heard.slots
    figure = slots.amount is not None or slots.ordinal or slots.loan
    known = heard.intent == UNKNOWN and not (turn.is_asked or figure)
    return None if known else visits.in_passing(turn)


def _to_be_informed(turn: Turn) -> Outcome | None:
    """ "Quiero recibir información" names no messages that one could consent to."""
    wants = turn.heard.runner_up == "opt_in" and own_data.wants_to_know(turn)
    return own_data.own_or_the_propertys(turn) if wants else None


INTENTS = {"unknown": acknowledge}
