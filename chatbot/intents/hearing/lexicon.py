"""Words that mean the same here, as one concept each: so that few examples teach much."""

from __future__ import annotations

from collections.abc import Collection

from chatbot.intents.hearing.tables import sections, words
from chatbot.intents.hearing.words import sound

CONCEPT: dict[str, str] = {}
for _name, _lines in sections("concepts").items():
    for _word in words(_lines):
        CONCEPT.setdefault(sound(_word), _name)
# Shorter ones have too many neighbours that mean something else.
SHORTEST_FUZZY = 6


def near_misses(word: str) -> list[str]:
    """The word with one letter left out, each in turn: two that share one are a typo apart."""
    return [word[:at] + word[at + 1 :] for at in range(1, len(word))]


def typos_of(known: Collection[str]) -> dict[str, str]:
    """What is a typo away from a word -> the word. Words of a concept win over others."""
    index: dict[str, str] = {}
    others = sorted(word for word in known if word not in CONCEPT)
    for word in (*sorted(CONCEPT), *others):
        if len(word) >= SHORTEST_FUZZY:
            for near in near_misses(word):
                index.setdefault(near, word)
            index.setdefault(word, word)
    return index
