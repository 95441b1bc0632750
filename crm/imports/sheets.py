"""XLSX: the first sheet's rows, by calamine; before that a look at whether it can be opened
without harm. It reads a sheet as a whole, so what it may hold is limited."""

import math
import re
import zipfile
import zlib
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from pathlib import Path
from typing import IO, Any

from django.utils.translation import gettext as _
from python_calamine import CalamineError, CalamineWorkbook, PasswordError

from crm.errors import DeskError
from crm.imports import machine, percents
from crm.imports.contract import Percentage

MAGIC = b"PK\x03\x04"
MOST_UNPACKED = 600 * 1024 * 1024
# A table is unpacked into some 100 bytes a cell, from its first cell to its last.
MOST_CELLS = 3_000_000
_PLACE = re.compile(rb"""\br=["']([A-Z]{1,3})([0-9]{1,7})["']""")
_BLOCK = 1 << 20
_NONE: percents.Cell = (1 << 30, 0)  # below every row
# What zipfile says of an archive that is broken, locked, or packed in a way it does not know.
_DAMAGED = (
    zipfile.BadZipFile,
    zlib.error,
    OSError,
    RuntimeError,  # NotImplementedError, too
    EOFError,
    ValueError,  # names that are no text
)


def rows(path: Path) -> Iterator[list[str | int | float]]:
    """Cells as text, dates as 2025-01-15, numbers as numbers. DeskError for what is no workbook,
    is locked with a password, or would fill the memory."""
    check(path)
    try:
        with CalamineWorkbook.from_path(path) as book:
            if not book.sheet_names:
                raise DeskError(_("The workbook has no sheets."))
            shares = percents.cells(path)
            share = next(shares, _NONE)
            sheet = book.get_sheet_by_index(0)
            # Rows begin at the first column that is used.
            left = sheet.start[1] if sheet.start else 0
            for number, row in enumerate(sheet.iter_rows(), 1):
                cells = [_cell(one) for one in row]
                while share[0] <= number:
                    if share[0] == number:
                        _as_percent(cells, share[1] - left - 1)
                    share = next(shares, _NONE)
                yield cells
    except PasswordError as error:
        raise DeskError(_("The workbook is locked with a password. Save it without.")) from error
    except (CalamineError, *_DAMAGED) as error:
        if machine.is_to_blame(error):
            raise
        raise _no_workbook() from error


def check(path: Path) -> None:
    try:
        with zipfile.ZipFile(path) as archive:
            names = archive.infolist()
            if sum(one.file_size for one in names) > MOST_UNPACKED:
                raise _too_large()
            if not any(one.filename == "xl/workbook.xml" for one in names):
                raise _no_workbook()
            for one in names:
                if one.filename.startswith("xl/worksheets/") and one.filename.endswith(".xml"):
                    with archive.open(one) as file:
                        _check_extent(file)
    except _DAMAGED as error:
        if machine.is_to_blame(error):
            raise
        raise _no_workbook() from error


def _check_extent(file: IO[bytes]) -> None:
    """Two cells, one in each corner of a sheet, would unpack into all that lie between them."""
    last_row = last_column = unpacked = 0
    rest = b""
    while block := file.read(_BLOCK):
        unpacked += len(block)
        if unpacked > MOST_UNPACKED:  # the archive's own word for its size may be a lie
            raise _too_large()
        block = rest + block
        for letters, digits in _PLACE.findall(block):
            last_row = max(last_row, int(digits))
            last_column = max(last_column, percents.column(letters))
        rest = block[-40:]
    if last_row * last_column > MOST_CELLS:
        raise _too_large()


def _as_percent(cells: list[str | int | float], place: int) -> None:
    """A number that is shown as percent, as it is shown."""
    value = cells[place] if 0 <= place < len(cells) else ""
    if not isinstance(value, str):
        shown = Decimal(str(value)) * 100
        cells[place] = Percentage(f"{shown.normalize():f} %")


def _cell(value: Any) -> str | int | float:
    """Numbers with the fifteen digits that a spreadsheet shows."""
    if isinstance(value, bool):
        return str(value)
    if isinstance(value, float):
        if not math.isfinite(value):
            return str(value)  # no number, and read as the text it looks like
        shown = float(f"{value:.15g}")
        return int(shown) if shown.is_integer() and abs(shown) < 1e15 else shown
    if isinstance(value, datetime):
        return value.isoformat(" ") if value.time() != time() else value.date().isoformat()
    if isinstance(value, (date, time)):
        return value.isoformat()
    if isinstance(value, (int, timedelta)):
        return value if isinstance(value, int) else str(value)
    return str(value).replace("\x00", "").strip()


def _too_large() -> DeskError:
    return DeskError(_("The workbook is too large to be opened. Save the sheet as CSV."))


def _no_workbook() -> DeskError:
    return DeskError(_("This workbook cannot be read. Save it again as XLSX, or as CSV."))
