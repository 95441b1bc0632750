"""Whether words say that something was paid: nothing denied, nothing to come."""

from __future__ import annotations

import re

from chatbot.dialog.contract import Turn
from chatbot.intents.hearing.days import without_days
from chatbot.intents.hearing.tables import words
from chatbot.intents.hearing.words import plain, words_of

_PAYING = r"(?:pag|deposit|transfer|transfir|transfier|yap|plin|abon|cancel)"
# "No, pagué ayer" denies something else.
_DENIED = re.compile(
    r"\b(?:no|nao|nunca|tampoco) (?:(?:l[oa]s?|les?|te|se|he|ha|hemos|pude|puedo|voy a|tengo"
    rf"|consegui|eu) )*{_PAYING}\w*"
    r"|\b(?:not|never|(?:did|have|can|could|do)n ?.?t) (?:yet )?"
    r"(?:pay|paid|transfer\w*|deposit\w*)\b"
)
_TO_COME = re.compile(
    r"\b(?:voy a|vamos a|vou|quiero|quisiera|queria|quero|puedo|podria|podre|posso|debo|tengo que"
    rf"|tenho que|pienso|necesito|preciso) (?:\w+ )?{_PAYING}(?:ar|ir)\w*"
    rf"|\b{_PAYING}(?:are|ire|aremos|iremos|arei|irei)\b"
    r"|\b(?:te|le|les|lhe|lhes) (?:deposito|pago|transfiero|transfiro|yapeo|plineo|abono)\b"
    r"|\b(?:deposito|pago|transfiero|transfiro|yapeo|plineo|abono) (?:\w+ ){0,3}(?:manana|amanha)\b"
    r"|(?<!la )\b(?:manana|amanha) (?:\w+ ){0,2}?"
    r"(?:deposito|pago|transfiero|transfiro|yapeo|plineo|abono)\b"
    r"|\b(?:will|ll|going to|want to|need to|have to|can i) (?:pay|deposit|transfer)\b"
)
_PAST = re.compile(
    r"\b(?:pague|pagamos|pagado|paguei|deposite|depositado|depositei|transferi|transferido|yapee"
    r"|yapeado|yape|plinee|abone|abonado|cancele|cancelado|paid|deposited|transferred|sent)\b"
)
# What is paid, and what shows it.
_NOUNS = re.compile(
    r"\b(?:pagos?|deposito|transferencia|abono|plin|pix|comprobante|comprovante|voucher|boleta|recibo"
    r"|receipt|payment|operacion)\b"
)
_COMPLAINT = re.compile(
    r"\b(?:no|nao) (?:(?:me|se|lo|la|los|las|ha|han|esta|he|foi) )*"
    r"(?:aparec|figur|reflej|registr|reconoc|acredit|sale\b|veo\b|ve\b|llego\b|aplic|consta)"
)
_BY_CANCELLING = re.compile(
    r"\bya (?:(?:te|les?|l[oa]s?|me|se|he|esta|fue|quedo) )*cancel(?:e|amos|ad[oa]s?)\b"
)
# "Cancelé" is to have paid, "cancele por favor" a wish; alone or of a debt it may be the former.
_CANCELLED = re.compile(r"\bcancel(?:é|ad[oa])\b", re.I)
_MAY_BE_PAID = re.compile(
    r"\W*cancele\W*|.*\bcancele (?:(?:mi|la|el|los|las|s/) ?)*"
    r"(?:cuotas?|letras?|deudas?|prestamos?|creditos?|\d).*"
)
# These are called off, not paid.
_CALLED_OFF = re.compile(r"\b(?:visitas?|citas?|tickets?|reclamos?|pedidos?|solicitud|reunion)\b")
# Beside an amount and a day they say nothing else.
_AROUND = frozenset(
    words(
        [
            "s pen usd us soles sol dolares dolar reais r de del el la por en fue fueron son era",
            "monto importe valor total al y e on the dia fecha mi nomas hola of was it foi",
            "foram um cuota lunes martes miercoles jueves viernes sabado domingo pasado",
        ]
    )
)


def is_none(turn: Turn) -> bool:
    """Whether nothing was paid: it is denied, or still to come."""
    said = plain(turn.text)
    if turn.choice:
        return False
    return bool(_DENIED.search(said) or (_TO_COME.search(said) and not _PAST.search(said)))


def is_missed(turn: Turn) -> bool:
    """Whether what was paid is not shown anywhere: "no aparece mi pago"."""
    said = plain(turn.text)
    return not turn.choice and bool(_COMPLAINT.search(said) and _NOUNS.search(said))


def is_said(turn: Turn) -> bool:
    """Whether an amount is what was paid: they say so, or nothing else than when it was."""
    said = plain(turn.text)
    if is_none(turn) or is_missed(turn):
        return False
    if _PAST.search(said):
        return True
    named = _NOUNS.search(said) is not None and "?" not in said
    rest = {word for word in words_of(without_days(said)) if not word[0].isdigit()}
    return named or rest <= _AROUND


def by_cancelling(turn: Turn) -> bool:
    """Whether "ya cancelé" is Peru's word for having paid; "cancelé" alone leaves a question."""
    return says_cancelled(turn) and not turn.is_asked


def says_cancelled(turn: Turn) -> bool:
    """The same, whatever was asked."""
    said = plain(turn.text)
    paid = _BY_CANCELLING.search(said) is not None and not _CALLED_OFF.search(said)
    return paid and not turn.choice


def may_have_cancelled(turn: Turn) -> bool:
    """Whether a cancel may be a payment: "cancelado"."""
    unaccented = _MAY_BE_PAID.fullmatch(plain(turn.text))
    return unaccented is not None or _CANCELLED.search(turn.text) is not None
