"""Words by which a ticket's question is left, though it takes any: another thing's own words."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import replace

from chatbot.dialog import registry
from chatbot.dialog.contract import Option, Outcome, Reply, Turn
from chatbot.intents.detecting import detect
from chatbot.intents.heard import Heard
from chatbot.intents.hearing.words import plain

# Only what nobody would write about a complaint: "ya pagué" may be just what happened.
ELSE = frozenset(
    (
        "account_statement",
        "list_loans",
        "loan_detail",
        "next_payment",
        "settlement",
        "payment_options",
        "personal_info",
        "ticket_status",
        "goodbye",
    )
)
# Who changes their mind says so first.
_RATHER = re.compile(
    r"^(?:no,? ?)*(?:mejor|melhor|rather)(?:,? no)?,? (?:(?:quiero|quero) )?(?:ver )?"
)
_LOAN = re.compile(r"\W*(?:el |mi |o |meu |my )?(?:prestamo|credito|emprestimo|loan) \S+\W*")


def refuses(turn: Turn) -> bool:
    return not turn.choice and turn.heard.exact and turn.heard.intent == "deny"


def left(turn: Turn, options: Iterable[Option] = (), *, number: str = "") -> Outcome | None:
    """What else they ask for, after a word that the ticket was left, with `options`; `number` is
    that of one that was made before. None: they do not surely ask for anything else."""
    heard = _rather(turn)
    if turn.choice or turn.inbound.media or heard is None:
        return None
    served = registry.handlers()[heard.intent](replace(turn, heard=heard))
    word = Reply("ticket_left", {"number": number}, tuple(options))
    return replace(served, replies=(word, *served.replies))


def _rather(turn: Turn) -> Heard | None:
    said = plain(turn.text)
    begun = _RATHER.match(said)
    heard = detect(said[begun.end() :]) if begun else turn.heard
    is_loan = heard.intent == "loan_detail" and _LOAN.fullmatch(said) is not None
    return heard if heard.intent in ELSE and (heard.exact or is_loan) else None
