"""The list of products: what is lent, at which rate, and how often it was."""

from collections.abc import Sequence
from decimal import Decimal

import django_tables2 as tables
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from crm.desk.tables import NUMERIC, WIDE, WIDE_NUMERIC, WIDER, DeskTable, RowLinkColumn
from partners.models import LoanProduct


class ProductTable(DeskTable):
    name = RowLinkColumn(
        verbose_name=gettext_lazy("Product"),
        linkify=("partners:product", {"pk": tables.A("pk")}),
        attrs={"a": {"class": "row-link"}, "td": {"class": "cell-main cell-grow"}},
    )
    code = tables.Column(verbose_name=gettext_lazy("Code"), attrs=WIDER)
    method = tables.Column(verbose_name=gettext_lazy("Method"), orderable=False, attrs=WIDER)
    rate = tables.Column(verbose_name=gettext_lazy("Rate"), attrs=NUMERIC)
    rate_kind = tables.Column(verbose_name="", orderable=False, attrs=WIDE)
    currency = tables.Column(verbose_name=gettext_lazy("Currency"), attrs=WIDE)
    loans_made = tables.Column(verbose_name=gettext_lazy("Loans"), attrs=WIDE_NUMERIC)
    is_active = tables.Column(verbose_name=gettext_lazy("Status"), orderable=False)

    class Meta(DeskTable.Meta):
        model = LoanProduct
        fields: Sequence[str] = ()

    def render_rate(self, value: Decimal) -> str:
        return f"{value.normalize():f} %"

    def render_is_active(self, value: bool) -> SafeString:
        look, word = ("good", _("On offer")) if value else ("off", _("Not offered"))
        return format_html('<span class="state state-{}">{}</span>', look, word)
