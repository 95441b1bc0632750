"""What whoever is not in says that a partner would mean of a loan: "¿en cuánto anda?"."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import wraps

from chatbot.dialog.contract import Handler, Outcome, Turn
from chatbot.intents import menu, properties
from chatbot.intents.hearing.words import plain
from chatbot.intents.own_words import written
from chatbot.intents.property_words import read_question

# How a house may be bought, and none of our loans.
_BANKS = re.compile(r"\b(?:hipotec\w*|financia\w*|(?:con|a) credito|bancos?|mortgage)\b")


def or_the_propertys(handler: Handler) -> Callable[[Turn], Outcome]:
    """A partner's handler, which asks who they are; but what is a property's is told of that one,
    or of which of those listed, and who wants "details" of nothing sees what there is."""

    @wraps(handler)
    def told(turn: Turn) -> Outcome:
        return _told(turn) or handler(turn)

    return told


def _told(turn: Turn) -> Outcome | None:
    if turn.session is not None or turn.choice or turn.heard.exact or not written(turn):
        return None
    asked = read_question(turn.text)
    if asked.own or (asked.beyond and not _BANKS.search(plain(turn.text))):
        return None
    if found := properties.asked_in_passing(turn):
        return found
    if (asked.facts or asked.more) and turn.topic.get(properties.FOUND):
        return properties.inquire(turn)
    only_more = asked.more and not (asked.facts or asked.features)
    return menu.show(turn) if only_more else None
