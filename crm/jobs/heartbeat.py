"""The sign of life of the background jobs.

A beat goes round the whole ring: the pusher of a cluster makes it (crm/jobs/broker.py), a worker
runs it, the monitor takes its result and only then writes the row. So a fresh row says that jobs
are fetched, done and receipted somewhere, not merely that a process exists.
"""

from contextlib import suppress
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import IntegrityError
from django.utils import timezone
from django.utils.translation import gettext as _
from django_q.humanhash import uuid
from django_q.signing import SignedPackage

from crm.desk.registry import Probe
from crm.jobs.models import Heartbeat

NAME = "jobs"
BEAT = "crm.jobs.heartbeat.beat"


def beat() -> None:
    """Do nothing: that a worker came to do it is what counts."""


def beat_package() -> str:
    """A beat as it would lie in the queue, signed; it never does lie there."""
    name, identity = uuid()
    task: dict[str, Any] = {
        "id": identity,
        "name": name,
        "func": BEAT,
        "args": (),
        "kwargs": {},
        "started": timezone.now(),
        "save": False,
        "timeout": 30,
    }
    return str(SignedPackage.dumps(task))


def record_beat() -> None:
    """Write that a beat came round just now."""
    _write(at=timezone.now(), busy_until=None)


def record_busy(until: datetime) -> None:
    """Write that every worker may be at a long job until then, and the beat is not to be missed."""
    _write(busy_until=until)


def _write(**values: datetime | None) -> None:
    if Heartbeat.objects.filter(name=NAME).update(**values):
        return
    with suppress(IntegrityError):  # another cluster was first, a moment ago
        Heartbeat.objects.create(name=NAME, **values)


def probe() -> Probe:
    """For /readyz: whether a cluster beat lately, or is excused by a long job."""
    row = Heartbeat.objects.filter(name=NAME).first()
    if row is None:
        return Probe(NAME, ok=False, detail=_("The background jobs have never run."))
    now = timezone.now()
    age = (now - row.at).total_seconds()
    if row.busy_until and row.busy_until > now:
        return Probe(NAME, ok=True, detail=_("busy with a long job"))
    alive = now - row.at <= timedelta(seconds=settings.JOBS_DEAD_AFTER)
    return Probe(NAME, ok=alive, detail=_("last beat %(age)d s ago") % {"age": age})
