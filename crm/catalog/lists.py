"""The list of properties."""

from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from crm.catalog.filters import PropertyFilter
from crm.catalog.models import Property
from crm.catalog.tables import PropertyTable, with_first_photo
from crm.desk.access import DeskRequest
from crm.desk.lists import ListPage
from crm.people.models import User

MOST_DISTRICTS = 200


class PropertyList(ListPage):
    permission = "catalog.view_property"
    title = _("Properties")
    icon = "building"
    table_class = PropertyTable
    filterset_class = PropertyFilter
    template_name = "catalog/list.html"
    create_url_name = "catalog:create"
    create_label = _("New property")
    create_permission = "catalog.add_property"
    empty_title = _("No properties yet")
    empty_text = _("A message that names a property's code or title becomes a lead for it.")

    def queryset(self, user: User) -> QuerySet[Property]:
        return with_first_photo(Property.objects.visible_to(user))

    def context(self, request: DeskRequest) -> dict[str, Any]:
        named = Property.objects.visible_to(request.user).exclude(district="").order_by("district")
        districts = named.values_list("district", flat=True).distinct()[:MOST_DISTRICTS]
        return super().context(request) | {"districts": districts}
