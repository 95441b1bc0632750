"""What the loans do by the clock."""

from django.conf import settings
from django.utils.translation import gettext_lazy as _

from crm.jobs.queue import enqueue
from crm.jobs.schedules import Job
from partners.arrears import renew_loans
from partners.portfolio import rollup


def new_day() -> None:
    """Bring the loans to today, in portions that end well before a job is stopped; then add up."""
    _, all_of_them = renew_loans(seconds=settings.JOB_TIMEOUT / 2)
    if all_of_them:
        rollup.compute()
    else:
        enqueue("partners.jobs.new_day")


JOBS = (
    Job(
        name="loans-new-day",
        label=_("Bring loans to today"),
        func="partners.jobs.new_day",
        every="daily at 0",
        explanation=_("Counts the days past due and what is overdue, and adds late interest."),
    ),
)
