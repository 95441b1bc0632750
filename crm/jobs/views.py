"""The scheduled-jobs page."""

from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST
from django_q.models import Failure

from crm.desk.access import DeskRequest, permitted
from crm.desk.feedback import tell
from crm.jobs.changes import QueueAwayError, change_job, run_again, run_job
from crm.jobs.forms import JobForm
from crm.jobs.heartbeat import NAME, probe
from crm.jobs.models import Heartbeat
from crm.jobs.overview import JobRow, failure_rows, job_rows, late

PERMISSION = "jobs.change_jobsetting"


@require_GET
@permitted(PERMISSION)
def job_list(request: DeskRequest) -> HttpResponse:
    template = "jobs/list.html#jobs" if request.htmx else "jobs/list.html"
    return render(request, template, _context())


@require_POST
@permitted(PERMISSION)
def job_edit(request: DeskRequest, name: str) -> HttpResponse:
    """Change a job to what was posted, or (undo) to what the address says."""
    row = _row_or_404(name)
    form = JobForm(request.GET or request.POST)
    if not form.is_valid():
        tell(request, _("That is not a time of day."), level=messages.ERROR)
        return _answer(request)
    before = {"enabled": "on" if row.enabled else "", "at": row.at}
    change_job(job=row.job, by=request.user, **form.cleaned_data)
    told = _("%(job)s was switched on.") if form.cleaned_data["enabled"] else _("%(job)s is off.")
    if row.enabled == form.cleaned_data["enabled"]:
        told = _("%(job)s was changed.")
    undo = f"{reverse('jobs:edit', args=[name])}?{urlencode(before)}"
    tell(request, told % {"job": row.job.label}, undo_url="" if request.GET else undo)
    return _answer(request)


@require_POST
@permitted(PERMISSION)
def job_run(request: DeskRequest, name: str) -> HttpResponse:
    row = _row_or_404(name)
    try:
        run_job(row.job)
    except QueueAwayError:
        return _queue_away(request)
    tell(request, _("%(job)s is about to run.") % {"job": row.job.label})
    return _answer(request, watch=True)


@require_POST
@permitted(PERMISSION)
def failure_again(request: DeskRequest, pk: str) -> HttpResponse:
    try:
        run_again(get_object_or_404(Failure, pk=pk))
    except QueueAwayError:
        return _queue_away(request)
    tell(request, _("The job is about to run again."))
    return _answer(request, watch=True)


def _row_or_404(name: str) -> JobRow:
    for row in job_rows():
        if row.job.name == name:
            return row
    raise Http404


def _context(watch: bool = False) -> dict[str, Any]:
    """`watch`: something is about to happen, so the page looks again by itself once."""
    now = timezone.now()
    rows = job_rows()
    return {
        "rows": rows,
        "late": {row.job.name for row in rows if late(row, now)},
        "failures": failure_rows(),
        "failures_in_all": Failure.objects.count(),
        "life": probe(),
        "beat": Heartbeat.objects.filter(name=NAME).first(),
        "watch": watch,
    }


def _queue_away(request: DeskRequest) -> HttpResponse:
    told = _("The queue does not answer; nothing was started. Try again in a moment.")
    tell(request, told, level=messages.ERROR)
    return _answer(request)


def _answer(request: DeskRequest, watch: bool = False) -> HttpResponse:
    if request.htmx:
        return render(request, "jobs/list.html#jobs", _context(watch))
    return redirect("jobs:list")
