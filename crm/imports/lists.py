"""The list of imports: which file, of what, by whom, and how it went."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import django_tables2 as tables
from django.contrib.humanize.templatetags.humanize import intcomma
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponseBase
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from crm.desk.lists import ListPage
from crm.desk.tables import NUMERIC, WIDE, WIDE_NUMERIC, DeskTable, RowLinkColumn
from crm.desk.templatetags.desk import when
from crm.imports.access import importing
from crm.imports.models import Import
from crm.people.models import User

LOOKS = {
    Import.State.READING: "busy",
    Import.State.CHECKING: "busy",
    Import.State.RUNNING: "busy",
    Import.State.UPLOADED: "new",
    Import.State.CHECKED: "new",
    Import.State.DONE: "good",
    Import.State.FAILED: "bad",
    Import.State.CANCELLED: "off",
}


class ImportTable(DeskTable):
    original_name = RowLinkColumn(
        verbose_name=_("File"), orderable=False, linkify=lambda record: record.get_absolute_url()
    )
    kind = tables.Column(verbose_name=_("What"), orderable=False, attrs=WIDE)
    state = tables.Column(verbose_name=_("Status"), orderable=False)
    rows = tables.Column(verbose_name=_("Rows"), orderable=False, attrs=WIDE_NUMERIC)
    bad = tables.Column(verbose_name=_("Problems"), orderable=False, attrs=NUMERIC)
    by = tables.Column(verbose_name=_("Who"), orderable=False, attrs=WIDE)
    created_at = tables.Column(verbose_name=_("When"), orderable=False, attrs=WIDE)

    class Meta(DeskTable.Meta):
        model = Import
        fields: Sequence[str] = ()
        sequence = ("original_name", "kind", "state", "rows", "bad", "by", "created_at")

    def render_kind(self, record: Import) -> str:
        return str(record.importer.label)

    def render_state(self, record: Import) -> SafeString:
        look = LOOKS[Import.State(record.state)]
        said = record.get_state_display()
        if record.is_working and record.rows:
            said = f"{said} {record.percent}\u00a0%"
        return format_html('<span class="state state-{}">{}</span>', look, said)

    def render_rows(self, value: int) -> str:
        return intcomma(value)

    def render_bad(self, value: int) -> str:
        return intcomma(value)

    def render_created_at(self, value: datetime) -> SafeString | str:
        return when(value)


class ImportList(ListPage):
    title = _("Imports")
    icon = "file-import"
    table_class = ImportTable
    template_name = "imports/list.html"
    create_url_name = "imports:create"
    create_label = _("Import a file")
    empty_title = _("Nothing imported yet")
    empty_text = _("Bring partners, loans and payments from a spreadsheet, checked row by row.")

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        return importing(super(ListPage, self).dispatch)(request, *args, **kwargs)

    def queryset(self, user: User) -> QuerySet[Any]:
        return Import.objects.visible_to(user).select_related("by").order_by("-id")
