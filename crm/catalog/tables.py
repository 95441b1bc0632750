"""The list of properties: how it looks, what and where it is, what it costs, whether it is free."""

from collections.abc import Sequence
from decimal import Decimal

import django_tables2 as tables
from django.db.models import OuterRef, QuerySet, Subquery
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from crm.catalog.models import Photo, Property
from crm.catalog.templatetags.catalog import property_state
from crm.desk.tables import NUMERIC, WIDE, WIDER, DeskTable, RowLinkColumn, cells
from crm.desk.templatetags.desk import money


def with_first_photo(rows: QuerySet[Property]) -> QuerySet[Property]:
    """Add `first_photo`, the key of the photo a list shows."""
    first = Photo.objects.filter(property=OuterRef("pk")).order_by("position", "id")
    return rows.annotate(first_photo=Subquery(first.values("pk")[:1]))


class PropertyTable(DeskTable):
    photo = tables.Column(
        verbose_name="", accessor="first_photo", orderable=False, empty_values=(),
        attrs=cells("cell-thumb"),
    )  # fmt: skip
    title = RowLinkColumn(
        verbose_name=_("Property"),
        attrs={"a": {"class": "row-link"}, "td": {"class": "cell-main cell-grow"}},
    )
    code = tables.Column(verbose_name=_("Code"), attrs=cells("cell-short d-none d-xl-table-cell"))
    operation = tables.Column(verbose_name=_("Operation"), orderable=False, attrs=WIDER)
    kind = tables.Column(verbose_name=_("Kind"), orderable=False, attrs=WIDER)
    district = tables.Column(
        verbose_name=_("District"), attrs=cells("cell-short d-none d-lg-table-cell")
    )
    price = tables.Column(verbose_name=_("Price"), attrs=NUMERIC)
    status = tables.Column(verbose_name=_("Status"), orderable=False, attrs=WIDE)

    class Meta(DeskTable.Meta):
        model = Property
        fields: Sequence[str] = ()

    def render_photo(self, value: int | None) -> SafeString | str:
        if value is None:
            return format_html('<span class="{}"></span>', "thumb")
        source = reverse("catalog:thumb", args=[value])
        return format_html('<img class="thumb" src="{}" alt="" loading="lazy">', source)

    def render_price(self, value: Decimal, record: Property) -> str:
        return money(value, record.currency)

    def render_status(self, record: Property) -> SafeString:
        return property_state(record)
