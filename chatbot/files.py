"""A file of ours, given to the provider that must fetch it: by a signed link, for ten minutes."""

from django.http import FileResponse, HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from chatbot import links
from chatbot.inbox.media import INLINE, file_name, harmless


@require_safe
def shared_file(request: HttpRequest, token: str) -> FileResponse | HttpResponse:
    """Whoever holds a link that has not run out, and nobody else."""
    attachment = links.attachment_of(token)
    if attachment is None or not attachment.file:
        return HttpResponse(status=404)
    try:
        stored = attachment.file.open("rb")
    except FileNotFoundError:
        return HttpResponse(status=404)
    response = harmless(
        FileResponse(
            stored,
            as_attachment=attachment.mime not in INLINE,
            filename=file_name(attachment),
            content_type=attachment.mime or "application/octet-stream",
        )
    )
    response["Cache-Control"] = "private, no-store"
    response["Cross-Origin-Resource-Policy"] = "cross-origin"
    return response
