"""Tickets in the stock administration: to be looked at. They are worked on at their own pages,
through the verbs, which note who did what."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest

from tickets.models import CannedReply, SlaPolicy, Ticket


@admin.register(Ticket)
class TicketAdmin(admin.ModelAdmin):  # type: ignore[type-arg]  # not generic at run time
    list_display = ("number", "contact", "status", "priority", "category", "assignee")
    list_filter = ("status", "priority", "category")
    list_select_related = ("contact", "assignee")
    search_fields = ("number", "subject", "contact__name")
    show_full_result_count = False
    fields = readonly_fields = (
        "number", "contact", "partner", "subject", "category", "priority", "status", "assignee",
        "agency", "created_at", "resolved_at", "closed_at", "satisfaction",
    )  # fmt: skip

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


@admin.register(CannedReply)
class CannedReplyAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    list_display = ("title", "category", "agency", "is_active")
    list_filter = ("category", "is_active")
    search_fields = ("title", "text")


@admin.register(SlaPolicy)
class SlaPolicyAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    list_display = ("priority", "response_minutes", "resolution_minutes")
