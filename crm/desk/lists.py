"""The list page: one URL, the whole page or what htmx asked to renew of it.

class LeadList(ListPage):
    permission = "leads.view_lead"
    title = _("Leads")
    table_class = LeadTable
    filterset_class = LeadFilter

    def queryset(self, user: User) -> QuerySet[Lead]:
        return Lead.objects.visible_to(user).select_related("contact")
"""

from typing import Any, ClassVar

from django.core.paginator import EmptyPage
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseBase, QueryDict
from django.shortcuts import render
from django.urls import reverse
from django.utils.functional import Promise
from django.views.generic import View
from django_filters import FilterSet
from django_tables2 import Table

from crm.desk.access import DeskRequest, refusal
from crm.desk.chips import Chip, chips_of
from crm.desk.paging import CappedPaginator
from crm.desk.pulse import current_versions
from crm.desk.saved import shown_views
from crm.people.models import User

_FRAGMENTS = {"table": "desk/list.html#table", "list": "desk/list.html#list"}


class ListPage(View):
    """Filters and sort stand in the URL; `?page=` too. See the module for a declaration.

    `pulse` names a key of settings.PULSES: the table renews itself when its version changes.
    `saved` is the name under which people keep views of the list; blank: they keep none.
    `create_url_name` with `create_label` and `create_permission` makes the "new" button.
    """

    table_class: ClassVar[type[Table]]
    filterset_class: ClassVar[type[FilterSet] | None] = None
    permission: ClassVar[str]
    title: ClassVar[str | Promise]
    icon: ClassVar[str] = "list"
    empty_title: ClassVar[str | Promise] = ""
    empty_text: ClassVar[str | Promise] = ""
    create_url_name: ClassVar[str] = ""
    create_label: ClassVar[str | Promise] = ""
    create_permission: ClassVar[str] = ""
    pulse: ClassVar[str] = ""
    saved: ClassVar[str] = ""
    per_page: ClassVar[int] = 25
    template_name: ClassVar[str] = "desk/list.html"

    request: DeskRequest

    def queryset(self, user: User) -> QuerySet[Any]:
        """The rows this person may see, with the joins the table needs, ordered."""
        raise NotImplementedError

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        return refusal(request, (self.permission,)) or super().dispatch(request, *args, **kwargs)

    def get(self, request: DeskRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        # Asked before the rows, so that a change in between is news and not lost.
        version = current_versions(request.user, {self.pulse: ""}) if self.pulse else {}
        context = self.context(request) | {"pulse_version": version.get(self.pulse, "")}
        target = request.headers.get("HX-Target", "")
        template = _FRAGMENTS.get(target, "") if request.htmx else ""
        response = render(request, template or self.template_name, context)
        here = request.path + context["here"]
        if template and request.htmx.current_url_abs_path != here:
            response["HX-Push-Url"] = here
        response["Vary"] = "HX-Request, HX-Target"
        return response

    def context(self, request: DeskRequest) -> dict[str, Any]:
        """What the template needs; a subclass may add to it."""
        params = _without_blanks(request.GET)
        rows = self.queryset(request.user)
        filterset = self.filterset(request, rows)
        chips = chips_of(filterset, params) if filterset is not None else []
        table = self.table(filterset.qs if filterset is not None else rows, params)
        here = f"?{params.urlencode()}" if params else ""
        return {
            "page": self,
            "table": table,
            "filterset": filterset,
            "chips": chips,
            "here": here,
            "saved_views": shown_views(self.saved, request.user, here) if self.saved else [],
            "clear": self._clear(params, chips),
            "sort": params.get("sort", ""),
            "create_url": self.create_url(request.user),
        }

    def filterset(self, request: DeskRequest, rows: QuerySet[Any]) -> FilterSet | None:
        if self.filterset_class is None:
            return None
        return self.filterset_class(request.GET, queryset=rows, request=request)

    def table(self, rows: QuerySet[Any], params: QueryDict) -> Table:
        """The table, sorted by `?sort=` and cut to `?page=`."""
        table = self.table_class(rows)
        # Given to the constructor, it would page by `?per_page=` of anybody's choice, and count.
        table.request = self.request
        if "sort" in params:
            table.order_by = params.getlist("sort")
        _break_ties(table)
        try:
            table.paginate(CappedPaginator, self.per_page, params.get("page", "1"))
        except EmptyPage:
            table.paginate(CappedPaginator, self.per_page, 1)
        return table

    def create_url(self, user: User) -> str:
        allowed = not self.create_permission or user.has_perm(self.create_permission)
        return reverse(self.create_url_name) if self.create_url_name and allowed else ""

    def _clear(self, params: QueryDict, chips: list[Chip]) -> str:
        kept = params.copy()
        for name in {chip.name for chip in chips} | {"page"}:
            kept.pop(name, None)
        return f"?{kept.urlencode()}"


def _without_blanks(asked: QueryDict) -> QueryDict:
    """The parameters that say something: `?status=&q=villa` is `?q=villa`."""
    kept = QueryDict(mutable=True)
    for name, values in asked.lists():
        said = [value for value in values if value.strip()]
        if said and not (name == "page" and said == ["1"]):
            kept.setlist(name, said)
    return kept


def _break_ties(table: Table) -> None:
    """Two rows of the same moment keep their order from page to page: the key decides last."""
    rows = table.data.data
    order = list(rows.query.order_by or rows.model._meta.ordering)
    names = {term.lstrip("-") for term in order if isinstance(term, str)}
    if names.isdisjoint({"pk", "id"}):
        last = order[-1] if order else "-"
        descending = isinstance(last, str) and last.startswith("-")
        table.data.data = rows.order_by(*order, "-pk" if descending else "pk")
