"""Whether words are somebody's name: what a prospect answers may be anything else as well."""

from __future__ import annotations

import re

from chatbot.intents.hearing.tables import sections, words
from chatbot.intents.hearing.words import plain

WORD = r"[^\W\d_](?:[^\W\d_]|['’.-])*"
NAME = re.compile(rf"{WORD}(?: {WORD}){{0,5}}")
# Whoever says so says their name; after "soy" much else may come ("soy de Lima").
SURELY_BEFORE = re.compile(
    r"(?i)^(?:hola,?\s*)?(?:me llamo|mi nombre es|a nombre de|my name is|meu nome é|me chamo"
    r"|(?:nombre|name|nome)\s*:)\s*"
)
MAYBE_BEFORE = re.compile(r"(?i)^(?:hola,?\s*)?(?:soy|i am|i'm|sou|nombre|name|nome)\s+")
_LISTS = {heading: frozenset(words(lines)) for heading, lines in sections("names").items()}
FIRST, PARTICLES = _LISTS["first"], _LISTS["within"]
# In no name, whatever it begins with: "Rosa no puede", "luz y agua".
NEVER = _LISTS["never"]
# Said around a name and an e-mail.
AROUND = _LISTS["around"]
LONGEST, MOST_WORDS = 80, 5


def name_in(text: str) -> str:
    """The name a text says and nothing else: after "me llamo", as capitals write it, or with a
    first name that is known before the others. "" where it may be something else."""
    text = " ".join(text.split())
    if (found := SURELY_BEFORE.match(text)) is not None:
        return _shaped(text[found.end() :])
    found = MAYBE_BEFORE.match(text)
    name = _shaped(text[found.end() :] if found else text)
    parts = name.split()
    if not parts or len(parts) > MOST_WORDS or NEVER & {plain(one) for one in parts}:
        return ""
    if plain(parts[0]) in FIRST:
        return name
    capital = _is_capital(parts[0]) and all(one in PARTICLES or _is_capital(one) for one in parts)
    return name if capital and (found is not None or len(parts) > 1) else ""


def _shaped(text: str) -> str:
    text = text.strip(" ,.;:-")
    return text if len(text) <= LONGEST and NAME.fullmatch(text) else ""


def _is_capital(word: str) -> bool:
    """ "Rosa", and not "ROSA": who shouts shouts all of it."""
    return word[0].isupper() and not (len(word) > 1 and word.isupper())
