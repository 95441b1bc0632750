"""Fetching what people attached: a job right after intake, because addresses live minutes."""

from __future__ import annotations

import io
from datetime import timedelta

import puremagic
from django.conf import settings
from django.core.files.base import ContentFile
from django.db.models import F
from django.utils import timezone

from chatbot.channels.errors import ChannelError
from chatbot.channels.registry import acting_for
from crm.conversations.models import Attachment, Conversation
from crm.jobs.queue import enqueue

MOST_ATTEMPTS = 5
# What is shown inside a page; everything else is only ever downloaded.
EXTENSIONS = {
    "image/jpeg": ".jpg",
    "image/png": ".png",
    "image/webp": ".webp",
    "image/gif": ".gif",
    "audio/ogg": ".ogg",
    "audio/mpeg": ".mp3",
    "audio/mp4": ".m4a",
    "audio/aac": ".aac",
    "audio/amr": ".amr",
    "video/mp4": ".mp4",
    "video/3gpp": ".3gp",
    "application/pdf": ".pdf",
}


def fetch_soon(attachment: Attachment) -> None:
    """Queue the download with the caller's transaction; the sweep finds what the queue lost."""
    enqueue("chatbot.media.fetch_attachment", attachment.pk)


def refetch(attachment: Attachment) -> None:
    """A person asks for a failed attachment again."""
    asked = Attachment.objects.filter(pk=attachment.pk, state=Attachment.State.FAILED)
    if asked.update(state=Attachment.State.PENDING, attempts=0, error=""):
        fetch_soon(attachment)


def fetch_attachment(pk: int) -> None:
    """Job: download one attachment, sniff what it is, keep it. Safe to repeat."""
    attachment = (
        Attachment.objects.select_related("message__channel")
        .filter(pk=pk, state=Attachment.State.PENDING)
        .first()
    )
    if attachment is None:
        return
    try:
        provider = acting_for(attachment.message.channel)
        content, announced = provider.fetch_media(attachment.media_id, settings.MEDIA_MAX_BYTES)
    except ChannelError as error:
        _failed(attachment, error)
    else:
        _keep(attachment, content, announced)
    Conversation.objects.filter(pk=attachment.message.conversation_id).update(
        changed_at=timezone.now()
    )


def sweep_attachments() -> None:
    """Schedule: whatever still waits after a minute is tried again."""
    late = Attachment.objects.filter(
        state=Attachment.State.PENDING, created_at__lt=timezone.now() - timedelta(minutes=1)
    )
    for pk in late.order_by("created_at").values_list("pk", flat=True)[:200]:
        fetch_attachment(pk)


def _keep(attachment: Attachment, content: bytes, announced: str) -> None:
    mime = sniff(content) or "application/octet-stream"
    attachment.mime, attachment.size = mime, len(content)
    attachment.file.save(f"x{EXTENSIONS.get(mime, '.bin')}", ContentFile(content), save=False)
    attachment.state, attachment.error = Attachment.State.READY, ""
    attachment.save(update_fields=["mime", "size", "file", "state", "error"])


def _failed(attachment: Attachment, error: ChannelError) -> None:
    over = error.permanent or attachment.attempts + 1 >= MOST_ATTEMPTS
    Attachment.objects.filter(pk=attachment.pk).update(
        attempts=F("attempts") + 1,
        error=str(error)[:200],
        state=Attachment.State.FAILED if over else Attachment.State.PENDING,
    )


def sniff(content: bytes) -> str:
    """The MIME type the bytes themselves speak of; "" if they speak of none."""
    try:
        return str(puremagic.from_stream(io.BytesIO(content), mime=True))
    except (puremagic.PureError, ValueError):
        return ""
