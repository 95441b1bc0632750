from django.core.validators import MinValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from crm.fields import CENT, MoneyField
from partners.models.conditions import Conditions


class LoanProduct(Conditions):
    """What can be lent. Changing it changes no loan that was made."""

    code = models.CharField(_("code"), max_length=20, unique=True)
    name = models.CharField(_("name"), max_length=120)
    least_principal = MoneyField(
        _("least principal"), default=CENT, validators=[MinValueValidator(CENT)]
    )
    most_principal = MoneyField(_("most principal"), null=True, blank=True)
    terms = models.PositiveSmallIntegerField(
        _("usual number of installments"), default=12, validators=[MinValueValidator(1)]
    )
    is_active = models.BooleanField(_("on offer"), default=True)

    class Meta:
        ordering = ["name"]
        verbose_name = _("loan product")
        verbose_name_plural = _("loan products")

    def __str__(self) -> str:
        return self.name
