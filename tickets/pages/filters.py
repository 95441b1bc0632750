"""How lists of tickets are narrowed."""

from __future__ import annotations

from typing import Any, cast

import django_filters
from django import forms
from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from crm.desk.access import DeskRequest
from crm.people.models import User
from tickets.assignment import NOBODYS, assignable
from tickets.models import Category, Priority, Ticket
from tickets.pages import timing
from tickets.pages.finding import matching
from tickets.watching import pressing

MINE, NOBODY, ALL = "mine", "unassigned", "all"
LATE, SOON, WARNED = "late", "soon", "warned"


def assignee_choices(user: User) -> list[tuple[str, Any]]:
    """Whose tickets this person may ask for by name: who sees few asks for few."""
    choices: list[tuple[str, Any]] = [(MINE, _("My own")), (NOBODY, _("Nobody's"))]
    if user.has_perm("tickets.assign_ticket"):
        choices += [(str(one.pk), str(one)) for one in assignable()]
    return choices


class BoardFilter(django_filters.FilterSet):
    q = django_filters.CharFilter(
        label=_("Search"),
        method="search",
        max_length=100,
        widget=forms.TextInput(
            attrs={"type": "search", "placeholder": _("Number, subject, person")}
        ),
    )
    assignee = django_filters.ChoiceFilter(
        label=_("Assigned to"), choices=[], method="belonging_to", empty_label=_("Anybody's")
    )
    priority = django_filters.ChoiceFilter(
        label=_("Priority"), choices=Priority, empty_label=_("Any priority")
    )
    category = django_filters.ChoiceFilter(
        label=_("Category"), choices=Category, empty_label=_("Any category")
    )
    due = django_filters.ChoiceFilter(
        label=_("Deadline"),
        choices=[
            (LATE, _("Overdue tickets")),
            (SOON, _("Due soon")),
            (WARNED, _("With a warning")),
        ],
        method="pressing",
        empty_label=_("Due any time"),
    )

    class Meta:
        model = Ticket
        fields: list[str] = []

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.filters["assignee"].extra["choices"] = assignee_choices(self._user)

    @property
    def _user(self) -> User:
        return cast("DeskRequest", self.request).user

    def search(self, rows: QuerySet[Ticket], name: str, value: str) -> QuerySet[Ticket]:
        return rows.filter(matching(value))

    def belonging_to(self, rows: QuerySet[Ticket], name: str, value: str) -> QuerySet[Ticket]:
        if value == MINE:
            return rows.filter(assignee=self._user)
        return rows.filter(NOBODYS if value == NOBODY else Q(assignee=int(value)))

    def pressing(self, rows: QuerySet[Ticket], name: str, value: str) -> QuerySet[Ticket]:
        if value == WARNED:
            return rows.filter(pk__in=pressing(self._user).order_by().values("pk"))
        now = timezone.now()
        return rows.filter(timing.late(now) if value == LATE else timing.soon(now))


class TicketFilter(BoardFilter):
    """Unless one asks for a status, or looks for something, what is done stays away."""

    status = django_filters.ChoiceFilter(
        label=_("Status"),
        choices=[(ALL, _("All, also closed")), *Ticket.Status.choices],
        method="standing_at",
        empty_label=_("Not done"),
    )

    class Meta(BoardFilter.Meta):
        pass

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.filters.move_to_end("status", last=False)
        self.filters.move_to_end("q", last=False)

    def filter_queryset(self, queryset: QuerySet[Ticket]) -> QuerySet[Ticket]:
        rows: QuerySet[Ticket] = super().filter_queryset(queryset)
        asked = self.form.cleaned_data
        free = asked.get("status") or asked.get("q")
        return rows if free else rows.exclude(Q(status__in=Ticket.DONE))

    def standing_at(self, rows: QuerySet[Ticket], name: str, value: str) -> QuerySet[Ticket]:
        return rows if value == ALL else rows.filter(status=value)
