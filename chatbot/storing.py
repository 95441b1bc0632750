"""InboundEvents into the database; on SQLite, several requests' in one INSERT.

SQLite has one writer, and a commit costs the same for one row as for ten. While one thread of
this process writes, those that come meanwhile line up; whoever is next writes for all of them.
"""

from __future__ import annotations

import json
import threading
from collections import deque
from collections.abc import Callable, Sequence
from typing import Any

from django.db import InterfaceError, OperationalError, connection, transaction
from django.utils import timezone

from chatbot.channels.events import Event
from crm.conversations.models import Channel

ROWS_PER_INSERT = 500
COLUMNS = "channel_id, key, lane, kind, payload, received_at, due_at, state, attempts, error"
VALUES = "(%s, %s, %s, %s, %s, %s, %s, 'pending', 0, '')"
Row = tuple[Any, ...]


def store(routed: Sequence[tuple[Channel, Event]]) -> None:
    """All events in INSERT … ON CONFLICT DO NOTHING; a redelivery changes nothing.

    Returns when they are committed. Raises what the database raises, and then none is kept.
    """
    now = connection.ops.adapt_datetimefield_value(timezone.now())
    rows = [_row(channel, event, now) for channel, event in routed]
    # PostgreSQL writes for many at once by itself, and better.
    (_together.write if connection.vendor == "sqlite" else insert)(rows)


def insert(rows: Sequence[Row]) -> None:
    """All rows or none, in one statement as a rule, and by another connection if ours had died.

    Django would ask each request's connection first whether it lives, a round trip more; what
    changes nothing when repeated can simply be tried again.
    """
    connection.health_check_done = True  # type: ignore[attr-defined]  # the stubs lack it
    try:
        _insert_all(rows)
    except (OperationalError, InterfaceError):
        if connection.in_atomic_block or connection.is_usable():
            raise
        connection.close()
        _insert_all(rows)


def _insert_all(rows: Sequence[Row]) -> None:
    """By hand, because in autocommit this is one round trip; `bulk_create` takes three."""
    if len(rows) <= ROWS_PER_INSERT:
        _insert(rows)
        return
    with transaction.atomic():
        for start in range(0, len(rows), ROWS_PER_INSERT):
            _insert(rows[start : start + ROWS_PER_INSERT])


class _Ticket:
    """One request's rows, and what became of them: an error, until they are committed."""

    def __init__(self, rows: Sequence[Row]) -> None:
        self.rows = rows
        self.over = False
        self.error: Exception | None = OperationalError("not written")
        self.asleep = threading.Lock()
        self.asleep.acquire()


class Together:
    """Gives `insert` the rows of all threads that wait, in the order they came.

    The first to come writes. Those who come while it does sleep; the next of them is woken to
    write for all of them, and the others when that is done.
    """

    def __init__(self, insert: Callable[[Sequence[Row]], None]) -> None:
        self.insert = insert
        self.guard = threading.Lock()
        self.waiting: deque[_Ticket] = deque()
        self.busy = False

    def write(self, rows: Sequence[Row]) -> None:
        """Return once these rows are committed, by this thread or by another."""
        ticket = _Ticket(rows)
        with self.guard:
            self.waiting.append(ticket)
            wait, self.busy = self.busy, True
        if wait:
            ticket.asleep.acquire()
        if not ticket.over:
            self._lead()
        if ticket.error is not None:
            raise ticket.error

    def _lead(self) -> None:
        with self.guard:
            tickets = list(self.waiting)
            self.waiting.clear()
        try:
            self._write(tickets)
        finally:
            with self.guard:
                self.busy = bool(self.waiting)
                woken = [*tickets, *list(self.waiting)[:1]]
            for ticket in tickets:
                ticket.over = True
            for ticket in woken:
                ticket.asleep.release()

    def _write(self, tickets: Sequence[_Ticket]) -> None:
        try:
            self.insert([row for ticket in tickets for row in ticket.rows])
        except Exception as error:
            away = isinstance(error, OperationalError | InterfaceError)
            for ticket in tickets:
                ticket.error = error
                # A row the database does not take must not cost its neighbours.
                if not away and len(tickets) > 1:
                    self._write([ticket])
        else:
            for ticket in tickets:
                ticket.error = None


_together = Together(insert)


def _row(channel: Channel, event: Event, now: Any) -> Row:
    lane = f"{channel.pk}:{event.lane}"[:200]
    return channel.pk, event.key[:255], lane, event.kind, json.dumps(event.payload), now, now


def _insert(rows: Sequence[Row]) -> None:
    values = ", ".join([VALUES] * len(rows))
    sql = f"INSERT INTO chatbot_inboundevent ({COLUMNS}) VALUES {values} ON CONFLICT DO NOTHING"
    with connection.cursor() as cursor:
        cursor.execute(sql, [value for row in rows for value in row])
