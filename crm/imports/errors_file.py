"""errors.csv: the rows that were not taken, as they came, and what is wrong with each."""

import csv
import io
from collections.abc import Iterable
from pathlib import Path

from django.utils.translation import gettext as _

from crm.imports.contract import Row
from crm.imports.models import Import

NAME = "errors.csv"
# A spreadsheet would take these for the beginning of a formula.
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def harmless(cell: str) -> str:
    """The cell with an apostrophe before it where it would be run as a formula."""
    return f"'{cell}" if cell.startswith(_FORMULA) else cell


def append(one: Import, rows: Iterable[Row]) -> int:
    """Write rows behind what counts of the file so far; its new length in bytes.

    What an attempt that was broken off left behind that is cut away first.
    """
    path: Path = one.folder / NAME
    bad = [row for row in rows if not row.is_good]
    if not bad and one.errors_size:
        return one.errors_size
    text = io.StringIO()
    written = csv.writer(text)
    if not one.errors_size:
        text.write("\ufeff")  # or Excel does not take it for UTF-8
        written.writerow([_("Row"), *map(harmless, one.headings), _("What is wrong")])
    for row in bad:
        cells = [harmless(str(cell)) for cell in row.cells]
        cells += [""] * (len(one.headings) - len(cells))
        written.writerow([row.number, *cells[: len(one.headings)], harmless(in_words(one, row))])
    with path.open("r+b" if path.exists() else "w+b") as file:
        file.truncate(one.errors_size)
        file.seek(one.errors_size)
        file.write(text.getvalue().encode("utf-8"))
        return file.tell()


def in_words(one: Import, row: Row) -> str:
    told = [
        f"{label}: {problem.words}" if (label := one.heading(problem.column)) else problem.words
        for problem in row.problems
    ]
    return " · ".join(told)
