"""A person is wanted: asked for, or better left to one than to the bot."""

from __future__ import annotations

from chatbot.dialog.contract import Outcome, Turn
from chatbot.intents import hours
from chatbot.intents.grievances import is_angry, threatens
from crm.conversations.models import Episode

BUYING = ("property_inquiry", "schedule_visit")


def talk(_turn: Turn) -> Outcome:
    """What is said, and what the colleague is told, is the same for every hand-over."""
    return Outcome(hand_off=Episode.Reason.ASKED)


def aggrieved(turn: Turn) -> str:
    """Why a person should answer this, whatever it asks for; "": no reason."""
    if threatens(turn.text, buying=turn.heard.intent in BUYING):
        return Episode.Reason.LEGAL
    return Episode.Reason.ANGER if is_angry(turn.text) else ""


INTENTS = {"talk_to_agent": talk}
FIRST = (aggrieved,)
ASIDE = (hours.tell, hours.tell_place)
