"""How often a message is tried again by itself, and after what time."""

from __future__ import annotations

import random
from collections.abc import Iterable
from datetime import timedelta
from itertools import takewhile

from chatbot.models import DeliveryAttempt

Outcome = DeliveryAttempt.Outcome
MOST_ATTEMPTS = 8
LONGEST_WAIT = 7 * 86400  # seconds


def tries(attempts: Iterable[DeliveryAttempt]) -> int:
    """How often in a row it was put off, the newest of all its attempts coming first.

    What was over once, and was tried again because a person said so, begins afresh.
    """
    lately = list(takewhile(went_on, attempts))
    return len(lately) - sum(one.outcome == Outcome.NOT_SENT for one in lately)


def went_on(attempt: DeliveryAttempt) -> bool:
    """Whether the next try followed by itself. What was accepted has a code if it was held back
    at the provider; see chatbot/statuses.py.
    """
    held_back = attempt.outcome == Outcome.SENT and attempt.code != ""
    return held_back or attempt.outcome in (Outcome.RETRY, Outcome.NOT_SENT)


def wait(tries: int, *, retry_after: float, growth: float) -> timedelta:
    """Before the next try: as the provider asks, and ever longer; never all at one moment."""
    asked = min(retry_after * growth**tries, LONGEST_WAIT)
    return timedelta(seconds=max(asked, min(2.0**tries, 300)) * random.uniform(1, 1.3))
