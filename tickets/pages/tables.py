"""The list of tickets: what, whose, how urgent, how far, and how much time is left."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import django_tables2 as tables
from django.db.models import QuerySet
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from crm.desk.tables import DeskTable, RowLinkColumn, cells
from tickets.models import Ticket
from tickets.pages.timing import Left
from tickets.templatetags.tickets import ticket_priority, ticket_state, time_left

SHORT = cells("cell-short d-none d-lg-table-cell")


def with_names(rows: QuerySet[Ticket]) -> QuerySet[Ticket]:
    """Everything a row shows, in one query."""
    return rows.select_related("contact", "assignee", "agency")


class TicketTable(DeskTable):
    chosen = tables.Column(
        verbose_name="", accessor="pk", orderable=False, attrs=cells("cell-choose above-row")
    )
    number = tables.Column(
        verbose_name=_("Number"),
        order_by=("pk",),
        attrs=cells("cell-quiet d-none d-md-table-cell"),
    )
    subject = RowLinkColumn(
        verbose_name=_("Subject"),
        orderable=False,
        linkify=lambda record: record.get_absolute_url(),
        attrs={"a": {"class": "row-link"}, "td": {"class": "cell-main cell-subject"}},
    )
    contact = tables.Column(verbose_name=_("Who"), orderable=False, attrs=SHORT)
    status = tables.Column(
        verbose_name=_("Status"), orderable=False, attrs=cells("d-none d-md-table-cell")
    )
    priority = tables.Column(verbose_name=_("Priority"), attrs=cells("d-none d-sm-table-cell"))
    assignee = tables.Column(
        verbose_name=_("Assigned to"), orderable=False, empty_values=(), attrs=SHORT
    )
    due = tables.Column(verbose_name=_("Time left"), accessor="pk", order_by=("resolution_due_at",))

    class Meta(DeskTable.Meta):
        model = Ticket
        fields: Sequence[str] = ()
        sequence = (
            "chosen", "number", "subject", "contact", "status", "priority", "assignee", "due",
        )  # fmt: skip

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.dues: Mapping[int, Left | None] = {}
        self.may_choose = False

    def render_chosen(self, record: Ticket) -> SafeString:
        if not self.may_choose:
            return mark_safe("")
        words = gettext("Choose %(number)s") % {"number": record.number}
        return format_html(
            '<input type="checkbox" class="form-check-input" name="ticket" value="{}" form="bulk"'
            ' aria-label="{}" autocomplete="off">',
            record.pk, words,
        )  # fmt: skip

    def render_contact(self, record: Ticket) -> str:
        return str(record.contact)

    def render_subject(self, record: Ticket) -> SafeString:
        """With the person and the status below, where these have no columns of their own."""
        below = f"{record.contact} · {record.get_status_display()}"
        words = '{}<span class="ticket-below quiet">{}</span>'
        return format_html(words, record.subject, below)

    def render_status(self, record: Ticket) -> SafeString:
        return ticket_state(record)

    def render_priority(self, record: Ticket) -> SafeString:
        return ticket_priority(record)

    def render_assignee(self, record: Ticket) -> SafeString | str:
        if record.assignee is None:
            return format_html('<span class="quiet">{}</span>', gettext("nobody yet"))
        if not record.assignee.is_active:
            gone = gettext("%(person)s, not here any more") % {"person": record.assignee}
            return format_html('<span class="quiet">{}</span>', gone)
        return str(record.assignee)

    def render_due(self, record: Ticket) -> SafeString | str:
        return time_left(self.dues.get(record.pk)) or "—"

    def tell(self, dues: Mapping[int, Left | None], *, may_choose: bool) -> None:
        """What the rows need besides their tickets."""
        self.dues, self.may_choose = dues, may_choose
