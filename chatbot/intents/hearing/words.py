"""A text as plain words: lower case, no accents, shorthand spelt out."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

from chatbot.intents.hearing.tables import sections

# Nobody says what they want after so many characters; and a long text must cost no more.
MOST_CHARACTERS = 600
MOST_WORDS = 60
_WORD = re.compile(r"[a-z0-9ñ]+")
# Letters people take for each other, as one of them.
_SOUNDS = tuple(
    (re.compile(written), spoken)
    for written, spoken in (
        (r"qu(?=[ei])|q(?!u)|c(?![eihçy])|ck", "k"),
        (r"c(?=[eiy])|z|sc(?=[ei])|ç", "s"),
        (r"ll", "y"),
        (r"v|w(?=[aeiou])", "b"),
        (r"g(?=[ei])", "j"),
        (r"ph", "f"),
        (r"\bh|(?<=[aeiou])h(?=[aeiou])", ""),
        (r"n(?=[bp])", "m"),
        (r"x(?=[a-z])", "s"),
        (r"([a-z])\1+", r"\1"),
    )
)
# The sign of soles is no "sí".
_SOLES = re.compile(r"\bs/\s?\.?(?=\s*\d)")
_DRAWN_OUT = re.compile(r"([a-z])\1{2,}")
SHORTHAND = dict(line.split(" = ") for line in sections("shorthand")[""])


def plain(text: str) -> str:
    """Lower case without accents, at most MOST_CHARACTERS of it; other characters stay."""
    folded = unicodedata.normalize("NFKD", text[:MOST_CHARACTERS].lower().replace("ñ", "\0"))
    bare = "".join(one for one in folded if not unicodedata.combining(one))
    return bare.replace("\0", "n")[: 2 * MOST_CHARACTERS]


@lru_cache(maxsize=20_000)
def sound(word: str) -> str:
    """How a word sounds in Spanish, so that "bisita" is "visita" and "kiero" is "quiero"."""
    for written, spoken in _SOUNDS:
        word = written.sub(spoken, word)
    return word


def words_of(text: str) -> list[str]:
    """The plain words of a text, at most MOST_WORDS: `words_of("¿Q tal, dpto?")` is que tal …"""
    found: list[str] = []
    for word in _WORD.findall(_SOLES.sub(" ", _DRAWN_OUT.sub(r"\1", plain(text)))):
        spelt = SHORTHAND.get(word)
        if spelt is None:
            found.append(word)
        else:
            found.extend(spelt.split())
        if len(found) >= MOST_WORDS:
            break
    return found[:MOST_WORDS]
