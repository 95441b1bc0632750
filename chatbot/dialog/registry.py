"""Which subject answers what: the tables of all subjects, put together once."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime
from functools import cache
from importlib import import_module
from typing import Any

from chatbot.dialog.contract import Claim, Handler, Step, Turn
from chatbot.models import Dialog

SUBJECTS = (
    "chatbot.intents.login",
    "chatbot.intents.acknowledging",
    "chatbot.intents.properties",
    "chatbot.intents.visits",
    "chatbot.intents.who",
    "chatbot.intents.menu",
    "chatbot.intents.account",
    "chatbot.intents.own_data",
    "chatbot.intents.loans",
    "chatbot.intents.receipts",
    "chatbot.intents.wishes",
    "chatbot.intents.agent",
    "chatbot.intents.business",
    "chatbot.intents.tickets",
    "chatbot.intents.ticket_answers",
    "chatbot.intents.ticket_claims",
)
# The handler of an intent that no subject answers to, and of what was not understood.
REST = "unknown"


@cache
def first() -> tuple[Callable[[Turn], str], ...]:
    """Who is asked before everything else: why a person should answer this; "": no reason."""
    subjects = map(import_module, SUBJECTS)
    return tuple(judge for subject in subjects for judge in getattr(subject, "FIRST", ()))


@cache
def aside() -> tuple[Claim, ...]:
    """Who is asked next: what is answered beside whatever is open; None: it is no such thing."""
    subjects = map(import_module, SUBJECTS)
    return tuple(claim for subject in subjects for claim in getattr(subject, "ASIDE", ()))


@cache
def handlers() -> dict[str, Handler]:
    return dict(_entries("INTENTS"))


@cache
def choices() -> dict[str, Handler]:
    return dict(_entries("CHOICES"))


@cache
def claims() -> dict[str, Claim]:
    return dict(_entries("CLAIMS"))


@cache
def overheard() -> dict[str, Claim]:
    return dict(_entries("OVERHEARD"))


@cache
def steps() -> dict[tuple[str, str], Step]:
    return dict(_entries("STEPS"))


def takes_any(dialog: Dialog, now: datetime) -> bool:
    """Whether something is asked that any text may be the answer to."""
    step = steps().get((dialog.name, dialog.step))
    return step is not None and step.takes_any and dialog.is_open(now)


def is_optional(dialog: Dialog) -> bool:
    """Whether nobody need answer what was asked, in time or ever."""
    step = steps().get((dialog.name, dialog.step))
    return step is not None and step.optional


def _entries(table: str) -> Iterator[tuple[Any, Any]]:
    """Those of every subject; two subjects for one entry is a mistake."""
    seen: set[Any] = set()
    for path in SUBJECTS:
        for key, value in getattr(import_module(path), table, {}).items():
            if key in seen:
                raise LookupError(f"{table}: {key} is answered twice, also by {path}")
            seen.add(key)
            yield key, value
