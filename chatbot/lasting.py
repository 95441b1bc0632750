"""What counts even if the event that caused it is rolled back and handled again.

A lane undoes an event that raises, and a dialog undoes a handler that raises. A try to log in must
be counted all the same: what is done `for_good` is done now, and once more, in the transaction
around, should what it was done in be undone. So it must be safe to repeat; `event()` names what
caused it, and is the same when that is handled again.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

from django.db import transaction

from chatbot.outage import is_away

log = logging.getLogger(__name__)
Act = Callable[[], object]

Change = Callable[[Any], Any]

_event: ContextVar[str] = ContextVar("event", default="")
_acts: ContextVar[list[Act] | None] = ContextVar("acts", default=None)


_changes: ContextVar[list[Change] | None] = ContextVar("changes", default=None)


@contextmanager
def handling(event: str) -> Iterator[list[Change]]:
    """Around the savepoint in which `event` is handled.

    Yields what is to be changed in the stored element once it is settled.
    """
    changes = list[Change]()
    tokens = _event.set(event), _changes.set(changes)
    try:
        with redone():
            yield changes
    finally:
        _event.reset(tokens[0])
        _changes.reset(tokens[1])


def settle_with(change: Change) -> None:
    """Change the stored element so once it is handled: until then it may have to be read again."""
    changes = _changes.get()
    if changes is not None:
        changes.append(change)


@contextmanager
def redone() -> Iterator[None]:
    """Around a savepoint: what was done `for_good` in it is done again if it is rolled back."""
    outer, acts = _acts.get(), list[Act]()
    token = _acts.set(acts)
    try:
        yield
    except Exception as error:
        # With the database away all is rolled back, and the event comes again as if it were new.
        if not is_away(error):
            _again(acts)
        raise
    finally:
        _acts.reset(token)
        if outer is not None:
            outer += acts


def _again(acts: list[Act]) -> None:
    for act in acts:
        try:
            with transaction.atomic():
                act()
        except Exception as error:
            if is_away(error):
                raise
            log.exception("What should last was lost")


def for_good(act: Act) -> None:
    """Do it, and again if the savepoint around is rolled back."""
    act()
    acts = _acts.get()
    if acts is not None:
        acts.append(act)


def event() -> str:
    """What is being handled; "" outside of any lane."""
    return _event.get()
