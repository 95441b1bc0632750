"""A partner who has proved who they are, in one conversation, for a while."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from crm.conversations.models import Conversation
from partners.models import Partner


class PartnerSession(models.Model):
    """Open while `closed_at` is null and neither IDLE nor LASTS has passed; one per conversation.

    Nothing of a partner is said in a conversation without one.
    """

    IDLE = timedelta(minutes=30)
    LASTS = timedelta(hours=12)

    class Way(models.TextChoices):
        PHONE = "phone", _("Registered phone")
        CODE = "code", _("Code")
        OFFICER = "officer", _("Let in by an officer")
        OFF = "off", _("Document and year alone")

    conversation = models.ForeignKey(
        Conversation, models.CASCADE, related_name="partner_sessions", db_index=False
    )
    partner = models.ForeignKey(Partner, models.PROTECT, related_name="chat_sessions")
    way = models.CharField(_("proved by"), max_length=8, choices=Way)
    # By what the conversation was known then, a hash of what was on file of the partner, and the
    # key of the app they wrote with, where the provider tells one: with another it is over.
    known_by = models.JSONField(default=list)
    facts = models.CharField(max_length=64, blank=True)
    app_key = models.CharField(max_length=100, blank=True)
    opened_at = models.DateTimeField(_("opened"), default=timezone.now)
    last_at = models.DateTimeField(_("last message"), default=timezone.now)
    closed_at = models.DateTimeField(_("closed"), null=True)

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["conversation"],
                condition=Q(closed_at=None),
                name="partner_session_one_open",
            ),
        ]
        indexes = [models.Index(fields=["conversation", "-id"], name="partner_session_of")]
        verbose_name = _("partner's session")
        verbose_name_plural = _("partners' sessions")

    def __str__(self) -> str:
        return f"{self.partner.number} · {self.get_way_display()}"

    def is_open(self, now: datetime) -> bool:
        return (
            self.closed_at is None
            and now < self.last_at + self.IDLE
            and now < self.opened_at + self.LASTS
        )
