"""Which loan a payment is of, as it is said beside its receipt, and what may have been paid."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any

from django.conf import settings

from chatbot.dialog.contract import Turn
from chatbot.intents import holdings, receipt_words
from chatbot.intents.hearing.loans import without_loan
from chatbot.intents.hearing.words import plain
from crm.desk.wording import SYMBOLS
from partners.lending.money import ZERO
from partners.models import Loan

Data = Mapping[str, Any]
LOAN = re.compile(r"\b(pr[eé]stamos?|cr[eé]ditos?|empr[eé]stimos?|loans?)\b", re.I)
OTHER = re.compile(r"\b(otro|outro|other)\b", re.I)
# Who asks for something about a loan says nothing of the payment.
ASKS = re.compile(
    r"\?|\b(detalhe?s?|detalles?|details?|cu[aá]nt[oa]|quanto|how much|saldo|estado|cronograma|debo"
    r"|devo|owe|falta|ver|muestra|mostrar|cancelar|liquidar|quitar|settle)\b",
    re.I,
)
# "El de 5 mil" is what was lent, "un pago de 430" what was paid.
_LENT = re.compile(
    r"(\b(?:pago|pague|deposito|yape|plin|abono|transferencia|monto|importe|cuota|total)"
    r"(?: (?:es|fue|era|correcto|total))* )?"
    r"\b(?:de|por|of) (?:s/ ?\.?|us\$ ?|r?\$ ?)?\d[\d.,]*(?: ?(?:mil|k)\b)?"
    r"(?: (?:soles|sol|dolares|dollars|pesos|reais)\b)?"
)
# So many times what was lent to them nobody pays.
MOST_TIMES = 5
WHY_NOT = ("wrong_amount", "currency")
CHANGED = ("amount", "day", "loan")


def running(turn: Turn) -> list[Loan]:
    """Those that may be paid, by number; nothing is reckoned of them."""
    rows = Loan.objects.filter(partner=turn.partner, status__in=holdings.OPEN)
    return list(rows.select_related("product").order_by("number"))


def said(turn: Turn) -> dict[str, Any]:
    """The loan as JSON, if the words name one of theirs that runs: not by a number alone, which may
    be anything's. `wrong_loan`: it is none of those."""
    text = plain(turn.text)
    by_place = turn.heard.slots.ordinal and LOAN.search(text)
    if turn.choice or _asks(turn, text) or not (by_place or without_loan(text) != text):
        return {}
    was_named, found = holdings.named(turn, running(turn))
    if found is None:
        return {"wrong_loan": True} if was_named else {}
    return {"loan": found.pk}


def _asks(turn: Turn, text: str) -> bool:
    """Beside a picture an amount is what was paid: "S/ 430 para cancelar la cuota"."""
    pays = turn.inbound.media and turn.heard.slots.amount is not None
    return "?" in text or (not pays and bool(ASKS.search(text)))


def without_lent(turn: Turn) -> Turn:
    """As if the sum that tells one loan from another had not been said: it is no payment."""
    text = plain(turn.text)
    rest = _LENT.sub(lambda one: one[0] if one[1] else " ", text)
    return turn if turn.choice or rest == text else receipt_words.saying(turn, rest)


def digits(turn: Turn) -> set[int]:
    """The numbers of those that may be paid, without what stands before them."""
    numbers = (re.sub(r"\D", "", one.number) for one in running(turn))
    return {int(one) for one in numbers if one}


def other(turn: Turn, data: Data) -> dict[str, Any] | None:
    """The data where the loan is said to be another one: of two that one, else it is to be asked.
    None: that was not said."""
    text = turn.text
    if turn.choice or ASKS.search(text) or not (OTHER.search(text) and LOAN.search(text)):
        return None
    rest = {key: value for key, value in data.items() if key != "loan"}
    others = [one for one in running(turn) if one.pk != data.get("loan")]
    return rest | ({"loan": others[0].pk} if len(others) == 1 and data.get("loan") else {})


def of(turn: Turn, data: Data) -> Loan | None:
    if not data.get("loan"):
        return None
    return Loan.objects.filter(partner=turn.partner, pk=data["loan"]).first()


def currency(turn: Turn, loan: Loan | None) -> str:
    """The loan's; of an unknown one that of all they owe, "" where these differ."""
    if loan is not None:
        return loan.currency
    rows = Loan.objects.filter(partner=turn.partner, status=Loan.Status.ACTIVE)
    return _common(rows.values_list("currency", flat=True))


def is_in_soles(turn: Turn, data: Data) -> bool:
    return currency(turn, of(turn, data)) == "PEN"


def _common(owed: Iterable[str]) -> str:
    found = set(owed)
    return found.pop() if len(found) == 1 else "" if found else settings.CURRENCY


def checked(turn: Turn, data: dict[str, Any]) -> dict[str, Any]:
    """The data without an amount that can be none of this loan's: `wrong_amount` says why, and
    `currency` which it should have been in."""
    if "amount" not in data:
        return data
    loans = list(Loan.objects.filter(partner=turn.partner))
    of_it = [one.currency for one in loans if one.pk == data.get("loan")]
    right = _common(of_it or (one.currency for one in loans if one.status == Loan.Status.ACTIVE))
    lent = sum((one.principal for one in loans if one.currency == right), ZERO)
    wrong = _why_not(Decimal(data["amount"]), data.get("said_in", ""), right, lent)
    kept = {key: value for key, value in data.items() if key not in WHY_NOT}
    if not wrong:
        return kept
    rest = {key: value for key, value in kept.items() if key not in ("amount", "said_in")}
    return rest | dict(zip(WHY_NOT, (wrong, right), strict=True))


def _why_not(amount: Decimal, said_in: str, right: str, lent: Decimal) -> str:
    if not right:
        return ""  # of which loan it is must be known first
    if said_in and not _is(said_in, right):
        return "currency"
    return "much" if lent and amount > MOST_TIMES * lent else ""


def _is(said_in: str, right: str) -> bool:
    """Whether what was said may mean this currency: "$" is that of several."""
    return said_in == right or (said_in == "$" and SYMBOLS.get(right, "$") not in ("S/", "€", "R$"))


def is_new(turn: Turn, data: Data, found: Data) -> bool:
    """Whether what was found now says something else than what is known."""
    if found.get("said_in") and "amount" not in checked(turn, {**data, **found}):
        return True
    changes = any(key in found and found[key] != data.get(key) for key in CHANGED)
    return changes or any(found.get(name) for name in ("wrong_day", "wrong_loan"))
