"""The audit log: who changed money or somebody's identity, when, from what to what."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.contrib.contenttypes.fields import GenericForeignKey
from django.contrib.contenttypes.models import ContentType
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.db.models import Model
from django.utils.translation import gettext_lazy as _


class AuditQuerySet(models.QuerySet["AuditEntry"]):
    def about(self, subject: Model) -> AuditQuerySet:
        kind = ContentType.objects.get_for_model(subject)
        return self.filter(subject_type=kind, subject_id=subject.pk)


class AuditEntry(models.Model):
    """Written in the transaction of what it tells of; never changed, never deleted."""

    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,  # a job or a command, not a person
        related_name="+",
        verbose_name=_("who"),
    )
    at = models.DateTimeField(_("when"), auto_now_add=True)
    action = models.CharField(_("what was done"), max_length=60)
    subject_type = models.ForeignKey(ContentType, models.PROTECT, related_name="+")
    subject_id = models.BigIntegerField()
    subject = GenericForeignKey("subject_type", "subject_id")
    # What it was called then: the row may be called otherwise later.
    named = models.CharField(_("about"), max_length=200)
    before = models.JSONField(_("before"), default=dict, encoder=DjangoJSONEncoder)
    after = models.JSONField(_("after"), default=dict, encoder=DjangoJSONEncoder)
    reason = models.CharField(_("reason"), max_length=500, blank=True)

    objects = AuditQuerySet.as_manager()

    class Meta:
        ordering = ["-id"]
        default_permissions = ("view",)
        indexes = [
            models.Index(fields=["subject_type", "subject_id", "-id"], name="audit_subject"),
        ]
        verbose_name = _("audit entry")
        verbose_name_plural = _("audit log")

    def __str__(self) -> str:
        return f"{self.action}: {self.named}"


def record(
    *,
    action: str,
    subject: Model,
    by: Any,
    before: dict[str, Any] | None = None,
    after: dict[str, Any] | None = None,
    reason: str = "",
) -> AuditEntry | None:
    """Note what was done to `subject` by a user (None: by no person).

    Of `before` and `after` only what differs is kept; None where nothing does. To be called in
    the transaction of the change.
    """
    old, new = before or {}, after or {}
    names = [name for name in {**old, **new} if old.get(name) != new.get(name)]
    if not names and (before is not None or after is not None):
        return None
    return AuditEntry.objects.create(
        actor=by,
        action=action,
        subject=subject,
        named=str(subject)[:200],
        before={name: old[name] for name in names if name in old},
        after={name: new[name] for name in names if name in new},
        reason=reason,
    )
