"""Which column of a file is which fact, by its heading; and how it writes its dates."""

import re
from collections.abc import Iterable, Sequence

from django.conf import settings
from django.utils import translation
from rapidfuzz import fuzz

from crm.imports.contract import Column
from crm.people.folding import fold

ALIKE = 88  # of 100
_NOISE = re.compile(r"[^a-z0-9%]+")
_PARTS = re.compile(r"(\d{1,2})[-/.](\d{1,2})[-/.]\d{4}.*", re.ASCII)


def guess_columns(columns: Sequence[Column], headings: Sequence[str]) -> dict[str, int]:
    """Names of facts -> positions in the file, each used once; the surest guess first."""
    scored = [
        (_score(column, heading), -order, -position, column.name)
        for order, column in enumerate(columns)
        for position, heading in enumerate(headings)
        if heading
    ]
    found: dict[str, int] = {}
    for score, _order, position, name in sorted(scored, reverse=True):
        if score >= ALIKE and name not in found and -position not in found.values():
            found[name] = -position
    return found


def _score(column: Column, heading: str) -> float:
    said = plain(heading)
    known = [plain(one) for one in (column.name, *_labels(column), *column.synonyms)]
    if said in known:
        return 200 - known.index(said) / 100
    # Short words are alike by chance: "rate" and "date".
    return max((fuzz.ratio(said, one) for one in known if min(len(said), len(one)) > 6), default=0)


def _labels(column: Column) -> list[str]:
    """In each language of the desk."""
    found = []
    for code, _name in settings.LANGUAGES:
        with translation.override(code):
            found.append(str(column.label))
    return found


def plain(heading: str) -> str:
    """ "Nro. de Préstamo (*)" as "nro de prestamo"."""
    return _NOISE.sub(" ", fold(heading)).strip()


def guess_month_first(cells: Iterable[str]) -> bool:
    """Whether dates are like 01/31/2025: some could not be the other, and none is the other."""
    found = [match for match in map(_PARTS.fullmatch, cells) if match]
    firsts, seconds = [int(one[1]) for one in found], [int(one[2]) for one in found]
    return max(seconds, default=0) > 12 >= max(firsts, default=0)
