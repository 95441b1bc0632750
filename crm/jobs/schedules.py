"""What runs by the clock: one declared list, and django-q2's rows made equal to it.

A room declares `JOBS` in its own `jobs.py`; `settings.SCHEDULES` lists the dotted paths. What an
administrator changed on the scheduled-jobs page (JobSetting) wins over the declaration.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.db import transaction
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.module_loading import import_string
from django_q.models import Schedule

from crm.jobs.models import Heartbeat, JobSetting

# Rows of ours carry this before their name; others (made in the admin) are left alone.
OWNED = "ventanilla:"
LOCK = "schedules"
_DAILY = re.compile(r"daily at ([01]?\d|2[0-3])$")


@dataclass(frozen=True)
class Job:
    """Something done by the clock.

    `func`: dotted path of a function without arguments that is safe to repeat. `every`: "hourly"
    or "daily at HH" (local time); or `minutes`: that many minutes apart, and no `every`.
    """

    name: str
    label: str | Promise
    func: str
    every: str = ""
    minutes: int = 0
    explanation: str | Promise = ""

    def __post_init__(self) -> None:
        right = self.every == "hourly" or _DAILY.match(self.every) or not self.every
        if not right or bool(self.every) == bool(self.minutes):
            raise ImproperlyConfigured(f"Job {self.name}: every={self.every!r} {self.minutes=}")

    @property
    def group(self) -> str:
        """Under this name stand its schedule and the records of its runs."""
        return OWNED + self.name

    @property
    def hour(self) -> int | None:
        """The declared hour of a daily job, None for the others."""
        daily = _DAILY.match(self.every)
        return int(daily[1]) if daily else None


def declared() -> tuple[Job, ...]:
    """All jobs of `settings.SCHEDULES`, whose paths lead to a Job or to several."""
    jobs: dict[str, Job] = {}
    for path in settings.SCHEDULES:
        found = import_string(path)
        for job in [found] if isinstance(found, Job) else found:
            if job.name in jobs:
                raise ImproperlyConfigured(f"Two scheduled jobs are named {job.name}")
            jobs[job.name] = job
    return tuple(jobs.values())


def synchronise(jobs: Iterable[Job] | None = None) -> None:
    """Make the schedule rows equal to what is declared and changed by hand. Safe to repeat.

    A row keeps its next run as long as its time of day stays the same, so that a job missed
    while the machine was off is made up for once. Two machines that start at once take turns.
    """
    Heartbeat.objects.get_or_create(name=LOCK)
    with transaction.atomic():
        Heartbeat.objects.select_for_update().get(name=LOCK)
        changes = {setting.name: setting for setting in JobSetting.objects.all()}
        jobs = declared() if jobs is None else tuple(jobs)
        for job in jobs:
            _write(job, changes.get(job.name))
        names = [job.group for job in jobs]
        Schedule.objects.filter(name__startswith=OWNED).exclude(name__in=names).delete()
        Heartbeat.objects.filter(name=LOCK).update(at=timezone.now())


def time_of_day(job: Job, setting: JobSetting | None) -> tuple[int, int] | None:
    """Hour and minute (local) of a daily job as it stands now, None for the others."""
    if job.hour is None:
        return None
    if setting and setting.hour is not None:
        return setting.hour, setting.minute
    return job.hour, 0


def _write(job: Job, setting: JobSetting | None) -> None:
    """Make the one row of this job right, and drop others of its name."""
    rows = list(Schedule.objects.filter(name=job.group).order_by("id"))
    row = rows[0] if rows else Schedule(name=job.group, next_run=None)
    Schedule.objects.filter(id__in=[extra.id for extra in rows[1:]]).delete()
    before = [row.schedule_type, row.minutes, row.repeats]
    wanted = _wanted(job, setting)
    for field, value in wanted.items():
        setattr(row, field, value)
    moved = before != [row.schedule_type, row.minutes, row.repeats]
    at = time_of_day(job, setting)
    if row.next_run is None or moved or (at and _clock(row.next_run) != at):
        row.next_run = next_run(job, at)
    row.save()


def _wanted(job: Job, setting: JobSetting | None) -> dict[str, Any]:
    kind = Schedule.MINUTES if job.minutes else Schedule.HOURLY
    return {
        "func": job.func,
        "schedule_type": kind if job.hour is None else Schedule.DAILY,
        "minutes": job.minutes or None,
        # A run of a scheduled job is kept, unlike others, so that the page can show the last one.
        "kwargs": repr({"q_options": {"save": True}}),
        "repeats": 0 if setting and not setting.enabled else -1,
    }


def next_run(job: Job, at: tuple[int, int] | None) -> datetime:
    """When a job runs first that starts counting now."""
    now = timezone.localtime()
    if at is None:
        return now + timedelta(minutes=job.minutes or 60)
    run = now.replace(hour=at[0], minute=at[1], second=0, microsecond=0)
    return run if run > now else run + timedelta(days=1)


def _clock(moment: datetime) -> tuple[int, int]:
    local = timezone.localtime(moment)
    return local.hour, local.minute
