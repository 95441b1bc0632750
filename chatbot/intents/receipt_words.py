"""What is said of a receipt in words: amount, day, yes and no, which file may be one."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

from django.conf import settings
from django.utils import timezone

from chatbot.dialog.contract import Reply, Turn
from chatbot.intents.heard import SURE
from chatbot.intents.hearing.days import SPELLED, last_such, past_days
from chatbot.intents.hearing.loans import find_ordinal
from chatbot.intents.hearing.slots import find_slots
from chatbot.intents.hearing.words import plain
from crm.conversations.models import Attachment
from partners.account.amounts import read_amount
from partners.lending.errors import LendingError
from partners.lending.money import cents, check_amount
from partners.receipt_files import EXTENSIONS

UNSURE = re.compile(
    r"\b(no s[eé]|no lo s[eé]|no (?:estoy segur[oa]|recuerdo|me acuerdo)|ni idea|n[aã]o sei"
    r"|(?:do not|don'?t) know)\b",
    re.I,
)
# What nobody is sure of there; what follows may be known.
_OF_WHAT = re.compile(
    r"(?:\W*\b(?:el|la|lo|de|del|mi|su|bien|n[uú]mero|nro|c[oó]digo|nombre|cu[aá]l|pr[eé]stamo"
    r"|cr[eé]dito|exact\w+|es|era|pero|creo|que|solo|o|do|e|meu|mas|qual|the|my|which|but|it|is)\b)*"
    r"\W*",
    re.I,
)
# What may be one of two is none: "no sé si el 26 o el 20"; nor is the place of a payment. "Si es el
# de consumo" may be a yes.
_NO_LOAN = re.compile(
    rf"{UNSURE.pattern}\W+(?:(?:de|muy|bien|cu[aá]l)\W+)*(?:si|se|if)\b|\b(?:si|if)\b.* (?:o|or)\b"
    r"|\b(?:o (?:el|del)|ou|or|cuotas? \d+)\b",
    re.I,
)
AMOUNT = re.compile(r"\b(monto|importe|cantidad|valor|amount)\b", re.I)
DAY = re.compile(r"\b(fecha|d[ií]a|data|date|day)\b", re.I)
# "Creo que fue el 5", "el cinco", "el 20 de este mes".
DAY_ALONE = re.compile(
    r"\W*(?:(?:creo|que|fue|el|dia|no|em|the)\W+)*"
    rf"(\d{{1,2}}(?!ro|ero)|{'|'.join(sorted(SPELLED, key=len, reverse=True))})(?:st|nd|rd|th)?"
    r"(?:\W+(?:creo|de|del|este|presente|mes|gracias|por|favor))*\W*"
)
# What a file may be called by whoever sent it, before anybody has looked into it.
VAGUE = ("", "application/octet-stream", "image/jpg", "application/x-pdf")


def facts(turn: Turn) -> dict[str, Any]:
    """Amount and day as JSON, as far as they are said; `wrong_day` says of one why it is none, and
    `said_in` is the amount's currency, "" where none is named."""
    found: dict[str, Any] = {}
    if (said := amount(turn)) is not None:
        found |= {"amount": str(said), "said_in": turn.heard.slots.currency}
    slots = turn.heard.slots
    today = timezone.localdate()
    days = past_days(plain(turn.text), today)
    if slots.day is not None and slots.day > today:
        found["wrong_day"] = "future"
    elif slots.wrong_day:
        found["wrong_day"] = "none"
    elif len(days) == 1:
        found["day"] = (slots.day or days.pop()).isoformat()
    return found


def saying(turn: Turn, text: str) -> Turn:
    """As if they had said only this, and tapped nothing; the intent stays that of all they said."""
    slots = find_slots(plain(text), timezone.localdate())
    inbound = replace(turn.inbound, text=text, choice="")
    return replace(turn, inbound=inbound, heard=replace(turn.heard, slots=slots))


def unplaced(turn: Turn) -> Turn:
    """ "El 1" and "el primero" name a day rather than an answer by its place."""
    text = plain(turn.text)
    is_place = find_ordinal(text) or (has_digits(text) and not text.strip().isdecimal())
    return saying(turn, turn.text) if turn.choice and is_place else turn


def amount(turn: Turn, *, alone: bool = False) -> Decimal | None:
    """What was paid, if it is said and is one; `alone`: a number by itself counts, too."""
    said = turn.heard.slots.amount
    if turn.inbound.media and len(turn.text) == 1:
        return None  # whatever a "1" beside a picture is, nobody pays so little
    if alone and turn.text and len(turn.text) < 30:
        said = _read(turn.text) or said
    if said is None:
        return None
    try:
        check_amount(said, "payment")
    except LendingError:
        return None
    return cents(said)


def _read(text: str) -> Decimal | None:
    try:
        return read_amount(text, settings.CURRENCY)
    except LendingError:
        return None


def yes_or_no(turn: Turn, pk: int) -> bool | None:
    """What was tapped under the question about this file, or said; None: neither."""
    if turn.choice:
        return {"yes": True, "no": False}.get(picked(turn, pk))
    return {"affirm": True, "deny": False}.get(turn.heard.intent)


def is_sure(turn: Turn) -> bool:
    """Whether a yes in words is enough to keep what was paid."""
    return turn.heard.exact or turn.heard.score >= SURE


def day_of_month(turn: Turn, today: date) -> date | None:
    """ "el 15", where a day is asked for: the last such day until today."""
    said = DAY_ALONE.fullmatch(plain(turn.text))
    if turn.choice or said is None:
        return None
    return last_such(SPELLED.get(said[1]) or int(said[1]), today)


def picked(turn: Turn, pk: int) -> str:
    """The answer tapped, if it was one about this file: "today", "loan-5"."""
    kind, _colon, value = turn.choice.partition(":")
    answer, _dot, about = value.rpartition(".")
    return answer if kind == "receipt" and about == str(pk) else ""


def is_button(turn: Turn) -> bool:
    """Whether any answer about a receipt was tapped."""
    return turn.choice.partition(":")[0] == "receipt"


def about(turn: Turn) -> int:
    """The key of the file that the answer tapped is about; 0: it is about none."""
    key = turn.value.rpartition(".")[2]
    return int(key[:18]) if key.isdecimal() else 0


def has_digits(text: str) -> bool:
    """Whether there is a number; one that was not understood may put something right."""
    return any(sign.isdigit() for sign in text)


def is_unsure(turn: Turn) -> bool:
    return bool(UNSURE.search(turn.text))


def names_no_loan(turn: Turn) -> bool:
    """Whether what is said beside it leaves open which loan it is."""
    return bool(_NO_LOAN.search(turn.text))


def without_unsure(text: str) -> str:
    """What is said beside it: "no sé el número, es el de consumo" says "consumo"."""
    return _OF_WHAT.sub("", UNSURE.sub(" ", text), count=1)


def is_taken(attachment: Attachment) -> bool:
    """Whether a file announced, or looked into, as this may be a receipt."""
    return attachment.mime in EXTENSIONS or (
        attachment.mime in VAGUE and attachment.state != Attachment.State.READY
    )


def refusal(attachment: Attachment) -> Reply | None:
    """Why this file is none that can be taken, as far as that is known by now: some providers
    announce a file's size, all what it is."""
    too_large = (attachment.size or 0) > settings.UPLOAD_MAX_BYTES
    if attachment.state == Attachment.State.FAILED and not too_large:
        return Reply("receipt_no_file", {"limit": limit()})
    if too_large or not is_taken(attachment):
        return Reply("receipt_refused", {"limit": limit()})
    return None


def limit() -> int:
    """Megabytes."""
    return int(settings.UPLOAD_MAX_BYTES // (1024 * 1024))
