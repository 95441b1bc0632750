"""A text as plain words: lower case, no accents, shorthand spelt out."""

from __future__ import annotations

import re
import unicodedata

from chatbot.intents.hearing.tables import sections

# Nobody says what they want after so many characters; and a long text must cost no more.
MOST_CHARACTERS = 600
MOST_WORDS = 60
_WORD = re.compile(r"[a-z0-9ñ]+")
_DRAWN_OUT = re.compile(r"([a-z])\1{2,}")
SHORTHAND = dict(line.split(" = ") for line in sections("shorthand")[""])


def plain(text: str) -> str:
    """Lower case without accents, at most MOST_CHARACTERS of it; other characters stay."""
    folded = unicodedata.normalize("NFKD", text[:MOST_CHARACTERS].lower().replace("ñ", "\0"))
    bare = "".join(one for one in folded if not unicodedata.combining(one))
    return bare.replace("\0", "n")[: 2 * MOST_CHARACTERS]


def words_of(text: str) -> list[str]:
    """The plain words of a text, at most MOST_WORDS: `words_of("¿Q tal, dpto?")` is que tal …"""
    found: list[str] = []
    for word in _WORD.findall(_DRAWN_OUT.sub(r"\1", plain(text))):
        spelt = SHORTHAND.get(word)
        if spelt is None:
            found.append(word)
        else:
            found.extend(spelt.split())
        if len(found) >= MOST_WORDS:
            break
    return found[:MOST_WORDS]
