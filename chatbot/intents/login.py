"""Who somebody is: document and year, the code that proves it, and leaving again."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from chatbot.dialog import sessions
from chatbot.dialog.contract import INTENT, Asked, Outcome, Reply, Step, Turn
from chatbot.dialog.login import masking, requests
from chatbot.dialog.login.asking import CODE, DATA, DIALOG, DRAFT, after, ask
from chatbot.dialog.login.entering import enter, let_in
from chatbot.intents import menu
from chatbot.models import PartnerSession


def authenticate(turn: Turn) -> Outcome:
    """With document and year the door is tried; without, they are asked for."""
    return _tried(turn, {}) or (menu.show(turn) if turn.session else ask(turn, then=""))


def in_between(turn: Turn, then: str, draft: Mapping[str, Any] | None = None) -> Outcome | None:
    """Who says who they are where any words are taken: they are tried, or asked, and the intent
    `then` is served once they are in, and goes on with `draft`. None: it is no such thing, or they
    are in already."""
    says_so = turn.choice == f"{INTENT}:authenticate" and turn.session is None
    if not says_so and not _says_who(turn):
        return None
    return _tried(turn, after(then, draft)) or ask(turn, then=then, draft=draft)


def _says_who(turn: Turn) -> bool:
    """Whether that is all they say. A number alone may be anything's, and whoever is in gives a
    document without its year for some other reason."""
    heard = turn.heard
    if heard.intent != "authenticate" or not heard.exact:
        return False
    in_words = any(sign.isalpha() for sign in turn.text)
    return bool(heard.slots.year) or (turn.session is None and in_words)


def logout(turn: Turn) -> Outcome:
    sessions.close(turn.conversation, turn.now)
    requests.close_all(turn.conversation, turn.now)
    return Outcome((Reply("login_closed"),), topic={})


def data_given(turn: Turn, data: Mapping[str, Any]) -> Outcome | None:
    """The answer to "who are you?"."""
    if tried := _tried(turn, data):
        return tried
    if turn.inbound.own_phone:
        return Outcome((Reply("login_number_known"),), asked=Asked(DIALOG, DATA, dict(data)))
    slots = turn.heard.slots
    if _led_here(turn) or turn.heard.intent == "authenticate" or slots.document or slots.year:
        again = ask(turn, then=str(data.get("then", "")), draft=data.get(DRAFT))
        return replace(again, misunderstood=_is_yes(turn))
    return None


def code_given(turn: Turn, data: Mapping[str, Any]) -> Outcome | None:
    """The code, or document and year once more."""
    if tried := _tried(turn, data):
        return tried
    if turn.inbound.own_phone:
        return Outcome((Reply("login_number_known"),), asked=Asked(DIALOG, DATA, dict(data)))
    found = masking.SIX_DIGITS.search(turn.text)
    if found is None:
        return _again(turn, data)
    partner, left = requests.try_code(turn, "".join(found.groups()))
    if partner is not None:
        return let_in(turn, partner, PartnerSession.Way.CODE, data)
    if left:
        asked = Asked(DIALOG, CODE, dict(data))
        return Outcome((Reply("login_code_wrong", {"left": left}),), asked=asked)
    return Outcome((Reply("login_code_over"),), asked=Asked(DIALOG, DATA, dict(data)))


def _tried(turn: Turn, data: Mapping[str, Any]) -> Outcome | None:
    slots = turn.heard.slots
    if not slots.document or not slots.year:
        return None
    return enter(turn, document=slots.document, year=slots.year, data=data)


def _led_here(turn: Turn) -> bool:
    """The answer that led to the log-in, given once more: a button pressed twice, a second yes."""
    if turn.choice:
        return turn.choice == f"{INTENT}:authenticate" or turn.choice.startswith(YES)
    return _is_yes(turn)


def _is_yes(turn: Turn) -> bool:
    """In words: said again and again, a person is asked."""
    return not turn.choice and turn.heard.exact and turn.heard.intent == "affirm"


def _again(turn: Turn, data: Mapping[str, Any]) -> Outcome | None:
    """Digits that are no code are a slip; words may ask for something else."""
    if not _led_here(turn) and not any(sign.isdigit() for sign in turn.text):
        return None
    asked = Asked(DIALOG, CODE, dict(data))
    return Outcome((Reply("login_code_digits"),), asked=asked, misunderstood=_is_yes(turn))


# To "is it a receipt?": of whichever picture, it is one to log in for.
YES = "receipt:yes."
INTENTS = {"authenticate": authenticate, "logout": logout}
STEPS = {(DIALOG, DATA): Step(data_given), (DIALOG, CODE): Step(code_given)}
