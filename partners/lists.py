"""The list of partners."""

from typing import Any

from django.db.models import QuerySet
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _
from django_tables2 import Table

from crm.desk.lists import ListPage
from crm.people.models import User
from partners.filters import PartnerFilter
from partners.models import Partner
from partners.tables import PartnerTable, overdue_of, shown


class PartnerList(ListPage):
    permission = "partners.view_partner"
    title = _("Partners")
    icon = "users"
    table_class = PartnerTable
    filterset_class = PartnerFilter
    template_name = "partners/list.html"
    create_url_name = "partners:create"
    create_label = _("New partner")
    create_permission = "partners.add_partner"
    empty_title = _("No partners yet")
    empty_text = _("Register who borrows: their loans, receipts and statements stand on one page.")

    def queryset(self, user: User) -> QuerySet[Partner]:
        rows = Partner.objects.visible_to(user)
        return rows.select_related("contact", "officer").order_by("-id")

    def table(self, rows: QuerySet[Any], params: QueryDict) -> Table:
        table = super().table(rows, params)
        assert isinstance(table, PartnerTable)
        whole = self.request.user.has_perm("people.view_document")
        table.tell(overdue_of(shown(table)), whole_documents=whole)
        return table
