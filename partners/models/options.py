from django.db import models
from django.utils.translation import gettext_lazy as _


class PaymentOption(models.Model):
    """A way to pay: read by the page, the statement and the bot alike."""

    class Kind(models.TextChoices):
        BANK = "bank", _("Bank account")
        YAPE = "yape", "Yape"
        PLIN = "plin", "Plin"
        PIX = "pix", "Pix"
        CASH = "cash", _("At the counter")
        OTHER = "other", _("Other")

    kind = models.CharField(_("kind"), max_length=10, choices=Kind, default=Kind.BANK)
    name = models.CharField(_("bank or name"), max_length=80)
    holder = models.CharField(_("holder"), max_length=120, blank=True)
    number = models.CharField(
        _("number"), max_length=80, blank=True, help_text=_("Of the account, the phone, the key.")
    )
    cci = models.CharField(
        "CCI", max_length=20, blank=True, help_text=_("Interbank code, twenty digits.")
    )
    currency = models.CharField(_("currency"), max_length=3, blank=True)
    instructions = models.CharField(_("instructions"), max_length=300, blank=True)
    weight = models.PositiveSmallIntegerField(
        _("order"), default=50, help_text=_("The lowest comes first.")
    )
    is_active = models.BooleanField(_("shown"), default=True)

    class Meta:
        ordering = ["weight", "id"]
        verbose_name = _("payment option")
        verbose_name_plural = _("payment options")

    def __str__(self) -> str:
        return f"{self.get_kind_display()} · {self.name}"
