"""How the list of properties is narrowed."""

from typing import Any

import django_filters
from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from crm.catalog.models import Property
from crm.catalog.picking import find_properties


def _number(label: Any) -> forms.NumberInput:
    return forms.NumberInput(attrs={"min": 0, "step": "any", "placeholder": label})


class PropertyFilter(django_filters.FilterSet):
    q = django_filters.CharFilter(
        label=_("Search"),
        method="search",
        max_length=100,
        widget=forms.TextInput(attrs={"type": "search", "placeholder": _("Title, code, district")}),
    )
    operation = django_filters.ChoiceFilter(
        label=_("Operation"), choices=Property.Operation, empty_label=_("Sale or rent")
    )
    kind = django_filters.ChoiceFilter(
        label=_("Kind"), choices=Property.Kind, empty_label=_("Any kind")
    )
    status = django_filters.ChoiceFilter(
        label=_("Status"), choices=Property.Status, empty_label=_("Any status")
    )
    district = django_filters.CharFilter(
        label=_("District"),
        lookup_expr="iexact",
        max_length=100,
        widget=forms.TextInput(attrs={"list": "districts", "placeholder": _("District")}),
    )
    price_min = django_filters.NumberFilter(
        label=_("Price from"),
        field_name="price",
        lookup_expr="gte",
        max_digits=14,
        decimal_places=2,
        widget=_number(_("Price from")),
    )
    price_max = django_filters.NumberFilter(
        label=_("Price to"),
        field_name="price",
        lookup_expr="lte",
        max_digits=14,
        decimal_places=2,
        widget=_number(_("Price to")),
    )

    class Meta:
        model = Property
        fields: list[str] = []

    def search(self, rows: QuerySet[Property], name: str, value: str) -> QuerySet[Property]:
        return find_properties(value, rows)
