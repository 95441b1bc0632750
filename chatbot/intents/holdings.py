"""A partner's loans as the bot speaks of them: those that were paid out, as they stand today."""

from __future__ import annotations

import logging
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date
from typing import Any, TypeVar

from chatbot.dialog.contract import Reply, Turn
from chatbot.intents.hearing.amounts import as_amount
from chatbot.intents.hearing.tables import words
from chatbot.intents.hearing.words import plain, words_of
from partners.account.calculator import Account
from partners.ledger import derived
from partners.lending.errors import LendingError
from partners.models import Loan, Partner
from partners.statement import loans_of

T = TypeVar("T")
log = logging.getLogger(__name__)
# In what was last spoken of: the message that was answered with a list of loans.
LISTED = "listed"
OPEN = (Loan.Status.ACTIVE, Loan.Status.WRITTEN_OFF)
# Around what a loan is called.
_AROUND = frozenset(
    words(
        [
            "el la lo los las un de del al para es era o os a da do dos ao the of for one it is s",
            "soles prestamo credito emprestimo loan por favor porfa gracias si cuenta",
        ]
    )
)
BARE = re.compile(r"\W*([0-9]{1,12})\W*", re.ASCII)
# A number as it may be typed: "5", "P-000005", "p 5".
WRITTEN = re.compile(r"\W*([A-Za-z]{0,6}[ -]?[0-9]{1,12})\W*", re.ASCII)


def of(partner: Partner, today: date) -> list[Loan]:
    """Open ones first, by number; three queries.

    What lists keep of a loan may be of yesterday: such a one is played anew, and not written.
    """
    loans = list(loans_of(partner))
    for loan in loans:
        if loan.as_of != today and loan.status in OPEN:
            _bring_to(loan, today)
    return sorted(loans, key=lambda one: (one.status not in OPEN, one.number))


def account(loan: Loan) -> Account:
    """What the loan can be played from; no query, if it came from `of`."""
    return Account(
        agreement=loan.agreement,
        payments=[one.lending for one in loan.payments.all()],
        charges=[one.lending for one in loan.charges.all()],
    )


def reckoned(
    loans: Iterable[Loan], reckon: Callable[[Loan], T]
) -> tuple[list[T], tuple[Reply, ...]]:
    """What `reckon` makes of each loan, and what is said of those that cannot be played."""
    found, left_out = [], []
    for loan in loans:
        try:
            found.append(reckon(loan))
        except LendingError:
            log.exception("Loan %s cannot be played", loan.pk)
            left_out.append(loan.number)
    if not left_out:
        return found, ()
    said = {"numbers": ", ".join(left_out), "count": len(left_out)}
    return found, (Reply("loan_unreckoned", said),)


def _bring_to(loan: Loan, today: date) -> None:
    try:
        now = derived(account(loan).at(today))
    except LendingError:
        log.exception("Loan %s cannot be played", loan.pk)
        return
    for name, value in now.items():
        setattr(loan, name, value)


# --- Which loan is meant ---------------------------------------------------------------------


def named(turn: Turn, loans: Sequence[Loan], *, asked: bool = False) -> tuple[bool, Loan | None]:
    """Whether the message names a loan, and which of `loans`: None, if it is none of them.

    "préstamo 5" is the loan whose number is just that, else the one whose digits are 5 but for
    zeros before them (P-000005), else the fifth of the list last shown. After a list a bare "5"
    means its fifth before it means P-000005: that is what stood before the eyes. `asked` says
    that a loan was asked for: then the whole message may be a number.
    """
    if turn.choice and not turn.choice.startswith("loan:"):
        return False, None  # an answer that was offered, however it was named
    shown = _shown(turn, loans)
    if bare := BARE.fullmatch(turn.text):
        if bare_is_meant(turn, asked):
            return True, _by_number(bare[1], loans, shown, bare=True)
        return False, None
    if turn.choice.startswith("loan:"):
        return True, next((one for one in loans if str(one.pk) == turn.value), None)
    slots = turn.heard.slots
    written = WRITTEN.fullmatch(turn.text) if asked else None
    if number := slots.loan or (written[1] if written else ""):
        return True, _by_number(number, loans, shown, bare=False)
    if slots.ordinal:
        return True, _at(shown or loans, slots.ordinal)
    return False, None


def described(turn: Turn, loans: Sequence[Loan]) -> Loan | None:
    """The only one of `loans` that is of the product, or was of the sum, that is all they say:
    "el de consumo", "el de 5000". What is a loan's number is no sum."""
    said = [one for one in words_of(plain(turn.text)) if one not in _AROUND]
    if turn.choice or not said:
        return None
    written = "".join(said)
    if written.isdecimal() and (numbered := _by_number(written, loans, (), bare=False)):
        return numbered
    sum_ = as_amount(written)
    found = [one for one in loans if one.principal == sum_ or _is_of(one, said)]
    return found[0] if len(found) == 1 else None


def _is_of(loan: Loan, said: Sequence[str]) -> bool:
    return {*said} <= {*words_of(plain(loan.product.name))}


def listed(turn: Turn, loans: Sequence[Loan]) -> Mapping[str, Any] | None:
    """The topic after a reply that lists these, and offers something else to tap on: "el segundo"
    names one of them. None: there is no choice between them."""
    if len(loans) < 2:
        return None
    return dict(turn.topic) | {"shown": [one.pk for one in loans], LISTED: turn.message.pk}


def is_full(number: str) -> bool:
    """Whether it is a loan's number as we write it, with its letters."""
    return bool(number) and not number.isdigit()


def bare_is_meant(turn: Turn, asked: bool) -> bool:
    """A number alone speaks of a loan when one was asked for, or a list of them was shown."""
    return asked or turn.choice.startswith("loan:") or bool(turn.topic.get("shown"))


def _shown(turn: Turn, loans: Sequence[Loan]) -> list[Loan]:
    """The list last shown, of those that are still there."""
    by_key = {one.pk: one for one in loans}
    return [by_key[pk] for pk in turn.topic.get("shown", ()) if pk in by_key]


def _by_number(
    said: str, loans: Sequence[Loan], shown: Sequence[Loan], *, bare: bool
) -> Loan | None:
    exact = [one for one in loans if _compact(one.number) == _compact(said)]
    digits = _digits(said)
    alike = [one for one in loans if digits and _digits(one.number) == digits]
    # Written in full it is a loan's number, and never a place: P-000001 may be another's.
    is_place = said == digits and len(digits) < 4
    place = _at(shown, int(digits)) if is_place and digits else None
    numbered = alike[0] if len(alike) == 1 else None
    if exact:
        return exact[0]
    return (place or numbered) if bare else (numbered or place)


def _at(loans: Sequence[Loan], ordinal: int) -> Loan | None:
    """1 is the first, -1 the last."""
    index = ordinal - 1 if ordinal > 0 else len(loans) + ordinal
    return loans[index] if ordinal and 0 <= index < len(loans) else None


def _compact(number: str) -> str:
    return "".join(sign for sign in number.upper() if sign.isalnum())


def _digits(number: str) -> str:
    return "".join(sign for sign in number if sign.isdigit()).lstrip("0")
