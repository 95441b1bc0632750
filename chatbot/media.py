"""Fetching what people attached: a job right after intake, because addresses live minutes.

The job and the sweep may come at once: whoever moves `due_at` on has the file to fetch, and only
what is still theirs afterwards is written down.
"""

from __future__ import annotations

import logging
import time
from datetime import timedelta

from django.conf import settings
from django.core.files.base import ContentFile
from django.db import DatabaseError, InterfaceError
from django.db.models import F, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from chatbot import alarms
from chatbot.channels.errors import ChannelError
from chatbot.channels.registry import acting_for
from chatbot.sniffing import sniff
from crm.conversations.models import Attachment, Conversation, Message
from crm.jobs.queue import enqueue

log = logging.getLogger(__name__)
State = Attachment.State
FILES = (Message.Kind.IMAGE, Message.Kind.DOCUMENT)
# Seconds until the next try, after the first, the second …
PAUSES = (30, 120, 600, 1800)
MOST_ATTEMPTS = len(PAUSES) + 1
# While the account itself is refused no try counts: providers keep files for a week.
REPAIR_PAUSE = timedelta(minutes=10)
KEPT = timedelta(days=7)
# After so long without a word from who fetches it, somebody else may.
LEASE = timedelta(minutes=3)
SWEPT = 200
SWEEP_SECONDS = 50
EXTENSIONS = {
    "image/jpeg": ".jpg",
    "image/png": ".png",
    "image/webp": ".webp",
    "image/gif": ".gif",
    "image/heic": ".heic",
    "audio/ogg": ".ogg",
    "audio/mpeg": ".mp3",
    "audio/mp4": ".m4a",
    "audio/aac": ".aac",
    "audio/amr": ".amr",
    "audio/wav": ".wav",
    "audio/x-wav": ".wav",
    "audio/x-m4a": ".m4a",
    "video/mp4": ".mp4",
    "video/3gpp": ".3gp",
    "video/ogg": ".ogv",
    "video/webm": ".webm",
    "video/quicktime": ".mov",
    "video/x-msvideo": ".avi",
    "application/pdf": ".pdf",
}


def fetch_soon(attachment: Attachment) -> None:
    """Queue the download with the caller's transaction; the sweep finds what the queue lost."""
    enqueue("chatbot.media.fetch_attachment", attachment.pk)


def refetch(attachment: Attachment) -> None:
    """A person asks for a failed attachment again."""
    asked = Attachment.objects.filter(pk=attachment.pk, state=State.FAILED)
    if asked.update(state=State.PENDING, attempts=0, due_at=timezone.now(), error=""):
        fetch_soon(attachment)


def fetch_attachment(pk: int) -> None:
    """Job: download one attachment, sniff what it is, keep it. Safe to repeat, and at once."""
    attachment = _claim(pk)
    if attachment is None:
        return
    provider = acting_for(attachment.message.channel)
    try:
        content, _announced = provider.fetch_media(attachment.media_id, settings.MEDIA_MAX_BYTES)
    except ChannelError as error:
        error.args = (provider.without_secrets(str(error)),)
        _failed(attachment, error)
    except Exception:
        # A bug of ours, or an address nobody thought of: the next file has its turn all the same.
        log.exception("Fetching attachment %s failed", pk)
        text = _("The file could not be fetched.")
        _failed(attachment, ChannelError(text, permanent=False, code="bug"))
    else:
        _keep(attachment, content)


def sweep_attachments() -> None:
    """Schedule: whatever should have been fetched a minute ago is fetched now."""
    until = time.monotonic() + SWEEP_SECONDS
    late = Attachment.objects.filter(
        state=State.PENDING, due_at__lt=timezone.now() - timedelta(minutes=1)
    )
    for pk in late.order_by("due_at").values_list("pk", flat=True)[:SWEPT]:
        if time.monotonic() > until:
            return
        try:
            fetch_attachment(pk)
        except (DatabaseError, InterfaceError):
            raise
        except Exception:  # it cannot be written down: its lease ends, and it comes again
            log.exception("Keeping attachment %s failed", pk)


def _claim(pk: int) -> Attachment | None:
    """The attachment, if it is due and nobody else fetches it; ours until LEASE has passed."""
    now = timezone.now()
    pending = Attachment.objects.filter(pk=pk, state=State.PENDING, due_at__lte=now)
    found = pending.select_related("message__channel").first()
    if found is None:
        return None
    if found.message.deleted_at is not None or found.attempts >= MOST_ATTEMPTS:
        if _settle(found, pending, state=State.FAILED, error=_("The file could not be fetched.")):
            _tell_of(found)
        return None
    claimed = pending.filter(attempts=found.attempts)
    if not claimed.update(attempts=F("attempts") + 1, due_at=now + LEASE):
        return None
    found.attempts += 1
    return found


def _ours(attachment: Attachment) -> QuerySet[Attachment]:
    """Still waiting, and claimed by nobody since."""
    return Attachment.objects.filter(
        pk=attachment.pk, state=State.PENDING, attempts=attachment.attempts
    )


def _keep(attachment: Attachment, content: bytes) -> None:
    if len(content) > settings.MEDIA_MAX_BYTES:
        too_large = ChannelError(_("The file is too large."), permanent=True, code="size")
        _failed(attachment, too_large)
        return
    mime = sniff(content) or "application/octet-stream"
    attachment.file.save(f"x{EXTENSIONS.get(mime, '.bin')}", ContentFile(content), save=False)
    stored, kept = attachment.file.name, False
    try:
        kept = _settle(
            attachment,
            _ours(attachment).filter(message__deleted_at=None),
            state=State.READY,
            mime=mime,
            size=len(content),
            file=stored,
            error="",
        )
    finally:
        if not kept:
            attachment.file.storage.delete(stored)
    if kept:
        _tell_of(attachment)


def _tell_of(attachment: Attachment) -> None:
    """What a partner sent in a session may be the receipt they are just asked about."""
    if attachment.message.is_private and attachment.message.kind in FILES:
        enqueue("chatbot.intents.receipt_files.look", attachment.pk)


def _failed(attachment: Attachment, error: ChannelError) -> None:
    if error.stop and attachment.message.created_at > timezone.now() - KEPT:
        _await_repair(attachment, error)
        return
    over = error.permanent or attachment.attempts >= MOST_ATTEMPTS
    pause = PAUSES[min(attachment.attempts, len(PAUSES)) - 1]
    settled = _settle(
        attachment,
        _ours(attachment),
        error=str(error)[:200],
        state=State.FAILED if over else State.PENDING,
        due_at=timezone.now() + timedelta(seconds=pause),
    )
    if settled and over:
        _tell_of(attachment)


def _await_repair(attachment: Attachment, error: ChannelError) -> None:
    """Nobody can fetch anything with these credentials: somebody is told, and the file waits."""
    said = f"{error} ({error.code})" if error.code else str(error)
    text = _("Files cannot be fetched: %(error)s") % {"error": said}
    alarms.warn(attachment.message.channel_id, text)
    _settle(
        attachment,
        _ours(attachment),
        error=str(error)[:200],
        attempts=attachment.attempts - 1,
        due_at=timezone.now() + REPAIR_PAUSE,
    )


def _settle(attachment: Attachment, rows: QuerySet[Attachment], **values: object) -> bool:
    """Write down what came of it, and let the pages know; False: it was no longer ours."""
    changed = rows.update(**values)
    if changed:
        talk = Conversation.objects.filter(pk=attachment.message.conversation_id)
        talk.update(changed_at=timezone.now())
    return bool(changed)
