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
_SENTENCES = {
    _sounds(phrase.split()): intent
    for intent, phrases in sections("sentences").items()
    for phrase in phrases
}
# What is said by a sign alone.
_SIGNS = {
    **dict.fromkeys("👍👌✅🆗☑✔💯", "affirm"),
    **dict.fromkeys("👎", "deny"),
    **dict.fromkeys("🙏❤💙💚🤝🙌👏", "thanks"),
    **dict.fromkeys("👋", "greeting"),
}
# The colour of a skin, and that a sign is one.
_OF_SIGNS = re.compile("[\\s\ufe0f\U0001f3fb-\U0001f3ff]")
_AROUND_PAPERS = frozenset(words(sections("papers")["around"]))
CERTAIN, SURE = 1.0, 0.97


def exactly(said: list[str]) -> str:
    """The intent whose own words these are, and nothing else; "" if they are none's."""
    return EXACT.get(_sounds(said)) or EXACT.get(_sounds(without_politeness(said)), "")


def in_a_sentence(said: list[str]) -> str:
    """The intent of a whole sentence that is surely its, and may be what a ticket is about."""
    return _SENTENCES.get(_sounds(without_politeness(said)), "")


def by_sign(text: str) -> str:
    """The intent of a message that is one sign, or the same one repeated: "👍🏽"."""
    signs = set(_OF_SIGNS.sub("", text))
    return _SIGNS.get(signs.pop(), "") if len(signs) == 1 else ""


def identifies(said: list[str], slots: Slots) -> bool:
    """Whether the words only give a document and a year, or a document that is said to be one."""
    others = [word for word in said if not re.search(r"\d", word) and word not in _AROUND_PAPERS]
    return not others and bool(slots.document)
