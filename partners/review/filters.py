"""How the list of receipts is narrowed; without a status it is the queue of those that wait."""

from typing import Any

import django_filters
from django.db.models import QuerySet
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from crm.people.models import Agency, User
from partners.models import Partner, Receipt

ALL = "all"
# What narrows the queue, so that "next" stays within it.
NARROWING = ("agency", "officer")


def officers(request: Any) -> QuerySet[User]:
    """Whoever looks after partners."""
    known = Partner.objects.exclude(officer=None).order_by().values("officer")
    return User.objects.filter(pk__in=known).order_by("first_name", "last_name", "username")


class ReceiptFilter(django_filters.FilterSet):
    status = django_filters.ChoiceFilter(
        label=_("Status"),
        choices=[
            (Receipt.Status.APPROVED.value, Receipt.Status.APPROVED.label),
            (Receipt.Status.REJECTED.value, Receipt.Status.REJECTED.label),
            (ALL, _("All")),
        ],
        method="in_state",
        empty_label=Receipt.Status.PENDING.label,
    )
    agency = django_filters.ModelChoiceFilter(
        label=_("Agency"),
        field_name="partner__agency",
        queryset=Agency.objects.all(),
        empty_label=_("Any agency"),
    )
    officer = django_filters.ModelChoiceFilter(
        label=_("Officer"),
        field_name="partner__officer",
        queryset=officers,
        empty_label=_("Any officer"),
    )

    class Meta:
        model = Receipt
        fields: list[str] = []

    def filter_queryset(self, queryset: QuerySet[Receipt]) -> QuerySet[Receipt]:
        """Those that wait stand in their order, the others by the latest."""
        rows: QuerySet[Receipt] = super().filter_queryset(queryset)
        if self.form.cleaned_data.get("status"):
            return rows.order_by("-id")
        return rows.filter(status=Receipt.Status.PENDING).order_by("id")

    def in_state(self, rows: QuerySet[Receipt], name: str, value: str) -> QuerySet[Receipt]:
        return rows if value == ALL else rows.filter(status=value)


def narrowed(params: QueryDict) -> str:
    """The part of a list's address that narrows it, with its "?", for the pages it leads to."""
    kept = QueryDict(mutable=True)
    for name in NARROWING:
        if params.get(name, "").isdecimal():
            kept[name] = str(params[name])[:18]
    return f"?{kept.urlencode()}" if kept else ""
