"""What a partner sent in as proof of a payment. Staff decide; approval books the payment."""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING

from django.conf import settings
from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from crm.conversations.models import Conversation
from crm.fields import CENT, MoneyField
from crm.people.models import User
from partners.models.loan import Loan
from partners.models.partner import Partner
from partners.models.payment import Payment

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser


MOST_PICTURES = 5


class ReceiptQuerySet(models.QuerySet["Receipt"]):
    def visible_to(self, user: User | AnonymousUser) -> ReceiptQuerySet:
        """Officers and managers see all receipts, nobody else any."""
        if isinstance(user, User) and user.has_perm("partners.view_receipt"):
            return self
        return self.none()

    def waiting_for(self, user: User) -> ReceiptQuerySet:
        """Pending ones that no colleague has open, those that came first before the others."""
        others = Q(taken_until__gt=timezone.now(), taken_by__isnull=False) & ~Q(taken_by=user)
        return self.filter(status=Receipt.Status.PENDING).exclude(others).order_by("id")


def receipt_path(receipt: Receipt, filename: str) -> str:
    """A name nobody guesses, whatever the file was called."""
    return f"receipts/{secrets.token_urlsafe(24)}"


class Receipt(models.Model):
    class Status(models.TextChoices):
        PENDING = "pending", _("Pending")
        APPROVED = "approved", _("Accepted")
        REJECTED = "rejected", _("Refused")

    partner = models.ForeignKey(
        Partner, models.PROTECT, related_name="receipts", verbose_name=_("partner")
    )
    loan = models.ForeignKey(
        Loan,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="receipts",
        verbose_name=_("loan"),
    )
    # What the partner says, as far as they said it; the officer may put it right.
    amount = MoneyField(_("amount"), null=True, blank=True, validators=[MinValueValidator(CENT)])
    paid_on = models.DateField(_("paid on"), null=True, blank=True)
    reference = models.CharField(_("operation number"), max_length=60, blank=True)
    file = models.FileField(_("file"), upload_to=receipt_path, editable=False)
    file_name = models.CharField(max_length=120, blank=True, editable=False)
    content_type = models.CharField(max_length=40, editable=False)
    # Where it was sent by chat, and its outcome is told.
    conversation = models.ForeignKey(
        Conversation, models.SET_NULL, null=True, related_name="receipts", editable=False
    )
    # How many the file has; pictures of the first few lie beside it (`Receipt.picture`).
    pages = models.PositiveSmallIntegerField(default=1, editable=False)
    sha256 = models.CharField(max_length=64, editable=False)
    status = models.CharField(
        _("status"), max_length=10, choices=Status, default=Status.PENDING, editable=False
    )
    # Who looks at it now, and until when nobody else may decide it.
    taken_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+", editable=False
    )
    taken_until = models.DateTimeField(null=True, editable=False)
    reviewer = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", editable=False
    )
    reviewed_at = models.DateTimeField(_("reviewed"), null=True, editable=False)
    reason = models.CharField(_("reason"), max_length=500, blank=True, editable=False)
    notes = models.TextField(_("notes"), max_length=2000, blank=True)
    payment = models.OneToOneField(
        Payment, models.PROTECT, null=True, related_name="receipt", editable=False
    )
    created_at = models.DateTimeField(_("sent in"), auto_now_add=True)

    objects = ReceiptQuerySet.as_manager()

    class Meta:
        ordering = ["-id"]
        permissions = [("review_receipt", "Can approve and reject receipts")]
        constraints = [
            models.UniqueConstraint(
                fields=["partner", "sha256"], name="receipt_picture_once_per_partner"
            ),
            models.CheckConstraint(
                condition=~Q(status="approved") | Q(payment__isnull=False),
                name="receipt_approved_with_payment",
            ),
        ]
        indexes = [
            models.Index(fields=["id"], name="receipt_pending", condition=Q(status="pending")),
            models.Index(fields=["sha256"], name="receipt_sha256"),
            models.Index(
                fields=["reference"], name="receipt_reference", condition=~Q(reference="")
            ),
        ]
        verbose_name = _("receipt")
        verbose_name_plural = _("receipts")

    def __str__(self) -> str:
        return f"{self.pk}"

    def get_absolute_url(self) -> str:
        return reverse("partners:receipt", args=[self.pk])

    @property
    def holder(self) -> User | None:
        """Who has it open now: nobody else may decide it meanwhile."""
        is_held = self.taken_until is not None and self.taken_until > timezone.now()
        return self.taken_by if is_held else None

    @property
    def may_reopen(self) -> bool:
        """What was rejected, and what was booked and reversed since, can be reviewed again."""
        if self.status == self.Status.APPROVED:
            return self.payment is not None and self.payment.reversed_at is not None
        return self.status == self.Status.REJECTED

    @property
    def pictures(self) -> range:
        """The numbers of the pages that can be looked at, from 1."""
        return range(1, min(self.pages, MOST_PICTURES) + 1)

    def picture(self, number: int) -> str:
        """The storage's name for the picture of a page."""
        return f"{self.file.name}-{number}.jpg"
