"""What came too early: it speaks of something the desk does not know yet."""

from __future__ import annotations

from datetime import timedelta

LONGEST_PAUSE = 300
# Providers give no order: an edit, a status or an echo may come before its message. So many looks
# take an hour of a worker's time; while none runs, what waits grows no older.
MOST_LOOKS = 22


class NotYet(Exception):
    """The event is looked at again later, and holds nobody up meanwhile."""


class OurOwn(Exception):
    """It is our own message, told back to us as somebody's: whatever was made for it is undone, and
    it is settled."""


def pause(looks: int) -> timedelta | None:
    """How long until it is looked at again, ever longer; None: it was looked at long enough."""
    if looks >= MOST_LOOKS:
        return None
    return timedelta(seconds=min(0.2 * 2**looks, LONGEST_PAUSE))
