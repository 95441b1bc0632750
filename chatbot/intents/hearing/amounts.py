"""An amount of money, as people write it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import Decimal

# "430 00123456" is an amount and another number.
_NUMBER = r"(?>\d{1,3}(?:[ ']\d{3})+(?!\d)(?:[.,]\d{1,2})?|\d[\d.,]*+)"
_SIGN = r"s/\s?\.?|us\$|u\$s|r\$|ar\$|mx\$|\$|€|pen\b|usd\b|ars\b|mxn\b|brl\b|soles\b|sol\b"
# What is counted, or has its place in a row, is no money: "2 cuotas", "la 4ta".
_NO_COUNT = (
    r"(?!\s*(?:cuotas?|letras?|parcelas?|prestacion(?:es)?|prestac(?:ao|oes)|mensualidad(?:es)?"
    r"|installments?|veces|vezes|times|pagos?|payments?|mes(?:es)?|dias?|semanas?|anos?|horas?"
    r"|comprobantes?|vouchers?|boletas?|fotos?|prestamos?|creditos?|emprestimos?|loans?)\b)"
    r"(?!(?:[oa]|t[oa]|d[oa]|r[oa]|er|v[oa]|n[oa]|m[oa]|th|nd|st|rd)\b)(?!:\d)"
    r"(?!(?<=\d)(?:o|l\d))"  # "5OO" is none
)
# A telephone is none either.
_PHONE = r"(?!(?:51)?9\d{8}(?!\d))"
_BEFORE = re.compile(rf"(?<![a-z])({_SIGN})\s*({_NUMBER}){_NO_COUNT}")
_AFTER = re.compile(
    rf"(?<![\d.,/-])({_NUMBER})\s*(k|mil|millones|millon)?\s*"
    r"(soles|sol|lucas|mangos|pesos|dolares|dolar|dolars|dollars|usd|pen|reais|real|euros|\$)(?![a-z])"
)
_BETWEEN = (
    r"[ :=]*(?:(?:de|por|ya|fue|foi|es|of|is|un|total|monto|importe|valor|pago|pagado"
    r"|(?:la|el)(?= +(?:monto|importe|total|suma|cantidad|valor)))\b[ :=]*){0,3}"
)
# Of several amounts the one that is called so.
_CALLED = re.compile(
    rf"\b(?:monto|importe|amount|valor)\b{_BETWEEN}(?:({_SIGN})\s*)?({_NUMBER}){_NO_COUNT}(?![\d/-])"
)
_CUE = re.compile(
    r"\b(?:pago|pague|paguei|paid|pagado|deposite|depositei|deposito|transferi|transferencia|cancele"
    r"|abone|abono|total|cantidad|suma|yape|yapee|plin|plinee|pix|pagar|envio|envie"
    rf"|enviei|sino|fueron|foram|son)\b{_BETWEEN}{_PHONE}({_NUMBER}){_NO_COUNT}(?![\d/-])"
)
# Beside what was paid there may stand what it cost to pay it, or what is left.
_NOT_PAID = re.compile(r"\b(?:comision|comissao|itf|fee|saldo|vuelto|troco|taxa)\b[ :=]*(?:de )?$")
# "no fueron 500 sino 450", "son 300 no 200": unless it is all that is said ("no S/ 350").
_DENIED = re.compile(
    r"\bno ((?:(?:son|fueron|eran|fue|era|es|foram|foi|de|pague|paguei)\s+)*)"
    rf"(?:{_SIGN})?\s*(?:{_NUMBER})"
)
# "200 y 300": which of them it was, or both, only they can say.
_ARREARS = r"(?:(?:la|los|el|de)\s+)?(?:moras?|multa|interes(?:es)?|juros|recargo|penalidad)\s+"
_AND = (
    r"(?:(?:\s*\+\s*|(?<=,)\s+|,\s+|,?\s*\b(?:y|e|and|mas|con|com)\s+)"
    rf"(?:(?:luego|otr[oa]s?|despues|depois|then)\s+)*(?:{_ARREARS}(?:de\s+)?)?"
    rf"|\s+{_ARREARS}(?:de\s+)?)"
)
_NOTHING = r"(?!0+(?:[.,]0+)?(?![\d.,]))"
_ONE_MORE = re.compile(
    rf"\s*(?:soles|sol|dolares|dolar|pesos|reais)?{_AND}(?:(?:{_SIGN})\s*)?{_PHONE}{_NOTHING}"
    rf"(?:{_NUMBER}){_NO_COUNT}(?![\d/-])"
    r"(?! *(?:de |da )?(?:comision|comissao|itf|fee|saldo|vuelto|troco|taxa)\b)"
)
_ONE_BEFORE = re.compile(
    r"(?<![\w.,/-])(?<!cuota )(?<!letra )(?<!parcela )(?<!dia )(?<!mes )(?<!numero )(?<!nro )"
    rf"(\d[\d.,]*?){_AND}(?:{_SIGN})?$"
)
# "cuota 4 430 soles": the place of what was paid is no thousands of it.
_PLACED = re.compile(
    r"(\b(?:cuota|letra|parcela|el|numero|nro|prestamo|operacion)"
    r"(?: (?:n(?:[°o]|ro|umero)?\.?|#))? ?|#|\bn° ?)(\d{1,3}) (?=(?!000)\d{3}\b)"
)
_THOUSANDS = re.compile(rf"(?<![\d.,/-])({_NUMBER})(?=\s?(?:k|mil)(?![a-z]))")
_ALONE = re.compile(rf"[\s:;,]*({_NUMBER})[\s.,;!]*")
_GROUPS = re.compile(r"\d{1,3}(?:([.,])\d{3})(?:\1\d{3})*(?:(?!\1)[.,]\d{1,2})?")
_SIMPLE = re.compile(r"\d{1,12}(?:[.,]\d{1,2})?")
_CURRENCIES = {
    sign: code
    for code, signs in {
        "PEN": "s/ pen soles sol lucas",
        "USD": "us$ u$s usd dolares dolar dolars dollars",
        "BRL": "r$ brl reais real",
        "EUR": "€ euros",
        "ARS": "ar$ ars mangos",
        "MXN": "mx$ mxn",
        "$": "$ pesos",
    }.items()
    for sign in signs.split()
}
_TIMES = {"k": 1_000, "mil": 1_000, "millon": 1_000_000, "millones": 1_000_000}
MOST = Decimal(10) ** 12
CENT = Decimal("0.01")


def find_amount(text: str) -> tuple[Decimal | None, str]:
    """The amount a plain text names, with two decimals, and its currency, "" where none is said.

    None if it names none or is unclear. Days and a loan's number are taken out of it before.
    """
    if not any(one.isdigit() for one in text):
        return None, ""
    text = _PLACED.sub(r"\1\2, ", text)
    rest, denied = _DENIED.sub(" ", text), _DENIED.search(text)
    found = _named(rest) if denied else (None, "")
    # "no S/ 350" is a no, and an amount; "no son 350" is none.
    return found if found[0] is not None or (denied and denied[1]) else _named(text)


def _named(text: str) -> tuple[Decimal | None, str]:
    for match in _CALLED.finditer(text):
        if (amount := as_amount(match[2], _times_after(match))) is not None:
            single = not _is_joined(text, match.start(2), match.end())
            return (amount, _currency(match[1] or _sign_after(match))) if single else (None, "")
    found = list(_with_sign(text))
    if found:
        same = len({(amount, sign) for amount, sign, _at in found}) == 1
        joined = any(_is_joined(text, *at) for _amount, _sign, at in found)
        return found[0][:2] if same and not joined else (None, "")
    for shape in (_CUE, _THOUSANDS):
        for match in shape.finditer(text):
            if (amount := as_amount(match[1], _times_after(match))) is not None:
                return (None if _is_joined(text, *match.span(1)) else amount), ""
    alone = _ALONE.fullmatch(text)
    return (as_amount(alone[1]) if alone else None), ""


def _is_joined(text: str, start: int, end: int) -> bool:
    """Whether another amount stands beside the one from `start` to `end`."""
    before = _ONE_BEFORE.search(text, max(0, start - 40), start)
    return bool(_ONE_MORE.match(text, end)) or bool(before and as_amount(before[1]))


def _with_sign(text: str) -> Iterator[tuple[Decimal, str, tuple[int, int]]]:
    """Each amount with a sign of money before or after it, its currency, and where both stand."""
    for match in _BEFORE.finditer(text):
        amount = as_amount(match[2], _times_after(match))
        if amount is not None and not _NOT_PAID.search(text, 0, match.start()):
            yield amount, _currency(match[1]), match.span()
    for match in _AFTER.finditer(text):
        amount = as_amount(match[1], _TIMES.get(match[2] or "", 1))
        if amount is not None and not _NOT_PAID.search(text, 0, match.start()):
            yield amount, _currency(match[3]), match.span()


def _currency(sign: str | None) -> str:
    """By its ISO code; "$" may be one of several."""
    return _CURRENCIES.get("".join((sign or "").split()).rstrip("."), "")


def _sign_after(match: re.Match[str]) -> str:
    after = _AFTER.match(match.string, match.start(2))
    return after[3] if after else ""


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
