"""Which loan, or which one of a list."""

from __future__ import annotations

import re

_NOUN = (
    r"(?:prestamos?|creditos?|emprestimos?|loans?|prestam|prestmo|pretamo|prestamito|financiamiento|hipoteca"
    r"|contrato)"
)
_SIGN = r"(?:numero|nro|num|no|n[°ºo]?|#|number|codigo)\.?"
_CODE = r"([a-z]{1,4}-?\d{1,10}|\d{1,10})"
_AFTER_NOUN = re.compile(
    rf"\b{_NOUN}[ :]*(?:(?:es|el|de|o)\b[ :]*)?(?:{_SIGN}[ :]*)?"
    rf"{_CODE}(?![\w.,/-]*\d)\b"
    r"(?! ?(?:k|mil|soles|sol|dolares|pesos|reais|usd|\$))"
)
_CODED = re.compile(r"(?<![\w-])(p-?\d{3,10})(?![\w-])")
_SIGNED = re.compile(rf"(?:^|\s)(?:el |del |de |la )?{_SIGN}[ :]*(\d{{1,6}})\s*[?.!]*$")
_ALONE = re.compile(r"[\s(#]*(?:(?:el|o|la|a|the|del|de|es el|ver|opcion)\s+)?(\d{1,6})[\s).!?]*")
# "¿y si pago solo el 26?", not "solo el 26 de noviembre".
_ONLY = re.compile(
    r"\b(?:solo|solamente|unicamente|apenas|somente|just|only) (?:el |o |the )?(\d{1,6})\b"
    r"(?! ?(?:de|do|of|soles|sol|dolares|reais|usd|cuotas?|parcelas?|meses|dias|%|[/.,-]\d))"
)
_GONE = "\0"
_LED = re.compile(rf"(?:\b(?:del?|d[oa]|el|al|la|mi|o|a|{_NOUN}) )*{_GONE}")
_ORDINALS = {
    1: "primero primera primer 1ro 1er 1ra primeiro primeira first",
    2: "segundo segunda 2do 2da second",
    3: "tercero tercera tercer 3ro 3er 3ra terceiro terceira third",
    4: "cuarto cuarta 4to 4ta quarto quarta fourth",
    5: "quinto quinta 5to 5ta fifth",
    6: "sexto sexta 6to sixth",
    7: "septimo setimo septima setima seventh",
    8: "octavo octava oitavo oitava eighth",
    9: "noveno novena nono nona ninth",
    10: "decimo decima tenth",
    -1: "ultimo ultima last",
    -2: "penultimo penultima",
}
_ORDINAL = {word: number for number, words in _ORDINALS.items() for word in words.split()}
_RANKED = re.compile(
    rf"(?:^|\b(?:el|la|o|a|al|del|do|da|the|mi|meu|lo|my)\s+|\b{_NOUN}\s+)({'|'.join(_ORDINAL)})"
    rf"(?:\s+(?:{_NOUN}|opcion|opcao|option|one|uno|de la lista|da lista|por favor|xfa))*"
    r"\s*[?.!,]*$"
    rf"|\b({'|'.join(_ORDINAL)})\s+{_NOUN}\b"
)


def find_loan(text: str) -> str:
    """A loan's number as written in a plain text, in capitals; "" if there is none."""
    for shape in (_CODED, _AFTER_NOUN, _SIGNED, _ONLY):
        match = shape.search(text)
        if match:
            return match[1].upper()
    match = _ALONE.fullmatch(text)
    return match[1] if match else ""


def without_loan(text: str) -> str:
    """The text without the loan it names by more than a number: the rest may be an amount."""
    return _LED.sub(" ", _AFTER_NOUN.sub(_GONE, _CODED.sub(_GONE, text)))


def find_ordinal(text: str) -> int:
    """1 for "el primero", -1 for "la última"; 0 if it names none."""
    match = _RANKED.search(text.strip())
    return _ORDINAL[match[1] or match[2]] if match else 0
