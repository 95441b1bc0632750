"""Which messages may be sent next: of each conversation the earliest that still is to go.

The hottest question of the worker: it goes by the partial index of open messages, and by that of
open attempts.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from django.db import connection
from django.utils import timezone

# For how long a message that is tried again holds back those behind it.
HOLDS_BACK = timedelta(minutes=10)

# One value, so that PostgreSQL looks at the attempts of the few that ask and not at all there are.
TRIED = """SELECT MIN(t.finished_at) FROM chatbot_deliveryattempt t
    WHERE t.message_id = h.id AND t.outcome IN ('retry', 'sent')"""
# The first open message of each conversation. One that nobody has confirmed holds it up until its
# `due_at`; one that was put off, unless it waits for long, or has been tried for as long.
# States as literals: see chatbot/lanes.py.
HEADS = f"""SELECT MIN(h.id) FROM conversations_message h
    WHERE h.state IN ('queued', 'sending', 'unknown')
    AND NOT (h.state = 'unknown' AND h.due_at <= %(now)s)
    AND NOT (h.state = 'queued' AND h.due_at > %(now)s
        AND (h.due_at > %(soon)s OR COALESCE(({TRIED}), %(now)s) < %(lately)s))
    GROUP BY h.conversation_id"""
# Nor one whose last try is still under way, though its outcome was told and it was queued again.
DUE = f"""SELECT m.id FROM conversations_message m
    JOIN conversations_channel c ON c.id = m.channel_id
    WHERE m.id IN ({HEADS}) AND m.state = 'queued' AND m.due_at <= %(now)s
    AND c.is_active AND c.stopped_at IS NULL AND NOT EXISTS (
        SELECT 1 FROM chatbot_deliveryattempt o WHERE o.message_id = m.id AND o.outcome = '')"""
LOCK = " FOR UPDATE OF m SKIP LOCKED"


def due_ids(limit: int, without: Sequence[int] = ()) -> list[int]:
    """Up to `limit` messages, locked to the transaction's end; none of the channels `without`."""
    channels = ", ".join(str(int(pk)) for pk in without)
    sql = f"{DUE} AND c.id NOT IN ({channels})" if channels else DUE
    sql += " ORDER BY m.id LIMIT %(limit)s"
    sql += LOCK if connection.features.has_select_for_update_skip_locked else ""
    with connection.cursor() as cursor:
        cursor.execute(sql, {"limit": limit, **_moments(timezone.now())})
        return [pk for (pk,) in cursor.fetchall()]


def _moments(now: datetime) -> dict[str, Any]:
    times = {"now": now, "soon": now + HOLDS_BACK, "lately": now - HOLDS_BACK}
    return {name: connection.ops.adapt_datetimefield_value(at) for name, at in times.items()}
