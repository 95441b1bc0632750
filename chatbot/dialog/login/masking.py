"""Documents, years and codes in what is kept: struck out, wherever they stand."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from chatbot.dialog.login.figures import YEAR, births, secret_runs, words_with_digits
from chatbot.dialog.login.naming import DOCUMENT, names_document
from chatbot.dialog.login.signs import even

SIGN = re.compile(r"[^\W_]")
# A number as long as a document, with a year of birth near it, either way round.
GIVEN = re.compile(
    rf"{DOCUMENT}.{{1,80}}?{YEAR.pattern}|{YEAR.pattern}.{{1,80}}?{DOCUMENT}", re.DOTALL
)
_EITHER = re.compile(f"{DOCUMENT}|{YEAR.pattern}")
# A code, as people write it: "482913", "482 913", "es 482-913".
SIX_DIGITS = re.compile(r"(?<!\d)(\d{3})[ .-]?(\d{3})(?!\d)")
SHORTEST_SECRET = 4
# Of so many secrets none is looked for by itself.
MANY = 200
DOT = "•"
# One dot alone may stand before each of a list.
_STRUCK = re.compile(rf"{DOT}\W{{0,3}}{DOT}")
_DIGIT, _WORD = re.compile(r"\d"), re.compile(r"\w+")
NOTHING: Mapping[str, str] = {}


def mask(text: str) -> str:
    """The same words with dots for every letter and digit of what has a digit in it."""
    return _changed(text, words_with_digits(text), lambda word: SIGN.sub(DOT, word))


def mask_given(text: str) -> str:
    """The same with dots for what looks like a document and a year of birth near each other, what
    stands between them, and whatever else looks like either."""
    kept = _changed(text, _spans(GIVEN, text), mask)
    return text if kept == text else _changed(kept, _spans(_EITHER, kept), mask)


def mask_told(text: str) -> str:
    """The same with dots for every number that is not surely a figure, for words in which somebody
    says who they are among other things."""
    return _changed(text, (span for run in secret_runs(text) for span in run), mask)


def mask_births(text: str) -> str:
    """The same with dots for what may be a year or day of birth."""
    return _changed(text, births(text), mask)


def _spans(shape: re.Pattern[str], text: str) -> Iterable[tuple[int, int]]:
    return (found.span() for found in shape.finditer(even(text)))


def _changed(text: str, spans: Iterable[tuple[int, int]], change: Callable[[str], str]) -> str:
    """The same, changed from each start to its end; they stand in order."""
    pieces, last = [], 0
    for start, end in spans:
        pieces += [text[last:start], change(text[start:end])]
        last = end
    return "".join([*pieces, text[last:]])


def has_digits(text: str) -> bool:
    return _DIGIT.search(text) is not None


def is_struck(text: str) -> bool:
    """Whether something was masked in what is kept."""
    return bool(_STRUCK.search(text))


def secrets_of(text: str) -> dict[str, str]:
    """All of `text`, and the words of it that `mask` strikes out, where they can be found again,
    with what is kept of each."""
    words = [text[start:end] for start, end in words_with_digits(text)]
    return _found_again(text, mask(text), words)


def secrets_told(text: str) -> dict[str, str]:
    """The same of what `mask_told` strikes out; numbers side by side as one too."""
    runs = list(secret_runs(text))
    words = [text[start:end] for run in runs for start, end in run]
    whole = [text[run[0][0] : run[-1][1]] for run in runs]
    return _found_again(text, mask_told(text), [*whole, *words])


def secrets_born(text: str) -> dict[str, str]:
    """The same of what `mask_births` strikes out."""
    words = [text[start:end] for start, end in births(text)]
    return _found_again(text, mask_births(text), words)


def _found_again(text: str, kept: str, words: list[str]) -> dict[str, str]:
    """The whole comes first, however short it is ("90"); no other word so short is surely that."""
    whole = {text.strip(): kept.strip()} if text.strip() else {}
    return whole | {word: mask(word) for word in words if len(word) >= SHORTEST_SECRET}


# What strikes words out, and what finds the secrets: of a log-in, of what is told beside other
# things, and of when somebody was born.
Way = tuple[Callable[[str], str], Callable[[str], dict[str, str]]]
WHOLLY: Way = (mask, secrets_of)
TOLD: Way = (mask_told, secrets_told)
BORN: Way = (mask_births, secrets_born)


def mask_payload(payload: Any, secrets: Mapping[str, str] = NOTHING) -> Any:
    """A stored element with what is kept of each of `secrets` in its place, and without what looks
    like a document and a year, or is said to be a document.

    Providers repeat what somebody said: in an answer to it, in an edit. Numbers, keys and names of
    things stay, so the element still says what it was.
    """
    # The whole is the first.
    each, rest = list(secrets.items()), frozenset[str]()
    if len(each) > MANY:
        each, rest = each[:1], frozenset(_pieces("\n".join(one for one, _kept in each[1:])))

    def masked(text: str) -> str:
        for secret, kept in each:
            text = _replaced(text, secret, kept)
        text = _without_any(text, rest) if rest else text
        return mask_given(mask_told(text) if names_document(text) else text)

    return _each_text(payload, masked)


def _replaced(text: str, secret: str, kept: str) -> str:
    if secret not in text:  # most are, once the whole is struck out; a pattern costs more
        return text
    if len(secret) < SHORTEST_SECRET:  # "22" is also a part of a time
        return text.replace(secret, kept) if text.strip() == secret else text
    plainly = kept.replace("\\", r"\\")
    return re.sub(rf"(?<!\w){re.escape(secret)}(?!\w)", plainly, text)


def _without_any(text: str, pieces: frozenset[str]) -> str:
    """Without the words in which one of these is, in one pass."""
    spans = words_with_digits(text)
    return _changed(
        text, (one for one in spans if not pieces.isdisjoint(_pieces(text[slice(*one)]))), mask
    )


def _pieces(text: str) -> Iterable[str]:
    """What has a digit in it between marks: of what is found again each is."""
    return (one for one in _WORD.findall(text) if has_digits(even(one)))


def mask_again(payload: Any, kept: Iterable[str]) -> Any:
    """A stored element in which words of which only so much was kept are as they are kept."""
    a_digit = r"(?=.*\d)"
    shapes = {
        re.compile(a_digit + re.escape(one).replace(DOT, SIGN.pattern), re.DOTALL): one
        for one in kept
    }

    def as_kept(text: str) -> str:
        return next((one for shape, one in shapes.items() if shape.fullmatch(text)), text)

    return _each_text(payload, as_kept)


def _each_text(payload: Any, change: Callable[[str], str]) -> Any:
    """A copy, each text in it changed. Without recursion: elements are nested as deeply as JSON
    can be read."""
    whole = [payload]
    todo: list[tuple[Any, Any, Any]] = [(payload, whole, 0)]
    while todo:
        value, into, at = todo.pop()
        if isinstance(value, str):
            into[at] = change(value)
        elif isinstance(value, dict):
            into[at] = copy = dict(value)
            todo += [(one, copy, key) for key, one in value.items()]
        elif isinstance(value, list):
            into[at] = several = list(value)
            todo += [(one, several, place) for place, one in enumerate(value)]
    return whole[0]


def mask_code(text: str) -> str:
    """The same without any number of six digits."""
    return re.sub(r"(?<!\d)\d{6}(?!\d)", lambda found: DOT * len(found[0]), text)
