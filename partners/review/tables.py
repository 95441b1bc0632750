"""The list of receipts: whose, for which loan, how much, since when, who has it."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

import django_tables2 as tables
from django.db.models import Exists, F, OuterRef, Q, QuerySet
from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from crm.desk.tables import NUMERIC, WIDE, DeskTable, RowLinkColumn, cells
from crm.desk.templatetags.desk import icon, when
from partners.models import Receipt
from partners.review.filters import narrowed
from partners.templatetags.receipts import amount_said, receipt_state


def with_names(rows: QuerySet[Receipt]) -> QuerySet[Receipt]:
    """Everything a row shows, in one query; `is_double`: its picture or its number came twice."""
    other = Receipt.objects.filter(~Q(pk=OuterRef("pk")))
    same_picture = other.filter(sha256=OuterRef("sha256"))
    same_number = other.exclude(reference="").filter(reference=OuterRef("reference"))
    joined = rows.select_related(
        "partner__contact", "partner__officer", "loan", "taken_by", "reviewer", "payment"
    )
    return joined.annotate(
        is_double=Exists(same_picture) | Exists(same_number),
        contact_name=F("partner__contact__name"),
    )


class ReceiptTable(DeskTable):
    partner = RowLinkColumn(
        verbose_name=gettext_lazy("Partner"),
        orderable=False,
        linkify=lambda record, table: f"{record.get_absolute_url()}{_kept(table)}",
        attrs={"a": {"class": "row-link"}, "td": {"class": "cell-main cell-short"}},
    )
    loan = tables.Column(
        verbose_name=gettext_lazy("Loan"), orderable=False, empty_values=(), attrs=WIDE
    )
    amount = tables.Column(
        verbose_name=gettext_lazy("Amount"), orderable=False, empty_values=(), attrs=NUMERIC
    )
    paid_on = tables.Column(
        verbose_name=gettext_lazy("Paid on"), orderable=False, empty_values=(), attrs=WIDE
    )
    reference = tables.Column(
        verbose_name=gettext_lazy("Operation"),
        orderable=False,
        empty_values=(),
        attrs=cells("cell-short d-none d-xl-table-cell"),
    )
    created_at = tables.Column(verbose_name=gettext_lazy("Sent in"), orderable=False, attrs=WIDE)
    officer = tables.Column(
        verbose_name=gettext_lazy("Officer"),
        accessor="partner__officer",
        orderable=False,
        empty_values=(),
        attrs=cells("cell-short d-none d-lg-table-cell"),
    )
    status = tables.Column(
        verbose_name=gettext_lazy("Status"),
        orderable=False,
        attrs={"td": {"class": "receipt-cell"}},
    )

    class Meta(DeskTable.Meta):
        model = Receipt
        fields: Sequence[str] = ()
        sequence = (
            "partner",
            "loan",
            "amount",
            "paid_on",
            "reference",
            "created_at",
            "officer",
            "status",
        )

    def render_partner(self, record: Receipt) -> SafeString:
        warning: SafeString | str = ""
        if getattr(record, "is_double", False):
            said = _("Its picture or its operation number came more than once")
            warning = format_html(
                '<span class="warn receipt-double" title="{0}">{1}'
                '<span class="visually-hidden">{0}</span></span>',
                said,
                icon("copy"),
            )
        return format_html("{}{}", warning, record.partner.contact)

    def render_loan(self, record: Receipt) -> SafeString | str:
        return record.loan.number if record.loan else _quiet(_("not said"))

    def render_amount(self, record: Receipt) -> SafeString | str:
        return amount_said(record) or _quiet(_("not said"))

    def render_paid_on(self, record: Receipt) -> SafeString | str:
        day: date | None = record.paid_on
        return date_format(day, "SHORT_DATE_FORMAT") if day else _quiet(_("not said"))

    def render_reference(self, record: Receipt) -> str:
        return record.reference

    def render_created_at(self, value: datetime) -> SafeString | str:
        return when(value)

    def render_officer(self, record: Receipt) -> str:
        return str(record.partner.officer or "")

    def render_status(self, record: Receipt) -> SafeString:
        return receipt_state(record)


def _kept(table: Any) -> str:
    request = getattr(table, "request", None)
    return narrowed(request.GET) if request is not None else ""


def _quiet(text: str) -> SafeString:
    return format_html('<span class="quiet">{}</span>', text)
