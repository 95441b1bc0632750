"""The list of partners: who, with what number and document, whose, and how their loans stand."""

from collections.abc import Iterable, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

import django_tables2 as tables
from django.db.models import F, QuerySet, Sum
from django.utils import timezone
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from crm.desk.tables import NUMERIC, WIDE_NUMERIC, DeskTable, RowLinkColumn, cells
from crm.desk.wording import exact_money
from crm.people.documents import masked
from partners.lending.arrears import days_past_due
from partners.models import Loan, Partner

SHORT = cells("cell-short d-none d-lg-table-cell")
_LOOKS = {
    Partner.Status.ACTIVE: "good",
    Partner.Status.SUSPENDED: "busy",
    Partner.Status.CANCELLED: "off",
}
Amounts = list[tuple[str, Decimal]]


def partner_state(partner: Partner) -> SafeString:
    """The status as a word with its colour."""
    looks = _LOOKS[Partner.Status(partner.status)]
    return format_html(
        '<span class="state state-{}">{}</span>', looks, partner.get_status_display()
    )


def overdue_of(partners: Iterable[int]) -> dict[int, Amounts]:
    """What is overdue on active loans, by partner and currency; one query."""
    rows = Loan.objects.running().filter(partner__in=list(partners), overdue__gt=0)
    found: dict[int, Amounts] = {}
    sums = rows.order_by("currency").values_list("partner", "currency").annotate(Sum("overdue"))
    for partner, currency, amount in sums:
        found.setdefault(partner, []).append((currency, amount))
    return found


class PartnerTable(DeskTable):
    contact = RowLinkColumn(
        verbose_name=_("Who"),
        order_by=("contact__name",),
        linkify=lambda record: record.get_absolute_url(),
        attrs={"a": {"class": "row-link"}, "td": {"class": "cell-main cell-short"}},
    )
    number = tables.Column(
        verbose_name=_("Member number"), attrs=cells("d-none d-md-table-cell cell-quiet")
    )
    document = tables.Column(
        verbose_name=_("Document"),
        accessor="contact__document_number",
        orderable=False,
        empty_values=(),
        attrs=cells("d-none d-lg-table-cell"),
    )
    officer = tables.Column(
        verbose_name=_("Officer"), orderable=False, empty_values=(), attrs=SHORT
    )
    status = tables.Column(
        verbose_name=_("Status"), orderable=False, attrs=cells("d-none d-xl-table-cell")
    )
    active_loans = tables.Column(verbose_name=_("Active loans"), attrs=WIDE_NUMERIC)
    overdue = tables.Column(
        verbose_name=_("Overdue"),
        accessor="pk",
        orderable=False,
        attrs=cells("numeric d-none d-sm-table-cell"),
    )
    unpaid_since = tables.Column(verbose_name=_("Days past due"), empty_values=(), attrs=NUMERIC)

    class Meta(DeskTable.Meta):
        model = Partner
        fields: Sequence[str] = ()
        sequence = (
            "contact",
            "number",
            "document",
            "officer",
            "status",
            "active_loans",
            "overdue",
            "unpaid_since",
        )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.overdue_by_partner: dict[int, Amounts] = {}
        self.whole_documents = False

    def order_unpaid_since(
        self, rows: QuerySet[Partner], is_descending: bool
    ) -> tuple[QuerySet[Partner], bool]:
        """By days past due: the oldest unpaid day has the most; who owes nothing has none."""
        since = F("unpaid_since")
        order = since.asc(nulls_last=True) if is_descending else since.desc(nulls_first=True)
        return rows.order_by(order, "-id"), True

    def render_document(self, record: Partner) -> str:
        number = record.contact.document_number
        return (number if self.whole_documents else masked(number)) or "—"

    def render_officer(self, record: Partner) -> SafeString | str:
        if record.officer is None:
            return format_html('<span class="quiet">{}</span>', _("nobody yet"))
        return str(record.officer)

    def render_status(self, record: Partner) -> SafeString:
        return partner_state(record)

    def render_overdue(self, record: Partner) -> SafeString | str:
        amounts = self.overdue_by_partner.get(record.pk, [])
        said = [(exact_money(amount, currency),) for currency, amount in amounts]
        return format_html_join("", '<span class="amount">{}</span>', said) or "—"

    def render_unpaid_since(self, value: date | None) -> SafeString | str:
        days = days_past_due(value, timezone.localdate())
        return format_html('<span class="bad">{}</span>', days) if days else "—"

    def tell(self, overdue: dict[int, Amounts], *, whole_documents: bool) -> None:
        """What the rows need besides their partners."""
        self.overdue_by_partner = overdue
        self.whole_documents = whole_documents


def shown(table: Any) -> list[int]:
    """Keys of the rows on the table's page."""
    return [row.pk for row in table.page.object_list.data]
