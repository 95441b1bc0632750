"""What /readyz says of the pipeline."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from django.db import connection
from django.utils import timezone

from crm.conversations.models import Channel
from crm.desk.registry import Probe

LATE = timedelta(seconds=60)
# State as a literal: see chatbot/lanes.py.
OLDEST_EVENT = "SELECT MIN(due_at) FROM chatbot_inboundevent WHERE state = 'pending'"
OLDEST_MESSAGE = """SELECT MIN(m.due_at) FROM conversations_message m
    JOIN conversations_channel c ON c.id = m.channel_id
    WHERE m.state IN ('queued', 'sending', 'unknown') AND m.state = 'queued'
    AND c.is_active AND c.stopped_at IS NULL"""


def queue_age() -> Probe:
    """How long the oldest due event or message waits; a minute and more means: nobody works."""
    now = timezone.now()
    waits = {"events": _age(OLDEST_EVENT, now), "messages": _age(OLDEST_MESSAGE, now)}
    detail = ", ".join(f"{name} {age.total_seconds():.0f} s" for name, age in waits.items())
    return Probe("queue", ok=max(waits.values()) < LATE, detail=detail)


def channels() -> Probe:
    """Which channels stand still. That is for an administrator; the desk itself is ready."""
    active = Channel.objects.filter(is_active=True)
    stopped = active.exclude(stopped_at=None).count()
    return Probe("channels", ok=True, detail=f"{active.count()} active, {stopped} stopped")


def _age(sql: str, now: datetime) -> timedelta:
    with connection.cursor() as cursor:
        cursor.execute(sql)
        [oldest] = cursor.fetchone()
    if oldest is None:
        return timedelta(0)
    # SQLite knows no type for moments: it gives the text it keeps, in UTC.
    moment = datetime.fromisoformat(oldest) if isinstance(oldest, str) else oldest
    if timezone.is_naive(moment):
        moment = moment.replace(tzinfo=UTC)
    return max(now - moment, timedelta(0))
