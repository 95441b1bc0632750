"""How soon tickets are seen to, and what is written often."""

from __future__ import annotations

from typing import Any

from django.core.cache import cache
from django.core.exceptions import ValidationError
from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from crm.people.models import Agency
from tickets.models.ticket import Category, Priority
from tickets.variables import unknown_variables

# What is remembered of all policies (tickets.deadlines).
POLICIES = "tickets:policies"


class SlaPolicy(models.Model):
    """How many working minutes a ticket of a priority may wait. Without a
    row of its own a priority has that of `tickets.deadlines.USUAL`."""

    priority = models.PositiveSmallIntegerField(_("priority"), choices=Priority, unique=True)
    response_minutes = models.PositiveIntegerField(
        _("first response within"),
        help_text=_("Minutes of business time"),
        validators=[MinValueValidator(1)],
    )
    resolution_minutes = models.PositiveIntegerField(
        _("solution within"),
        help_text=_("Minutes of business time"),
        validators=[MinValueValidator(1)],
    )

    class Meta:
        ordering = ["priority"]
        constraints = [
            models.CheckConstraint(
                condition=Q(response_minutes__lte=F("resolution_minutes")),
                name="sla_response_before_resolution",
                violation_error_message=_("A ticket is answered before it is resolved."),
            ),
        ]
        verbose_name = _("service level")
        verbose_name_plural = _("service levels")

    def __str__(self) -> str:
        return self.get_priority_display()

    def save(self, *args: Any, **kwargs: Any) -> None:
        super().save(*args, **kwargs)
        cache.delete(POLICIES)

    def delete(self, *args: Any, **kwargs: Any) -> tuple[int, dict[str, int]]:
        gone = super().delete(*args, **kwargs)
        cache.delete(POLICIES)
        return gone


class CannedReply(models.Model):
    """Words that are sent often; `{{ variable }}` is filled in (tickets.variables)."""

    title = models.CharField(_("title"), max_length=80, unique=True)
    text = models.TextField(_("text"), max_length=3000)
    category = models.CharField(
        _("category"),
        max_length=12,
        choices=Category,
        blank=True,
        help_text=_("Offered first for tickets of this kind"),
    )
    agency = models.ForeignKey(
        Agency,
        models.CASCADE,
        null=True,
        blank=True,
        related_name="canned_replies",
        verbose_name=_("agency"),
        help_text=_("Empty: for all"),
    )
    is_active = models.BooleanField(_("in use"), default=True)

    class Meta:
        ordering = ["title"]
        verbose_name = _("canned reply")
        verbose_name_plural = _("canned replies")

    def __str__(self) -> str:
        return self.title

    def clean(self) -> None:
        if wrong := unknown_variables(self.text):
            raise ValidationError(
                {"text": _("There is no such variable: %(names)s") % {"names": ", ".join(wrong)}}
            )
