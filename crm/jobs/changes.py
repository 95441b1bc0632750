"""What an administrator does to the jobs: change one, run one now, run a failed one again."""

from datetime import time

from django.db import transaction
from django_q.models import Failure

from crm.jobs.models import JobSetting
from crm.jobs.queue import put
from crm.jobs.schedules import Job, synchronise
from crm.people.models import User


class QueueAwayError(Exception):
    """The queue does not answer; nothing was changed."""


@transaction.atomic
def change_job(*, job: Job, enabled: bool, at: time | None, by: User) -> None:
    """Switch a job on or off and set its time of day (daily jobs; others ignore it)."""
    moved = at is not None and job.hour is not None and (at.hour, at.minute) != (job.hour, 0)
    JobSetting.objects.update_or_create(
        name=job.name,
        defaults={
            "enabled": enabled,
            "hour": at.hour if at and moved else None,
            "minute": at.minute if at and moved else 0,
            "changed_by": by,
        },
    )
    synchronise()


def run_job(job: Job) -> None:
    """Queue a scheduled job now, beside its schedule. Raises QueueAwayError."""
    if not put(job.func, options={"save": True, "group": job.group}):
        raise QueueAwayError


@transaction.atomic
def run_again(failure: Failure) -> bool:
    """Queue a failed job once more and forget the failure; False if somebody else just did.

    Raises QueueAwayError, and then the failure stays.
    """
    deleted, _rows = Failure.objects.filter(pk=failure.pk).delete()
    if not deleted:
        return False
    options = {"save": True, "group": failure.group} if failure.group else {}
    if not put(failure.func, failure.args or (), failure.kwargs or {}, options):
        raise QueueAwayError
    return True
