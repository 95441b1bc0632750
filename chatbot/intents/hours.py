"""When the office is open: told to whoever asks, for whom nobody has to be called."""

from __future__ import annotations

from django.utils import timezone

from chatbot.dialog import handing
from chatbot.dialog.contract import Outcome, Turn, say
from chatbot.intents import titles
from chatbot.intents.hearing.polite import without_politeness
from chatbot.intents.hearing.tables import sections
from chatbot.intents.hearing.tables import words as words_in
from chatbot.intents.hearing.words import words_of
from crm.people.calendar import calendars_of
from crm.people.calendar_words import changed_days, week_words

_TABLE = {name: frozenset(words_in(lines)) for name, lines in sections("hours").items()}
_ALL = frozenset().union(*_TABLE.values())


def asks_hours(text: str) -> bool:
    """Whether that is all that is asked: "¿a qué hora abren?", "¿atienden los sábados?"."""
    said = set(without_politeness(words_of(text)))
    if not said or not said <= _ALL:
        return False
    return bool(said & _TABLE["horario"] or (said & _TABLE["open"] and said & _TABLE["when"]))


def tell(turn: Turn) -> Outcome | None:
    """The usual week, what is otherwise in the next days, and whether somebody is there now."""
    if turn.choice or turn.inbound.media or not asks_hours(turn.text):
        return None
    agency, language = handing.agency_of(turn), turn.contact.spoken
    calendar = calendars_of([agency] if agency else [])[agency]
    return say(
        "opening_hours",
        options=titles.intents(turn, ("talk_to_agent",)),
        week=week_words(calendar, language),
        changed=changed_days(calendar, timezone.localdate(turn.now), language),
        **handing.said_of(calendar, turn.now, language),
    )
