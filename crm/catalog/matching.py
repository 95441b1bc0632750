"""Which property a person means: by its code, by its title, by nearly its title."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from functools import cache, lru_cache
from itertools import pairwise
from pathlib import Path

from django.db.models import Count, Func, Max, Subquery
from rapidfuzz import fuzz

from crm.catalog.models import Property
from crm.catalog.numbering import NUMBER, PART, as_numbered, is_name, readings, with_spelled
from crm.catalog.parts import AROUND, are_of_place, is_part, told_part

WORD = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
# Of 100: how alike a misspelt word must be, and how alike a text must be to be looked at closely.
ALIKE, WORTH_A_LOOK = 80, 75
# Of 100: how alike a text must be as a whole that has other small words than the title.
ALIKE_AS_A_WHOLE = 86
SHORTEST_FUZZY = 6  # letters; a shorter title must stand there exactly
SHORTEST_WORD = 4  # letters; a shorter word must sound the same
# Left out of a title it is the same. Put into it, it may be none: "una casa en la playa" is wished
# for, and "Casa de Playa" is a name.
SMALL = frozenset(
    ("a", "al", "con", "da", "de", "del", "do", "e", "el", "em", "en", "la", "las", "los", "no")
)
# What sounds alike here, or is written for one another.
SOUNDS = (
    ("qu", "k"), ("ce", "se"), ("ci", "si"), ("ge", "je"), ("gi", "ji"), ("c", "k"),
    ("h", ""), ("v", "b"), ("z", "s"), ("y", "l"),
)  # fmt: skip
TWICE = re.compile(r"(.)\1+")
READ_AT_MOST = 2_000  # characters of a message that are looked at


@dataclass(frozen=True, slots=True)
class _Entry:
    pk: int
    code: str
    title: str
    words: _Words
    places: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Words:
    """The words of a title or of a text, and how they sound together."""

    words: list[str]
    before: list[set[str]]  # the small words left out before each of them
    sound: str
    small: bool  # whether none was left out

    @classmethod
    def of(cls, text: str, *, small: bool) -> _Words:
        """With or without the small ones."""
        words: list[str] = []
        before: list[set[str]] = [set()]
        parts = PART.findall(text)
        for at, one in enumerate(parts):
            if small or one not in SMALL or is_name(parts, at):
                words.append(one)
                before.append(set())
            else:
                before[-1].add(one)
        return cls(words, before[:-1], " ".join(map(_sound, words)), small)

    @classmethod
    def of_title(cls, title: str) -> _Words:
        """Without the small ones, as long as two others are left."""
        telling = cls.of(title, small=False)
        return telling if len(telling.words) > 1 else cls.of(title, small=True)


_cache: tuple[tuple[datetime | None, int], list[_Entry]] = ((None, 0), [])
# The figures that tell a change, beside a row. (An aggregate would group the rows.)
_ALL = Property.objects.order_by()
_CHANGED = Subquery(_ALL.values(of=Func("updated_at", function="MAX")))
_COUNT = Subquery(_ALL.values(of=Func("pk", function="COUNT")))


def plain_words(text: str) -> str:
    """Lower case, no accents, words parted by one space: "¿Villa-Marína?" -> "villa-marina"."""
    bare = unicodedata.normalize("NFKD", text[:READ_AT_MOST].casefold())
    return " ".join(WORD.findall("".join(c for c in bare if not unicodedata.combining(c))))


def find_property(text: str, codes: Iterable[str] = (), *, parts: bool = False) -> Property | None:
    """The offered property that `codes` or `text` names, or None if it names none. `parts`: a part
    of its title does, if that is all that is said and it is of no other."""
    words = plain_words(with_spelled(" ".join([*codes, text])))
    if not words:
        return None
    rows = Property.objects.select_related("responsible__agency")
    (changed, count), entries = _cache
    entry = _named(words, entries, parts=parts)
    if entry is not None:  # mostly nothing has changed since, which is asked in the same go
        same = rows.alias(changed=_CHANGED, count=_COUNT).filter(changed=changed, count=count)
        if row := same.filter(pk=entry.pk).first():
            return row
    newer = _entries() if entry is None else _read_again()
    if newer is entries:
        return None
    entry = _named(words, newer, parts=parts)
    return rows.filter(pk=entry.pk).first() if entry else None


def _named(words: str, entries: list[_Entry], *, parts: bool) -> _Entry | None:
    titles = (_by_title(one, entries) for one in readings(words))
    entry = _by_code(words, entries) or next(filter(None, titles), None)
    if entry is None and parts:
        titled, either = _by_part(words, entries)
        entry = titled[0] if titled and len(either) == 1 else None
    return entry


def says_only(text: str, shown: Property) -> bool:
    """Whether a text is its title, and beside it only what is said around one."""
    said = set(plain_words(with_spelled(text)).split()) - AROUND
    return said <= set(_plain_title(shown.title).split())


def named_in_part(text: str) -> list[Property]:
    """Those of whose titles, or of whose place, a text says a part and nothing else; what is to be
    had no more only where nothing else is meant."""
    _titled, alike = _by_part(plain_words(with_spelled(text)), _entries())
    rows = Property.objects.offered().filter(pk__in=[one.pk for one in alike]) if alike else ()
    had = [one for one in rows if one.status == Property.Status.AVAILABLE]
    return sorted(had or rows, key=lambda one: one.title)


def _entries() -> list[_Entry]:
    """Codes and titles on offer, read again only when some property changed."""
    state = Property.objects.aggregate(changed=Max("updated_at"), count=Count("pk"))
    return _cache[1] if _cache[0] == (state["changed"], state["count"]) else _read_again()


def _read_again() -> list[_Entry]:
    global _cache
    rows = list(
        Property.objects.offered()
        .order_by("-id")
        .values_list(_CHANGED, _COUNT, "pk", "code", "title", "district", "city")
    )
    version = (rows[0][0], rows[0][1]) if rows else (None, 0)
    _cache = (version, [_entry(*row[2:]) for row in rows])
    return _cache[1]


def _entry(pk: int, code: str, title: str, *places: str) -> _Entry:
    plain, there = _plain_title(title), tuple(filter(None, map(plain_words, places)))
    return _Entry(pk, plain_words(code), plain, _Words.of_title(plain), there)


def _plain_title(title: str) -> str:
    return as_numbered(plain_words(with_spelled(title)))


def _by_code(words: str, entries: list[_Entry]) -> _Entry | None:
    """Also in two words: "vm 01", where the first is none of a sentence."""
    said = words.split()
    pairs = pairwise(said)
    apart = {f"{a}-{b}" for a, b in pairs if a not in SMALL and b.isdigit() and len(b) > 1}
    tokens = apart.union(said)
    return next((entry for entry in entries if entry.code in tokens), None)


def _by_part(words: str, entries: list[_Entry]) -> tuple[list[_Entry], list[_Entry]]:
    """Those with these words in their titles; and with those that lie in a place called so."""
    said = told_part(as_numbered(words))
    if not said:
        return [], []
    titled = [one for one in entries if is_part(said, one.words.words)]
    there = [one for one in entries if are_of_place(said, one.places)]
    return titled, list({one.pk: one for one in (*titled, *there)}.values())


def _by_title(words: str, entries: list[_Entry]) -> _Entry | None:
    """An exact title before an inexact one, a longer one before a shorter."""
    padded = f" {words} "
    exact = [entry for entry in entries if entry.title and f" {entry.title} " in padded]
    if exact:
        return max(exact, key=lambda entry: len(entry.title))
    said = [_Words.of(words, small=small) for small in (False, True)]
    scored = [(_alike(said[entry.words.small], words, entry), entry) for entry in entries]
    alike = [(len(entry.words.words), score, entry) for score, entry in scored if score]
    return max(alike, key=lambda row: row[:2])[2] if alike else None


def _alike(text: _Words, whole: str, entry: _Entry) -> float:
    """Of 100, how alike the likeliest words in a row are to the title; 0: none of them are it."""
    said, title, size = text.words, entry.words.words, len(entry.words.words)
    if len(entry.title) < SHORTEST_FUZZY:
        return 0.0
    if fuzz.partial_ratio(entry.words.sound, text.sound) < WORTH_A_LOOK:
        return 0.0
    starts = range(len(said) - size + 1)
    alike = [at for at in starts if all(map(_is_meant, said[at : at + size], title))]
    if alike:
        near = fuzz.partial_ratio(entry.title, whole) >= ALIKE_AS_A_WHOLE
        rows = [said[at : at + size] for at in alike if near or _adds_none(text, at, entry)]
        return max((fuzz.ratio(" ".join(row), " ".join(title)) for row in rows), default=0.0)
    return 100.0 if _is_joined(text, entry) else 0.0


def _adds_none(text: _Words, at: int, entry: _Entry) -> bool:
    """Whether between these words of the text no small word stands that the title has not there."""
    between = entry.words.before[1:]
    return all(map(set.issubset, text.before[at + 1 : at + 1 + len(between)], between))


def _is_joined(text: _Words, entry: _Entry) -> bool:
    """ "villamarina", "villa mar ina", "torre 2-301" for "Torre 2 301"; neither "vista al mar"
    for "Vistamar" nor "1 1" for "11"."""
    title, size = entry.words.words, len(entry.words.words)
    sound, numbers = _sound_together(title), NUMBER.findall(" ".join(title))
    small = set[str]().union(*entry.words.before[1:])
    rows = (
        (text.words[at : at + most], text.before[at + 1 : at + most])
        for most in (size - 1, size + 1)
        for at in range(len(text.words) - most + 1)
    )
    return any(
        _sound_together(row) == sound
        and NUMBER.findall(" ".join(row)) == numbers
        and all(one <= small for one in between)
        for row, between in rows
        if row
    )


def _is_meant(said: str, word: str) -> bool:
    """Whether what was written is this word of a title, perhaps misspelt or cut short.

    Another word is not: "Villa María" is a district, and no "Villa Marina". Nor is another number,
    or another letter.
    """
    if not (said + word).isalpha() or len(word) == 1:
        return said == word
    if _sound(said) == _sound(word):
        return True
    if min(len(said), len(word)) < SHORTEST_WORD or said in _other_words():
        return False
    return word.startswith(said) or fuzz.ratio(said, word) >= ALIKE


def _sound_together(words: list[str]) -> str:
    return _sound("".join(words).replace("-", ""))


@lru_cache(maxsize=10_000)
def _sound(word: str) -> str:
    """How a word sounds, roughly: "billa", "vila" and "villa" alike."""
    for written, spoken in SOUNDS:
        word = word.replace(written, spoken)
    return TWICE.sub(r"\1", word)


@cache
def _other_words() -> frozenset[str]:
    """Words that are one letter or two from a word of many titles, and none of it misspelt."""
    lines = Path(__file__).with_name("words.txt").read_text("utf-8").splitlines()
    return frozenset(word for line in lines if not line.startswith("#") for word in line.split())
