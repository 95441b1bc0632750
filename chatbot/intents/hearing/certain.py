"""What needs no guessing: words that are an intent by themselves, and a document with a year."""

from __future__ import annotations

import re

from chatbot.intents.heard import Slots
from chatbot.intents.hearing.polite import without_politeness
from chatbot.intents.hearing.tables import sections, words
from chatbot.intents.hearing.words import sound


def _sounds(said: list[str]) -> str:
    return " ".join(sound(word) for word in said)


EXACT = {
    _sounds(phrase.split()): intent
    for intent, phrases in sections("exact").items()
    for phrase in phrases
}
_AROUND_PAPERS = frozenset(words(sections("papers")["around"]))
CERTAIN, SURE = 1.0, 0.97


def exactly(said: list[str]) -> str:
    """The intent whose own words these are, and nothing else; "" if they are none's."""
    return EXACT.get(_sounds(said)) or EXACT.get(_sounds(without_politeness(said)), "")


def identifies(said: list[str], slots: Slots) -> bool:
    """Whether the words only give a document and a year, or a document that is said to be one."""
    others = [word for word in said if not re.search(r"\d", word) and word not in _AROUND_PAPERS]
    return not others and bool(slots.document)
