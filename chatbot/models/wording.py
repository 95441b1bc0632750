"""A reply of the bot's in the office's own words."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _


class ReplyWording(models.Model):
    """Stands in for `chatbot/replies/<language>/<name>.txt` as long as the row is there."""

    name = models.CharField(_("reply"), max_length=60)
    language = models.CharField(_("language"), max_length=5)
    text = models.TextField(_("text"), max_length=3000)
    changed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+"
    )
    changed_at = models.DateTimeField(_("changed"), default=timezone.now)

    class Meta:
        ordering = ["name", "language"]
        constraints = [
            models.UniqueConstraint(fields=["name", "language"], name="reply_wording_once"),
        ]
        verbose_name = _("wording of a reply")
        verbose_name_plural = _("wordings of replies")

    def __str__(self) -> str:
        return f"{self.language}/{self.name}"
