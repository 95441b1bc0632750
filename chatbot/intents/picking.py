"""Which of the answers last offered a text names: "2", "la segunda", the title or nearly it."""

from __future__ import annotations

import re
from collections.abc import Sequence

from rapidfuzz import fuzz

from chatbot.intents.hearing.certain import exactly
from chatbot.intents.hearing.loans import find_ordinal
from chatbot.intents.hearing.polite import without_politeness
from chatbot.intents.hearing.tables import sections
from chatbot.intents.hearing.tables import words as table_words
from chatbot.intents.hearing.words import plain, sound, words_of
from crm.conversations.wording import Option, chosen

# Whoever writes more says more than a title.
LONGEST = 60
# These mean themselves, whatever was offered.
OWN = frozenset(
    (
        "affirm",
        "deny",
        "cancel",
        "help",
        "logout",
        "talk_to_agent",
        "opt_out",
        "opt_in",
        "greeting",
        "thanks",
        "goodbye",
    )
)
# Nobody leaves, or ends in the queue, by "el último".
NOT_BY_PLACE = frozenset(("intent:talk_to_agent", "intent:logout"))
# Shorter than a title's telling words are, and tells all the same.
PDF = "pdf"
# How it is asked for. Not of other titles: "quiero una casa" names no house.
_ASKED_FOR = frozenset(table_words(sections("wanting")[""]))
# How alike (of 100) a title must be, and how far the next one behind.
ALIKE, APART = 86, 6
_NUMBERED = re.compile(r"\W*(?:el|la|lo|o|a|the|opcion|opcao|option|numero|nro|n)?\W*(\d{1,2})\W*")
_DENIES = re.compile(r"^(?:no|nao)\b(?!,)|\bnot\b")
# Below hours "el 3" is a day, "a primera hora" is early, and who says more may refuse them.
_PLACE = re.compile(r"\W*(?:opcion|opcao|option|numero|nro|n)?\W*(\d{1,2})\W*")
_NO_PLACE = re.compile(r"\b(?:ni|tampoco|menos)\b|\b[ao]? ?primeir?a hora\b")
_NO = re.compile(r"\b(?:no|nao|not)\b")
_NUMBERS = re.compile(r"\d+")
_ARTICLES = frozenset(sections("polite")["articles"])


def pick(text: str, options: Sequence[Option]) -> Option | None:
    """The offered answer a text names, or None. A bare yes, no or "cancelar" names none."""
    if not options or not text.strip() or len(text) > LONGEST:
        return None
    words = words_of(text)
    if exactly(words) in OWN:
        return None
    written = plain(text)
    if any(_is_hour(one) for one in options):
        return _hour(written, words, options)
    numbered = _NUMBERED.fullmatch(written)
    if numbered or chosen(text, options):
        return chosen(numbered[1] if numbered else text, options)
    return _placed(find_ordinal(written), options) or _titled(words, options)


def _is_hour(option: Option) -> bool:
    """Of a visit: what is nearly its title is another hour."""
    kind, _colon, value = option["id"].partition(":")
    return kind == "slot" and not value.endswith("other")


def _hour(written: str, words: list[str], options: Sequence[Option]) -> Option | None:
    """By its number alone, its place or its very title; what is no hour as ever."""
    if numbered := _PLACE.fullmatch(written):
        return chosen(numbered[1], options)
    for one in options:
        if words_of(one["title"]) == words:
            return one
    refused = _DENIES.search(written) or _NO_PLACE.search(written)
    ordinal = 0 if refused else find_ordinal(written)
    others = [one for one in options if not _is_hour(one)]
    return _placed(ordinal, options) or _titled(words, others)


def _placed(ordinal: int, options: Sequence[Option]) -> Option | None:
    """1 is the first, -1 the last."""
    if ordinal == 0 or abs(ordinal) > len(options):
        return None
    found = options[ordinal - 1 if ordinal > 0 else ordinal]
    return None if found["id"] in NOT_BY_PLACE else found


def _titled(words: list[str], options: Sequence[Option]) -> Option | None:
    """The one whose title it is, is nearly, or of whose title alone it says a part."""
    said = _sounds(without_politeness(words))
    # "Ya está resuelto" is the contrary of "No está resuelto", though a part of it.
    denies = _NO.search(plain(" ".join(words))) is not None
    options = [one for one in options if denies or not _DENIES.search(plain(one["title"]))]
    if not said or not options:
        return None
    if names_pdf(words):
        said = [PDF]
    titles = [_sounds(words_of(one["title"])) for one in options]
    alike = sorted(((_likeness(said, title), -at) for at, title in enumerate(titles)), reverse=True)
    (best, at), *others = alike
    if best >= ALIKE and (not others or best - others[0][0] >= APART or best == 100):
        return options[-at]
    parts = [at for at, title in enumerate(titles) if set(said) <= set(title)]
    tells = any(len(word) > 3 or word.isdigit() or word == PDF for word in said) and not exactly(
        words
    )
    return options[parts[0]] if len(parts) == 1 and tells else None


def _likeness(said: list[str], title: list[str]) -> float:
    """Of 100. A number is that very one or another: one digit off is somebody else's loan."""
    one, other = " ".join(said), " ".join(title)
    same = _NUMBERS.findall(one) == _NUMBERS.findall(other)
    return fuzz.ratio(one, other) if same else 0


def names_pdf(words: list[str]) -> bool:
    """Whether nothing else is asked for than the PDF: "mándame el pdf", "en pdf porfa"."""
    rest = [word for word in words if word not in _ARTICLES and word not in _ASKED_FOR]
    return bool(rest) and set(rest) == {PDF}


def _sounds(words: list[str]) -> list[str]:
    return [sound(word) for word in words if word not in _ARTICLES]
