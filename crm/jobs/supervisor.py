"""The supervisor of the background jobs: starts a cluster, listens to it, starts it again.

    supervisor ── guard, leader of a group of its own
                    ├── workers   run the jobs
                    ├── pusher    takes them from the queue, and adds the beat
                    └── monitor   takes the results

The supervisor forks the cluster from itself, so that all of them share the memory of one loaded
desk. To be safe to fork from at any time it keeps no thread and no connection: what it has to do
in the database it does in a child (`_Aside`).
"""

import gc
import logging
import multiprocessing
import os
import select
import signal
import time
from collections.abc import Callable
from contextlib import suppress
from datetime import timedelta
from types import FrameType
from typing import Any

from django.conf import settings
from django.utils import timezone

from crm.jobs.guard import run_guard
from crm.jobs.heartbeat import record_busy
from crm.jobs.kinship import adopt_orphans, buried
from crm.jobs.schedules import synchronise

logger = logging.getLogger(__name__)

TICK = 0.5  # seconds
LONGEST_PAUSE = 60.0  # seconds between the death of a cluster and the next
ASIDE_TIMEOUT = 30  # seconds for a look into the database
BURIAL_TIMEOUT = 2.0  # seconds to be sure that killed processes are gone
_fork = multiprocessing.get_context("fork")


class Supervisor:
    """Keeps one cluster alive until SIGTERM or SIGINT."""

    def __init__(self) -> None:
        self.stopping = False
        self._synchronising = _Aside(synchronise, again_after=5)
        self._excusing: _Aside | None = None
        self._excused_until = 0.0

    def run(self) -> None:
        """Blocks. Leaves no process behind, unless it is itself killed (then they stop alone)."""
        signal.signal(signal.SIGTERM, self._stop)
        signal.signal(signal.SIGINT, self._stop)
        adopt_orphans()
        gc.collect()
        gc.freeze()
        deaths = 0
        while not self.stopping:
            cluster = Cluster()
            reason = self._watch(cluster)
            if not reason:
                cluster.stop(settings.JOBS_STOP_GRACE)
                return
            cluster.kill()
            deaths = 0 if cluster.settled() else deaths
            pause = min(LONGEST_PAUSE, TICK * 2**deaths)
            deaths += 1
            logger.error("The jobs are dead (%s); starting them again in %g s", reason, pause)
            self._rest(pause)

    def _watch(self, cluster: "Cluster") -> str:
        """Listen until the cluster dies (returns of what) or the supervisor has to stop ("")."""
        while not self.stopping:
            cluster.listen(TICK)
            if reason := cluster.ailment():
                return reason
            self._synchronising.attend()
            self._excuse(cluster)
        return ""

    def _excuse(self, cluster: "Cluster") -> None:
        """Tell /readyz that the beat is late because of a long job, once for each such job."""
        until = cluster.busy_until()
        if until > self._excused_until:
            self._excused_until = until
            left = timedelta(seconds=until - time.monotonic())
            self._excusing = _Aside(lambda: record_busy(timezone.now() + left))
        if self._excusing:
            self._excusing.attend()

    def _rest(self, seconds: float) -> None:
        until = time.monotonic() + seconds
        while not self.stopping and time.monotonic() < until:
            self._synchronising.attend()
            time.sleep(min(TICK, seconds))

    def _stop(self, signum: int, frame: FrameType | None) -> None:
        self.stopping = True


class Cluster:
    """A running cluster, as it looks from outside."""

    def __init__(self) -> None:
        control, wire = os.pipe(), os.pipe()
        os.set_blocking(wire[1], False)
        self.process = _fork.Process(target=run_guard, args=(control, wire), name="guard")
        self.process.start()
        os.close(control[0])
        os.close(wire[1])
        self._control, self._wire = control[1], wire[0]
        self._started = self._last_round = self._last_beat = time.monotonic()
        self._busy_since: dict[int, float] = {}
        self._unread = b""

    def settled(self) -> bool:
        """Whether it beat more than once, so that its death is not that of the one before."""
        every: float = settings.JOBS_BEAT
        return self._last_beat - self._started > every

    def listen(self, seconds: float) -> None:
        """Take in what the cluster says, waiting at most that long for it."""
        if not select.select([self._wire], [], [], seconds)[0]:
            return
        heard = os.read(self._wire, 65536)
        if not heard:  # nobody is left to speak: `ailment` is about to say so
            time.sleep(seconds)
        *lines, self._unread = (self._unread + heard).split(b"\n")
        for line in lines:
            self._take_in(line.decode(), time.monotonic())

    def _take_in(self, line: str, now: float) -> None:
        word, _, pid = line.partition(" ")
        if word == "round":
            self._last_round = now
        elif word == "beat":
            self._last_beat = now
        elif word == "busy":
            self._busy_since[int(pid)] = now
        elif word == "idle":
            since = self._busy_since.pop(int(pid), now)
            if now - since > settings.JOBS_BEAT:  # the beat is behind, and on its way now
                self._last_beat = now

    def busy_until(self) -> float:
        """When the longest of the long jobs at hand must end (monotonic), 0 without any.

        Long is what outlasts the time between two beats, and so may be what holds them up.
        """
        now = time.monotonic()
        self._busy_since = {
            pid: since
            for pid, since in self._busy_since.items()
            if now - since < settings.JOB_TIMEOUT + 15 and _exists(pid)
        }
        long = [since for since in self._busy_since.values() if now - since > settings.JOBS_BEAT]
        return max(long) + settings.JOB_TIMEOUT if long else 0.0

    def ailment(self) -> str:
        """What it has died of, "" while it lives."""
        now = time.monotonic()
        if not self.process.is_alive():
            return f"the guard ended with {self.process.exitcode}"
        if now - self._last_round > settings.JOBS_DEAD_AFTER:
            return "the guard is silent"
        if self.busy_until():
            self._last_beat = now
        if now - self._last_beat > settings.JOBS_DEAD_AFTER:
            return "no beat came round"
        return ""

    def stop(self, grace: float) -> None:
        """Let it finish what is at hand for `grace` seconds, then kill it."""
        with suppress(BrokenPipeError):
            os.write(self._control, b".")
        self.process.join(grace)
        self.kill()

    def kill(self) -> None:
        """End the whole group, whoever is left of it, also when its leader is long gone."""
        pid = self.process.pid or 0
        if self.process.is_alive():  # it may not have made its group yet
            self.process.kill()
        with suppress(ProcessLookupError):
            os.killpg(pid, signal.SIGKILL)
        self.process.join(BURIAL_TIMEOUT)
        until = time.monotonic() + BURIAL_TIMEOUT
        while not buried(pid) and time.monotonic() < until:
            time.sleep(0.02)
        os.close(self._control)
        os.close(self._wire)


class _Aside:
    """Something to do in the database, in a short-lived child, again until it succeeds."""

    def __init__(self, work: Callable[[], Any], again_after: float = 0) -> None:
        self._work = work
        self._again_after = again_after
        self._next = 0.0
        self._done = False
        self._child: multiprocessing.context.ForkProcess | None = None

    def attend(self) -> None:
        """Start the child, or see what became of it. Never waits."""
        if self._done or time.monotonic() < self._next:
            return
        if self._child is None:
            self._child = _fork.Process(target=self._run, daemon=True)
            self._child.start()
        elif not self._child.is_alive():
            self._done = self._child.exitcode == 0 or not self._again_after
            self._child = None
            self._next = time.monotonic() + self._again_after

    def _run(self) -> None:
        signal.signal(signal.SIGTERM, signal.SIG_DFL)
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        signal.alarm(ASIDE_TIMEOUT)
        try:
            self._work()
        except Exception as error:
            logger.error("%s failed: %s", getattr(self._work, "__name__", "work"), error)
            os._exit(1)


def _exists(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
