"""Tickets' files, given out to who may see the ticket and to nobody else."""

from __future__ import annotations

from pathlib import PurePath

from django.db.models import Q
from django.http import FileResponse, Http404, HttpResponse
from django.shortcuts import get_object_or_404
from django.views.decorators.http import require_GET

from crm.desk.access import DeskRequest, permitted
from tickets.models import Ticket, TicketFile

# What a browser may show in place; everything else is only downloaded.
INLINE = {"image/jpeg", "image/png", "image/webp", "image/gif"}


@require_GET
@permitted("tickets.view_ticket")
def file(request: DeskRequest, pk: int) -> FileResponse | HttpResponse:
    visible = Ticket.objects.visible_to(request.user)
    # Whoever has a ticket reads what was said on its parts, with their files.
    theirs = Q(ticket__in=visible) | Q(ticket__merged_into__in=visible)
    rows = TicketFile.objects.filter(theirs).select_related("attachment")
    found = get_object_or_404(rows, pk=pk)
    if not found.is_here:
        raise Http404
    try:
        content = found.stored.open("rb")
    except FileNotFoundError as error:
        raise Http404 from error
    inline = found.mime in INLINE
    response = FileResponse(
        content,
        as_attachment=not inline,
        filename=_name(found),
        content_type=found.mime if inline else "application/octet-stream",
    )
    # A stranger's file: shown as what it is, running nothing, kept by no shared cache.
    response["X-Content-Type-Options"] = "nosniff"
    response["Content-Security-Policy"] = "sandbox; default-src 'none'"
    response["Cache-Control"] = "private, max-age=86400, immutable"
    response["Cross-Origin-Resource-Policy"] = "same-origin"
    return response


def _name(found: TicketFile) -> str:
    """The name it was given, without path or control signs; else one of ours."""
    given = PurePath(found.name.replace("\\", "/")).name
    clean = "".join(sign for sign in given if sign.isprintable()).strip(" .")[:120]
    return clean or f"{found.pk}{PurePath(str(found.stored.name)).suffix}"
