"""Which cells of a workbook's first sheet are shown as percent.

A spreadsheet keeps 120 % as 1.2 and says so by the cell's format alone, which calamine leaves out.
"""

import posixpath
import re
from collections.abc import Iterator
from html import unescape
from pathlib import Path
from zipfile import ZipFile

_BLOCK = 1 << 20
_MOST = 16 * _BLOCK  # of styles; more than any program writes
# 0 % and 0.00 %, which every program knows by number.
_BUILT_IN = {"9", "10"}
_LONGEST = 2000  # bytes of a tag


def _tag(name: bytes) -> re.Pattern[bytes]:
    return re.compile(rb"<(?:\w{1,20}:)?%s\b[^>]{0,%d}>" % (name, _LONGEST))


_SHEET, _RELATION, _FORMAT = _tag(b"sheet"), _tag(b"Relationship"), _tag(b"numFmt")
_STYLE, _CELL = _tag(b"xf"), _tag(b"c")
_PLACE = re.compile(rb"""\br=["']([A-Z]{1,3})([0-9]{1,7})["']""")
# What a format shows as it stands: "in quotes", or behind a backslash.
_LITERAL = re.compile(r'"[^"]*"|\\.')

Cell = tuple[int, int]  # row, column; the first of each is 1


def cells(path: Path) -> Iterator[Cell]:
    """In the order of the sheet, one block of it in memory. None where the workbook does not say
    which sheet is its first, or has no such format."""
    with ZipFile(path) as archive:
        styles = _styles(archive)
        name = _first_sheet(archive)
        if not styles or name not in archive.namelist():
            return
        rest = b""
        with archive.open(name) as file:
            while block := file.read(_BLOCK):
                block = rest + block
                whole = block.rfind(b">") + 1
                yield from _found(block[:whole], styles)
                rest = block[whole:][-_LONGEST:]


def _found(block: bytes, styles: set[str]) -> Iterator[Cell]:
    for tag in _CELL.findall(block):
        if _said(tag, "s") in styles and (place := _PLACE.search(tag)):
            yield int(place[2]), column(place[1])


def column(letters: bytes) -> int:
    """A is 1, AA is 27."""
    number = 0
    for letter in letters:
        number = number * 26 + letter - 64
    return number


def _styles(archive: ZipFile) -> set[str]:
    """The numbers by which cells name a style that shows percent."""
    text = _part(archive, "xl/styles.xml")
    formats = _BUILT_IN | {
        _said(tag, "numFmtId")
        for tag in _FORMAT.findall(text)
        if "%" in _LITERAL.sub("", _said(tag, "formatCode"))
    }
    # Between <cellXfs …> and </cellXfs>: other lists of styles stand beside it.
    _before, _opened, rest = text.partition(b"cellXfs")
    found = _STYLE.findall(rest.partition(b"cellXfs")[0])
    return {str(n) for n, tag in enumerate(found) if _said(tag, "numFmtId") in formats}


def _first_sheet(archive: ZipFile) -> str:
    """Its path in the archive, "" if it is not said."""
    first = _SHEET.search(_part(archive, "xl/workbook.xml"))
    asked = _said(first[0], r"\w+:id") if first else ""
    for tag in _RELATION.findall(_part(archive, "xl/_rels/workbook.xml.rels")):
        if asked and _said(tag, "Id") == asked:
            return posixpath.normpath(posixpath.join("/xl", _said(tag, "Target"))).lstrip("/")
    return ""


def _part(archive: ZipFile, name: str) -> bytes:
    if name not in archive.namelist():
        return b""
    with archive.open(name) as file:
        return file.read(_MOST)


def _said(tag: bytes, name: str) -> str:
    """An attribute's value, "" without one."""
    found = re.search(rf"""\s{name}=(?:"([^"]*)"|'([^']*)')""".encode(), tag)
    return unescape((found[1] or found[2] or b"").decode("utf-8", "replace")) if found else ""
