"""The inbound half of the worker: due events, lane by lane, each once and in order."""

from __future__ import annotations

import json
import logging
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import InterfaceError, OperationalError, connection, transaction
from django.utils import timezone

from chatbot.channels import directory
from chatbot.channels.base import InboundMessage, StatusUpdate
from chatbot.channels.registry import provider_for
from chatbot.handling import handle_message
from chatbot.models import InboundEvent
from chatbot.statuses import apply_statuses
from crm.conversations.models import Channel

log = logging.getLogger(__name__)
State = InboundEvent.State
WINDOW = 400  # due events looked at in one poll
LANES = 64  # lanes handled between two polls
STATUSES_AT_ONCE = 200
# Seconds between tries of an event that raises: after about twenty it is set aside.
RETRIES = (0.5, 1, 2, 4, 6, 8)
# How long a status may wait for the message it speaks of.
STATUS_PATIENCE = timedelta(hours=1)

# The state stands in these statements as a literal, not a parameter: SQLite uses a partial index
# only where it can see that the condition implies the index's own.
DUE = """SELECT lane FROM chatbot_inboundevent
    WHERE state = 'pending' AND due_at <= %s ORDER BY due_at, id LIMIT %s"""
OF_LANE = """SELECT id, channel_id, kind, payload, received_at, due_at, attempts
    FROM chatbot_inboundevent WHERE state = 'pending' AND lane = %s ORDER BY id LIMIT %s"""


def due_lanes() -> list[str]:
    """Lanes with something due, the longest waiting first."""
    with connection.cursor() as cursor:
        cursor.execute(DUE, [_adapted(timezone.now()), WINDOW])
        return list(dict.fromkeys(lane for (lane,) in cursor.fetchall()))[:LANES]


def handle_lane(lane: str) -> int:
    """Handle what is due in one lane, in one transaction; how many events were settled.

    The lane's lock dies with the transaction: whoever is killed here leaves nothing behind, and
    another worker that comes meanwhile finds it taken and goes on.
    """
    with transaction.atomic():
        if not _lock(lane):
            return 0
        if lane.endswith(":s"):
            return _handle_statuses(lane)
        return _handle_in_order(lane)


def _lock(lane: str) -> bool:
    """PostgreSQL: an advisory lock of this transaction. SQLite: BEGIN IMMEDIATE was the lock."""
    if connection.vendor != "postgresql":
        return True
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(hashtextextended(%s, 0))", [lane])
        return bool(cursor.fetchone()[0])


def _adapted(moment: datetime) -> Any:
    return connection.ops.adapt_datetimefield_value(moment)


def _events(lane: str, limit: int) -> Sequence[InboundEvent]:
    return list(InboundEvent.objects.raw(OF_LANE, [lane, limit]))


def _channel(event: InboundEvent) -> Channel:
    known = directory.snapshot().by_pk.get(event.channel_id)
    return known or Channel.objects.get(pk=event.channel_id)


def _handle_in_order(lane: str) -> int:
    """Up to ten events; one that must wait holds back those behind it."""
    settled: dict[State, list[int]] = {State.DONE: [], State.IGNORED: []}
    now = timezone.now()
    failed = 0
    for event in _events(lane, settings.WORK_BATCH):
        if event.due_at > now:
            break
        try:
            with transaction.atomic():
                acted = _handle(event)
        except (OperationalError, InterfaceError):
            raise  # the database, not the event: everything is rolled back and comes again
        except Exception as error:
            failed = 1
            if not _failed(event, lane, error):
                break
        else:
            settled[State.DONE if acted else State.IGNORED].append(event.pk)
    for state, ids in settled.items():
        _settle(ids, state)
    return sum(map(len, settled.values())) + failed


def _handle(event: InboundEvent) -> bool:
    provider = provider_for(_channel(event))
    understood = provider.understand(event.kind, json.loads(event.payload))
    if not isinstance(understood, InboundMessage):
        return False
    handle_message(provider, understood)
    return True


def _settle(ids: Sequence[int], state: State) -> None:
    if ids:
        InboundEvent.objects.filter(pk__in=ids).update(state=state, handled_at=timezone.now())


def _failed(event: InboundEvent, lane: str, error: Exception) -> bool:
    """Put the event off, its lane behind it; after the last try set it aside (True: go on)."""
    log.exception("Event %s of channel %s failed", event.pk, event.channel_id)
    told = f"{type(error).__name__}: {error}"[:2000].replace("\x00", "")
    rows = InboundEvent.objects.filter(pk=event.pk)
    if event.attempts >= len(RETRIES):
        rows.update(state=State.ASIDE, error=told, handled_at=timezone.now())
        Channel.objects.filter(pk=event.channel_id).update(
            health=Channel.Health.YELLOW,
            last_error=f"{event.kind} {event.pk}: {type(error).__name__}"[:500],
            last_error_at=timezone.now(),
        )
        return True
    due = timezone.now() + timedelta(seconds=RETRIES[event.attempts])
    rows.update(attempts=event.attempts + 1, error=told, due_at=due)
    # Those behind it would only be looked at in vain.
    InboundEvent.objects.filter(lane=lane, state=State.PENDING, due_at__lt=due).update(due_at=due)
    return False


def _handle_statuses(lane: str) -> int:
    """All due statuses of a channel in one pass; their order does not matter."""
    now = timezone.now()
    events = [event for event in _events(lane, WINDOW) if event.due_at <= now]
    events = events[:STATUSES_AT_ONCE]
    if not events:
        return 0
    channel = _channel(events[0])
    provider = provider_for(channel)
    understood = [provider.understand(e.kind, json.loads(e.payload)) for e in events]
    pairs = [(e, u) for e, u in zip(events, understood, strict=True) if isinstance(u, StatusUpdate)]
    known = apply_statuses(channel, [update for _, update in pairs])
    late = {e.pk for (e, _), found in zip(pairs, known, strict=True) if not found}
    done = {e.pk for e, _ in pairs} - late
    _settle(sorted(done), State.DONE)
    _settle([e.pk for e in events if e.pk not in done | late], State.IGNORED)
    for event in events:
        if event.pk in late:
            _park(event, now)
    return len(events)


def _park(event: InboundEvent, now: datetime) -> None:
    """A status that came before its message is known: it waits, ever longer, then is let go."""
    if now - event.received_at > STATUS_PATIENCE:
        _settle([event.pk], State.IGNORED)
        return
    due = now + timedelta(seconds=min(0.2 * 2**event.attempts, 300))
    InboundEvent.objects.filter(pk=event.pk).update(attempts=event.attempts + 1, due_at=due)
