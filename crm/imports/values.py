"""Cells as people and spreadsheets write them, made into values; what may mean two things is
refused rather than guessed."""

import re
from collections.abc import Callable, Mapping
from datetime import date, timedelta
from decimal import Decimal, InvalidOperation
from typing import Self

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.utils.functional import Promise
from django.utils.translation import gettext as _

from crm.fields import CENT, LARGEST_AMOUNT
from crm.imports.contract import Percentage, Plain, Reading, UnreadableError
from crm.people.folding import fold
from crm.people.phones import e164

_ISO = re.compile(r"(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})(?:[T ]\d{1,2}:\d{2}.*)?", re.ASCII)
_DAY = re.compile(r"(\d{1,2})[-/.](\d{1,2})[-/.](\d{4})(?:[T ]+\d{1,2}:\d{2}.*)?", re.ASCII)
_SHORT_YEAR = re.compile(r"\d{1,2}[-/.]\d{1,2}[-/.]\d{2}", re.ASCII)
_SERIAL = re.compile(r"(\d{4,5})(?:\.\d+)?", re.ASCII)
# What a spreadsheet counts days from; below the first serial it would be a year, such as 1985.
_EPOCH = date(1899, 12, 30)
_SERIALS = range(3654, 73051)  # 1910 to 2099
_MONEY_SIGN = re.compile(
    r"(S/\.?|US\$|U\$S|R\$|\$|€|PEN|USD|EUR|BRL|ARS|CLP|MXN|COP|SOLES)", re.IGNORECASE
)
_BLANKS = re.compile(r"[\s'’_]")
_NUMBER = re.compile(r"[+-]?\d[\d.,]*", re.ASCII)


# What a sign beside an amount may mean; a code means itself.
_DOLLARS = ("USD", "ARS", "CLP", "MXN", "COP", "UYU", "DOP", "CAD", "AUD")
_SIGNS: dict[str, tuple[str, ...]] = {
    **dict.fromkeys(("S/", "SOLES"), ("PEN",)),
    **dict.fromkeys(("US$", "U$S"), ("USD",)),
    "R$": ("BRL",),
    "€": ("EUR",),
    "$": _DOLLARS,
}


class Amount(Decimal):
    """An amount, with the currency's sign that stood beside it; "" where none did."""

    __slots__ = ("sign",)
    sign: str

    def __new__(cls, value: Decimal, sign: str = "") -> Self:
        made = super().__new__(cls, value)
        made.sign = sign
        return made

    def may_be(self, currency: str) -> bool:
        """Whether the sign says nothing against this currency (ISO 4217)."""
        sign = self.sign.upper().rstrip(".")
        return not sign or currency in _SIGNS.get(sign, (sign,))


def text(longest: int) -> Callable[[str, Reading], str]:
    def read(cell: str, how: Reading) -> str:
        said = " ".join(cell.split())
        if len(said) > longest:
            raise UnreadableError(_("Longer than %(count)d characters.") % {"count": longest})
        return said

    return read


def day(cell: str, how: Reading) -> date:
    """2025-01-15, 15/01/2025 (01/15/2025 where the file says so), or a spreadsheet's serial."""
    said = cell.strip()
    if found := _ISO.fullmatch(said):
        year, month, number = map(int, found.groups())
    elif found := _DAY.fullmatch(said):
        number, month, year = map(int, found.groups())
        if how.month_first:
            number, month = month, number
    elif (found := _SERIAL.fullmatch(said)) and int(found[1]) in _SERIALS:
        return _EPOCH + timedelta(days=int(found[1]))
    elif _SHORT_YEAR.fullmatch(said):
        raise UnreadableError(_("Write the year with four digits."))
    else:
        raise UnreadableError(_("This is no date such as 2025-01-15 or 15/01/2025."))
    try:
        return date(year, month, number)
    except ValueError:
        raise UnreadableError(_("There is no such day.")) from None


def number(cell: str, how: Reading) -> Decimal:
    """1,500.00 and 1.500,50 alike; 1,500 alone might be either, and is refused unless the file
    says which sign it uses."""
    if isinstance(cell, Plain):
        return _decimal(cell)
    said = _BLANKS.sub("", cell)
    if said.startswith("(") and said.endswith(")"):
        said = f"-{said[1:-1]}"
    if not _NUMBER.fullmatch(said):
        raise UnreadableError(_("This is no number such as 1500.50."))
    sign = how.decimal or _decimal_sign(said)
    whole, point, rest = said.partition(sign) if sign else (said, "", "")
    thousands = "," if sign == "." else "." if sign == "," else ",."
    if not _grouped(whole, thousands) or (point and not rest.isdigit()):
        raise UnreadableError(_("This is no number such as 1500.50."))
    return _decimal(re.sub("[.,]", "", whole) + (f".{rest}" if rest else ""))


def _decimal_sign(said: str) -> str:
    """ "." or ",", "" where there are only whole thousands. What may be either is refused."""
    points, commas = said.count("."), said.count(",")
    if points and commas:
        return max(".,", key=said.rfind)
    if points + commas != 1:
        return ""
    sign = "." if points else ","
    whole, _sign, rest = said.partition(sign)
    digits = whole.lstrip("+-")
    if len(rest) == 3 and 1 <= len(digits) <= 3 and not digits.startswith("0"):
        raise UnreadableError(
            _("This may be %(large)s or %(small)s: say how the file writes decimals.")
            % {"large": f"{digits}{rest}", "small": f"{digits}.{rest}"}
        )
    return sign


def _grouped(whole: str, signs: str) -> bool:
    """Whether thousands are grouped by threes, by one sign, or not at all."""
    digits = whole.lstrip("+-")
    return digits.isdigit() or any(
        re.fullmatch(rf"\d{{1,3}}(?:{re.escape(sign)}\d{{3}})+", digits) for sign in signs
    )


def _decimal(said: str) -> Decimal:
    try:
        found = Decimal(said)
    except InvalidOperation:
        raise UnreadableError(_("This is no number such as 1500.50.")) from None
    if not found.is_finite():
        raise UnreadableError(_("This is no number such as 1500.50."))
    return found


def amount(cell: str, how: Reading) -> Amount:
    """More than zero, with at most two decimals; a currency's sign beside it is kept."""
    found_sign = None if isinstance(cell, Plain) else _MONEY_SIGN.search(cell)
    sign = found_sign[0] if found_sign else ""
    found = number(cell.replace(sign, "", 1) if sign else cell, how)
    if found <= 0:
        raise UnreadableError(_("The amount must be more than zero."))
    if found > LARGEST_AMOUNT:
        raise UnreadableError(_("The amount is too large."))
    if found != found.quantize(CENT):
        raise UnreadableError(_("An amount has at most two decimals."))
    return Amount(found.quantize(CENT), sign)


def percent(cell: str, how: Reading) -> Decimal:
    """Of a hundred. A spreadsheet shows 0.125 as 12.5 %, so what is below one wants its sign."""
    if isinstance(cell, Percentage):
        said: str = Plain(cell.removesuffix(" %"))
    else:
        said = cell if isinstance(cell, Plain) else cell.replace("%", "", 1)
    found = number(said, how)
    if 0 < found < 1 and "%" not in cell:
        raise UnreadableError(_("Is this a share or percent? Write it as 12.5 %."))
    if not 0 <= found <= 1000 or found != round(found, 10):
        raise UnreadableError(_("The rate must be 0 to 1000 percent, with at most ten decimals."))
    return found


def whole_number(least: int, most: int) -> Callable[[str, Reading], int]:
    def read(cell: str, how: Reading) -> int:
        said = _decimal(cell) if re.fullmatch(r"\d{1,9}(\.0+)?", cell.strip(), re.ASCII) else None
        if said is None or not least <= said <= most:
            raise UnreadableError(
                _("This is no whole number from %(least)d to %(most)d.")
                % {"least": least, "most": most}
            )
        return int(said)

    return read


def one_of(
    words: Mapping[str, str], refused: Mapping[str, Promise] | None = None
) -> Callable[[str, Reading], str]:
    """A value by the (folded) words for it; `refused` words are explained."""

    def read(cell: str, how: Reading) -> str:
        said = fold(cell).replace("_", " ").replace(".", "")
        if said in words:
            return words[said]
        if refused and said in refused:
            raise UnreadableError(str(refused[said]))
        shown = ", ".join(dict.fromkeys(words))
        raise UnreadableError(_("Say one of these: %(words)s.") % {"words": shown})

    return read


def currency(cell: str, how: Reading) -> str:
    said = _CURRENCIES.get(fold(cell).strip("."), cell.strip().upper())
    if not re.fullmatch("[A-Z]{3}", said):
        raise UnreadableError(_("This is no currency such as PEN or USD."))
    return said


_CURRENCIES = {
    **dict.fromkeys(("s/", "soles", "sol", "nuevos soles"), "PEN"),
    **dict.fromkeys(("us$", "$", "u$s", "dolares", "dolar"), "USD"),
    "€": "EUR",
    "euros": "EUR",
}


def phone(cell: str, how: Reading) -> str:
    found = e164(cell.strip())
    if not found:
        raise UnreadableError(_("This is no telephone number."))
    return found


def email(cell: str, how: Reading) -> str:
    said = cell.strip().lower()
    try:
        validate_email(said)
    except ValidationError:
        raise UnreadableError(_("This is no e-mail address.")) from None
    return said[:254]
