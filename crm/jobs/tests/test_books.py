"""Heartbeat, own jobs, and the door to the queue."""

from datetime import timedelta

import pytest
from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from django_q.models import OrmQ, Task

from crm.jobs import heartbeat
from crm.jobs.jobs import clear_results, clear_sessions
from crm.jobs.models import Heartbeat
from crm.jobs.queue import enqueue

pytestmark = pytest.mark.django_db


def beaten(seconds_ago, busy=None):
    now = timezone.now()
    Heartbeat.objects.create(
        name=heartbeat.NAME,
        at=now - timedelta(seconds=seconds_ago),
        busy_until=now + timedelta(seconds=busy) if busy else None,
    )


@pytest.mark.parametrize(
    ("seconds_ago", "busy", "alive"),
    [(5, None, True), (61, None, False), (300, 60, True), (300, -60, False)],
)
def test_readiness_knows_a_dead_cluster(client, settings, seconds_ago, busy, alive):
    settings.READINESS = ["crm.jobs.heartbeat.probe"]
    beaten(seconds_ago, busy)
    response = client.get(reverse("readyz"))
    assert response.json()["checks"]["jobs"]["ok"] is alive
    assert response.status_code == (200 if alive else 503)


def test_jobs_that_never_ran_are_not_ready():
    assert not heartbeat.probe().ok


def test_a_beat_ends_an_excuse():
    heartbeat.record_busy(timezone.now() + timedelta(minutes=5))
    heartbeat.record_beat()
    assert Heartbeat.objects.get().busy_until is None


def task(days, success):
    moment = timezone.now() - timedelta(days=days)
    identity = f"{days}-{success}"
    return Task.objects.create(
        id=identity, name=identity, func="f", started=moment, stopped=moment, success=success
    )


def test_old_records_are_cleared():
    kept = [task(6, True), task(29, False)]
    task(8, True)
    task(31, False)
    clear_results()
    assert set(Task.objects.values_list("id", flat=True)) == {one.id for one in kept}


def test_expired_sessions_are_cleared(client):
    session = client.session
    session.set_expiry(-10)
    session.save()
    from django.contrib.sessions.models import Session

    assert Session.objects.exists()
    clear_sessions()
    assert not Session.objects.exists()


@pytest.mark.django_db(transaction=True)
@pytest.mark.skipif("os.environ.get('REDIS_URL')")
def test_a_job_is_queued_with_the_commit_and_not_without():
    with transaction.atomic():
        enqueue("crm.jobs.jobs.clear_sessions")
        assert not OrmQ.objects.exists()
    assert OrmQ.objects.count() == 1
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        enqueue("crm.jobs.jobs.clear_sessions")
        _ = 1 / 0
    assert OrmQ.objects.count() == 1
