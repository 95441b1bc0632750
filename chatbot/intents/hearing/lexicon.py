"""Words that mean the same here, as one concept each: so that few examples teach much."""

from __future__ import annotations

from chatbot.intents.hearing.tables import sections, words

CONCEPT: dict[str, str] = {}
for _name, _lines in sections("concepts").items():
    for _word in words(_lines):
        CONCEPT.setdefault(_word, _name)
# Shorter ones have too many neighbours that mean something else.
SHORTEST_FUZZY = 6


def near_misses(word: str) -> list[str]:
    """The word with one letter left out, each in turn: two that share one are a typo apart."""
    return [word[:at] + word[at + 1 :] for at in range(1, len(word))]


def index_of(known: list[str]) -> dict[str, str]:
    """What is a typo away from a word -> the word; the first of several wins."""
    index: dict[str, str] = {}
    for word in known:
        if len(word) >= SHORTEST_FUZZY:
            for near in near_misses(word):
                index.setdefault(near, word)
            index.setdefault(word, word)
    return index
