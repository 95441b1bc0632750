"""What the business offers. Today: properties for sale or rent."""

from __future__ import annotations

import secrets
from pathlib import PurePath
from typing import TYPE_CHECKING

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator, RegexValidator
from django.db import models
from django.db.models import Value
from django.db.models.functions import Concat
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from crm.fields import MoneyField
from crm.people.folding import folded
from crm.people.models import User

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser


class PropertyQuerySet(models.QuerySet["Property"]):
    def visible_to(self, user: User | AnonymousUser) -> PropertyQuerySet:
        """Whoever may look at properties sees all of them; a stranger none."""
        if isinstance(user, User) and user.has_perm("catalog.view_property"):
            return self
        return self.none()

    def offered(self) -> PropertyQuerySet:
        """What a person writing in may mean: everything but drafts and withdrawn ones."""
        return self.exclude(status__in=[Property.Status.DRAFT, Property.Status.WITHDRAWN])


class Property(models.Model):
    class Operation(models.TextChoices):
        SALE = "sale", _("Sale")
        RENT = "rent", _("Rent")

    class Kind(models.TextChoices):
        APARTMENT = "apartment", _("Apartment")
        HOUSE = "house", _("House")
        LAND = "land", _("Land")
        OFFICE = "office", _("Office")
        SHOP = "shop", _("Shop")
        WAREHOUSE = "warehouse", _("Warehouse")
        OTHER = "other", _("Other")

    class Status(models.TextChoices):
        DRAFT = "draft", _("Draft")
        AVAILABLE = "available", _("Available")
        RESERVED = "reserved", _("Reserved")
        CLOSED = "closed", _("Sold or rented")
        WITHDRAWN = "withdrawn", _("Withdrawn")

    class Currency(models.TextChoices):
        PEN = "PEN", _("Soles (S/)")
        USD = "USD", _("US dollars (US$)")

    code = models.CharField(
        _("code"),
        max_length=20,
        unique=True,
        validators=[
            RegexValidator(r"^[A-Za-z0-9][A-Za-z0-9-]*$", _("Letters, digits and hyphens."))
        ],
        help_text=_("People can name the property by it in a message."),
    )
    title = models.CharField(_("title"), max_length=160)
    description = models.TextField(_("description"), blank=True, max_length=10_000)
    operation = models.CharField(_("operation"), max_length=10, choices=Operation)
    kind = models.CharField(_("kind"), max_length=12, choices=Kind, default=Kind.APARTMENT)
    status = models.CharField(_("status"), max_length=12, choices=Status, default=Status.AVAILABLE)
    price = MoneyField(_("price"), null=True, blank=True)
    currency = models.CharField(_("currency"), max_length=3, choices=Currency, default=Currency.USD)
    address = models.CharField(_("address"), max_length=200, blank=True)
    district = models.CharField(_("district"), max_length=100, blank=True)
    city = models.CharField(_("city"), max_length=100, blank=True)
    bedrooms = models.PositiveSmallIntegerField(_("bedrooms"), null=True, blank=True)
    bathrooms = models.PositiveSmallIntegerField(_("bathrooms"), null=True, blank=True)
    area_m2 = models.DecimalField(
        _("area (m²)"),
        max_digits=10,
        decimal_places=2,
        null=True,
        blank=True,
        validators=[MinValueValidator(0)],
    )
    latitude = models.DecimalField(
        _("latitude"),
        max_digits=9,
        decimal_places=6,
        null=True,
        blank=True,
        validators=[MinValueValidator(-90), MaxValueValidator(90)],
    )
    longitude = models.DecimalField(
        _("longitude"),
        max_digits=9,
        decimal_places=6,
        null=True,
        blank=True,
        validators=[MinValueValidator(-180), MaxValueValidator(180)],
    )
    responsible = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="properties",
        verbose_name=_("responsible agent"),
    )
    created_at = models.DateTimeField(_("created"), auto_now_add=True)
    updated_at = models.DateTimeField(_("changed"), auto_now=True)
    # What the search box compares with; the database keeps it.
    search_text = models.GeneratedField(
        expression=folded(Concat("title", Value(" "), "code", Value(" "), "district")),
        output_field=models.CharField(max_length=300),
        db_persist=True,
    )

    objects = PropertyQuerySet.as_manager()

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                models.functions.Upper("code"), name="property_code_once_in_any_case"
            )
        ]
        indexes = [models.Index(fields=["status", "-id"], name="property_status")]
        verbose_name = _("property")
        verbose_name_plural = _("properties")

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return reverse("catalog:detail", args=[self.pk])

    @property
    def place(self) -> str:
        return ", ".join(part for part in (self.district, self.city) if part)


def photo_path(photo: Photo, filename: str) -> str:
    """A random name: neither guessable nor chosen by whoever uploads."""
    return f"properties/{secrets.token_hex(16)}{PurePath(filename).suffix.lower()[:5]}"


class Photo(models.Model):
    property = models.ForeignKey(Property, models.CASCADE, related_name="photos")
    image = models.ImageField(_("photo"), upload_to=photo_path, max_length=200)
    caption = models.CharField(_("caption"), max_length=160, blank=True)
    position = models.PositiveSmallIntegerField(_("position"), default=0)

    class Meta:
        ordering = ["position", "id"]
        verbose_name = _("photo")
        verbose_name_plural = _("photos")

    def __str__(self) -> str:
        return self.caption or self.image.name
