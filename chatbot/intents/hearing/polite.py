"""What is said around the thing itself: a greeting before it, thanks after it."""

from __future__ import annotations

from collections.abc import Sequence

from chatbot.intents.hearing.tables import sections

Phrases = dict[str, list[tuple[str, ...]]]


def _by_word(written: list[str], at: int) -> Phrases:
    """First (0) or last (-1) word -> the phrases, the longest first."""
    found: Phrases = {}
    for phrase in sorted((tuple(one.split()) for one in written), key=len, reverse=True):
        found.setdefault(phrase[at], []).append(phrase)
    return found


_BEFORE_BY_WORD = _by_word(sections("polite")["before"], 0)
_AFTER_BY_WORD = _by_word(sections("polite")["after"], -1)


def without_politeness(words: list[str]) -> list[str]:
    """The words in between; all of them, if nothing is left."""
    left = words
    while left and (size := _size(_BEFORE_BY_WORD.get(left[0], ()), left, 0)):
        left = left[size:]
    while left and (size := _size(_AFTER_BY_WORD.get(left[-1], ()), left, -1)):
        left = left[:-size]
    return left or words


def _size(phrases: Sequence[tuple[str, ...]], words: list[str], at: int) -> int:
    """How many words the phrase they begin (0) or end (-1) with has; 0: with none."""
    for phrase in phrases:
        size = len(phrase)
        part = words[:size] if at == 0 else words[-size:]
        if tuple(part) == phrase:
            return size
    return 0
