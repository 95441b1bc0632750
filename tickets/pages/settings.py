"""What managers set up once: canned replies, and how soon tickets are due."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from crm.audit.models import record
from crm.desk.access import DeskRequest, permitted
from crm.desk.feedback import tell
from crm.people.models import User
from tickets.deadlines import USUAL
from tickets.models import CannedReply, Priority, SlaPolicy
from tickets.pages.forms import CannedForm, RuleForm
from tickets.pages.timing import duration
from tickets.variables import VARIABLES

MOST_REPLIES = 300


@require_GET
@permitted("tickets.change_cannedreply")
def canned(request: DeskRequest) -> HttpResponse:
    rows = CannedReply.objects.select_related("agency").order_by("-is_active", "title")
    return render(request, "tickets/canned.html", {"replies": list(rows[:MOST_REPLIES])})


@require_http_methods(["GET", "POST"])
@permitted("tickets.add_cannedreply")
def canned_create(request: DeskRequest) -> HttpResponse:
    return _edit(request, None)


@require_http_methods(["GET", "POST"])
@permitted("tickets.change_cannedreply")
def canned_edit(request: DeskRequest, pk: int) -> HttpResponse:
    return _edit(request, get_object_or_404(CannedReply, pk=pk))


def _edit(request: DeskRequest, reply: CannedReply | None) -> HttpResponse:
    form = CannedForm(request.POST or None, instance=reply)
    if request.method == "POST" and form.is_valid():
        form.save()
        tell(request, _("The canned reply was saved."))
        return redirect("tickets:canned")
    variables = [(f"{{{{ {name} }}}}", words) for name, words in VARIABLES.items()]
    context = {"form": form, "reply": reply, "variables": variables}
    return render(request, "tickets/canned_form.html", context)


@require_POST
@permitted("tickets.delete_cannedreply")
def canned_delete(request: DeskRequest, pk: int) -> HttpResponse:
    reply = get_object_or_404(CannedReply, pk=pk)
    reply.delete()
    tell(request, _("The canned reply “%(title)s” was deleted.") % {"title": reply.title})
    return redirect("tickets:canned")


@require_http_methods(["GET", "POST"])
@permitted("tickets.change_slapolicy")
def rules(request: DeskRequest) -> HttpResponse:
    """All priorities on one page, saved together; `usual` puts back what was there at first."""
    if request.method == "POST" and "usual" in request.POST:
        _keep(dict(USUAL), request.user)
        tell(request, _("The usual deadlines hold again."))
        return redirect("tickets:rules")
    now = _held()
    forms = {
        key: RuleForm(
            request.POST or None,
            prefix=f"p{key}",
            initial={"response": now[key][0], "resolution": now[key][1]},
        )
        for key in Priority.values
    }
    # Every form is looked at, so that all that is wrong is said at once.
    wrong = [form for form in forms.values() if not form.is_valid()]
    if request.method == "POST" and not wrong:
        given = {
            key: (form.cleaned_data["response"], form.cleaned_data["resolution"])
            for key, form in forms.items()
        }
        _keep(given, request.user)
        tell(request, _("The deadlines were saved. They hold for tickets made from now on."))
        return redirect("tickets:rules")
    rows = [(Priority(key).label, form, _said(now[key])) for key, form in forms.items()]
    return render(request, "tickets/rules.html", {"rows": rows, "is_usual": now == USUAL})


def _held() -> dict[int, tuple[int, int]]:
    """Minutes until answer and solution, by priority, as they hold now."""
    own = {
        one.priority: (one.response_minutes, one.resolution_minutes)
        for one in SlaPolicy.objects.all()
    }
    return {**USUAL, **own}


def _keep(given: dict[int, tuple[int, int]], by: User) -> None:
    with transaction.atomic():
        for priority, (response, resolution) in given.items():
            before = _held()[priority]
            policy, _made = SlaPolicy.objects.update_or_create(
                priority=priority,
                defaults={"response_minutes": response, "resolution_minutes": resolution},
            )
            record(
                action="ticket_deadlines_changed",
                subject=policy,
                by=by,
                before=_facts(before),
                after=_facts((response, resolution)),
            )


def _facts(minutes: tuple[int, int]) -> dict[str, Any]:
    return {"response_minutes": minutes[0], "resolution_minutes": minutes[1]}


def _said(minutes: tuple[int, int]) -> tuple[str, str]:
    return duration(minutes[0]), duration(minutes[1])
