"""Asking who somebody is: what is a partner's alone is served in a session, and nowhere else."""

from __future__ import annotations

from collections.abc import Mapping
from functools import wraps
from typing import Any

from django.utils import timezone

from chatbot.dialog.contract import (
    INTENT,
    Asked,
    Handler,
    Outcome,
    Reply,
    StepHandler,
    Turn,
)
from chatbot.dialog.login.masking import has_digits, is_struck
from chatbot.dialog.login.naming import may_say_who
from chatbot.intents.heard import INTENTS
from chatbot.intents.own_words import kept
from crm.conversations.rules import rules_of

DIALOG, DATA, CODE = "login", "data", "code"
# In the data of a log-in, and in the topic of who comes in: the answers of a dialog it interrupted,
# which the intent that is served then goes on with.
DRAFT = "draft"
# In a draft that is none yet: what they asked in words, and on which day.
WORDS, ON = "words", "on"
LONGEST = 200


def needs_session(handler: Handler) -> Handler:
    """A handler that is served in a session; else the person is asked who they are.

    What they wanted is remembered, and served once they are in.
    """

    @wraps(handler)
    def guarded(turn: Turn) -> Outcome:
        return handler(turn) if turn.session is not None else ask(turn)

    return guarded


def in_session(handler: StepHandler) -> StepHandler:
    """The same for a step: who is not logged in any more is asked again, and nothing is kept."""

    @wraps(handler)
    def guarded(turn: Turn, data: Mapping[str, Any]) -> Outcome | None:
        return handler(turn, data) if turn.session is not None else ask(turn)

    return guarded


def ask(turn: Turn, *, then: str | None = None, draft: Mapping[str, Any] | None = None) -> Outcome:
    """Ask for document and year, with an example. `then` is served afterwards (None: this turn's
    own intent), and gets `draft` in its topic, or else what they said of it."""
    then = _wanted(turn) if then is None else then
    asked = Asked(DIALOG, DATA, after(then, draft or facts(turn, then)))
    return Outcome((Reply("login_ask", {"share": may_share(turn)}),), asked=asked, topic={})


def after(then: str, draft: Mapping[str, Any] | None) -> dict[str, Any]:
    """What a log-in remembers, for when they are in."""
    kept = {"then": then, DRAFT: dict(draft) if draft else {}}
    return {key: value for key, value in kept.items() if value}


def facts(turn: Turn, then: str) -> dict[str, str]:
    """The words in which this intent was asked for, where they tell more than that it was."""
    if then == "personal_info":
        return {}  # what is to be put right is told to a colleague in words of then
    said = kept(turn)
    tells = has_digits(said) or "pdf" in said.casefold()
    if turn.choice or turn.heard.intent != then or not tells or len(said) > LONGEST:
        return {}
    # Who they are is no part of it.
    if is_struck(said) or may_say_who(said):
        return {}
    return {WORDS: said, ON: timezone.localdate(turn.now).isoformat()}


def may_share(turn: Turn) -> bool:
    """Whether they could still prove their number by sharing the card of themselves."""
    rules = rules_of(turn.conversation.channel.provider)
    return rules.card_proves and not turn.conversation.identity.proven_phone


def _wanted(turn: Turn) -> str:
    named = turn.value if turn.choice.partition(":")[0] == INTENT else turn.heard.intent
    return named if named in INTENTS and named not in ("authenticate", "unknown") else ""
