"""From cells to values: what can be said of a row by itself."""

from collections.abc import Iterable

from django.utils.translation import gettext as _

from crm.imports.contract import Row, UnreadableError
from crm.imports.models import Import
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
