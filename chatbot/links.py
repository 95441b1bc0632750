"""Addresses at which a provider fetches a file of ours: signed, for ten minutes, for one file."""

from __future__ import annotations

from django.conf import settings
from django.core import signing
from django.urls import reverse

from crm.conversations.models import Attachment

SALT = "ventanilla.attachment"
LIVES = 600  # seconds


def link_to(attachment_id: int) -> str:
    """A public address of one attachment."""
    token = signing.TimestampSigner(sep=".", salt=SALT).sign(str(attachment_id))
    return str(settings.BASE_URL) + reverse("shared_file", args=[token])


def attachment_of(token: str) -> Attachment | None:
    """The attachment a link stands for; None for a forged, altered or old one."""
    try:
        pk = signing.TimestampSigner(sep=".", salt=SALT).unsign(token, max_age=LIVES)
    except signing.BadSignature:
        return None
    ready = Attachment.objects.filter(pk=pk, state=Attachment.State.READY)
    return ready.filter(message__deleted_at=None).first()
