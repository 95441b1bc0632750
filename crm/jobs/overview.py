"""What the scheduled-jobs page shows: each job as it stands, and what failed lately."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import OuterRef, Subquery
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django_q.models import Failure, Schedule, Task

from crm.jobs.models import JobSetting
from crm.jobs.schedules import Job, declared, time_of_day

FAILURES_SHOWN = 20
_FRAME = re.compile(r'^  File "(?P<file>.+)", line (?P<line>\d+), in (?P<where>.+)$', re.MULTILINE)
_RAISED = re.compile(r"^(?P<error>[\w.]+)", re.MULTILINE)


@dataclass(frozen=True)
class JobRow:
    """A declared job with what was changed on it, its last run and its next."""

    job: Job
    setting: JobSetting | None
    next_run: datetime | None
    last: Task | None

    @property
    def enabled(self) -> bool:
        return self.setting is None or self.setting.enabled

    @property
    def at(self) -> str:
        """The time of day of a daily job ("03:00"), "" for the others."""
        at = time_of_day(self.job, self.setting)
        return f"{at[0]:02}:{at[1]:02}" if at else ""

    @property
    def rhythm(self) -> str:
        if self.at:
            return _("Every day")
        if self.job.minutes:
            return ngettext("Every minute", "Every %(count)d minutes", self.job.minutes) % {
                "count": self.job.minutes
            }
        return _("Every hour")

    @property
    def took(self) -> str:
        """How long the last run took, from being queued to its end."""
        seconds = self.last.time_taken() if self.last else 0.0
        return f"{seconds:.1f} s" if seconds < 60 else f"{seconds / 60:.0f} min"


@dataclass(frozen=True)
class FailureRow:
    """A job that failed. Of the error only its kind and place: its words may name people."""

    pk: str
    label: str | Promise
    stopped: datetime
    error: str
    place: str


def job_rows() -> list[JobRow]:
    """All declared jobs, in the order of their declaration. Four queries."""
    jobs = declared()
    last_run = Task.objects.filter(group=OuterRef("name")).order_by("-stopped").values("id")[:1]
    schedules = {
        row.name: row
        for row in Schedule.objects.filter(name__in=[job.group for job in jobs]).annotate(
            last_id=Subquery(last_run)
        )
    }
    runs = Task.objects.in_bulk([row.last_id for row in schedules.values() if row.last_id])
    settings = {
        setting.name: setting for setting in JobSetting.objects.select_related("changed_by")
    }
    rows = []
    for job in jobs:
        schedule, setting = schedules.get(job.group), settings.get(job.name)
        on = schedule is not None and (setting is None or setting.enabled)
        rows.append(
            JobRow(
                job=job,
                setting=setting,
                next_run=schedule.next_run if schedule and on else None,
                last=runs.get(schedule.last_id) if schedule else None,
            )
        )
    return rows


def failure_rows() -> list[FailureRow]:
    """The newest failures, of scheduled and other jobs."""
    labels = {job.group: job.label for job in declared()}
    return list(_failure_rows(Failure.objects.order_by("-stopped")[:FAILURES_SHOWN], labels))


def _failure_rows(
    failures: Iterable[Task], labels: dict[str, str | Promise]
) -> Iterable[FailureRow]:
    for failure in failures:
        error, place = kind_and_place(str(failure.result or ""))
        yield FailureRow(
            pk=failure.pk,
            label=labels.get(failure.group, failure.func.rpartition(".")[2]),
            stopped=failure.stopped,
            error=error,
            place=place,
        )


def kind_and_place(result: str) -> tuple[str, str]:
    """Of a traceback as text the exception's class and "file:line", without its message."""
    frames = list(_FRAME.finditer(result))
    if not frames:
        return _("unknown error"), ""
    last = frames[-1]
    raised = _RAISED.search(result, last.end())
    error = raised["error"].rpartition(".")[2] if raised else _("unknown error")
    folder, _slash, file = last["file"].rpartition("/")
    return error, f"{folder.rpartition('/')[2]}/{file}:{last['line']}"


def late(row: JobRow, now: datetime) -> bool:
    """Whether a job should have begun a while ago: the schedule is looked at twice a minute."""
    return row.next_run is not None and row.next_run < now - timedelta(minutes=2)
