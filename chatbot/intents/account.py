"""What a partner asks about themselves and all their loans together."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from decimal import Decimal
from itertools import groupby
from typing import Any

from django.utils import timezone
from django.utils.translation import override

from chatbot.dialog.contract import Option, Outcome, Reply, Turn, option, say
from chatbot.dialog.login import needs_session
from chatbot.intents import holdings, properties, statement_paper, titles
from chatbot.intents.loans import THAT_ONE, loan_detail, missing
from chatbot.intents.outside import or_the_propertys
from crm.conversations.models import Message
from crm.conversations.rules import rules_of
from crm.desk.wording import exact_money
from partners import paying
from partners.currencies import USUAL
from partners.lending.money import ZERO
from partners.models import Loan, Partner
from partners.statement import Due, due_of

# What is said of more loans at once than a person reads on a telephone.
MOST_SHOWN = 10


# --- The statement ---------------------------------------------------------------------------


def account_statement(turn: Turn) -> Outcome:
    """In figures; with "PDF" in the words, as the document at once."""
    if "pdf" in turn.text.casefold():
        return as_document(turn)
    if turn.topic.get("loan") and THAT_ONE.search(turn.text):
        return loan_detail(turn)
    loans = _owned(turn)
    if not loans:
        return say("no_loans", options=titles.intents(turn, ("talk_to_agent",)))
    values = {
        "count": len(loans),
        "active": sum(one.status == Loan.Status.ACTIVE for one in loans),
        "totals": list(_totals(loans)),
    }
    return Outcome((Reply("account_statement", values, _after_statement(turn)),))


def as_document(turn: Turn) -> Outcome:
    """The PDF is made and sent by a job."""
    partner = _partner(turn)
    if not _takes_documents(turn):
        return say("no_documents_here")
    statement_paper.send_soon(turn.message, partner)
    return say("statement_coming")


def _after_statement(turn: Turn) -> tuple[Option, ...]:
    known = titles.titles(turn)
    paper = (option("statement", "pdf", known["statement_pdf"]),) if _takes_documents(turn) else ()
    return (*paper, *titles.intents(turn, ("list_loans", "next_payment")))


def _takes_documents(turn: Turn) -> bool:
    return Message.Kind.DOCUMENT in rules_of(turn.conversation.channel.provider).media


def _totals(loans: Iterable[Loan]) -> Iterable[dict[str, Any]]:
    """By currency: amounts of two are never added."""
    ordered = sorted(loans, key=lambda one: one.currency)
    for currency, group in groupby(ordered, lambda one: one.currency):
        rows = list(group)

        def total(amounts: Iterable[Decimal], currency: str = currency) -> str:
            return exact_money(sum(amounts, ZERO), currency)

        late = [one.overdue for one in rows if one.status in holdings.OPEN]
        yield {
            "currency": currency,
            "disbursed": total(one.principal for one in rows),
            "paid": total(one.paid for one in rows),
            "left": total(one.left for one in rows),
            "principal_left": total(one.principal_left for one in rows),
            "overdue": total(late) if any(late) else "",
        }


# --- What is to be paid ----------------------------------------------------------------------


def next_payment(turn: Turn) -> Outcome:
    """Of each loan that runs: what is overdue first, then what comes soonest."""
    today = timezone.localdate()
    found, untold = holdings.reckoned(_open(turn), lambda loan: _due(loan, today))
    dues = [due for due in found if due]
    if not dues and untold:
        return Outcome(untold)
    if not dues:
        return say("nothing_due", options=titles.intents(turn, ("list_loans", "talk_to_agent")))
    dues.sort(key=lambda one: (-one.days_late, one.next_on or date.max, one.loan.number))
    values = {
        "dues": [_said(due, today) for due in dues[:MOST_SHOWN]],
        "more": max(0, len(dues) - MOST_SHOWN),
    }
    offered = ("payment_options", "upload_receipt", "settlement")
    reply = Reply("next_payment", values, titles.intents(turn, offered))
    return Outcome(
        (*untold, reply), topic=holdings.listed(turn, [one.loan for one in dues[:MOST_SHOWN]])
    )


def _due(loan: Loan, today: date) -> Due | None:
    return due_of(loan, holdings.account(loan).at(today))


def _said(due: Due, today: date) -> dict[str, Any]:
    currency = due.loan.currency
    return {
        "loan": due.loan.number,
        "product": due.loan.product.name,
        "number": due.number,
        "amount": exact_money(due.next_amount, currency) if due.next_on else "",
        "due": due.next_on,
        "days": (due.next_on - today).days if due.next_on else None,
        "overdue": exact_money(due.overdue, currency) if due.overdue else "",
        "overdue_count": due.overdue_rows,
        "overdue_since": due.overdue_since,
        "days_late": due.days_late,
    }


def settlement(turn: Turn) -> Outcome:
    """What it takes to pay off today the loan that is named, else each that runs."""
    today = timezone.localdate()
    loans = _owned(turn)
    was_named, loan = holdings.named(turn, loans)
    if was_named and loan is None:
        return missing(turn)
    chosen = [one for one in ([loan] if loan else loans) if _is_open(one)]
    if not chosen:
        return say("nothing_due", options=titles.intents(turn, ("list_loans", "talk_to_agent")))
    settled, untold = holdings.reckoned(chosen[:MOST_SHOWN], lambda one: _settled(one, today))
    if not settled:
        return Outcome(untold)
    running = sum(map(_is_open, loans))
    values = {
        "loans": settled,
        # Of several that run the one that was named: what it takes is not all of it.
        "only": loan is not None and running > 1,
        "more": max(0, len(chosen) - MOST_SHOWN),
        "today": today,
    }
    offered = ("payment_options", "talk_to_agent")
    reply = Reply("settlement", values, titles.intents(turn, offered))
    return Outcome((*untold, reply), topic=holdings.listed(turn, chosen[:MOST_SHOWN]))


def _settled(loan: Loan, today: date) -> dict[str, Any]:
    found = holdings.account(loan).settlement(today)
    charges = found.fee + found.penalty
    return {
        "number": loan.number,
        "product": loan.product.name,
        "total": exact_money(found.total, loan.currency),
        "principal": exact_money(found.principal, loan.currency),
        "interest": exact_money(found.interest, loan.currency),
        "charges": exact_money(charges, loan.currency) if charges else "",
        "ahead": exact_money(found.ahead, loan.currency) if found.ahead else "",
        # Nothing to be paid, and still open: booking whatever amount closes it.
        "is_covered": bool(found.owed and not found.total),
        "credit": exact_money(found.credit, loan.currency) if found.credit else "",
    }


def payment_options(turn: Turn) -> Outcome:
    """The ways for the currencies they owe; for anybody else, and for who owes nothing, the
    usual ones. After a property's card "¿en cuotas?" is about that."""
    if turn.session is None and (told := properties.asked_in_passing(turn)):
        return told
    owed = {one.currency for one in _open(turn)} if turn.session else set()
    with override(turn.contact.spoken):
        ways = paying.ways_for(owed or USUAL)
    offered = ("upload_receipt", "next_payment") if turn.session else ("talk_to_agent",)
    name = "payment_options" if ways else "no_payment_options"
    return say(name, options=titles.intents(turn, offered), ways=ways)


def _partner(turn: Turn) -> Partner:
    assert turn.partner is not None
    return turn.partner


def _owned(turn: Turn) -> list[Loan]:
    return holdings.of(_partner(turn), timezone.localdate())


def _open(turn: Turn) -> Sequence[Loan]:
    return [one for one in _owned(turn) if _is_open(one)]


def _is_open(loan: Loan) -> bool:
    return loan.status in holdings.OPEN and bool(loan.left)


INTENTS = {
    "account_statement": or_the_propertys(needs_session(account_statement)),
    "next_payment": needs_session(next_payment),
    "settlement": needs_session(settlement),
    "payment_options": payment_options,
}
CHOICES = {"statement": needs_session(as_document)}
