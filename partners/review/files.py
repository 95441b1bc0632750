"""Receipts' files, given out to who may see the receipt and to nobody else."""

from django.core.files.storage import Storage
from django.http import FileResponse, Http404, HttpResponse
from django.views.decorators.http import require_GET

from crm.desk.access import DeskRequest, permitted
from partners.receipt_files import EXTENSIONS
from partners.review.guards import get_receipt_for


@require_GET
@permitted("partners.view_receipt")
def receipt_file(request: DeskRequest, pk: int) -> FileResponse | HttpResponse:
    """The file as it was sent in, to be kept and never to be opened in the desk's own window."""
    receipt = get_receipt_for(request.user, pk)
    name = f"{receipt.pk}{EXTENSIONS.get(receipt.content_type, '')}"
    return _given(receipt.file.name, receipt.file.storage, name, receipt.content_type, True)


@require_GET
@permitted("partners.view_receipt")
def receipt_page(request: DeskRequest, pk: int, number: int) -> FileResponse | HttpResponse:
    """The picture of a page: a JPEG of our own making."""
    receipt = get_receipt_for(request.user, pk)
    if number not in receipt.pictures:
        raise Http404
    name, shown = receipt.picture(number), f"{receipt.pk}-{number}.jpg"
    return _given(name, receipt.file.storage, shown, "image/jpeg", False)


def _given(
    stored: str, storage: Storage, name: str, content_type: str, as_attachment: bool
) -> FileResponse:
    """Shown as what it is, running nothing, kept by no shared cache."""
    try:
        file = storage.open(stored)
    except FileNotFoundError as error:
        raise Http404 from error
    response = FileResponse(
        file, as_attachment=as_attachment, filename=name, content_type=content_type
    )
    response["X-Content-Type-Options"] = "nosniff"
    response["Content-Security-Policy"] = "sandbox; default-src 'none'"
    response["Cache-Control"] = "private, max-age=86400, immutable"
    response["Cross-Origin-Resource-Policy"] = "same-origin"
    return response
