"""Leads in the stock administration: to be looked at. They are worked on at their own pages."""

from typing import Any, ClassVar

from django.contrib import admin
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from crm.people.documents import masked
from leads.models import Lead, LeadChange


class ChangeInline(admin.TabularInline):  # type: ignore[type-arg]  # not generic at run time
    model = LeadChange
    extra = 0
    fields = readonly_fields = ("at", "actor", "field", "was", "now")
    can_delete = False

    @admin.display(description=_("before"))
    def was(self, change: LeadChange) -> str:
        return _said(change, change.old)

    @admin.display(description=_("after"))
    def now(self, change: LeadChange) -> str:
        return _said(change, change.new)

    def has_add_permission(self, *args: Any) -> bool:
        return False

    def has_change_permission(self, *args: Any) -> bool:
        return False


@admin.register(Lead)
class LeadAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    """Read only: status and assignee change through the verbs, which note who did it."""

    list_display = ("id", "contact", "property", "status", "source", "assigned_to")
    list_filter = ("status", "source")
    list_select_related = ("contact", "property", "assigned_to")
    search_fields = ("contact__name", "property__code", "property__title")
    show_full_result_count = False
    inlines: ClassVar[list[Any]] = [ChangeInline]

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Lead | None = None) -> bool:
        return False


def _said(change: LeadChange, value: str) -> str:
    return (masked(value) if change.field == "document_number" else value) or "—"
