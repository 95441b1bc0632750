"""A lead: one contact's interest in one property, from the first word to won or lost."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from crm.catalog.models import Property
from crm.people.models import Agency, Contact, User

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser


class LeadQuerySet(models.QuerySet["Lead"]):
    def visible_to(self, user: User | AnonymousUser) -> LeadQuerySet:
        """An agent sees own and unassigned leads, a manager all, a stranger none."""
        if not isinstance(user, User) or not user.has_perm("leads.view_lead"):
            return self.none()
        if user.sees_all():
            return self
        return self.filter(Q(assigned_to=user) | Q(assigned_to=None))

    def open(self) -> LeadQuerySet:
        return self.filter(closed_at=None)


class Lead(models.Model):
    class Status(models.TextChoices):
        NEW = "new", _("New")
        CONTACTED = "contacted", _("Contacted")
        QUALIFIED = "qualified", _("Qualified")
        NEGOTIATING = "negotiating", _("Negotiating")
        WON = "won", _("Won")
        LOST = "lost", _("Lost")

    CLOSED = (Status.WON, Status.LOST)

    class Source(models.TextChoices):
        DIRECT = "direct", _("Direct")
        AD = "ad", _("Advertisement")
        LINK = "link", _("Link")
        REFERRAL = "referral", _("Referral")
        MANUAL = "manual", _("Entered by hand")

    contact = models.ForeignKey(
        Contact, models.PROTECT, related_name="leads", verbose_name=_("contact")
    )
    # Property and assignee have no index of their own: those below begin with them.
    property = models.ForeignKey(
        Property,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="leads",
        db_index=False,
        verbose_name=_("property"),
    )
    source = models.CharField(_("source"), max_length=20, choices=Source, default=Source.DIRECT)
    status = models.CharField(_("status"), max_length=12, choices=Status, default=Status.NEW)
    assigned_to = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="leads",
        db_index=False,
        verbose_name=_("assigned to"),
    )
    agency = models.ForeignKey(
        Agency,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="leads",
        verbose_name=_("agency"),
    )
    # Where the first message came from, as the provider tells it; the click's id is what an
    # advertiser wants back when the lead is won.
    ad_id = models.CharField(_("advertisement"), max_length=100, blank=True)
    ad_title = models.CharField(_("advertisement's title"), max_length=200, blank=True)
    ad_url = models.CharField(_("advertisement's address"), max_length=500, blank=True)
    click_id = models.CharField(_("click"), max_length=500, blank=True)
    first_message_at = models.DateTimeField(_("first message"), default=timezone.now)
    last_message_at = models.DateTimeField(_("last message"), default=timezone.now)
    last_text = models.CharField(_("last words"), max_length=200, blank=True)
    first_response_at = models.DateTimeField(_("first response"), null=True, blank=True)
    closed_at = models.DateTimeField(_("closed"), null=True, blank=True)
    created_at = models.DateTimeField(_("created"), default=timezone.now)
    updated_at = models.DateTimeField(_("changed"), auto_now=True)

    objects = LeadQuerySet.as_manager()

    class Meta:
        ordering = ["-last_message_at", "-id"]
        permissions = [("assign_lead", "Can assign a lead to anybody")]
        constraints = [
            models.UniqueConstraint(
                fields=["contact", "property"],
                condition=Q(closed_at=None, property__isnull=False),
                name="lead_one_open_per_contact_and_property",
            ),
            models.UniqueConstraint(
                fields=["contact"],
                condition=Q(closed_at=None, property=None),
                name="lead_one_open_per_contact_without_property",
            ),
        ]
        indexes = [
            # Each list order, and each filter in list order, is one walk along an index.
            models.Index(fields=["-last_message_at", "-id"], name="lead_last"),
            models.Index(fields=["-first_message_at", "-id"], name="lead_first"),
            models.Index(fields=["status", "-last_message_at", "-id"], name="lead_status_last"),
            models.Index(fields=["assigned_to", "-last_message_at", "-id"], name="lead_agent_last"),
            models.Index(fields=["property", "-last_message_at", "-id"], name="lead_property_last"),
            models.Index(fields=["source", "-last_message_at", "-id"], name="lead_source_last"),
            models.Index(fields=["status", "-first_message_at", "-id"], name="lead_status_first"),
            models.Index(
                fields=["assigned_to", "-first_message_at", "-id"], name="lead_agent_first"
            ),
            models.Index(
                fields=["property", "-first_message_at", "-id"], name="lead_property_first"
            ),
            models.Index(fields=["source", "-first_message_at", "-id"], name="lead_source_first"),
            models.Index(fields=["-updated_at"], name="lead_updated"),
            # What waits for somebody to take it: counted beside the menu on every page.
            models.Index(
                fields=["-last_message_at"],
                name="lead_waiting",
                condition=Q(status="new", assigned_to=None),
            ),
        ]
        verbose_name = _("lead")
        verbose_name_plural = _("leads")

    def __str__(self) -> str:
        return f"{self.contact} · {self.property}" if self.property else str(self.contact)

    def get_absolute_url(self) -> str:
        return reverse("leads:detail", args=[self.pk])

    def ad_link(self) -> str:
        """The advertisement's address, if it is one of the web: it came from outside."""
        return self.ad_url if self.ad_url.startswith(("https://", "http://")) else ""

    def is_open(self) -> bool:
        return self.closed_at is None


class LeadChange(models.Model):
    """Who changed what of a lead, and when. Written by the verbs, never edited."""

    lead = models.ForeignKey(Lead, models.CASCADE, related_name="changes", verbose_name=_("lead"))
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        related_name="+",
        verbose_name=_("changed by"),
    )
    field = models.CharField(_("field"), max_length=30)
    old = models.CharField(_("before"), max_length=200, blank=True)
    new = models.CharField(_("after"), max_length=200, blank=True)
    at = models.DateTimeField(_("when"), default=timezone.now)

    class Meta:
        ordering = ["-at", "-id"]
        indexes = [models.Index(fields=["lead", "-at"], name="leadchange_lead")]
        verbose_name = _("lead change")
        verbose_name_plural = _("lead changes")

    def __str__(self) -> str:
        # Not the values: a document number may be one of them.
        return self.field
