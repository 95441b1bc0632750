"""A partner's loans: the list, and one of them in detail."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from django.utils import timezone

from chatbot.dialog.contract import Asked, Option, Outcome, Reply, Step, Turn, option, say
from chatbot.dialog.login import in_session, needs_session
from chatbot.intents import holdings, menu, titles
from chatbot.intents.outside import or_the_propertys
from crm.conversations.rules import rules_of
from crm.desk.wording import exact_money
from partners.account.rows import Row, rows_of
from partners.lending.ledger import Ledger
from partners.lending.money import ZERO
from partners.models import Loan

DIALOG, WHICH = "loan_detail", "which"
# So many fit into a list of every channel that has buttons; the others are named by number.
MOST_SHOWN = 8
SOON = 3
ABOUT_INSTALLMENT = re.compile(r"\b(cuotas?|parcelas?|presta[cç][aã]o|installments?)\b", re.I)
# "¿Cuánto me falta de ese?"
THAT_ONE = re.compile(
    r"\b(?:(?:de|en|sobre) es[et]e?|dese|desse|deste|(?:of|on|for) th(?:at|is))\b", re.I
)


def list_loans(turn: Turn) -> Outcome:
    loans = _owned(turn)
    if not loans:
        return say("no_loans", options=titles.intents(turn, ("talk_to_agent",)))
    values = _listed(turn, loans)
    return Outcome(
        (Reply("loans", values, _tappable(loans)),),
        topic=dict(turn.topic) | {"shown": [one.pk for one in loans[:MOST_SHOWN]]},
    )


def loan_detail(turn: Turn) -> Outcome:
    """Of the loan named; else of the one spoken of, or the only one; else asks which."""
    loans = _owned(turn)
    if not loans:
        return say("no_loans", options=titles.intents(turn, ("talk_to_agent",)))
    was_named, loan = holdings.named(turn, loans)
    if was_named:
        return _detail(turn, loan) if loan else missing(turn)
    if found := _understood(turn, loans):
        return _detail(turn, found)
    return _ask_which(turn, loans, "which_loan")


def by_list(turn: Turn) -> Outcome | None:
    """ "5", "la segunda", after a list of loans was shown; None: it was something else."""
    if not turn.topic.get("shown") and not turn.heard.slots.loan:
        return None
    loans = _owned(turn)
    was_named, loan = holdings.named(turn, loans)
    if not was_named:
        return None
    return _detail(turn, loan) if loan else missing(turn)


def missing(turn: Turn) -> Outcome:
    """The same for somebody else's loan and for nobody's."""
    return say("loan_not_found", options=titles.intents(turn, ("list_loans", "talk_to_agent")))


def _named_one(turn: Turn, _data: Mapping[str, Any]) -> Outcome | None:
    """The answer to which loan it is."""
    if menu.is_unheard(turn):
        return menu.cannot_listen(turn, Asked(DIALOG, WHICH))
    if turn.inbound.media:
        return None
    loans = _owned(turn)
    was_named, loan = holdings.named(turn, loans, asked=True)
    if not was_named:
        return None
    return _detail(turn, loan) if loan else _ask_which(turn, loans, "loan_not_found")


def _owned(turn: Turn) -> list[Loan]:
    assert turn.partner is not None
    return holdings.of(turn.partner, timezone.localdate())


def _understood(turn: Turn, loans: Sequence[Loan]) -> Loan | None:
    """Which one is meant though none is named."""
    running = [one for one in loans if one.status in holdings.OPEN] or list(loans)
    if len(loans) == 1:
        return loans[0]
    if not ABOUT_INSTALLMENT.search(turn.text) and not THAT_ONE.search(turn.text):
        return None
    spoken_of = next((one for one in loans if one.pk == turn.topic.get("loan")), None)
    return spoken_of or (running[0] if len(running) == 1 else None)


def _ask_which(turn: Turn, loans: Sequence[Loan], words: str) -> Outcome:
    return Outcome(
        (Reply(words, _listed(turn, loans), _tappable(loans)),),
        asked=Asked(DIALOG, WHICH),
        topic=dict(turn.topic) | {"shown": [one.pk for one in loans[:MOST_SHOWN]]},
    )


def _tappable(loans: Sequence[Loan]) -> tuple[Option, ...]:
    return tuple(option("loan", one.pk, one.number) for one in loans[:MOST_SHOWN])


def _listed(turn: Turn, loans: Sequence[Loan]) -> dict[str, Any]:
    rows = [
        {
            "number": one.number,
            "product": one.product.name,
            "amount": exact_money(one.principal, one.currency),
            "balance": exact_money(one.left, one.currency),
            "state": one.status,
            "overdue": exact_money(one.overdue, one.currency) if one.overdue else "",
        }
        for one in loans[:MOST_SHOWN]
    ]
    # Where a channel has no buttons their numbers stand below the text, and not in it, too.
    below = rules_of(turn.conversation.channel.provider).answers_as(len(rows)) == "numbers"
    return {"loans": rows, "more": max(0, len(loans) - MOST_SHOWN), "numbered": not below}


# --- One of them -----------------------------------------------------------------------------


def _detail(turn: Turn, loan: Loan) -> Outcome:
    today = timezone.localdate()
    played, untold = holdings.reckoned([loan], lambda one: holdings.account(one).at(today))
    if not played:
        return Outcome(untold)
    (now,) = played
    offered = ("next_payment", "settlement", "payment_options") if now.left else ("list_loans",)
    return Outcome(
        (Reply("loan", facts(loan, now, today), titles.intents(turn, offered)),),
        topic=dict(turn.topic) | {"loan": loan.pk},
    )


def facts(loan: Loan, now: Ledger, today: date) -> dict[str, Any]:
    """What is said of one loan; amounts are written out with their currency."""
    rows = [row for row in rows_of(now) if not (row.prepaid or row.is_charge)]
    unpaid = [row for row in rows if row.left]
    late = [row for row in unpaid if row.due < today]
    following = [row for row in unpaid if row.due >= today]

    def money(amount: Any) -> str:
        return exact_money(amount, loan.currency)

    usual = (unpaid or rows)[:1]
    return {
        "number": loan.number,
        "product": loan.product.name,
        "state": loan.status,
        "amount": money(loan.principal),
        "rate": f"{loan.rate.normalize():f}",
        "rate_kind": loan.rate_kind,
        "terms": loan.terms,
        "every": loan.every,
        "installment": money(usual[0].principal + usual[0].interest) if usual else "",
        "balance": money(now.left),
        "principal_left": money(now.principal_left),
        "credit": money(now.credit) if now.credit else "",
        "all": len(rows),
        "paid": len(rows) - len(unpaid),
        "pending": len(unpaid),
        "overdue": len(late),
        "overdue_amount": money(sum((row.left for row in late), ZERO)),
        "overdue_since": late[0].due if late else None,
        "days_late": now.days_past_due,
        "current": unpaid[0].number if unpaid else 0,
        "soon": [_row(row, loan) for row in following[:SOON]],
    }


def _row(row: Row, loan: Loan) -> dict[str, Any]:
    return {"number": row.number, "due": row.due, "amount": exact_money(row.left, loan.currency)}


INTENTS = {
    "list_loans": or_the_propertys(needs_session(list_loans)),
    "loan_detail": or_the_propertys(needs_session(loan_detail)),
}
CHOICES = {"loan": needs_session(loan_detail)}
STEPS = {(DIALOG, WHICH): Step(in_session(_named_one))}
