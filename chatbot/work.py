"""The resident worker: turns both halves, events in and messages out, until it is told to stop."""

from __future__ import annotations

import logging
import queue
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import TypeVar

from django.conf import settings
from django.db import DatabaseError, InterfaceError, close_old_connections, connection

from chatbot import lanes, outbox, pacing
from chatbot.dialog.warming import warm_up
from chatbot.journal import Journal

log = logging.getLogger(__name__)
T = TypeVar("T")
RECOVER_EVERY = 5.0  # seconds
SETTLE_AT_ONCE = 16
LAST_WORDS = 10.0  # seconds that requests under way get when we are told to stop


class Worker:
    """One process's share of the work. Any number of them, on any machine."""

    def __init__(self) -> None:
        self.stopping = threading.Event()
        self.wake_outbox = threading.Event()

    def run(self) -> None:
        """Work until `stop` is called, from a signal handler or another thread."""
        sender = threading.Thread(target=Sender(self).run, name="outbox")
        sender.start()
        try:
            warm_up()
            self._turn_lanes()
        finally:
            self.stopping.set()
            self.wake_outbox.set()
            sender.join()

    def stop(self) -> None:
        self.stopping.set()
        self.wake_outbox.set()

    def _turn_lanes(self) -> None:
        while not self.stopping.is_set():
            settled = surviving(self._pass, default=0)
            if not settled:
                self.stopping.wait(settings.WORK_POLL)

    def _pass(self) -> int:
        settled = 0
        for lane in lanes.due_lanes():
            if self.stopping.is_set():
                break
            handled = surviving(partial(lanes.handle_lane, lane), default=0)
            settled += handled
            if handled:
                self.wake_outbox.set()
        return settled


class Sender:
    """The outbox half: this thread owns the database, its pool owns HTTP."""

    def __init__(self, worker: Worker) -> None:
        self.worker = worker
        self.book = Journal()
        self.pool = ThreadPoolExecutor(settings.OUTBOX_THREADS, thread_name_prefix="send")
        self.results: queue.SimpleQueue[outbox.Result] = queue.SimpleQueue()
        self.unsettled: list[outbox.Result] = []
        self.under_way = 0
        self.recovered_at = float("-inf")
        self.claimed_at = time.monotonic()

    def run(self) -> None:
        deadline = float("inf")
        while True:
            if self.worker.stopping.is_set():
                deadline = min(deadline, time.monotonic() + LAST_WORDS)
                if (not self.under_way and not self.unsettled) or time.monotonic() > deadline:
                    break
            busy = surviving(self._turn, default=False)
            if not busy:
                self.worker.wake_outbox.wait(settings.WORK_POLL)
                self.worker.wake_outbox.clear()
        self._close()

    def _turn(self) -> bool:
        """Settle what came back, send what is due; whether there was anything to do."""
        settled = self._settle()
        if self.worker.stopping.is_set():
            return settled
        if time.monotonic() - self.recovered_at > RECOVER_EVERY:
            outbox.recover()
            self.recovered_at = time.monotonic()
        free = settings.OUTBOX_THREADS - self.under_way
        claims = self._claim(free) if free else []
        for claim in claims:
            self.under_way += 1
            self.pool.submit(self._send, claim)
        return settled or bool(claims)

    def _claim(self, free: int) -> list[outbox.Claim]:
        """Enough for the time until we come by again, however slow this machine is just now."""
        before, self.claimed_at = self.claimed_at, time.monotonic()
        return outbox.claim(self.book, free, pacing.ahead_of(self.claimed_at - before))

    def _send(self, claim: outbox.Claim) -> None:
        self.results.put(outbox.send(claim))
        self.worker.wake_outbox.set()

    def _settle(self) -> bool:
        while len(self.unsettled) < SETTLE_AT_ONCE:
            try:
                self.unsettled.append(self.results.get_nowait())
            except queue.Empty:
                break
            self.under_way -= 1
        if not self.unsettled:
            return False
        outbox.settle(self.unsettled)
        self.unsettled = []
        if not self.under_way:
            self.book.settled()
        return True

    def _close(self) -> None:
        self.pool.shutdown(wait=False, cancel_futures=True)
        if not self.under_way and not self.unsettled:
            self.book.close()
        connection.close()


def surviving(turn: Callable[[], T], default: T) -> T:
    """Whatever one turn meets, the worker lives: a database that is away comes back."""
    try:
        return turn()
    except (DatabaseError, InterfaceError) as error:
        log.warning("The database does not answer: %s", type(error).__name__)
        close_old_connections()
        time.sleep(0.5)
    except Exception:
        log.exception("A turn of the worker failed")
        time.sleep(0.5)
    return default


def work_off() -> None:
    """Do everything that is due now in this thread, then return: for tests and small scripts."""
    book = Journal()
    try:
        outbox.recover()
        while True:
            settled = sum(lanes.handle_lane(lane) for lane in lanes.due_lanes())
            results = [outbox.send(claim) for claim in outbox.claim(book, 32)]
            if results:
                outbox.settle(results)
            elif not settled:
                return
    finally:
        book.close()
