"""CSV as it comes: in the encodings and with the separators of spreadsheets everywhere."""

import codecs
import csv
from collections.abc import Iterable, Iterator
from itertools import chain, islice
from pathlib import Path
from typing import BinaryIO

from django.utils.translation import gettext as _

from crm.errors import DeskError

DELIMITERS = ",;\t|"
_MARKS = [
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
]
# How other kinds of files begin, so that nobody is asked to name the columns of a picture.
_OTHERS = (b"%PDF", b"\x89PNG", b"\xff\xd8\xff", b"GIF8", b"\xd0\xcf\x11\xe0", b"Rar!", b"\x1f\x8b")
_BLOCK = 1 << 20
_LOOKED_AT = 20  # rows, for the separator


def rows(path: Path) -> Iterator[list[str]]:
    """All rows, blank ones too. DeskError for what is no text, or whose quotes do not close."""
    with path.open(encoding=encoding_of(path), newline="") as file:
        try:
            first = file.readline()
            # Excel's own way of naming the separator.
            named = first.strip().lower().removeprefix("sep=")
            says = first.lower().startswith("sep=") and len(named) == 1 and named in DELIMITERS
            begin = [] if says else [first]
            # A quoted heading may go on in the next line, so some lines are looked at together.
            looked_at = [*begin, *islice(file, _LOOKED_AT)]
            delimiter = named if says else delimiter_of(looked_at)
            for row in csv.reader(chain(looked_at, file), delimiter=delimiter):
                yield [cell.replace("\x00", "").strip() for cell in row]
        except UnicodeError as error:
            raise _no_table() from error
        except csv.Error as error:
            raise DeskError(
                _("A quotation mark is opened in the file and never closed.")
            ) from error


def encoding_of(path: Path) -> str:
    """UTF-8 with or without its mark, UTF-16, else what Windows writes in the West."""
    with path.open("rb") as file:
        head = file.read(4096)
        if head.startswith(_OTHERS):
            raise _no_table()
        for mark, name in _MARKS:
            if head.startswith(mark):
                return name
        if b"\x00" in head:
            return _wide(head)
        file.seek(0)
        return "utf-8" if _is_utf8(file) else "cp1252"


def _wide(head: bytes) -> str:
    """UTF-16 without a mark: every other byte of western text is zero."""
    for start, name in ((1, "utf-16-le"), (0, "utf-16-be")):
        half = head[start::2]
        if half.count(0) > 0.7 * len(half) and 0 not in head[1 - start :: 2]:
            return name
    raise _no_table()


def _is_utf8(file: BinaryIO) -> bool:
    decoder = codecs.getincrementaldecoder("utf-8")()
    try:
        while block := file.read(_BLOCK):
            decoder.decode(block)
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return False
    return True


def delimiter_of(looked_at: list[str]) -> str:
    """The sign by which the headings fall into most columns, and the rows into as many."""

    def fit(delimiter: str) -> tuple[int, int]:
        found = list(_parsed(looked_at, delimiter))
        width = len(found[0]) if found else 0
        return (width > 1) and sum(len(row) == width for row in found), width

    return max(DELIMITERS, key=fit)


def _parsed(looked_at: Iterable[str], delimiter: str) -> Iterator[list[str]]:
    try:
        yield from filter(None, csv.reader(looked_at, delimiter=delimiter))
    except csv.Error:
        return


def _no_table() -> DeskError:
    return DeskError(_("This is neither CSV nor XLSX. Save the table as one of the two."))
