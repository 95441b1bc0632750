"""How much one request may bring in files, whoever sends it and whatever for."""

from __future__ import annotations

from typing import IO, Any

from django.conf import settings
from django.core.exceptions import RequestDataTooBig
from django.core.files.uploadhandler import FileUploadHandler
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.defaultfilters import filesizeformat
from django.utils.translation import gettext as _
from django.views import defaults


class CappedUploads(FileUploadHandler):
    """Refuses a form that is too large before a byte of it is read; the others do the work.

    Django's own limit leaves files out, and a form is read before anybody asks who sent it.
    """

    def handle_raw_input(
        self,
        input_data: IO[bytes],
        META: dict[str, str],
        content_length: int,
        boundary: str,
        encoding: str | None = None,
    ) -> None:
        if content_length > settings.UPLOADS_MAX_BYTES:
            raise RequestDataTooBig("The files of this request are too large together.")

    def receive_data_chunk(self, raw_data: bytes, start: int) -> bytes:
        return raw_data

    def file_complete(self, file_size: int) -> Any:
        return None


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """The site's answer to what it cannot read; files that are too large together are named."""
    if not isinstance(exception, RequestDataTooBig):
        return defaults.bad_request(request, exception)
    words = _("All files together may be %(limit)s at most.")
    told = words % {"limit": filesizeformat(settings.UPLOADS_MAX_BYTES)}
    if request.headers.get("HX-Request") == "true":
        return HttpResponse(told, status=413, content_type="text/plain; charset=utf-8")
    return render(request, "413.html", {"told": told}, status=413)
