"""Receipts by chat: a picture or document, amount, day and loan, confirmed before it is kept."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from django.utils import timezone

from chatbot.dialog.contract import Asked, Outcome, Reply, Step, Turn, say
from chatbot.dialog.login import ask, in_session, needs_session
from chatbot.intents import (
    holdings,
    menu,
    receipt_before,
    receipt_keeping,
    receipt_loans,
    receipt_mending,
    receipt_states,
    receipt_words,
    titles,
)
from crm.conversations.models import Attachment, Message
from crm.desk.wording import exact_money
from partners.models import Loan

Data = Mapping[str, Any]
DIALOG, VISITOR = "upload_receipt", "visitor_file"
# What a log-in remembers of who asked for it.
STATES = "receipt_states"
# Of a picture that was taken without a word: at which question that was.
GUESSED = "guessed"
# What is asked anew, by the answer that says it is wrong.
WRONG = {"amount": "amount", "day": "day", "which": "loan"}
FILES = (Message.Kind.IMAGE, Message.Kind.DOCUMENT)


# --- Where it begins -------------------------------------------------------------------------


def upload_receipt(turn: Turn) -> Outcome:
    """Somebody has paid, and says so: with the picture, or before it."""
    if brings_file(turn):
        return _begin(turn, _file_of(turn))
    if before := receipt_before.newest(turn):
        return _begin_with(turn, before)
    return _begin(turn, None)


def about_receipts(turn: Turn) -> Outcome:
    """A receipt to be sent; or what became of those they sent."""
    if brings_file(turn) or not receipt_states.is_asked(turn):
        return needs_session(upload_receipt)(turn)
    return receipt_states.tell(turn) if turn.session else ask(turn, then=STATES)


def file_came(turn: Turn) -> Outcome:
    """A picture or document with no other wish beside it."""
    if turn.session is not None:
        return _begin(turn, _file_of(turn))
    attachment = _file_of(turn)
    if attachment is None:
        return say("file_not_taken", limit=receipt_words.limit())
    if turn.heard.intent == "upload_receipt":
        return ask(turn, then="upload_receipt")
    return _ask_whether(turn, attachment.pk)


def _ask_whether(turn: Turn, pk: int) -> Outcome:
    question = Reply("is_it_a_receipt", options=_yes_no(turn, pk))
    return Outcome((question,), asked=Asked(VISITOR, "is_it", {"file": pk}))


def _is_it(turn: Turn, data: Data) -> Outcome | None:
    """Who is not logged in says whether what they sent is a receipt."""
    if menu.is_unheard(turn):
        return menu.cannot_listen(turn, Asked(VISITOR, "is_it", data))
    if brings_file(turn):
        return file_came(turn)
    answer = receipt_words.yes_or_no(turn, data["file"])
    if answer is None and not turn.choice and turn.heard.slots.amount is not None:
        answer = True  # who says what was paid
    if answer is None:
        # A button of an older picture says nothing of this one.
        return _ask_whether(turn, data["file"]) if receipt_words.is_button(turn) else None
    if answer:
        return ask(turn, then="upload_receipt")
    receipt_before.note_no(turn, data["file"])
    return Outcome((Reply("file_kept", promises=True),))


def brings_file(turn: Turn) -> bool:
    return turn.inbound.kind in FILES


def _file_of(turn: Turn) -> Attachment | None:
    return next(iter(turn.files), None) if brings_file(turn) else None


def _begin(turn: Turn, attachment: Attachment | None, *first: Reply) -> Outcome:
    data = _facts(turn) | ({"file": attachment.pk} if attachment else {})
    return _next(turn, receipt_loans.checked(turn, data), *first)


def _begin_with(turn: Turn, before: Attachment) -> Outcome:
    """With a picture nobody named just now: at the first question a newer one takes its place."""
    data = _facts(receipt_before.then(turn, before)) | _facts(turn) | {"file": before.pk}
    data = receipt_loans.checked(turn, data)
    data |= {GUESSED: _step_of(data)}
    return _next(turn, data, Reply("receipt_sent_before"), known=before)


def _facts(turn: Turn) -> dict[str, Any]:
    """Amount, day and loan, as far as they are said."""
    return receipt_words.facts(turn) | receipt_loans.said(turn)


def _with(turn: Turn, data: Data, found: Data) -> Outcome:
    """What is asked next, where this is known, too."""
    return _next(turn, receipt_loans.checked(turn, {**data, **found}))


# --- What is asked, in this order ------------------------------------------------------------


def _next(turn: Turn, data: Data, *first: Reply, known: Attachment | None = None) -> Outcome:
    """The first thing that is not known yet; with all of it, whether it is right. `known` is the
    file, for who has just read it."""
    attachment = known or _attachment(turn, data.get("file"))
    if attachment is not None and (outcome := refused(attachment, data, *first)):
        return outcome
    if data.get("wrong_loan"):
        first = (*first, Reply("loan_not_found"))
        data = {key: value for key, value in data.items() if key not in ("loan", "wrong_loan")}
    if attachment is None:
        return _ask(turn, data, "file", Reply("receipt_send_file", _said(turn, data)), *first)
    if "amount" not in data:
        return _ask(turn, data, "amount", _ask_amount(turn, data), *first)
    if "day" not in data:
        return _ask(turn, data, "day", _ask_day(turn, data), *first)
    if "loan" not in data:
        return _ask_loan(turn, data, *first)
    return _ask(turn, data, "confirm", _question(turn, data), *first)


def _attachment(turn: Turn, key: int | None) -> Attachment | None:
    """With this key, which came just now or before."""
    if not key:
        return None
    here = next((one for one in turn.files if one.pk == key), None)
    return here or Attachment.objects.filter(pk=key).first()


def _ask(turn: Turn, data: Data, step: str, question: Reply, *first: Reply) -> Outcome:
    told = {"wrong_day", *(receipt_loans.WHY_NOT if step == "amount" else ())}
    asked = Asked(DIALOG, step, {key: value for key, value in data.items() if key not in told})
    return Outcome((*first, question), asked=asked)


def refused(attachment: Attachment, data: Data, *first: Reply) -> Outcome | None:
    """Another file is asked for, and what else is known stays; None: this one may be taken."""
    why = receipt_words.refusal(attachment)
    if why is None:
        return None
    rest = {key: value for key, value in data.items() if key != "file"}
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


def _ask_loan(turn: Turn, data: Data, *first: Reply) -> Outcome:
    """Only where there are several to choose from."""
    running = receipt_loans.running(turn)
    if len(running) < 2:
        only = running[0] if running else None
        data = dict(data) | {"loan": only.pk if only else 0}
        return _ask(turn, data, "confirm", _question(turn, data, only), *first)
    shown = running[: titles.MOST_ROWS - 1]
    options = (
        *(titles.option("receipt", f"loan-{one.pk}.{data['file']}", one.number) for one in shown),
        *titles.pick(turn, ("receipt", f"unsure.{data['file']}", "unsure")),
    )
    values = {"loans": [{"number": one.number, "product": one.product.name} for one in shown]}
    return _ask(turn, data, "loan", Reply("receipt_loan", values, options), *first)


def _question(turn: Turn, data: Data, loan: Loan | None = None) -> Reply:
    return Reply("receipt_confirm", _said(turn, data, loan), _yes_no(turn, data["file"]))


def _yes_no(turn: Turn, pk: int) -> tuple[dict[str, str], ...]:
    return titles.pick(turn, ("receipt", f"yes.{pk}", "yes"), ("receipt", f"no.{pk}", "no"))


def _said(turn: Turn, data: Data, loan: Loan | None = None) -> dict[str, Any]:
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


# --- Answers ---------------------------------------------------------------------------------


def _file(turn: Turn, data: Data) -> Outcome | None:
    if menu.is_unheard(turn):
        return menu.cannot_listen(turn, Asked(DIALOG, "file", data))
    if brings_file(turn):
        attachment = _file_of(turn)
        return _with(turn, data, _facts(turn) | ({"file": attachment.pk} if attachment else {}))
    if receipt_words.is_button(turn):
        return _again(turn, data, "file")
    return _more_facts(turn, data)


def _amount(turn: Turn, data: Data) -> Outcome | None:
    if early := _aside(turn, data, "amount", "stop"):
        return early
    if receipt_words.picked(turn, data["file"]) == "stop":
        return Outcome((Reply("file_kept"),))
    amount = receipt_words.amount(turn, alone=True)
    if amount is None:
        return _more_facts(turn, data) or _unclear(turn, data)
    known = {"amount": str(amount), "said_in": turn.heard.slots.currency}
    return _with(turn, data, _facts(turn) | known)


def _unclear(turn: Turn, data: Data) -> Outcome | None:
    """Figures that may be several amounts, or none: it is asked again what was paid."""
    if turn.choice or not _has_digits(turn) or receipt_loans.ASKS.search(turn.text):
        return None
    return replace(_next(turn, data), misunderstood=True)


def _day(turn: Turn, data: Data) -> Outcome | None:
    if early := _aside(turn, data, "day", "today", "yesterday"):
        return early
    today = timezone.localdate()
    tapped = {"today": today, "yesterday": today - timedelta(days=1)}
    picked = receipt_words.picked(turn, data["file"])
    if day := tapped.get(picked) or receipt_words.day_of_month(turn, today):
        return _next(turn, dict(data) | {"day": day.isoformat()})
    return _more_facts(turn, data)


def _loan_step(turn: Turn, data: Data) -> Outcome | None:
    if early := _aside(turn, data, "loan", "loan", "unsure"):
        return early
    picked = receipt_words.picked(turn, data["file"])
    if picked == "unsure" or receipt_words.is_unsure(turn):
        return _next(turn, dict(data) | {"loan": 0})
    running = receipt_loans.running(turn)
    if picked.startswith("loan-"):
        found = next((one for one in running if f"loan-{one.pk}" == picked), None)
    else:
        was_named, found = holdings.named(turn, running, asked=True)
        if not was_named:
            return _more_facts(turn, data)
    if found is None:
        return _ask_loan(turn, data, Reply("loan_not_found"))
    return _with(turn, data, {"loan": found.pk})


def _confirm(turn: Turn, data: Data) -> Outcome | None:
    if early := _aside(turn, data, "confirm", "yes", "no"):
        return early
    answer = receipt_words.yes_or_no(turn, data["file"])
    found = receipt_mending.told(turn) | _told(turn)
    if found and (not answer or receipt_loans.is_new(data, found)):
        return _with(turn, data, found)
    if (changed := receipt_loans.other(turn, data)) is not None:
        return _next(turn, changed)
    if not found and (wrong := receipt_mending.wrong(turn)):
        return _ask_anew(turn, data, wrong)
    if answer is None:
        return None
    if not answer:
        return _ask_what(turn, data)
    if turn.choice or (receipt_words.is_sure(turn) and (found or not _has_digits(turn))):
        return receipt_keeping.hand_in(turn, data)
    return _next(turn, data)


def _has_digits(turn: Turn) -> bool:
    """A number that was not understood may put something right."""
    return any(sign.isdigit() for sign in turn.text)


def _ask_what(turn: Turn, data: Data, *first: Reply) -> Outcome:
    pk = data["file"]
    several = len(receipt_loans.running(turn)) > 1
    options = titles.pick(
        turn,
        ("receipt", f"amount.{pk}", "change_amount"),
        ("receipt", f"day.{pk}", "change_day"),
        *((("receipt", f"which.{pk}", "change_loan"),) if several else ()),
        ("receipt", f"leave.{pk}", "leave"),
    )
    return _ask(turn, data, "mend", Reply("receipt_mend", options=options), *first)


def _mend(turn: Turn, data: Data) -> Outcome | None:
    """What is wrong: asked anew, or told right away ("fueron 600")."""
    if early := _aside(turn, data, "mend", "amount", "day", "which", "leave"):
        return early
    if found := receipt_mending.told(turn) | _told(turn):
        return _with(turn, data, found)
    if (changed := receipt_loans.other(turn, data)) is not None:
        return _next(turn, changed)
    picked = receipt_words.picked(turn, data["file"]) or receipt_words.thing(turn)
    picked = picked or receipt_mending.wrong(turn)
    if picked == "leave":
        return Outcome((Reply("cancelled"),))
    return _ask_anew(turn, data, picked) if picked in WRONG else None


def _ask_anew(turn: Turn, data: Data, wrong: str) -> Outcome:
    return _next(turn, {key: value for key, value in data.items() if key != WRONG[wrong]})


def _more_facts(turn: Turn, data: Data) -> Outcome | None:
    """An amount, a day or a loan said beside what was asked; None: nothing of it."""
    found = _told(turn)
    return _with(turn, data, found) if found else None


def _told(turn: Turn) -> dict[str, Any]:
    """What is said in words; the title of an answer that was tapped says nothing."""
    return {} if turn.choice else _facts(turn)


def _aside(turn: Turn, data: Data, step: str, *own: str) -> Outcome | None:
    """A second file, what cannot be heard, or a button of another question, while this one is
    open; `own` are the answers to this one."""
    if menu.is_unheard(turn):
        return menu.cannot_listen(turn, Asked(DIALOG, step, data))
    if brings_file(turn):
        if data.get(GUESSED) == _step_of(data):
            return _begin(turn, _file_of(turn))
        return _next(turn, data, Reply("receipt_one_at_a_time"))
    answer = receipt_words.picked(turn, data["file"]).partition("-")[0]
    if receipt_words.is_button(turn) and answer not in own:
        return _again(turn, data, step)
    return None


def _again(turn: Turn, data: Data, step: str) -> Outcome:
    """The same question: a button was pressed twice, or it is an older picture's."""
    other = receipt_words.about(turn) != data.get("file")
    told = filter(None, (receipt_keeping.kept_already(turn),)) if other else ()
    if step == "mend":
        return _ask_what(turn, data, *told)
    return _next(turn, data, *told)


def _step_of(data: Data) -> str:
    missing = (step for step in ("file", "amount", "day", "loan") if step not in data)
    return next(missing, "confirm")


INTENTS = {
    "upload_receipt": about_receipts,
    STATES: needs_session(receipt_states.tell),
    "file": file_came,
}
CHOICES = {"receipt": receipt_keeping.tapped_late}
STEPS = {
    (VISITOR, "is_it"): Step(_is_it),
    (DIALOG, "file"): Step(in_session(_file)),
    (DIALOG, "amount"): Step(in_session(_amount), asks_figure=True),
    (DIALOG, "day"): Step(in_session(_day)),
    (DIALOG, "loan"): Step(in_session(_loan_step)),
    (DIALOG, "confirm"): Step(in_session(_confirm), left="receipt_left"),
    (DIALOG, "mend"): Step(in_session(_mend), left="receipt_left"),
}
