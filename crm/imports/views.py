"""The pages of an import: upload, name the columns, see what is wrong, import."""

import csv
import io
from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import FileResponse, Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from crm.desk.access import DeskRequest
from crm.desk.feedback import tell
from crm.errors import DeskError
from crm.imports import errors_file, verbs
from crm.imports.access import get_import_for, importing
from crm.imports.forms import ColumnsForm, UploadForm
from crm.imports.models import Import
from crm.imports.registry import importers_for
from crm.imports.workbook import letters, workbook
from crm.people.models import User

PER_PAGE = 50
_XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@require_http_methods(["GET", "POST"])
@importing
def create(request: DeskRequest) -> HttpResponse:
    mine = importers_for(request.user)
    posted = request.method == "POST"
    asked = request.GET.get("kind", "")
    form = UploadForm(
        request.POST if posted else None,
        request.FILES if posted else None,
        importers=mine,
        initial={"kind": asked if asked in mine else next(iter(mine))},
    )
    if posted and form.is_valid():
        said = form.cleaned_data
        return redirect(verbs.upload(kind=said["kind"], file=said["file"], by=request.user))
    return render(request, "imports/create.html", {"form": form, "importers": mine.values()})


@require_GET
@importing
def template(request: DeskRequest, kind: str, form: str) -> FileResponse:
    """An empty file with the right headings, to fill in."""
    importer = importers_for(request.user).get(kind)
    if importer is None or form not in ("csv", "xlsx"):
        raise Http404
    headings = [str(column.label) for column in importer.columns]
    name = f"{importer.label}.{form}"
    if form == "xlsx":
        made, kind_of_file = workbook([headings], len(headings)), _XLSX
    else:
        made, kind_of_file = _csv(headings), "text/csv; charset=utf-8"
    return FileResponse(
        io.BytesIO(made), as_attachment=True, filename=name, content_type=kind_of_file
    )


def _csv(headings: list[str]) -> bytes:
    text = io.StringIO()
    csv.writer(text).writerow(headings)
    return f"\ufeff{text.getvalue()}".encode()


@require_GET
@importing
def detail(request: DeskRequest, pk: int) -> HttpResponse:
    """Where the import stands; htmx asks for its standing alone while work is under way."""
    one = get_import_for(request.user, pk)
    column = request.GET.get("column", "").replace("\x00", "")  # PostgreSQL takes none
    rows = one.problems.filter(column=column) if "column" in request.GET else one.problems.all()
    context: dict[str, Any] = {
        "one": one,
        "importer": one.importer,
        "sample": _sampled(one, request.user),
        "shows_cells": one.shows_cells_to(request.user),
        "column": column if "column" in request.GET else None,
        "counts": sorted(one.problem_counts.items(), key=lambda item: (-item[1], item[0])),
        "problems_all": sum(one.problem_counts.values()),
        "paged": Paginator(rows, PER_PAGE).get_page(request.GET.get("page")),
    }
    target = request.headers.get("HX-Target", "") if request.htmx else ""
    part = "#standing" if target == "standing" else ""
    response = render(request, f"imports/detail.html{part}", context)
    response["Vary"] = "HX-Request, HX-Target"
    return response


@require_http_methods(["GET", "POST"])
@importing
def columns(request: DeskRequest, pk: int) -> HttpResponse:
    one = get_import_for(request.user, pk)
    if one.state not in Import.BEFORE or one.cleared_at:
        return redirect(one)
    form = ColumnsForm(request.POST if request.method == "POST" else None, one=one)
    if request.method == "POST" and form.is_valid():
        return _done(request, one, lambda: verbs.name_columns(one=one, **form.said))
    context = {
        "one": one,
        "form": form,
        "sample": _sampled(one, request.user),
    }
    return render(request, "imports/columns.html", context)


@require_POST
@importing
def run(request: DeskRequest, pk: int) -> HttpResponse:
    one = get_import_for(request.user, pk)
    only_good = request.POST.get("which") == "good"
    return _done(request, one, lambda: verbs.run(one=one, only_good=only_good))


@require_POST
@importing
def resume(request: DeskRequest, pk: int) -> HttpResponse:
    one = get_import_for(request.user, pk)
    return _done(request, one, lambda: verbs.resume(one=one))


@require_POST
@importing
def cancel(request: DeskRequest, pk: int) -> HttpResponse:
    one = get_import_for(request.user, pk)
    return _done(request, one, lambda: verbs.cancel(one=one))


@require_GET
@importing
def errors(request: DeskRequest, pk: int) -> FileResponse:
    """The rows that were not taken, with what is wrong in each."""
    one = get_import_for(request.user, pk)
    path = one.folder / errors_file.NAME
    ready = one.has_errors_file and not one.is_working and path.is_file()
    if not ready or not one.shows_cells_to(request.user):
        raise Http404
    text = path.read_bytes()[: one.errors_size]
    name = _("problems-%(number)d.csv") % {"number": one.pk}
    response = FileResponse(
        io.BytesIO(text), as_attachment=True, filename=name, content_type="text/csv; charset=utf-8"
    )
    response["X-Content-Type-Options"] = "nosniff"
    response["Cache-Control"] = "private, no-store"
    return response


def _done(request: DeskRequest, one: Import, verb: Callable[[], None]) -> HttpResponse:
    try:
        verb()
    except DeskError as error:
        tell(request, str(error), level=messages.ERROR)
    return redirect(one)


def _sampled(one: Import, user: User) -> dict[str, Any]:
    """The first rows below the file's headings, each column with its letter."""
    width = len(one.headings)
    rows = one.sample if one.shows_cells_to(user) else []
    return {
        "headings": [(letters(place), heading) for place, heading in enumerate(one.headings)],
        "rows": [[*row, *([""] * (width - len(row)))][:width] for row in rows],
    }
