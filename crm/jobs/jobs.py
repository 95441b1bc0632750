"""Scheduled jobs of this room: keeping its own books short."""

from datetime import timedelta

from django.core.management import call_command
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django_q.models import Failure, Success

from crm.jobs.schedules import Job

KEEP_SUCCESSES = timedelta(days=7)
KEEP_FAILURES = timedelta(days=30)


def clear_results() -> None:
    """Delete the records of jobs that nobody will look at any more."""
    now = timezone.now()
    Success.objects.filter(stopped__lt=now - KEEP_SUCCESSES).delete()
    Failure.objects.filter(stopped__lt=now - KEEP_FAILURES).delete()


def clear_sessions() -> None:
    """Delete the sessions of people who logged in long ago."""
    call_command("clearsessions")


JOBS = (
    Job(
        name="clear-results",
        label=_("Clear old job records"),
        func="crm.jobs.jobs.clear_results",
        every="daily at 3",
        explanation=_("Deletes records of good runs after 7 days, of failed ones after 30."),
    ),
    Job(
        name="clear-sessions",
        label=_("Clear expired log-ins"),
        func="crm.jobs.jobs.clear_sessions",
        every="daily at 4",
        explanation=_("Deletes what is kept of log-ins that have expired."),
    ),
)
