"""A statement of account asked for as a document, until a job has sent it or said why not."""

from __future__ import annotations

from datetime import timedelta

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from crm.conversations.models import Message
from partners.models import Partner


class AskedStatement(models.Model):
    """One for each message that asked for it. Open while `settled_at` is null: the job works on it,
    or got lost."""

    # Longer than printing and sending take; then it is tried again.
    LEASE = timedelta(minutes=2)

    asking = models.OneToOneField(Message, models.CASCADE, related_name="asked_statement")
    partner = models.ForeignKey(Partner, models.CASCADE, related_name="asked_statements")
    due_at = models.DateTimeField(default=timezone.now)
    tries = models.PositiveSmallIntegerField(default=0)
    settled_at = models.DateTimeField(null=True)

    class Meta:
        default_permissions = ()
        indexes = [
            models.Index(
                fields=["due_at"], name="statement_due", condition=Q(settled_at__isnull=True)
            ),
        ]
        verbose_name = _("asked statement")
        verbose_name_plural = _("asked statements")

    def __str__(self) -> str:
        return f"{self.partner.number} · {self.asking_id}"
