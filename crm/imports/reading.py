"""A file of whatever kind, made into one plain list of rows: `rows.jsonl`, a row a line.

Everything after it reads that list, from any place in it, so that work that was broken off goes
on where it was, and no file is ever held in memory as a whole.
"""

import json
import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.utils.translation import gettext as _

from crm.errors import DeskError
from crm.imports import delimited, sheets
from crm.imports.contract import Percentage, Plain

MOST_BYTES = 50 * 1024 * 1024
MOST_ROWS = 200_000
MOST_COLUMNS = 100
LONGEST_CELL = 1000
LONGEST_HEADING = 120
SAMPLE = 5
# Of how many rows the way dates are written is guessed.
LOOKED_AT = 200

_SHARE = "%"  # as what a Percentage is kept
Line = tuple[int, list[str]]


@dataclass(frozen=True, slots=True)
class Contents:
    headings: list[str]
    sample: list[list[str]]
    rows: int


def is_sheet(path: Path) -> bool:
    with path.open("rb") as file:
        return file.read(4) == sheets.MAGIC


def normalise(source: Path, target: Path) -> Contents:
    """Write the rows of a CSV or XLSX file to `target`. DeskError, in words, for what is neither,
    is empty, or is beyond the limits."""
    kind: Any = sheets if is_sheet(source) else delimited
    rows: Iterator[list[Any]] = kind.rows(source)
    numbered = ((number, cells) for number, cells in enumerate(rows, 1) if any(cells))
    number, first = next(numbered, (0, []))
    if not number:
        raise DeskError(_("The file is empty."))
    headings = _headings(first)
    unfinished = target.with_suffix(".part")
    try:
        with unfinished.open("w", encoding="utf-8") as file:
            sample, count = _write(file, numbered, len(headings))
        if not count:
            raise DeskError(_("There are no rows below the headings."))
        os.replace(unfinished, target)
    finally:
        # What is left of it would keep a full disk full.
        unfinished.unlink(missing_ok=True)
    return Contents(headings, sample, count)


def _headings(first: list[Any]) -> list[str]:
    said = [" ".join(str(cell).split())[:LONGEST_HEADING] for cell in first]
    while said and not said[-1]:
        said.pop()
    if len(said) > MOST_COLUMNS:
        raise DeskError(
            _("The file has more than %(count)d columns. Leave out what is not needed.")
            % {"count": MOST_COLUMNS}
        )
    return said


def _write(file: Any, numbered: Iterable[tuple[int, list[Any]]], width: int) -> tuple[Any, int]:
    sample: list[list[str]] = []
    count = 0
    for number, cells in numbered:
        count += 1
        if count > MOST_ROWS:
            raise DeskError(
                _("The file has more than %(count)d rows. Split it.") % {"count": MOST_ROWS}
            )
        # One sign more than may be, so that the check sees that it is too long.
        short = [_short(one) for one in cells[: MOST_COLUMNS + 1]]
        while len(short) > width and short[-1] == "":
            short.pop()
        kept = [{_SHARE: one} if isinstance(one, Percentage) else one for one in short]
        file.write(json.dumps([number, kept]) + "\n")
        if len(sample) < SAMPLE:
            sample.append([str(cell) for cell in short])
    return sample, count


def _short(cell: Any) -> Any:
    is_long = isinstance(cell, str) and len(cell) > LONGEST_CELL
    return cell[: LONGEST_CELL + 1] if is_long else cell


def _as_percent(kept: dict[str, str]) -> Percentage:
    return Percentage(kept[_SHARE])


def lines(path: Path, offset: int, most: int) -> tuple[list[Line], int]:
    """At most so many rows from a place in the list on, and the place behind them."""
    found: list[Line] = []
    with path.open("rb") as file:
        file.seek(offset)
        while len(found) < most and (line := file.readline()):
            number, cells = json.loads(
                line, parse_float=Plain, parse_int=Plain, object_hook=_as_percent
            )
            found.append((int(number), cells))
        return found, file.tell()


def column_cells(path: Path, position: int) -> Iterator[str]:
    """Cells of one column, of the first rows."""
    for _number, cells in lines(path, 0, LOOKED_AT)[0]:
        if position < len(cells):
            yield cells[position]
