"""An amount of money, as people write it."""

from __future__ import annotations

import re
from decimal import Decimal

_NUMBER = r"\d{1,3}(?:[ ']\d{3})+(?:[.,]\d{1,2})?|\d[\d.,]*"
_BEFORE = re.compile(
    rf"(?<![a-z])(?:s/\s?\.?|us\$|u\$s|r\$|ar\$|mx\$|\$|€|pen|usd|ars|mxn|brl|soles|sol)\s*({_NUMBER})"
)
_AFTER = re.compile(
    rf"(?<![\d.,/-])({_NUMBER})\s*(k|mil|millones|millon)?\s*"
    r"(?:soles|sol|lucas|mangos|pesos|dolares|dolar|dolars|dollars|usd|pen|reais|real|euros|\$)(?![a-z])"
)
_CUE = re.compile(
    r"\b(?:monto|importe|pago|pague|paguei|paid|pagado|deposite|depositei|deposito|transferi|abone"
    r"|abono|valor|total|cantidad|suma|amount|yapee|plinee|pagar|envie|enviei|fueron|foram|son)\b"
    r"[ :=]*(?:(?:de|por|ayer|hoy|ontem|hoje|today|yesterday|ya|fue|foi|es|of|is|un|total|la|el"
    rf"|monto|importe)\b[ :=]*){{0,3}}({_NUMBER})(?![\d/-])"
)
_THOUSANDS = re.compile(rf"(?<![\d.,/-])({_NUMBER})\s*(k|mil)(?![a-z])")
_ALONE = re.compile(rf"[\s:]*({_NUMBER})[\s.!]*")
_GROUPS = re.compile(r"\d{1,3}(?:([.,])\d{3})(?:\1\d{3})*(?:(?!\1)[.,]\d{1,2})?")
_SIMPLE = re.compile(r"\d{1,12}(?:[.,]\d{1,2})?")
_TIMES = {"k": 1_000, "mil": 1_000, "millon": 1_000_000, "millones": 1_000_000}
MOST = Decimal(10) ** 12
CENT = Decimal("0.01")


def find_amount(text: str) -> Decimal | None:
    """The amount a plain text names, with two decimals; None if it names none or is unclear."""
    for shape in (_BEFORE, _AFTER, _CUE, _THOUSANDS):
        for match in shape.finditer(text):
            times = _TIMES.get(match[2] or "", 1) if match.re.groups > 1 else _times_after(match)
            amount = as_amount(match[1], times)
            if amount is not None:
                return amount
    alone = _ALONE.fullmatch(text)
    return as_amount(alone[1]) if alone else None


def _times_after(match: re.Match[str]) -> int:
    after = re.match(r"\s?(k|mil)(?![a-z])", match.string[match.end() : match.end() + 5])
    return _TIMES[after[1]] if after else 1


def as_amount(written: str, times: int = 1) -> Decimal | None:
    """ "1,500.00", "1.500,00", "250,5": a separator before three digits groups thousands."""
    written = re.sub(r"[ ']", "", written).rstrip(".,")
    if _GROUPS.fullmatch(written) and not written.startswith("0"):
        head, tail = _split(written)
        digits = f"{re.sub(r'[.,]', '', head)}.{tail or 0}"
    elif _SIMPLE.fullmatch(written):
        digits = written.replace(",", ".")
    else:
        return None
    amount = (Decimal(digits) * times).quantize(CENT) if len(digits) < 20 else MOST
    return amount if 0 < amount < MOST else None


def _split(written: str) -> tuple[str, str]:
    """A number with thousands grouped, before and after its decimal separator."""
    at = max(written.rfind("."), written.rfind(","))
    return (written, "") if len(written) - at == 4 else (written[:at], written[at + 1 :])
