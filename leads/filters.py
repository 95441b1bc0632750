"""How the list of leads is narrowed. Each filter is one walk along an index of Lead."""

from datetime import date, datetime, time, timedelta
from typing import Any, cast

import django_filters
from django import forms
from django.core.cache import cache
from django.db.models import Q, QuerySet, Value
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from crm.catalog.models import Property
from crm.catalog.picking import PropertyField, PropertyInput, find_properties
from crm.desk.access import DeskRequest
from crm.people.finding import matches
from crm.people.models import User
from leads.models import Lead
from leads.tables import with_names
from leads.triage import assignable

MINE, NOBODY = "mine", "unassigned"
# A search that means more people than this wants another word, not another page; and for few
# PostgreSQL sorts their leads, where for many it would look through all leads in order.
MOST_CONTACTS = 200
MOST_PROPERTIES = 50
# Seconds for which a new colleague may be missing from the filter.
REMEMBERED = 30


class PropertyFilter(django_filters.Filter):
    field_class = PropertyField


def assignee_choices(user: User) -> list[tuple[str, Any]]:
    """Whose leads this person may ask for: an agent sees own and free ones anyway."""
    choices: list[tuple[str, Any]] = [(MINE, _("Mine")), (NOBODY, _("Nobody's"))]
    if user.sees_all():
        choices += cache.get_or_set("leads.assignees", _assignees, REMEMBERED) or []
    return choices


def _assignees() -> list[tuple[str, str]]:
    return [(str(one.pk), str(one)) for one in assignable()]


class LeadFilter(django_filters.FilterSet):
    q = django_filters.CharFilter(
        label=_("Search"),
        method="search",
        max_length=100,
        widget=forms.TextInput(
            attrs={"type": "search", "placeholder": _("Name, phone, e-mail, property")}
        ),
    )
    status = django_filters.ChoiceFilter(
        label=_("Status"), choices=Lead.Status, empty_label=_("Any status")
    )
    assigned_to = django_filters.ChoiceFilter(
        label=_("Whose"), choices=[], method="belonging_to", empty_label=_("Anybody's")
    )
    property = PropertyFilter(
        label=_("Property"), widget=PropertyInput({"placeholder": _("Property")})
    )
    source = django_filters.ChoiceFilter(
        label=_("Source"), choices=Lead.Source, empty_label=_("Any source")
    )
    since = django_filters.DateFilter(label=_("First message from"), method="from_day")
    until = django_filters.DateFilter(label=_("First message until"), method="to_day")

    class Meta:
        model = Lead
        fields: list[str] = []

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        user = cast("DeskRequest", self.request).user
        self.filters["assigned_to"].extra["choices"] = assignee_choices(user)
        for name in ("since", "until"):
            self.filters[name].extra["widget"] = forms.DateInput(
                format="%Y-%m-%d", attrs={"type": "date", "title": self.filters[name].label}
            )

    def by_first_message(self) -> bool:
        """A range of first messages is read in their order: in another one, the database might
        walk past everything outside of the range first."""
        asked = getattr(self.form, "cleaned_data", {})
        return bool(asked.get("since") or asked.get("until"))

    def filter_queryset(self, queryset: QuerySet[Lead]) -> QuerySet[Lead]:
        if self.form.cleaned_data.get("assigned_to") in (MINE, NOBODY):
            # Everybody may see those. Said twice, that they are visible and that they are
            # nobody's, PostgreSQL takes them for a tenth of what they are, and walks the wrong way.
            queryset = with_names(Lead.objects.all())
        rows: QuerySet[Lead] = super().filter_queryset(queryset)
        return rows.order_by("-first_message_at", "-id") if self.by_first_message() else rows

    def search(self, rows: QuerySet[Lead], name: str, value: str) -> QuerySet[Lead]:
        return rows.filter(matching(value))

    def belonging_to(self, rows: QuerySet[Lead], name: str, value: str) -> QuerySet[Lead]:
        if value == MINE:
            return rows.filter(assigned_to=cast("DeskRequest", self.request).user)
        return rows.filter(assigned_to=None if value == NOBODY else int(value))

    def from_day(self, rows: QuerySet[Lead], name: str, value: date) -> QuerySet[Lead]:
        return rows.filter(first_message_at__gte=_midnight(value))

    def to_day(self, rows: QuerySet[Lead], name: str, value: date) -> QuerySet[Lead]:
        return rows.filter(first_message_at__lt=_midnight(value) + timedelta(days=1))


def matching(text: str) -> Q:
    """Leads of the people and properties `text` may mean, named by their keys so that the
    database walks its indexes; one query finds them all."""
    people, about = Value("contact_id__in"), Value("property_id__in")
    properties = find_properties(text, Property.objects.all()).order_by("-id")[:MOST_PROPERTIES]
    first = Property.objects.filter(pk__in=properties.values("id")).order_by()
    queries = [one.values_list(people, "id") for one in matches(text, MOST_CONTACTS)]
    keys: dict[str, list[int]] = {}
    for column, key in first.values_list(about, "id").union(*queries):
        keys.setdefault(column, []).append(key)
    found = Q()
    for column, chosen in keys.items():
        found |= Q(**{column: chosen})
    return found or Q(pk__in=[])


def _midnight(day: date) -> datetime:
    """When a day begins in the office; far-off days are taken for the last ones there are."""
    safe = min(max(day, date(1900, 1, 1)), date(9000, 1, 1))
    return timezone.make_aware(datetime.combine(safe, time.min))
