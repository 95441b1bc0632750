"""What all loans come to, added up: the portfolio page reads these few rows and no loans.

`partners.portfolio.rollup` computes them anew, all of them, from the loans and payments; nothing
else writes them, and no payment ever waits for them.
"""

from typing import Any

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from crm.fields import MoneySumField
from crm.people.models import Agency


class Portfolio(models.Model):
    """When the shares were computed, for which day, and with which ageing buckets. One row."""

    ONE = 1

    computed_at = models.DateTimeField(_("computed"), null=True, editable=False)
    day = models.DateField(null=True, editable=False)
    # The last day of each bucket but the open one.
    buckets = models.JSONField(default=list, editable=False)
    # Another word whenever any share is another.
    version = models.CharField(max_length=16, blank=True, editable=False)
    # Somebody looks at it: since when a fresh one is waited for.
    asked_at = models.DateTimeField(null=True, editable=False)

    class Meta:
        default_permissions = ()
        verbose_name = _("portfolio")
        verbose_name_plural = _("portfolios")

    def __str__(self) -> str:
        return str(self.day or "")


class PortfolioShare(models.Model):
    """The active loans of one currency, agency and officer, and what they paid.

    `ageing`: for "in time" and then each bucket the number of loans, of partners (each where the
    oldest of their due dates puts them), and the outstanding principal in minor units.
    """

    currency = models.CharField(_("currency"), max_length=3)
    agency = models.ForeignKey(
        Agency, models.CASCADE, null=True, related_name="+", verbose_name=_("agency")
    )
    officer = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        related_name="+",
        verbose_name=_("officer"),
    )
    loans = models.PositiveIntegerField(_("loans"), default=0)
    partners = models.PositiveIntegerField(_("partners"), default=0)
    principal = MoneySumField(_("outstanding principal"), default=0)
    late = MoneySumField(_("principal of late loans"), default=0)
    par_30 = MoneySumField(default=0)
    par_90 = MoneySumField(default=0)
    due_week = MoneySumField(_("due this week"), default=0)
    open_week = MoneySumField(_("still to be paid of it"), default=0)
    due_month = MoneySumField(_("due this month so far"), default=0)
    collected = MoneySumField(_("collected this month"), default=0)
    ageing: "models.JSONField[Any, Any]" = models.JSONField(default=list)

    class Meta:
        default_permissions = ()
        ordering = ["currency", "agency", "officer"]
        verbose_name = _("share of the portfolio")
        verbose_name_plural = _("shares of the portfolio")

    def __str__(self) -> str:
        return self.currency
