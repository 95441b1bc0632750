"""A partner: a contact who may borrow."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from crm.people.models import Agency, Contact, User

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser


class PartnerQuerySet(models.QuerySet["Partner"]):
    def visible_to(self, user: User | AnonymousUser) -> PartnerQuerySet:
        """Officers and managers see all partners: whoever stands at the counter is served."""
        if isinstance(user, User) and user.has_perm("partners.view_partner"):
            return self
        return self.none()


class Partner(models.Model):
    """Name, document and birthday stand on the contact, and only there."""

    class Status(models.TextChoices):
        ACTIVE = "active", _("Active")
        SUSPENDED = "suspended", _("Suspended")
        # "Cancelado" is what Peru calls a debt that was paid.
        CANCELLED = "cancelled", _("Deregistered")

    contact = models.OneToOneField(
        Contact, models.PROTECT, related_name="partner", verbose_name=_("contact")
    )
    number = models.CharField(_("member number"), max_length=20, unique=True)
    status = models.CharField(_("status"), max_length=10, choices=Status, default=Status.ACTIVE)
    officer = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="partners",
        verbose_name=_("officer"),
    )
    agency = models.ForeignKey(
        Agency,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="partners",
        verbose_name=_("agency"),
    )
    joined_on = models.DateField(_("partner since"), null=True, blank=True)
    external_id = models.CharField(
        _("number in another system"), max_length=60, blank=True, editable=False
    )
    # Of active loans, kept by `partners.ledger` for lists: the oldest unpaid due date, how many.
    unpaid_since = models.DateField(_("unpaid since"), null=True, editable=False)
    active_loans = models.PositiveIntegerField(_("active loans"), default=0, editable=False)
    created_at = models.DateTimeField(_("created"), auto_now_add=True)

    objects = PartnerQuerySet.as_manager()

    class Meta:
        ordering = ["-id"]
        permissions = [("know_partner", "Can see that a contact is a partner")]
        constraints = [
            models.UniqueConstraint(
                fields=["external_id"],
                condition=~Q(external_id=""),
                name="partner_external_id_once",
            ),
        ]
        indexes = [
            models.Index(fields=["agency", "-id"], name="partner_agency"),
            models.Index(fields=["officer", "-id"], name="partner_officer"),
            models.Index(
                fields=["unpaid_since"],
                name="partner_unpaid",
                condition=Q(unpaid_since__isnull=False),
            ),
        ]
        verbose_name = _("partner")
        verbose_name_plural = _("partners")

    def __str__(self) -> str:
        return f"{self.contact} ({self.number})"

    def get_absolute_url(self) -> str:
        return reverse("partners:detail", args=[self.pk])
