"""What was paid, and what of the loan it paid. Nothing is edited: a mistake is reversed."""

from __future__ import annotations

from django.conf import settings
from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from crm.fields import CENT, MoneyField
from partners.lending.allocation import Part
from partners.lending.ledger import Payment as LendingPayment
from partners.lending.ledger import Purpose
from partners.models.loan import Installment, Loan


class Payment(models.Model):
    class Purpose(models.TextChoices):
        NEXT = Purpose.NEXT.value, _("Covers the next installments")
        FEWER = Purpose.FEWER.value, _("Fewer installments")
        SMALLER = Purpose.SMALLER.value, _("Smaller installments")

    class Means(models.TextChoices):
        TRANSFER = "transfer", _("Bank transfer")
        CASH = "cash", _("Cash")
        WALLET = "wallet", _("Wallet (Yape, Plin, Pix …)")
        CARD = "card", _("Card")
        OTHER = "other", _("Other")

    loan = models.ForeignKey(Loan, models.PROTECT, related_name="payments", verbose_name=_("loan"))
    paid_on = models.DateField(_("paid on"))
    amount = MoneyField(_("amount"), validators=[MinValueValidator(CENT)])
    purpose = models.CharField(
        _("what more than is due is for"), max_length=10, choices=Purpose, default=Purpose.NEXT
    )
    means = models.CharField(_("means"), max_length=10, choices=Means, default=Means.TRANSFER)
    reference = models.CharField(_("operation number"), max_length=60, blank=True)
    note = models.CharField(_("note"), max_length=500, blank=True)
    external_id = models.CharField(
        _("number in another system"), max_length=60, blank=True, editable=False
    )
    # What the form of the desk that made it carried: sent twice, it is made once.
    form_token = models.UUIDField(null=True, unique=True, editable=False)
    booked_at = models.DateTimeField(_("booked"), auto_now_add=True)
    booked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", editable=False
    )
    reversed_at = models.DateTimeField(_("reversed"), null=True, editable=False)
    reversed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", editable=False
    )
    reversal_reason = models.CharField(
        _("reason of the reversal"), max_length=500, blank=True, editable=False
    )

    class Meta:
        ordering = ["-paid_on", "-id"]
        permissions = [("reverse_payment", "Can reverse a payment")]
        constraints = [
            models.UniqueConstraint(
                fields=["loan", "reference"],
                condition=Q(reversed_at=None) & ~Q(reference=""),
                name="payment_reference_once_per_loan",
            ),
            models.UniqueConstraint(
                fields=["external_id"],
                condition=~Q(external_id=""),
                name="payment_external_id_once",
            ),
            models.CheckConstraint(condition=Q(amount__gt=0), name="payment_positive"),
        ]
        indexes = [
            models.Index(fields=["paid_on"], name="payment_paid_on"),
            models.Index(
                fields=["reference"], name="payment_reference", condition=~Q(reference="")
            ),
        ]
        verbose_name = _("payment")
        verbose_name_plural = _("payments")

    def __str__(self) -> str:
        return f"{self.paid_on} {self.amount}"

    @property
    def lending(self) -> LendingPayment:
        return LendingPayment(
            key=self.pk,
            paid_on=self.paid_on,
            amount=self.amount,
            purpose=Purpose(self.purpose),
            reversed=self.reversed_at is not None,
        )


class PaymentAllocation(models.Model):
    """What a payment paid of an installment. Written by `partners.ledger` alone."""

    payment = models.ForeignKey(Payment, models.CASCADE, related_name="allocations")
    installment = models.ForeignKey(Installment, models.CASCADE, related_name="allocations")
    part = models.CharField(
        max_length=10,
        choices=[
            (Part.PENALTY.value, _("late interest")),
            (Part.INTEREST.value, _("interest")),
            (Part.FEE.value, _("fee")),
            (Part.PRINCIPAL.value, _("principal")),
        ],
    )
    amount = MoneyField()

    class Meta:
        ordering = [F("installment__position"), "id"]
        default_permissions = ()
        constraints = [
            models.CheckConstraint(condition=Q(amount__gt=0), name="allocation_positive")
        ]
        verbose_name = _("allocation")
        verbose_name_plural = _("allocations")

    def __str__(self) -> str:
        return f"{self.get_part_display()} {self.amount}"
