"""A cluster of django-q2 from the inside: its guard, and the wires between it and the supervisor.

Two pipes, made by the supervisor: `control`, whose end (or any byte) means stop, so that a
cluster ends by itself even when its supervisor was killed; and `wire`, on which every process of
the cluster may say a line: "round" (the guard looked after its children), "beat" (a beat came
round), "busy PID" and "idle PID" (a worker began and ended a job).
"""

import logging
import os
import select
import signal
import threading
import uuid
from contextlib import suppress
from multiprocessing.process import BaseProcess
from typing import Any

from django.conf import settings
from django_q.cluster import Sentinel
from django_q.signals import post_execute, post_execute_in_worker, pre_execute

from crm.jobs.heartbeat import BEAT, record_beat
from crm.jobs.kinship import tie_children

logger = logging.getLogger(__name__)

CHILD_KILLED = 70  # exit code: a child was killed that may have held a lock of the others


def run_guard(control: tuple[int, int], wire: tuple[int, int]) -> None:
    """Be the guard of a cluster, in a process group of its own, until told to stop.

    Takes both ends (read, write) of the two pipes, and closes those that are the supervisor's.
    """
    os.setsid()
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    os.close(control[1])
    os.close(wire[0])
    _report_to(Wire(wire[1]))
    tie_children()
    stop = StopSign(control[0], Wire(wire[1]))
    Guard(stop, threading.Event(), uuid.uuid4(), timeout=settings.JOB_TIMEOUT)


class Guard(Sentinel):
    """Replaces children that end; gives up where a replacement could not work.

    An idle worker waits for its next job holding the lock that all workers share, and the other
    two hold locks likewise. Killed from outside, they take the lock along, and whoever comes after
    waits for ever. A worker killed in the midst of a job holds none.
    """

    def reincarnate(self, process: BaseProcess) -> None:
        killed = process.exitcode is not None and process.exitcode < 0
        timer = getattr(process, "timer", None)
        if killed and not (timer is not None and timer.value > 0):
            logger.error("Process %s of the cluster was killed", process.pid)
            os._exit(CHILD_KILLED)
        super().reincarnate(process)


class StopSign:
    """What django-q2 takes for an Event: set when the supervisor says stop, or is no more."""

    def __init__(self, control: int, wire: "Wire") -> None:
        self._control = control
        self._wire = wire

    def is_set(self) -> bool:
        return bool(select.select([self._control], [], [], 0)[0])

    def wait(self, seconds: float) -> bool:
        """Wait between two rounds of the guard; True when it is to stop.

        The stopping itself may hang on a lock that died with its holder, hence the alarm: it
        ends this process, and that ends its children.
        """
        self._wire.say("round")
        stop = bool(select.select([self._control], [], [], seconds)[0])
        if stop:
            signal.alarm(settings.JOB_TIMEOUT + 30)
        return stop


class Wire:
    """The writing end of the wire; what cannot be said at once is left unsaid."""

    def __init__(self, fd: int) -> None:
        self._fd = fd

    def say(self, line: str) -> None:
        with suppress(BlockingIOError, BrokenPipeError):
            os.write(self._fd, f"{line}\n".encode())


def _report_to(wire: Wire) -> None:
    """Connect what django-q2 emits in worker and monitor to the wire and the heartbeat."""

    def busy(task: dict[str, Any], **kwargs: Any) -> None:
        if task["func"] != BEAT:
            wire.say(f"busy {os.getpid()}")

    def idle(task: dict[str, Any], **kwargs: Any) -> None:
        if task["func"] != BEAT:
            wire.say(f"idle {os.getpid()}")

    def done(task: dict[str, Any], **kwargs: Any) -> None:
        if task["func"] == BEAT and task["success"]:
            wire.say("beat")
            _record_beat()

    pre_execute.connect(busy, weak=False)
    post_execute_in_worker.connect(idle, weak=False)
    post_execute.connect(done, weak=False)


def _record_beat() -> None:
    """The database may be away: that is no reason to end, and the next beat will say it."""
    try:
        record_beat()
    except Exception as error:
        logger.warning("The heartbeat could not be written: %s", error)
