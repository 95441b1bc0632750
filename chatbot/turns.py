"""The worker's transactions. On SQLite they are short, and leave the webhooks their turn."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

from django.conf import settings
from django.db import connection, transaction

# Seconds after which a transaction on SQLite takes up nothing more.
LONGEST = 0.01


class _Turns:
    """One at a time, and then a pause before the next."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.next_at = 0.0  # of time.monotonic()

    @contextmanager
    def take(self) -> Iterator[None]:
        with self.lock:
            time.sleep(max(0.0, self.next_at - time.monotonic()))
            begun = None
            try:
                with transaction.atomic():
                    begun = time.monotonic()
                    yield
            finally:
                now = time.monotonic()
                self.next_at = now + (now - (begun or now)) * settings.WORK_SQLITE_REST


_turns = _Turns()


@contextmanager
def turn() -> Iterator[None]:
    """A transaction of the worker.

    SQLite has one writer, and no queue for those who wait: they look again and again whether it
    is free. So the worker's threads write one after the other, and after each of them nobody here
    writes for as long as that one took.
    """
    if connection.vendor != "sqlite" or connection.in_atomic_block:
        with transaction.atomic():
            yield
    else:
        with _turns.take():
            yield


def is_long(begun: float) -> bool:
    """Whether a transaction that began then (`time.monotonic()`) should come to its end."""
    return connection.vendor == "sqlite" and time.monotonic() - begun > LONGEST
