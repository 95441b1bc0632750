"""In which of the three languages a message is plainly written."""

from __future__ import annotations

import re
import unicodedata

from chatbot.intents.hearing.tables import sections, words
from chatbot.intents.hearing.words import plain

LANGUAGES = ("es", "pt", "en")
# So many words tell it, one of which only that language has: one may be a name, or in fashion.
ENOUGH = 2
_TELLING = {one: frozenset(words(sections("languages")[one])) for one in LANGUAGES}
_BESIDE = {one: frozenset(words(sections("languages")[f"{one} beside"])) for one in LANGUAGES}
_WHOLE = {line: one for one in LANGUAGES for line in sections("languages")[f"{one} whole"]}
_WORD = re.compile(r"[a-z]+")
_LETTERS = re.compile(r"[^\W\d_]+")
_ADDRESS = re.compile(r"\S*[@/]\S*")


def language_of(text: str) -> str:
    """ "es", "pt" or "en"; "" where too little tells it, or words of two of them stand there."""
    # "Olá" is Portuguese; "ola" is what many write for "hola".
    written = _LETTERS.findall(unicodedata.normalize("NFC", text).casefold())
    if greeted := _WHOLE.get(" ".join(written)):
        return greeted
    said = _WORD.findall(_ADDRESS.sub(" ", plain(text)))
    if greeted := _WHOLE.get(" ".join(said)):
        return greeted
    found = [one for one in LANGUAGES if not _TELLING[one].isdisjoint(said)]
    if len(found) != 1:
        return ""
    (language,) = found
    telling = (_TELLING[language] | _BESIDE[language]).intersection(said)
    return language if len(telling) >= ENOUGH else ""
