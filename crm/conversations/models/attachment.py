"""The files of messages."""

from __future__ import annotations

import secrets
from pathlib import PurePath

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from crm.conversations.models.message import Message


def attachment_path(attachment: Attachment, filename: str) -> str:
    """A random name outside the static tree, by month so that no folder grows for ever."""
    month = timezone.now().strftime("%Y%m")
    return f"messages/{month}/{secrets.token_hex(16)}{PurePath(filename).suffix.lower()[:6]}"


class Attachment(models.Model):
    """A file of a message. It is announced by the provider and fetched by a job."""

    class State(models.TextChoices):
        PENDING = "pending", _("Being fetched")
        READY = "ready", _("Here")
        FAILED = "failed", _("Attachment unavailable")

    message = models.ForeignKey(Message, models.CASCADE, related_name="attachments")
    # The provider's id of it, or its address, which may carry a long signature.
    media_id = models.CharField(max_length=2000, blank=True)
    file = models.FileField(upload_to=attachment_path, max_length=200, blank=True)
    name = models.CharField(max_length=200, blank=True, help_text=_("As the person named it"))
    mime = models.CharField(max_length=100, blank=True, help_text=_("As sniffed from the bytes"))
    size = models.PositiveBigIntegerField(null=True)
    state = models.CharField(max_length=8, choices=State, default=State.PENDING)
    attempts = models.PositiveSmallIntegerField(default=0)
    # Not to be fetched before: it is being fetched already, or is to be tried again then.
    due_at = models.DateTimeField(default=timezone.now)
    error = models.CharField(max_length=200, blank=True)
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["id"]
        indexes = [
            models.Index(fields=["due_at"], name="attachment_due", condition=Q(state="pending"))
        ]

    def __str__(self) -> str:
        return self.name or self.media_id
