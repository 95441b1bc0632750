"""Files people sent, given out to who may see the conversation and to nobody else."""

from pathlib import PurePath

from django.http import FileResponse, Http404, HttpResponse
from django.views.decorators.http import require_GET

from chatbot.inbox.visibility import get_attachment_for
from crm.conversations.models import Attachment
from crm.desk.access import DeskRequest, permitted

# What a browser may show in place; everything else (HTML and SVG above all) is only downloaded.
INLINE = {
    "image/jpeg",
    "image/png",
    "image/webp",
    "image/gif",
    "audio/ogg",
    "audio/mpeg",
    "audio/mp4",
    "audio/x-m4a",
    "audio/aac",
    "audio/amr",
    "audio/wav",
    "audio/x-wav",
    "audio/webm",
    "video/mp4",
    "video/3gpp",
    "video/webm",
    "video/ogg",
}


@require_GET
@permitted("conversations.view_conversation")
def serve(request: DeskRequest, pk: int) -> FileResponse | HttpResponse:
    """The file of attachment `pk`, with a type taken from its bytes and no power on our pages."""
    attachment = get_attachment_for(request.user, pk)
    if attachment.state != Attachment.State.READY or not attachment.file:
        raise Http404
    try:
        stored = attachment.file.open("rb")
    except FileNotFoundError as error:
        raise Http404 from error
    inline = attachment.mime in INLINE
    return harmless(
        FileResponse(
            stored,
            as_attachment=not inline,
            filename=file_name(attachment),
            content_type=attachment.mime if inline else "application/octet-stream",
        )
    )


def harmless(response: FileResponse) -> FileResponse:
    """A stranger's file: shown as what it is, running nothing, kept by no shared cache."""
    response["X-Content-Type-Options"] = "nosniff"
    response["Content-Security-Policy"] = "sandbox; default-src 'none'"
    response["Cache-Control"] = "private, max-age=86400, immutable"
    response["Cross-Origin-Resource-Policy"] = "same-origin"
    return response


def file_name(attachment: Attachment) -> str:
    """The name the person gave, without path or control signs; else one of ours."""
    given = PurePath(attachment.name.replace("\\", "/")).name
    clean = "".join(sign for sign in given if sign.isprintable()).strip(" .")[:120]
    return clean or f"{attachment.pk}{PurePath(attachment.file.name).suffix}"
