"""Which property a person means: by its code, by its title, by nearly its title."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, Max
from rapidfuzz import fuzz

from crm.catalog.models import Property

WORD = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
# Of 100: how alike a misspelt title must be; measured on the examples in the tests.
ALIKE = 86
SHORTEST_FUZZY = 6  # letters; a shorter title must stand there exactly
READ_AT_MOST = 2_000  # characters of a message that are looked at


@dataclass(frozen=True, slots=True)
class _Entry:
    pk: int
    code: str
    title: str


_cache: tuple[tuple[datetime | None, int], list[_Entry]] = ((None, 0), [])


def plain_words(text: str) -> str:
    """Lower case, no accents, words parted by one space: "¿Villa-Marína?" -> "villa-marina"."""
    bare = unicodedata.normalize("NFKD", text[:READ_AT_MOST].casefold())
    return " ".join(WORD.findall("".join(c for c in bare if not unicodedata.combining(c))))


def find_property(text: str, codes: Iterable[str] = ()) -> Property | None:
    """The offered property that `codes` or `text` names, or None if it names none."""
    words = plain_words(" ".join([*codes, text]))
    if not words:
        return None
    entry = _by_code(words, _entries()) or _by_title(words, _entries())
    return Property.objects.filter(pk=entry.pk).first() if entry else None


def _entries() -> list[_Entry]:
    """Codes and titles on offer, read again only when some property changed."""
    global _cache
    state = Property.objects.aggregate(changed=Max("updated_at"), count=Count("pk"))
    version = (state["changed"], state["count"])
    if _cache[0] != version:
        rows = Property.objects.offered().order_by("-id").values_list("pk", "code", "title")
        _cache = (version, [_Entry(pk, plain_words(c), plain_words(t)) for pk, c, t in rows])
    return _cache[1]


def _by_code(words: str, entries: list[_Entry]) -> _Entry | None:
    tokens = set(words.split())
    return next((entry for entry in entries if entry.code in tokens), None)


def _by_title(words: str, entries: list[_Entry]) -> _Entry | None:
    """An exact title before an inexact one, a longer one before a shorter."""
    padded = f" {words} "
    exact = [entry for entry in entries if entry.title and f" {entry.title} " in padded]
    if exact:
        return max(exact, key=lambda entry: len(entry.title))
    scored = [(_alike(words, entry.title), len(entry.title), entry) for entry in entries]
    best = max(scored, key=lambda row: row[:2], default=None)
    return best[2] if best and best[0] >= ALIKE else None


def _alike(words: str, title: str) -> float:
    if len(title) < SHORTEST_FUZZY:
        return 0.0
    if len(words) < len(title):
        return fuzz.ratio(words, title)
    return fuzz.partial_ratio(title, words)
