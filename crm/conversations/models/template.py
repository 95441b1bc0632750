"""Wordings a provider has approved, and which of them the desk uses by itself."""

from __future__ import annotations

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from crm.conversations.models.channel import Channel


class MessageTemplate(models.Model):
    """A wording the provider has approved, for writing to somebody outside its window."""

    class Status(models.TextChoices):
        APPROVED = "APPROVED", _("Approved")
        PENDING = "PENDING", _("In review")
        REJECTED = "REJECTED", _("Rejected")
        PAUSED = "PAUSED", _("Paused")
        DISABLED = "DISABLED", _("Disabled")
        GONE = "GONE", _("No longer at the provider")

    channel = models.ForeignKey(Channel, models.CASCADE, related_name="templates")
    external_id = models.CharField(max_length=100, blank=True)
    name = models.CharField(_("name"), max_length=512)
    language = models.CharField(_("language"), max_length=12)
    category = models.CharField(_("category"), max_length=40, blank=True)
    # No choices: providers think of new words. Those of `Status` have one of ours.
    status = models.CharField(_("status"), max_length=30)
    quality = models.CharField(_("quality"), max_length=20, blank=True)
    # When the provider told of it, by its own clock: older news that come later change nothing.
    status_at = models.DateTimeField(null=True, editable=False)
    reason = models.CharField(_("reason"), max_length=500, blank=True)
    components = models.JSONField(default=list, help_text=_("As the provider gives them"))
    changed_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["name", "language", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["channel", "name", "language"], name="template_once_per_language"
            )
        ]
        verbose_name = _("message template")
        verbose_name_plural = _("message templates")

    def __str__(self) -> str:
        return f"{self.name} ({self.language})"


class TemplatePurpose(models.Model):
    """Which template the desk uses by itself, where it may not write freely."""

    channel = models.ForeignKey(Channel, models.CASCADE, related_name="purposes")
    purpose = models.CharField(max_length=30)
    template = models.ForeignKey(MessageTemplate, models.CASCADE, related_name="purposes")
    # What the template's variables are filled with: {"1": "contact.first_name", …}.
    values = models.JSONField(default=dict, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["channel", "purpose"], name="purpose_once_per_channel")
        ]
        verbose_name = _("template for a purpose")
        verbose_name_plural = _("templates for purposes")

    def __str__(self) -> str:
        return self.purpose
