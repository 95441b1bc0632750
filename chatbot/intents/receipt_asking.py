"""What a receipt still lacks is asked, thing after thing; in the end, whether it is right."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from chatbot.dialog.contract import Asked, Outcome, Reply, Turn
from chatbot.intents import (
    receipt_keeping,
    receipt_loans,
    receipt_words,
    titles,
)
from crm.conversations.models import Attachment
from crm.desk.wording import exact_money
from partners.models import Loan

Data = Mapping[str, Any]
DIALOG = "upload_receipt"
# What is asked anew, by the answer that says it is wrong.
WRONG = {"amount": "amount", "day": "day", "which": "loan"}


def go_on_with(turn: Turn, data: Data, found: Data) -> Outcome:
    """What is asked next, where this is known, too; None: it is known no more."""
    if found.get("wrong_day"):
        found = {"day": None, **found}
    both = {**data, **found}
    known = {key: value for key, value in both.items() if value is not None}
    return go_on(turn, receipt_loans.checked(turn, known))


def go_on(turn: Turn, data: Data, *first: Reply, known: Attachment | None = None) -> Outcome:
    """The first thing that is not known yet; with all of it, whether it is right. `known` is the
    file, for who has just read it."""
    attachment = known or _attachment(turn, data.get("file"))
    if attachment is not None and (outcome := refused(attachment, data, *first)):
        return outcome
    if data.get("wrong_loan"):
        first = (*first, Reply("loan_not_found"))
        data = {key: value for key, value in data.items() if key not in ("loan", "wrong_loan")}
    if attachment is None:
        question = Reply("receipt_send_file", known_so_far(turn, data))
        return ask_for(turn, data, "file", question, *first)
    if "amount" not in data:
        return ask_for(turn, data, "amount", _ask_amount(turn, data), *first)
    if "day" not in data:
        return ask_for(turn, data, "day", _ask_day(turn, data), *first)
    if "loan" not in data:
        return ask_loan(turn, data, *first)
    return ask_for(turn, data, "confirm", _question(turn, data), *first)


def _attachment(turn: Turn, key: int | None) -> Attachment | None:
    """With this key, which came just now or before."""
    if not key:
        return None
    here = next((one for one in turn.files if one.pk == key), None)
    return here or Attachment.objects.filter(pk=key).first()


def ask_for(turn: Turn, data: Data, step: str, question: Reply, *first: Reply) -> Outcome:
    told = {"wrong_day", *(receipt_loans.WHY_NOT if step == "amount" else ())}
    asked = Asked(DIALOG, step, {key: value for key, value in data.items() if key not in told})
    return Outcome((*first, question), asked=asked)


def refused(attachment: Attachment, data: Data, *first: Reply) -> Outcome | None:
    """Another file is asked for, and what else is known stays; None: this one may be taken."""
    why = receipt_words.refusal(attachment)
    if why is None:
        return None
    rest = {key: value for key, value in data.items() if key not in ("file", "wrong_loan")}
    if data.get("wrong_loan"):
        first = (*first, Reply("loan_not_found"))
    return Outcome((*first, why), asked=Asked(DIALOG, "file", rest))


def _ask_amount(turn: Turn, data: Data) -> Reply:
    stop = titles.pick(turn, ("receipt", f"stop.{data['file']}", "no_receipt"))
    said = {"wrong": data.get("wrong_amount", ""), "currency": data.get("currency", "")}
    return Reply("receipt_amount", said, stop)


def _ask_day(turn: Turn, data: Data) -> Reply:
    pk = data["file"]
    options = titles.pick(
        turn, ("receipt", f"today.{pk}", "today"), ("receipt", f"yesterday.{pk}", "yesterday")
    )
    return Reply("receipt_day", {"wrong": data.get("wrong_day", "")}, options)


def ask_loan(turn: Turn, data: Data, *first: Reply) -> Outcome:
    """Only where there are several to choose from."""
    running = receipt_loans.running(turn)
    if len(running) < 2:
        only = running[0] if running else None
        data = dict(data) | {"loan": only.pk if only else 0}
        return ask_for(turn, data, "confirm", _question(turn, data, only), *first)
    shown = running[: titles.MOST_ROWS - 1]
    options = (
        *(titles.option("receipt", f"loan-{one.pk}.{data['file']}", one.number) for one in shown),
        *titles.pick(turn, ("receipt", f"unsure.{data['file']}", "unsure")),
    )
    values = {"loans": [{"number": one.number, "product": one.product.name} for one in shown]}
    return ask_for(turn, data, "loan", Reply("receipt_loan", values, options), *first)


def _question(turn: Turn, data: Data, loan: Loan | None = None) -> Reply:
    return Reply("receipt_confirm", known_so_far(turn, data, loan), yes_no(turn, data["file"]))


def yes_no(turn: Turn, pk: int) -> tuple[dict[str, str], ...]:
    return titles.pick(turn, ("receipt", f"yes.{pk}", "yes"), ("receipt", f"no.{pk}", "no"))


def known_so_far(turn: Turn, data: Data, loan: Loan | None = None) -> dict[str, Any]:
    """What is known so far, for a person to read; `loan` is theirs, for who has just read it."""
    loan = loan or receipt_loans.of(turn, data)
    amount = (
        exact_money(Decimal(data["amount"]), receipt_loans.currency(turn, loan))
        if "amount" in data
        else ""
    )
    return {
        "amount": amount.strip(),
        "day": date.fromisoformat(data["day"]) if "day" in data else None,
        "loan": loan.number if loan else "",
        "limit": receipt_words.limit(),
    }


def ask_what(turn: Turn, data: Data, *first: Reply) -> Outcome:
    pk = data["file"]
    several = len(receipt_loans.running(turn)) > 1
    options = titles.pick(
        turn,
        ("receipt", f"amount.{pk}", "change_amount"),
        ("receipt", f"day.{pk}", "change_day"),
        *((("receipt", f"which.{pk}", "change_loan"),) if several else ()),
        ("receipt", f"leave.{pk}", "leave"),
    )
    return ask_for(turn, data, "mend", Reply("receipt_mend", options=options), *first)


def ask_anew(turn: Turn, data: Data, wrong: str) -> Outcome:
    return go_on(turn, {key: value for key, value in data.items() if key != WRONG[wrong]})


def again(turn: Turn, data: Data, step: str) -> Outcome:
    """The same question: a button was pressed twice, or it is an older picture's."""
    other = receipt_words.about(turn) != data.get("file")
    told = filter(None, (receipt_keeping.kept_already(turn),)) if other else ()
    if step == "mend":
        return ask_what(turn, data, *told)
    return go_on(turn, data, *told)


def first_missing(data: Data) -> str:
    missing = (step for step in ("file", "amount", "day", "loan") if step not in data)
    return next(missing, "confirm")
