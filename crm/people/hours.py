"""When the business is open: hours of a week, and days that are otherwise. Read by `calendar`."""

from __future__ import annotations

from datetime import time

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

MIDNIGHT = time(0)


class OpeningHours(models.Model):
    """One span of a weekday, of an agency or (None) of the whole business.

    An agency without any has the business's, and the business without any the default. `closes`
    at 00:00 is the midnight that ends the day.
    """

    class Weekday(models.IntegerChoices):
        MONDAY = 0, _("Monday")
        TUESDAY = 1, _("Tuesday")
        WEDNESDAY = 2, _("Wednesday")
        THURSDAY = 3, _("Thursday")
        FRIDAY = 4, _("Friday")
        SATURDAY = 5, _("Saturday")
        SUNDAY = 6, _("Sunday")

    agency = models.ForeignKey(
        "people.Agency",
        models.CASCADE,
        null=True,
        blank=True,
        related_name="opening_hours",
        verbose_name=_("agency"),
    )
    weekday = models.PositiveSmallIntegerField(_("weekday"), choices=Weekday)
    opens = models.TimeField(_("opens"))
    closes = models.TimeField(_("closes"))

    class Meta:
        ordering = ["agency", "weekday", "opens"]
        constraints = [
            models.CheckConstraint(
                condition=Q(closes__gt=F("opens")) | Q(closes=MIDNIGHT),
                name="opening_hours_end_after_they_begin",
            ),
        ]
        verbose_name = _("opening hours")
        verbose_name_plural = _("opening hours")

    def __str__(self) -> str:
        return f"{self.get_weekday_display()} {self.opens:%H:%M}–{self.closes:%H:%M}"


class SpecialDay(models.Model):
    """Days that are not as their weekday: closed, or open though a holiday, maybe shorter.

    An agency's own count more than the business's, and later ones more than earlier ones.
    """

    agency = models.ForeignKey(
        "people.Agency",
        models.CASCADE,
        null=True,
        blank=True,
        related_name="special_days",
        verbose_name=_("agency"),
        help_text=_("Empty: all agencies"),
    )
    name = models.CharField(_("name"), max_length=80)
    first = models.DateField(_("first day"))
    last = models.DateField(_("last day"))
    is_open = models.BooleanField(_("open"), default=False)
    # Only where open; without them the weekday's own hours.
    opens = models.TimeField(_("opens"), null=True, blank=True)
    closes = models.TimeField(_("closes"), null=True, blank=True)

    class Meta:
        ordering = ["first", "id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(last__gte=F("first")), name="special_day_ends_after_it_begins"
            ),
            models.CheckConstraint(
                condition=Q(opens=None, closes=None)
                | Q(is_open=True, closes__gt=F("opens"))
                | Q(is_open=True, opens__isnull=False, closes=MIDNIGHT),
                name="special_day_hours_only_if_open",
            ),
        ]
        verbose_name = _("special day")
        verbose_name_plural = _("special days")

    def __str__(self) -> str:
        return self.name

    def clean(self) -> None:
        if self.first and self.last and self.last < self.first:
            raise ValidationError({"last": gettext("The last day comes before the first.")})
