"""The list of leads."""

from typing import Any

from django.db.models import QuerySet
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _
from django_tables2 import Table

from crm.desk.access import DeskRequest
from crm.desk.lists import ListPage
from crm.people.models import User
from leads import pulse
from leads.filters import LeadFilter
from leads.models import Lead
from leads.tables import LeadTable, with_names


class LeadList(ListPage):
    permission = "leads.view_lead"
    title = _("Leads")
    icon = "target-arrow"
    table_class = LeadTable
    filterset_class = LeadFilter
    template_name = "leads/list.html"
    pulse = pulse.LIST
    create_url_name = "leads:create"
    create_label = _("New lead")
    create_permission = "leads.add_lead"
    empty_title = _("No leads yet")
    empty_text = _("When somebody asks about a property, the lead appears here by itself.")

    def queryset(self, user: User) -> QuerySet[Lead]:
        return with_names(Lead.objects.visible_to(user))

    def filterset(self, request: DeskRequest, rows: QuerySet[Any]) -> LeadFilter:
        self.leads = LeadFilter(request.GET, queryset=rows, request=request)
        return self.leads

    def table(self, rows: QuerySet[Any], params: QueryDict) -> Table:
        if self.leads.by_first_message() and params.get("sort", "").endswith("last_message_at"):
            params = params.copy()
            params.pop("sort")
        return super().table(rows, params)
