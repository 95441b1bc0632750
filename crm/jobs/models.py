"""What the background work keeps: its sign of life, and what an administrator changed."""

from django.conf import settings
from django.core.validators import MaxValueValidator
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _


class Heartbeat(models.Model):
    """When something that must go on was last seen alive; `busy_until` excuses a silence."""

    name = models.CharField(_("name"), max_length=60, unique=True)
    at = models.DateTimeField(_("last beat"), default=timezone.now)
    busy_until = models.DateTimeField(_("busy until"), null=True, blank=True)

    class Meta:
        verbose_name = _("heartbeat")
        verbose_name_plural = _("heartbeats")

    def __str__(self) -> str:
        return self.name


class JobSetting(models.Model):
    """What was changed by hand on a declared job; it wins over the declaration.

    `hour` and `minute` (local time) count only for daily jobs, and only where `hour` is set.
    """

    name = models.CharField(_("name"), max_length=60, unique=True)
    enabled = models.BooleanField(_("switched on"), default=True)
    hour = models.PositiveSmallIntegerField(
        _("hour"), null=True, blank=True, validators=[MaxValueValidator(23)]
    )
    minute = models.PositiveSmallIntegerField(
        _("minute"), default=0, validators=[MaxValueValidator(59)]
    )
    changed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        related_name="+",
        verbose_name=_("changed by"),
    )
    changed_at = models.DateTimeField(_("changed"), auto_now=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=(Q(hour=None) | Q(hour__lte=23)) & Q(minute__lte=59),
                name="job_setting_time_of_day",
            )
        ]
        verbose_name = _("job setting")
        verbose_name_plural = _("job settings")

    def __str__(self) -> str:
        return self.name
