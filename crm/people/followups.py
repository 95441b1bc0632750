"""What somebody is to do about a contact, and when: a visit, a call. The bot makes them too."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser

    from crm.people.models import User


class FollowUpQuerySet(models.QuerySet["FollowUp"]):
    def visible_to(self, user: User | AnonymousUser) -> FollowUpQuerySet:
        """Own ones, nobody's, and those of own contacts; who sees all sees all."""
        if not user.has_perm("people.view_followup"):
            return self.none()
        if getattr(user, "sees_all", bool)():
            return self
        free = Q(assigned_to=None, contact__owner=None)
        return self.filter(free | Q(assigned_to=user.pk) | Q(contact__owner=user.pk))

    def open(self) -> FollowUpQuerySet:
        return self.filter(done_at=None)

    def of(self, key: int, title: str) -> FollowUpQuerySet:
        """About that property; where none is noted, titles tell."""
        return self.filter(Q(property=key) | Q(property=None, about=title[:200]))


class FollowUp(models.Model):
    """One thing to do. A visit at a time is nobody else's: one open visit per person and moment."""

    class Kind(models.TextChoices):
        VISIT = "visit", _("Visit")
        CALL = "call", _("Call")
        OTHER = "other", _("Something else")

    contact = models.ForeignKey(
        "people.Contact",
        models.CASCADE,
        related_name="follow_ups",
        verbose_name=_("contact"),
    )
    kind = models.CharField(_("kind"), max_length=10, choices=Kind, default=Kind.OTHER)
    property = models.ForeignKey(
        "catalog.Property",
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("property"),
    )
    # Its title, which others may have too and which stays when it is gone.
    about = models.CharField(_("about"), max_length=200, blank=True)
    text = models.TextField(_("text"), max_length=2000, blank=True)
    due_at = models.DateTimeField(_("due"))
    # Whether that moment was agreed on with the person, or is when somebody should come back to it.
    is_agreed = models.BooleanField(_("agreed"), default=False)
    assigned_to = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="follow_ups",
        verbose_name=_("assigned to"),
    )
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("created by"),
    )
    created_at = models.DateTimeField(_("created"), default=timezone.now)
    done_at = models.DateTimeField(_("done"), null=True, blank=True)
    # Called off by the person: done with, and nothing to be done.
    is_cancelled = models.BooleanField(_("called off"), default=False)

    objects = FollowUpQuerySet.as_manager()

    class Meta:
        ordering = ["due_at", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["assigned_to", "due_at"],
                condition=Q(kind="visit", is_agreed=True, done_at=None),
                name="follow_up_one_visit_at_a_time",
            ),
        ]
        indexes = [
            models.Index(
                fields=["assigned_to", "due_at"], name="follow_up_open", condition=Q(done_at=None)
            ),
        ]
        verbose_name = _("follow-up")
        verbose_name_plural = _("follow-ups")

    def __str__(self) -> str:
        return f"{self.get_kind_display()}: {self.contact}"
