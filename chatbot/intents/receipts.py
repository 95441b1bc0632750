"""Receipts by chat: a picture or document, amount, day and loan, confirmed before it is kept."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import timedelta
from typing import Any

from django.utils import timezone

from chatbot.dialog import registry
from chatbot.dialog.contract import Asked, Outcome, Reply, Step, StepHandler, Turn, say
from chatbot.dialog.login import ask, in_session, needs_session
from chatbot.intents import (
    holdings,
    menu,
    paid,
    receipt_before,
    receipt_denials,
    receipt_keeping,
    receipt_loans,
    receipt_mending,
    receipt_states,
    receipt_words,
)
from chatbot.intents.hearing.loans import find_ordinal
from chatbot.intents.hearing.words import plain
from chatbot.intents.receipt_asking import (
    DIALOG,
    WRONG,
    Data,
    again,
    ask_anew,
    ask_loan,
    ask_what,
    first_missing,
    go_on,
    go_on_with,
    yes_no,
)
from chatbot.intents.receipt_mending import goes_on
from crm.conversations.models import Attachment, Message

VISITOR = "visitor_file"
# What a log-in remembers of who asked for it.
STATES = "receipt_states"
# Of a picture that was taken without a word: at which question that was.
GUESSED = "guessed"
# What is said where a file is given up for something else.
LEFT = "receipt_left"
FILES = (Message.Kind.IMAGE, Message.Kind.DOCUMENT)
_ANOTHER = re.compile(r"\b(?:otr[oa]s?|outr[oa]s?|other|another)\b", re.I)


# --- Where it begins -------------------------------------------------------------------------


def upload_receipt(turn: Turn) -> Outcome:
    """Somebody has paid, and says so: with the picture, or before it."""
    if brings_file(turn):
        return _begin(turn, _file_of(turn))
    if before := receipt_before.newest(turn):
        return _begin_with(turn, before)
    return _begin(turn, None)


def about_receipts(turn: Turn) -> Outcome:
    """A receipt to be sent, or how to pay; or what became of those they sent."""
    if not brings_file(turn) and paid.is_none(turn):
        return registry.handlers()["payment_options"](turn)
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
    question = Reply("is_it_a_receipt", options=yes_no(turn, pk))
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
    return go_on(turn, receipt_loans.checked(turn, data), *first)


def _begin_with(turn: Turn, before: Attachment) -> Outcome:
    """With a picture nobody named just now: at the first question a newer one takes its place."""
    data = _facts(receipt_before.then(turn, before)) | _facts(turn) | {"file": before.pk}
    if not receipt_words.facts(turn).get("amount") and receipt_mending.is_paid_unclearly(turn):
        data.pop("amount", None)  # what was said now is not what stood beside it
    data = receipt_loans.checked(turn, data)
    data |= {GUESSED: first_missing(data)}
    return go_on(turn, data, Reply("receipt_sent_before"), known=before)


def _facts(turn: Turn) -> dict[str, Any]:
    """Amount, day and loan, as far as they are said."""
    return receipt_words.facts(turn) | receipt_loans.said(turn)


# --- Answers ---------------------------------------------------------------------------------


def _file(turn: Turn, data: Data) -> Outcome | None:
    if menu.is_unheard(turn):
        return menu.cannot_listen(turn, Asked(DIALOG, "file", data))
    if brings_file(turn):
        attachment = _file_of(turn)
        brought = {"file": attachment.pk} if attachment else {}
        return go_on_with(turn, data, _facts(turn) | brought)
    if receipt_words.is_button(turn):
        return again(turn, data, "file")
    if not turn.choice and receipt_mending.stays(turn):
        return go_on(turn, data)
    return _more_facts(turn, data)


def _amount(turn: Turn, data: Data) -> Outcome | None:
    if early := _aside(turn, data, "amount", "stop"):
        return early
    turn = receipt_mending.undenied(turn)
    if receipt_words.picked(turn, data["file"]) == "stop":
        return Outcome((Reply("file_kept"),))
    amount = receipt_words.amount(turn, alone=True)
    if amount is None:
        found = receipt_mending.found(turn)
        useless = all(value is None for value in found.values())
        asked = go_on_with(turn, data, found) if found else _unclear(turn, data)
        return asked and replace(asked, misunderstood=useless)
    known = {"amount": str(amount), "said_in": turn.heard.slots.currency}
    return go_on_with(turn, data, _facts(turn) | known)


def _unclear(turn: Turn, data: Data) -> Outcome | None:
    """Figures that may be several amounts, or none: it is asked again what was paid."""
    if (
        turn.choice
        or not receipt_words.has_digits(turn.text)
        or receipt_loans.ASKS.search(turn.text)
    ):
        return None
    return replace(go_on(turn, data), misunderstood=True)


def _day(turn: Turn, data: Data) -> Outcome | None:
    if (said := receipt_words.unplaced(turn)) is not turn:
        return _day(said, data) or go_on(turn, data)
    if early := _aside(turn, data, "day", "today", "yesterday"):
        return early
    turn = receipt_mending.undenied(turn)
    today = timezone.localdate()
    tapped = {"today": today, "yesterday": today - timedelta(days=1)}
    picked = receipt_words.picked(turn, data["file"])
    if day := tapped.get(picked) or receipt_words.day_of_month(turn, today):
        return go_on(turn, dict(data) | {"day": day.isoformat()})
    if turn.text.isdecimal():
        return _unclear(turn, data)
    return _more_facts(turn, data)


def _loan_step(turn: Turn, data: Data) -> Outcome | None:
    if early := _aside(turn, data, "loan", "loan", "unsure"):
        return early
    picked = receipt_words.picked(turn, data["file"])
    if find_ordinal(plain(turn.text)) < 0:
        # "No sé" is the last answer, and no loan.
        turn, picked = receipt_words.saying(turn, turn.text), ""
    unsure = picked == "unsure" or receipt_words.is_unsure(turn)
    if unsure and receipt_words.names_no_loan(turn):
        return go_on(turn, dict(data) | {"loan": 0})
    if unsure:
        # "No recuerdo el número, es el de consumo" names it all the same.
        turn, picked = receipt_words.saying(turn, receipt_words.without_unsure(turn.text)), ""
    running, rest = receipt_loans.running(turn), receipt_loans.without_lent(turn)
    found = holdings.described(turn, running) or holdings.described(rest, running)
    if found is not None:
        return _of_loan(rest, data, found.pk)
    if picked.startswith("loan-"):
        found = next((one for one in running if f"loan-{one.pk}" == picked), None)
    else:
        was_named, found = holdings.named(turn, running, asked=True)
        if found is None and unsure:
            return _of_loan(rest, data, 0)
        if not was_named:
            asked = replace(ask_loan(turn, data), misunderstood=True) if rest is not turn else None
            return _more_facts(rest, data) or asked
    if found is None:
        return ask_loan(turn, data, Reply("loan_not_found"))
    return _of_loan(rest, data, found.pk)


def _of_loan(turn: Turn, data: Data, pk: int) -> Outcome:
    """It is known, with what is said beside it: "el monto es 450 del préstamo 26". What is all a
    number is the loan's."""
    alone = holdings.WRITTEN.fullmatch(turn.text)
    beside = {} if alone else receipt_mending.found(turn, by_number=False)
    return go_on_with(turn, data, beside | {"loan": pk, "wrong_loan": None})


def _confirm(turn: Turn, data: Data) -> Outcome | None:
    if (said := receipt_words.unplaced(turn)) is not turn:
        return _mended(said, data) or go_on(turn, data)
    if early := _aside(turn, data, "confirm", "yes", "no"):
        return early
    answer = receipt_words.yes_or_no(turn, data["file"])
    if answer is None and receipt_mending.is_yes(turn, data):
        answer = True
    if (mended := _mended(turn, data, is_yes=bool(answer))) is not None:
        return mended
    if answer is None:
        of_this = receipt_mending.is_of_this(turn)
        return replace(go_on(turn, data), misunderstood=True) if of_this else None
    if not answer:
        return ask_what(turn, data)
    if turn.choice or receipt_mending.agrees(turn, data):
        return receipt_keeping.hand_in(turn, data)
    # What was not understood beside it may put something right.
    return go_on_with(turn, data, receipt_mending.found(turn))


def _mended(turn: Turn, data: Data, *, is_yes: bool = False) -> Outcome | None:
    """What is asked next where words put something right, or say what is wrong."""
    found, wrong = receipt_mending.found(turn), receipt_mending.wrong(turn)
    found |= {key: None for key in wrong if found.get(key) in (None, data.get(key))}
    if is_yes and receipt_mending.is_yes(turn, data):
        found.pop("day", None)  # "sí, el día 15" is the day that is shown
    if found and (not is_yes or receipt_loans.is_new(turn, data, found)):
        return go_on_with(turn, data, found)
    if (changed := receipt_loans.other(turn, data)) is not None:
        return go_on(turn, changed)
    if not found and receipt_mending.is_paid_unclearly(turn):
        return ask_anew(turn, data, "amount")
    unclear = not found and not is_yes and receipt_mending.is_unclear(turn)
    return ask_what(turn, data) if unclear else None


def _mend(turn: Turn, data: Data) -> Outcome | None:
    """What is wrong: asked anew, or told right away ("fueron 600")."""
    if early := _aside(turn, data, "mend", "amount", "day", "which", "leave"):
        return early
    if (mended := _mended(turn, data)) is not None:
        return mended
    picked = receipt_words.picked(turn, data["file"])
    if picked == "leave":
        return Outcome((Reply("cancelled"),))
    if picked in WRONG:
        return ask_anew(turn, data, picked)
    things = dict.fromkeys(receipt_denials.things(plain(turn.text)))
    return go_on_with(turn, data, things) if things else None


def _more_facts(turn: Turn, data: Data) -> Outcome | None:
    """An amount, a day or a loan said beside what was asked; None: nothing of it. The title of an
    answer that was tapped says nothing."""
    found = receipt_mending.found(turn, by_number=False)
    return go_on_with(turn, data, found) if found else None


def _aside(turn: Turn, data: Data, step: str, *own: str) -> Outcome | None:
    """A second file, what cannot be heard, or a button of another question, while this one is
    open; `own` are the answers to this one."""
    if menu.is_unheard(turn):
        return menu.cannot_listen(turn, Asked(DIALOG, step, data))
    if not turn.choice and (receipt_mending.waits(turn) or _paid_already(turn)):
        return again(turn, data, step)
    if not turn.choice and receipt_mending.errs(turn):
        return ask_what(turn, data) if step == "confirm" else again(turn, data, step)
    if brings_file(turn):
        if data.get(GUESSED) == first_missing(data):
            return _begin(turn, _file_of(turn))
        return go_on(turn, data, Reply("receipt_one_at_a_time"))
    answer = receipt_words.picked(turn, data["file"]).partition("-")[0]
    if receipt_words.is_button(turn) and answer not in own:
        return again(turn, data, step)
    return None


def _kept(step: str, handler: StepHandler) -> StepHandler:
    """To say once more that it was paid gives nothing up: what is open is asked again."""

    def answered(turn: Turn, data: Data) -> Outcome | None:
        outcome = handler(turn, data)
        if outcome is None and _says_again(turn):
            return replace(again(turn, data, step), misunderstood=True)
        return outcome

    return in_session(answered)


def _says_again(turn: Turn) -> bool:
    """Whether a receipt is spoken of, and no other one, nor what became of those before."""
    if turn.choice or brings_file(turn) or turn.heard.intent != "upload_receipt":
        return False
    return not (_ANOTHER.search(turn.text) or paid.is_none(turn) or receipt_states.is_asked(turn))


def _paid_already(turn: Turn) -> bool:
    """ "Ya cancelé", and nothing of what is asked."""
    return paid.says_cancelled(turn) and not receipt_mending.found(turn)


INTENTS = {
    "upload_receipt": about_receipts,
    STATES: needs_session(receipt_states.tell),
    "file": file_came,
}
CHOICES = {"receipt": receipt_keeping.tapped_late}
STEPS = {
    (VISITOR, "is_it"): Step(_is_it),
    (DIALOG, "file"): Step(in_session(_file), answers=receipt_mending.stays),
    (DIALOG, "amount"): Step(
        _kept("amount", _amount), asks_figure=True, left=LEFT, answers=goes_on
    ),
    (DIALOG, "day"): Step(_kept("day", _day), asks_figure=True, left=LEFT, answers=goes_on),
    (DIALOG, "loan"): Step(_kept("loan", _loan_step), left=LEFT, answers=goes_on),
    (DIALOG, "confirm"): Step(_kept("confirm", _confirm), left=LEFT, answers=goes_on),
    (DIALOG, "mend"): Step(_kept("mend", _mend), left=LEFT, answers=goes_on),
}
