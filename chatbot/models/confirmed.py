"""A receipt that its partner has confirmed, until a job has stored it."""

from __future__ import annotations

from datetime import timedelta

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from crm.conversations.models import Attachment
from crm.fields import MoneyField
from partners.models import Loan, Partner, Receipt


class ConfirmedReceipt(models.Model):
    """One for each picture or document, however often it is confirmed; it goes where that goes.

    Open while `settled_at` is null: the file may still be on its way, or the job got lost. Then
    `receipt` is what came of it, or null where it was refused or given up; `told` is the reply that
    said so, and `why` what stood in it.
    """

    # After so long without a word from who works on it, somebody else may: no job lives longer.
    LEASE = timedelta(seconds=settings.JOB_TIMEOUT, minutes=1)

    partner = models.ForeignKey(Partner, models.CASCADE, related_name="confirmed_receipts")
    attachment = models.OneToOneField(Attachment, models.CASCADE, related_name="confirmed_receipt")
    loan = models.ForeignKey(Loan, models.CASCADE, null=True, related_name="+")
    amount = MoneyField(_("amount"), null=True)
    paid_on = models.DateField(_("paid on"), null=True)
    confirmed_at = models.DateTimeField(_("confirmed"), default=timezone.now)
    due_at = models.DateTimeField(default=timezone.now)
    tries = models.PositiveSmallIntegerField(default=0)
    settled_at = models.DateTimeField(null=True)
    receipt = models.ForeignKey(Receipt, models.CASCADE, null=True, related_name="+")
    told = models.CharField(max_length=40, blank=True, default="", db_default="")
    why = models.CharField(max_length=300, blank=True, default="", db_default="")

    class Meta:
        default_permissions = ()
        indexes = [
            models.Index(
                fields=["due_at"], name="confirmed_due", condition=Q(settled_at__isnull=True)
            ),
        ]
        verbose_name = _("confirmed receipt")
        verbose_name_plural = _("confirmed receipts")

    def __str__(self) -> str:
        return f"{self.partner.number} · {self.attachment_id}"
