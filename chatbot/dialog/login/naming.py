"""Whether somebody says who they are, among whatever else they say."""

from __future__ import annotations

import re
from collections.abc import Iterator

from chatbot.dialog.login.figures import (
    BORN,
    NAMED_DAY,
    OF_YEAR,
    YEAR,
    is_late_year,
    without_figures,
)
from chatbot.dialog.login.signs import even
from chatbot.intents.hearing.papers import CUE, OTHER
from chatbot.intents.hearing.words import MOST_CHARACTERS, plain

DOCUMENT = r"(?<!\w)[A-Za-z]{0,4}\d[\d.\- ]{5,14}\d(?!\w)"
_LETTERED = r"(?<!\w)[A-Za-z]{1,4}\d{6,9}[A-Za-z\d]{0,8}(?!\w)"
_PAPER = f"(?:{DOCUMENT}|{_LETTERED})"
# Said to be a document, whatever stands between: "12,345,678", "1234/5678", "AB-123456".
_SPACED = (
    r"(?<!\w)(?:[a-z]{1,4}[ -]?\d(?:[\W_]{0,3}\d){5,14}|\d(?:[\W_]{0,3}\d){6,14})"
    r"[a-z\d]{0,8}(?!\w)"
)
_CUE = rf"(?:{CUE.pattern}|\bd[. ]{{1,2}}n[. ]{{1,2}}i\b|\bptp\b)"
_BETWEEN = (
    r"(?:(?:e[ls]?|is|o|este|numero|number|nro|num|no|n|de|identidade?|extranjeria|electronico|azul)"
    r"\b\W{0,3}){0,5}"
)
# Not that of an operation, nor a telephone.
_OWN = r"(?!(?:(?<=operacion )|(?<=transaccion )|(?<=transferencia )|(?<=pago )|(?<=yape ))id\b)"
_NO_PHONE = r"(?!9\d\d[ .-]?\d{3}[ .-]?\d{3}(?!\d))"
_ELSE = (
    rf"(?:{OTHER.pattern}"
    r"|\b(?:operacao|op|pago|pagamento|deposito|voucher|recibo|credito|tel|cel|fono"
    r"|boleta|comprobante|factura|yape|plin)\b)"
)
# Nor are these parts of a name, nor is their paper anybody's.
_NO_NAME = (
    rf"(?:{_ELSE}|\b(?:pague|deposite|yapee|plinee|transferi|fecha|fijo|llam\w*|numero|nro)\b"
    # These only shortly before it: "soy Ana, quiero un préstamo, 12345678".
    r"|\b(?:(?:constancia|referencia|secuencia|expediente|folio)(?: (?:es|e|el|la|dice)){0,2}"
    r"|agente(?: bcp| bbva| interbank| kasnet)?|(?:prestamo|tengo|cuesta|precio|casa)"
    r"(?: (?:es|e|el|o|de|dice|unos|unas|como|casi|mas|hasta|cerca|aprox\w*)){0,2})[^\w,]{1,3}\d)"
)
_THING = rf"(?:(?:el|la|un|una|o|a|mi|mis|meu|su) )?(?:{_ELSE}|(?:compra|venta|contrato|cuota)\b)"
_SURELY = r"\b(?:d\.?n\.?i|cpf|cedula|pasaporte|passaporte|passport)\b"
_NAME = (
    r"\b(?:(?:yo )?soy|(?:eu )?sou|me (?:llamo|chamo)|mi nombre es|meu nome e|my name is|i am"
    r"|a nombre de)\b"
)
# The number of a payment, not of the loan that is paid: "deposité a nombre de Ana, 00123456"; or of
# a firm's account. Any other may be the document of whose name it is.
_PAID_TO = re.compile(
    r"(\b(?:deposit|pago|pagu|transf|boleta|voucher|recibo|factura|comprobante"
    r"|(?<!estado de )(?<!estados de )(?<!estado de mi )cuenta)\w*"
    r"(?:(?!prestamo|credito|contrato|deuda)[^.;?!¿¡]){1,40})\ba nombre de\b"
    r"(?=[^.;?!¿¡\d]{1,60}(?:\b00\d{6}|\b(?:empresa|s\.?a\.?c?|e\.?i\.?r\.?l)\b\W{1,3}\d))"
)
_EIGHT = r"(?:\d{8}|\d\d(?P<mark>[ .-])\d{3}(?P=mark)\d{3})(?![\w-]|\.\d)"
# "mi dni es 12345678", "soy 12345678", "dni12345678", "12345678 es mi dni", "12345678 (dni)",
# "12345678 es el dni de mi esposa", "el dni de mi esposa es 12345678", "mi dni, por si acaso,
# 12345678", "documento de mi esposa: 12345678", "soy Ana Prueba, 12345678".
_SAID = (
    rf"{_OWN}{_CUE}\W{{0,5}}{_BETWEEN}{_SPACED}|\b(?=(?:dni|ruc|cpf|rut)\d){_SPACED}"
    rf"|{_NAME}\W{{0,3}}{_BETWEEN}{_NO_PHONE}(?:\d(?:[\W_]{{0,3}}\d){{6,14}}(?!\w)|{_LETTERED})"
    rf"|{_SPACED}\W{{1,3}}(?:es?|is)\s(?:el\s\w{{1,12}}\sde\s)?(?:mi|meu|my)\s(?:numero\sde\s)?{_CUE}"
    rf"|{_SPACED}\W{{1,3}}(?:es?|is)\s(?:el|la|os?|a)\s(?:numero\sde\s)?{_CUE}"
    rf" d[aeo]l? (?!{_THING})"
    rf"|{_PAPER}[ (*,:-]{{1,3}}(?:dni|cpf)\b(?! no\b)"
    rf"|{_SURELY}(?:,(?:(?!{_ELSE})[^\d.,;?!¿¡]){{1,30}},)?"
    rf"(?:(?!{_ELSE})[^\d.,;?!¿¡]){{1,30}}{_NO_PHONE}{_PAPER}"
    rf"|{_CUE} d[aeo]l? (?:mi|meu|minha|su|seu|sua) (?!{_THING})[a-z]{{2,15}}\W{{1,3}}(?:es? )?"
    rf"{_NO_PHONE}{_PAPER}"
    rf"|{_NAME}(?:[ ,]{{1,2}}(?!{_NO_NAME})[a-z]{{2,}}){{1,6}}\W{{1,3}}{_EIGHT}"
)
# In one sentence with it: "el documento de Ana es 12345678", "12345678 según mi dni".
_CUED = rf"{_CUE}[^\d.;?!¿¡]{{0,25}}{_PAPER}|{_PAPER}[^\d.,;?!¿¡]{{0,12}}{_CUE}"
_DAY = r"(?<![\d/.-])\d{1,2}([/.-])\d{1,2}\1(?:\d{4}|\d\d)(?![\d/-])"
_IS_SAID = re.compile(_SAID)
_IS_CUED = re.compile(f"{_CUED}|{_SAID}")
_IS_PAPER = re.compile(_PAPER)
_DAY_OF_BIRTH = re.compile(f"{_DAY}|{NAMED_DAY.pattern}")
_SAYS_BORN = re.compile(f"{BORN}|{_DAY}|{NAMED_DAY.pattern}")
_OF_BIRTH = re.compile(BORN)
_OF_YEAR = re.compile(rf"{OF_YEAR}\d\d(?!\w)")
_ABOUT_THEM = re.compile(f"{_SAYS_BORN.pattern}|{CUE.pattern}")
_RANGE = r"\d{1,4} - \d{1,4}(?!\d)"  # of a price
_BESIDE = re.compile(
    rf"(?!{_RANGE}){_PAPER}\W{{1,3}}({YEAR.pattern})"
    rf"|({YEAR.pattern})\W{{1,3}}(?!{_RANGE}){_PAPER}"
)
# Most messages have no number at all.
_DIGITS = re.compile(r"\d")
# Within so many characters a year is that of a document, or a number said to be one.
_NEAR, _SENTENCE = 84, 120
_OVERLAP = MOST_CHARACTERS // 2


def names_somebody(text: str) -> bool:
    """Whether a document stands near a year of birth, none of them a figure, and beside it, with a
    day of birth, or what says that it is one."""
    plainly = even(text)
    if not _DIGITS.search(plainly):
        return False
    bare = without_figures(plainly)
    beside = (one[1] or one[2] for one in _BESIDE.finditer(bare))
    return not all(map(_is_late, beside)) or any(map(_is_with_birth, _pieces(bare)))


def names_document(text: str) -> bool:
    """Whether something is said to be somebody's document, with a year or without."""
    plainly = even(text)
    if not _DIGITS.search(plainly):
        return False
    return any(map(_IS_SAID.search, _pieces(without_figures(plainly))))


def says_born(text: str, *, days: bool) -> bool:
    """Whether a birth is spoken of; with `days` a day of long ago alone is one."""
    return _has(_SAYS_BORN if days else _OF_BIRTH, text)


def gives_birth(text: str) -> bool:
    """Whether a number may be when somebody was born: "17/05/1990", "soy del 85"."""
    return says_born(text, days=True) or _has(_OF_YEAR, text)


def may_say_who(text: str) -> bool:
    """Whether a number that is no figure may be a document or of a birth."""
    return _has(_ABOUT_THEM, text)


def _has(shape: re.Pattern[str], text: str) -> bool:
    """In words with a number that is no figure."""
    bare = without_figures(even(text))
    return bool(_DIGITS.search(bare)) and any(map(shape.search, _pieces(bare)))


def _is_late(year: str) -> bool:
    return is_late_year(int(year))


def _pieces(text: str) -> Iterator[str]:
    """In plain words, of which only so many characters are read at once; without what slants."""
    for start in range(0, max(1, len(text) - _OVERLAP), MOST_CHARACTERS - _OVERLAP):
        piece = plain(text[start : start + MOST_CHARACTERS]).replace("_", " ")
        yield _PAID_TO.sub(r"\1a favor de", piece)


def _is_with_birth(piece: str) -> bool:
    if any(_has_birth(_around(found, _NEAR)) for found in _IS_CUED.finditer(piece)):
        return True
    near = (_around(found, _SENTENCE) for found in _IS_PAPER.finditer(piece))
    return any(_SAYS_BORN.search(one) and _has_birth(one) for one in near)


def _has_birth(words: str) -> bool:
    return bool(_DAY_OF_BIRTH.search(words)) or not all(map(_is_late, YEAR.findall(words)))


def _around(found: re.Match[str], most: int) -> str:
    return found.string[max(0, found.start() - most) : found.end() + most]
