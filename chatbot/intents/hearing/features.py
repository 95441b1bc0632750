"""What a message consists of, for the classifier: words, pairs of them, bits of them, concepts."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from chatbot.intents.hearing.lexicon import CONCEPT, SHORTEST_FUZZY, near_misses
from chatbot.intents.hearing.polite import without_politeness
from chatbot.intents.hearing.words import sound, words_of

_SHORT_AND_LONG = (3, 4)


def core_of(text: str) -> tuple[list[str], bool]:
    """(how a text's words sound, without what is only polite; whether it asks)."""
    return [sound(word) for word in without_politeness(words_of(text))], asks(text)


def asks(text: str) -> bool:
    return "?" in text or "¿" in text


def corrected(words: list[str], known: Collection[str], typos: Mapping[str, str]) -> list[str]:
    """Words nobody taught are read as the known one a typo away, where there is one."""
    return [word if word in known else _nearest(word, typos) for word in words]


def _nearest(word: str, typos: Mapping[str, str]) -> str:
    if len(word) < SHORTEST_FUZZY - 1 or word.isdigit():
        return word
    found = typos.get(word)
    if found is not None:
        return found
    for near in near_misses(word):
        found = typos.get(near)
        # Two letters changed places, or one is another: not one fewer here and there.
        if found is not None and abs(len(found) - len(word)) <= 1:
            return found
    return word


def features_of(words: list[str], known: Collection[str], question: bool) -> list[str]:
    """The features of corrected words; `known` are the words that were taught more than once."""
    found = [f"n:{min(len(words), 12) // 3}"]
    if question:
        found.append("?")
    unknown = 0
    before = "^"
    for word in words:
        if word.isdigit():
            word = "0"
        elif word not in known:
            unknown += 1
        found.append(word)
        found.append(f"{before} {word}")
        before = word
        if len(word) > 3:
            found.extend(_bits(f"<{word}>"))
    found.append(f"{before} $")
    if unknown:
        found.append(f"u:{min(unknown, 4)}")
        found.append(f"us:{4 * unknown // len(words)}")
    found.extend(_concepts(words))
    return list(dict.fromkeys(found))


def _bits(word: str) -> list[str]:
    return [word[at : at + size] for size in _SHORT_AND_LONG for at in range(len(word) - size + 1)]


def _concepts(words: list[str]) -> list[str]:
    """Each concept named, in order without repeats, and each two of them."""
    named = list(dict.fromkeys(CONCEPT[word] for word in words if word in CONCEPT))[:8]
    pairs = [f"{one}+{two}" for one in sorted(named) for two in sorted(named) if one < two]
    return [*named, *pairs]
