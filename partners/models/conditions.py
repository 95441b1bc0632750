"""What a product says of its loans; copied onto each loan when it is made."""

from decimal import Decimal
from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from crm.fields import MoneyField
from partners.lending.allocation import DEFAULT_ORDER, Order, read_order
from partners.lending.arrears import LateFee, LateInterest, LateInterestPair, LateRule
from partners.lending.dates import DayCount, Every
from partners.lending.errors import LendingError
from partners.lending.money import CENT, RoundMode
from partners.lending.terms import MOST_RATE, Method, RateKind

MOST_GRACE = 120


class LateKind(models.TextChoices):
    NONE = "none", _("None")
    INTEREST = "interest", _("Yearly rate on the overdue amount")
    PAIR = "pair", _("Compensatory and moratory, effective annual")
    FEE = "fee", _("Once, of the overdue principal")
    FEE_ON_ALL = "fee_on_all", _("Once, of the overdue principal and interest")


def check_order(text: str) -> None:
    try:
        read_order(text)
    except LendingError as error:
        raise ValidationError(
            _("Name penalty, interest, fee and principal, each once, with commas."), code="order"
        ) from error


def _rate(name: Any) -> "models.DecimalField[Decimal, Decimal]":
    """Percent. 14 digits are what SQLite keeps of a decimal without loss."""
    return models.DecimalField(
        name,
        max_digits=14,
        decimal_places=10,
        default=Decimal(0),
        validators=[MinValueValidator(0), MaxValueValidator(MOST_RATE)],
    )


class Conditions(models.Model):
    currency = models.CharField(_("currency"), max_length=3, default="PEN")
    method = models.CharField(
        _("method"),
        max_length=16,
        default=Method.FRENCH.value,
        choices=[
            (Method.FRENCH.value, _("Equal installments (French)")),
            (Method.EQUAL_PRINCIPAL.value, _("Equal principal")),
            (Method.FLAT.value, _("Flat interest")),
        ],
    )
    rate = _rate(_("rate (%)"))
    rate_kind = models.CharField(
        _("kind of rate"),
        max_length=10,
        default=RateKind.EFFECTIVE.value,
        choices=[
            (RateKind.EFFECTIVE.value, _("Effective annual (TEA)")),
            (RateKind.NOMINAL.value, _("Nominal annual (TNA)")),
            (RateKind.PERIOD.value, _("Per period")),
        ],
    )
    day_count = models.CharField(
        _("day count"),
        max_length=10,
        default=DayCount.THIRTY_360.value,
        choices=[(one.value, one.value) for one in DayCount],
    )
    every = models.CharField(
        _("every"),
        max_length=10,
        default=Every.MONTH.value,
        choices=[
            (Every.MONTH.value, _("Month")),
            (Every.FORTNIGHT.value, _("Fortnight")),
            (Every.WEEK.value, _("Week")),
        ],
    )
    grace_principal = models.PositiveSmallIntegerField(
        _("installments of interest only"), default=0, validators=[MaxValueValidator(MOST_GRACE)]
    )
    grace_interest = models.PositiveSmallIntegerField(
        _("installments without interest"), default=0, validators=[MaxValueValidator(MOST_GRACE)]
    )
    round_to = MoneyField(
        _("installment rounded to"), default=CENT, validators=[MinValueValidator(CENT)]
    )
    round_mode = models.CharField(
        _("rounded"),
        max_length=8,
        default=RoundMode.NEAREST.value,
        choices=[(RoundMode.NEAREST.value, _("to the nearest")), (RoundMode.UP.value, _("up"))],
    )
    order = models.CharField(
        _("order in which a payment pays"),
        max_length=40,
        default=",".join(DEFAULT_ORDER),
        validators=[check_order],
    )
    late_kind = models.CharField(
        _("late interest"), max_length=12, choices=LateKind, default=LateKind.NONE
    )
    late_grace = models.PositiveSmallIntegerField(
        _("days of grace"), default=0, validators=[MaxValueValidator(365)]
    )
    late_rate = _rate(_("late rate (%)"))
    late_second_rate = _rate(_("moratory rate (%)"))

    class Meta:
        abstract = True

    @property
    def allocation_order(self) -> Order:
        return read_order(self.order)

    @property
    def late_rule(self) -> LateRule | None:
        grace, rate = self.late_grace, self.late_rate
        if self.late_kind == LateKind.INTEREST:
            return LateInterest(grace=grace, rate=rate)
        if self.late_kind == LateKind.PAIR:
            return LateInterestPair(grace=grace, compensatory=rate, moratory=self.late_second_rate)
        if self.late_kind in (LateKind.FEE, LateKind.FEE_ON_ALL):
            on_all = self.late_kind == LateKind.FEE_ON_ALL
            return LateFee(grace=grace, percent=rate, on_interest=on_all)
        return None


# What is copied from the product onto a loan.
COPIED = tuple(field.name for field in Conditions._meta.local_fields)
