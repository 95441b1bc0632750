"""From cells to values: what can be said of a row by itself, and of rows of one file."""

from collections.abc import Iterable, Sequence
from hashlib import blake2b

from django.utils.translation import gettext as _

from crm.imports.contract import Row, UnreadableError
from crm.imports.models import Import, ImportKey
from crm.imports.reading import LONGEST_CELL, Line


def read_rows(one: Import, lines: Iterable[Line]) -> list[Row]:
    """Each row with its values, and with what is wrong in its cells."""
    return [read_row(one, number, cells) for number, cells in lines]


def read_row(one: Import, number: int, cells: list[str]) -> Row:
    row = Row(number, cells)
    if len(cells) > len(one.headings):
        row.wrong(
            "",
            _("The row has %(cells)d cells, but there are %(headings)d headings.")
            % {"cells": len(cells), "headings": len(one.headings)},
        )
    reading = one.reading
    for column in one.importer.columns:
        position = one.mapping.get(column.name)
        cell = cells[position] if position is not None and position < len(cells) else ""
        if not cell:
            if column.required:
                row.wrong(column.name, _("This is missing."))
        elif len(cell) > LONGEST_CELL:
            row.wrong(column.name, _("Longer than %(count)d characters.") % {"count": LONGEST_CELL})
        else:
            try:
                row.values[column.name] = column.read(cell, reading)
            except UnreadableError as error:
                row.wrong(column.name, str(error))
    return row


def note_repeats(one: Import, rows: Sequence[Row]) -> None:
    """Say which rows repeat what an earlier row said that may stand in the file once only.

    The first row that says it is kept by the database, so that all portions know of it, and a
    portion that is done again finds the same.
    """
    said = [
        (_hashed(f"{column}\x1f{key}"), column, row)
        for row in rows
        for column, key in one.importer.keys(row)
    ]
    first: dict[int, int] = {}
    for key, _column, row in said:
        first.setdefault(key, row.number)
    ImportKey.objects.bulk_create(
        [ImportKey(run=one, key=key, row=number) for key, number in first.items()],
        batch_size=500,
        ignore_conflicts=True,
    )
    kept: dict[int, int] = {}
    keys = list(first)
    for start in range(0, len(keys), 500):
        found = ImportKey.objects.filter(run=one, key__in=keys[start : start + 500])
        kept.update(found.values_list("key", "row"))
    for key, column, row in said:
        if kept[key] != row.number:
            row.wrong(column, _("Row %(row)d says the same.") % {"row": kept[key]})


def _hashed(text: str) -> int:
    return int.from_bytes(blake2b(text.encode(), digest_size=8).digest(), signed=True)
