"""What came too early: it speaks of something the desk does not know yet."""

from datetime import timedelta

# Providers give no order: an edit, a status or an echo may come before its message.
PATIENCE = timedelta(hours=1)
LONGEST_PAUSE = 300


class NotYet(Exception):
    """The event is looked at again later, and holds nobody up meanwhile."""


def pause(attempts: int) -> timedelta:
    """How long until it is looked at again: ever longer."""
    return timedelta(seconds=min(0.2 * 2 ** min(attempts, 20), LONGEST_PAUSE))
