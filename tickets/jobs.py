"""What the tickets do by the clock."""

from django.utils.translation import gettext_lazy as _

from crm.jobs.schedules import Job

JOBS = (
    Job(
        name="watch_tickets",
        label=_("Watch what tickets are due"),
        func="tickets.watching.watch",
        minutes=1,
        explanation=_("Warns whoever has a ticket before its time is over, and notes when it is."),
    ),
    Job(
        name="close_resolved_tickets",
        label=_("Close resolved tickets"),
        func="tickets.standing.close_resolved",
        every="daily at 5",
        explanation=_("Those resolved a week ago, which nobody wrote about since."),
    ),
)
