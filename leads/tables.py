"""The list of leads: who, about what, their last word, since when, whose."""

from collections.abc import Sequence
from datetime import datetime

import django_tables2 as tables
from django.db.models import OuterRef, QuerySet, Subquery
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from crm.desk.tables import WIDER, DeskTable, RowLinkColumn, cells
from crm.desk.templatetags.desk import when
from crm.people.models import ContactPoint
from crm.people.phones import pretty
from leads.models import Lead
from leads.templatetags.leads import lead_state

SHORT = cells("cell-short d-none d-md-table-cell")


def with_names(rows: QuerySet[Lead]) -> QuerySet[Lead]:
    """Everything a row shows, in one query; `phone` is the contact's primary one."""
    phones = ContactPoint.objects.filter(contact=OuterRef("contact"), kind=ContactPoint.Kind.PHONE)
    first = phones.order_by("-primary", "id").values("value")[:1]
    return rows.select_related("contact", "property", "assigned_to").annotate(phone=Subquery(first))


class LeadTable(DeskTable):
    contact = RowLinkColumn(
        verbose_name=_("Who"),
        orderable=False,
        linkify=lambda record: record.get_absolute_url(),
        attrs={"a": {"class": "row-link"}, "td": {"class": "cell-main cell-short"}},
    )
    property = tables.Column(
        verbose_name=_("Property"), orderable=False, empty_values=(), attrs=SHORT
    )
    status = tables.Column(verbose_name=_("Status"), orderable=False)
    last_text = tables.Column(
        verbose_name=_("Last words"),
        orderable=False,
        empty_values=(),
        attrs={
            "td": {"class": "cell-quiet cell-grow d-none d-xl-table-cell"},
            "th": {"class": "d-none d-xl-table-cell"},
        },
    )
    source = tables.Column(verbose_name=_("Source"), orderable=False, attrs=cells("cell-roomy"))
    last_message_at = tables.Column(verbose_name=_("Last message"))
    first_message_at = tables.Column(verbose_name=_("First message"), attrs=WIDER)
    assigned_to = tables.Column(
        verbose_name=_("Whose"),
        orderable=False,
        empty_values=(),
        attrs=cells("cell-short d-none d-lg-table-cell"),
    )

    class Meta(DeskTable.Meta):
        model = Lead
        fields: Sequence[str] = ()
        sequence = (
            "contact",
            "property",
            "status",
            "last_text",
            "source",
            "last_message_at",
            "first_message_at",
            "assigned_to",
        )

    def render_contact(self, record: Lead) -> str:
        return (
            record.contact.name
            or pretty(getattr(record, "phone", None) or "")
            or str(record.contact)
        )

    def render_property(self, record: Lead) -> str:
        return str(record.property or "")

    def render_status(self, record: Lead) -> SafeString:
        return lead_state(record)

    def render_last_text(self, record: Lead) -> str:
        return record.last_text

    def render_last_message_at(self, value: datetime) -> SafeString | str:
        return when(value)

    def render_first_message_at(self, value: datetime) -> SafeString | str:
        return when(value)

    def render_assigned_to(self, record: Lead) -> SafeString | str:
        if record.assigned_to is None:
            return format_html('<span class="quiet">{}</span>', _("nobody yet"))
        return str(record.assigned_to)
