"""The supervisor and its cluster, as real processes that are killed."""

import os
import signal
import time
from datetime import timedelta

import pytest
from django.db import connection
from django.utils import timezone
from django_q.models import OrmQ, Schedule

from crm.jobs.heartbeat import NAME, probe
from crm.jobs.models import Heartbeat
from crm.jobs.queue import enqueue
from crm.jobs.schedules import LOCK, declared
from crm.jobs.tests.clusters import running, wait_for

pytestmark = [pytest.mark.serial, pytest.mark.once, pytest.mark.django_db(transaction=True)]

MARK = "crm.jobs.tests.samples.mark"
TAKE_TIME = "crm.jobs.tests.samples.take_time"
SOAK = os.environ.get("SOAK") == "1"


def does_a_job(path, seconds=25):
    """A job queued now is done."""
    enqueue(MARK, str(path))
    wait_for(path.exists, seconds)


def test_a_queued_job_is_done_once_and_receipted(tmp_path):
    with running() as cluster:
        for number in range(10):
            enqueue(MARK, str(tmp_path / "done"), number)
        wait_for(lambda: not OrmQ.objects.exists())
        assert sorted((tmp_path / "done").read_text().split()) == sorted(map(str, range(10)))
        wait_for(lambda: Heartbeat.objects.filter(name=NAME).exists())
        assert probe().ok
        assert cluster.process.poll() is None


@pytest.mark.parametrize("signum", [signal.SIGTERM, signal.SIGINT])
def test_stops_within_seconds_and_leaves_nobody(signum, tmp_path):
    with running(JOBS_STOP_GRACE="2") as cluster:
        enqueue(TAKE_TIME, str(tmp_path / "long"), 60)
        wait_for((tmp_path / "long").exists)
        cluster.parts()
        began = time.monotonic()
        cluster.process.send_signal(signum)
        assert cluster.process.wait(10) == 0
        assert time.monotonic() - began < 6
        assert cluster.left() == []


def test_a_killed_supervisor_leaves_nobody(tmp_path):
    with running() as cluster:
        does_a_job(tmp_path / "before")
        cluster.parts()
        cluster.process.kill()
        wait_for(lambda: not cluster.left(), 10)


def test_what_is_at_hand_is_finished_when_stopping(tmp_path):
    with running(JOBS_STOP_GRACE="10") as cluster:
        enqueue(TAKE_TIME, str(tmp_path / "short"), 2)
        wait_for((tmp_path / "short").exists)
        cluster.process.terminate()
        assert cluster.process.wait(10) == 0
        assert (tmp_path / "short").read_text().endswith("ended\n")
        assert not OrmQ.objects.exists()
        assert cluster.left() == []


def test_killed_supervisor_and_guard_leave_nobody():
    with running() as cluster:
        guard = cluster.parts()["guard"]
        cluster.process.kill()
        guard.kill()
        wait_for(lambda: not cluster.left(), 10)


@pytest.mark.parametrize(
    "part", ["guard", "worker", "monitor", "pusher", *(["second worker"] if SOAK else [])]
)
def test_recovers_from_a_killed_part(part, tmp_path):
    with running() as cluster:
        for number in range(10 if SOAK else 1):
            does_a_job(tmp_path / f"before {number}")
            time.sleep(3 if SOAK else 0)  # until it has settled, or the pauses would grow
            before = cluster.parts()
            before[part].kill()
            wait_for(lambda before=before: not before[part].is_running())
            does_a_job(tmp_path / f"after {number}")
            assert before["guard"] not in cluster.left()


def test_a_cluster_that_dies_at_once_is_started_ever_more_slowly():
    with running(JOBS_BEAT="60") as cluster:
        began = time.monotonic()
        for _ in range(3):
            guard = cluster.parts()["guard"]
            guard.kill()
            wait_for(lambda guard=guard: not guard.is_running())
        cluster.parts()
        assert time.monotonic() - began > 0.5 + 1 + 2


@pytest.mark.parametrize("part", ["guard", "monitor", *(["worker", "pusher"] if SOAK else [])])
def test_recovers_from_a_part_that_hangs(part, tmp_path):
    """A stopped process looks alive; only the missing beat tells."""
    with running() as cluster:
        does_a_job(tmp_path / "before")
        before = cluster.parts()
        # Both, since the other one would do a stopped worker's part.
        stopped = [before[part]] + ([before["second worker"]] if part == "worker" else [])
        for process in stopped:
            process.suspend()
        wait_for(lambda: not before["guard"].is_running())
        does_a_job(tmp_path / "after")


def test_a_worker_killed_at_work_costs_nobody_else_anything(tmp_path):
    with running() as cluster:
        guard = cluster.parts()["guard"]
        enqueue(TAKE_TIME, str(tmp_path / "long"), 60)
        wait_for(lambda: (tmp_path / "long").exists() and (tmp_path / "long").read_text())
        os.kill(int((tmp_path / "long").read_text().split()[1]), signal.SIGKILL)
        does_a_job(tmp_path / "after")
        assert guard.is_running()
        assert cluster.parts()["guard"] == guard


def test_a_long_job_is_not_taken_for_death(tmp_path):
    with running(JOBS_DEAD_AFTER="3") as cluster:
        guard = cluster.parts()["guard"]
        for name in ("one", "two"):
            enqueue(TAKE_TIME, str(tmp_path / name), 7)
        wait_for(lambda: Heartbeat.objects.filter(name=NAME, busy_until__gt=timezone.now()))
        Heartbeat.objects.filter(name=NAME).update(at=timezone.now() - timedelta(hours=1))
        assert probe().ok
        for name in ("one", "two"):
            wait_for(lambda name=name: (tmp_path / name).read_text().endswith("ended\n"))
        wait_for(lambda: Heartbeat.objects.filter(name=NAME, busy_until=None))
        assert guard.is_running()


def test_two_clusters_share_a_queue(tmp_path):
    with running() as one, running() as other:
        parts = [one.parts(), other.parts()]
        for number in range(40):
            enqueue(MARK, str(tmp_path / "done"), number)
        wait_for(lambda: not OrmQ.objects.exists())
        assert sorted((tmp_path / "done").read_text().split()) == sorted(map(str, range(40)))
        # Each has a beat of its own: one that hangs is found out although the other goes on.
        parts[0]["monitor"].suspend()
        wait_for(lambda: not parts[0]["guard"].is_running())
        assert parts[1]["guard"].is_running()


def test_at_rest_it_only_reads(tmp_path):
    """Nothing lies in the queue, so nothing but the beat is written."""
    with running(JOBS_BEAT="30", JOBS_DEAD_AFTER="60"):
        wait_for(lambda: Heartbeat.objects.filter(name__in=[NAME, LOCK]).count() == 2)
        wait_for(lambda: Schedule.objects.count() == len(declared()))
        before = written()
        time.sleep(4)
        # PostgreSQL's own housekeeping may count; once a second would be four.
        assert written() - before <= (0 if connection.vendor == "sqlite" else 2)


def written():
    """A number that grows with the commits that changed something."""
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute("PRAGMA data_version")
        else:
            cursor.execute("SELECT pg_snapshot_xmax(pg_current_snapshot())::text::bigint")
        return cursor.fetchone()[0]
