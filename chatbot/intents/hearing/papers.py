"""Identity document and year of birth, in any order and punctuation."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import islice

_YEAR = re.compile(r"(?<!\d)(?:19|20)\d\d(?!\d)")
# Documents as they are written, each looked for at every position.
_SHAPES = tuple(
    re.compile(rf"(?<![\da-z+])(?=({shape})(?!\d))")
    for shape in (
        r"\d{3}\.\d{3}\.\d{3}-\d\d",  # CPF
        r"\d\d-\d{8}-\d",  # CUIT
        r"\d{1,2}([. -])\d{3}\2\d{3}",
        r"\d{7,12}",
        r"\d{4}[ .-]\d{4}",  # in one line: two prices below each other are none
        r"\d\d \d\d \d\d \d\d",
        r"(?:\d ){7}\d",
    )
)
_LETTERED = re.compile(r"(?<![\da-z])(?=[a-z]{0,4}\d)([a-z]{1,4}\d{6,9}[a-z\d]{0,8})(?![\da-z])")
_JOINED = re.compile(r"(?<![\d+])(?:(\d{8})((?:19|20)\d\d)|((?:19|20)\d\d)(\d{8}))(?!\d)")
CUE = re.compile(
    r"\b(?:d\.?n\.?i|documento|doc|identidad|identidade|cedula|carnet|carne|pasaporte|passaporte"
    r"|passport|cpf|rut|curp|cuit|cuil|ruc|c\.?e|id)\b"
)
# The same without a space: "DNI12345678".
_CUE_JOINED = re.compile(r"\b(d\.?n\.?i\.?|documento|doc|cedula|cpf|rut|ruc|cuit|cuil)(?=\d)")
_BORN = re.compile(
    r"\b(?:naci|nacido|nacida|nacimiento|ano|anio|nasci|nascimento|born|birth|nac|year)\b"
)
# What stands before digits that are somebody's telephone, an account (no statement of it), or an
# operation.
OTHER = re.compile(
    r"\b(?:operacion|transaccion|transferencia|(?<!estado de )(?<!estados de )(?<!estado de mi )"
    r"(?<!estados de mi )cuenta|cci|telefono|celular"
    r"|numero de op|codigo|telefone|(?<!extrato da )(?<!extrato de )(?<!extrato da minha )"
    r"(?<!extrato de minha )conta|whatsapp|phone"
    r"|(?<!statement of )(?<!statements of )(?<!statement of my )account(?! statement)|ticket"
    r"|reclamo|pedido|partida)\b"
)
_PHONE = re.compile(r"^(?:51)?9\d{8}$")
# Nobody gives so many numbers; and a page of digits must cost no more.
MOST_CANDIDATES = 12
_MONEY_BEFORE = re.compile(r"(?:s/\.?|\$|€|usd|soles|dolares) ?$")


def find_papers(text: str, latest: int) -> tuple[str, int | None]:
    """(document without punctuation or "", year of birth or None) of a plain text.

    A year counts from 1900 to `latest`; alone it must be said to be one.
    """
    if not any(one.isdigit() for one in text):
        return "", None
    text = _CUE_JOINED.sub(r"\1 ", text)
    alone = ""
    for document, rest in islice(_documents(text), MOST_CANDIDATES):
        year = _year(rest, latest)
        if year is not None and not OTHER.search(text):
            return document, year
        alone = alone or (document if _stands_alone(document, text) else "")
    return alone, _year_alone(text, latest)


def _documents(text: str) -> Iterator[tuple[str, str]]:
    """Each thing that may be a document, and the text without it."""
    for shape in _SHAPES:
        for match in shape.finditer(text):
            start, end = match.span(1)
            if not _MONEY_BEFORE.search(text[:start]):
                yield _bare(match[1]), f"{text[:start]} {text[end:]}"
    for match in _JOINED.finditer(text):
        document, year = (match[1], match[2]) if match[1] else (match[4], match[3])
        yield document, f"{text[: match.start()]} {year} {text[match.end() :]}"
    if CUE.search(text):
        for match in _LETTERED.finditer(text):
            yield match[1].upper(), f"{text[: match.start()]} {text[match.end() :]}"


def _bare(written: str) -> str:
    return re.sub(r"\D", "", written)


def _year(text: str, latest: int) -> int | None:
    years = (int(match[0]) for match in _YEAR.finditer(text))
    return next((year for year in years if 1900 <= year <= latest), None)


def _stands_alone(document: str, text: str) -> bool:
    """Whether it is a document though no year is given."""
    if CUE.search(text):
        return True
    digits = not OTHER.search(text) and document.isdigit()
    return digits and len(document) in (7, 8) and len(text.split()) <= 4


def _year_alone(text: str, latest: int) -> int | None:
    bare = text.strip(" .,;:!()")
    said = bool(_BORN.search(text)) and len(text) < 80
    return _year(bare, latest) if said or _YEAR.fullmatch(bare) else None
