"""The audit log in the stock administration: to be read, never written."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from crm.audit.models import AuditEntry
from crm.people.documents import shown_document
from crm.people.models import User

DOCUMENT = "document_number"


@admin.register(AuditEntry)
class AuditEntryAdmin(admin.ModelAdmin):  # type: ignore[type-arg]  # not generic at run time
    list_display = ("at", "actor", "action", "named", "reason")
    list_filter = ("action",)
    list_select_related = ("actor",)
    search_fields = ("named",)
    show_full_result_count = False
    fields = ("at", "actor", "action", "named", "what_was", "what_is", "reason")
    readonly_fields = ("what_was", "what_is")

    def get_object(self, request: HttpRequest, *args: Any) -> AuditEntry | None:
        entry: AuditEntry | None = super().get_object(request, *args)
        if entry is not None:
            entry.before = self._readable(request, entry.before)
            entry.after = self._readable(request, entry.after)
        return entry

    @admin.display(description=_("before"))
    def what_was(self, entry: AuditEntry) -> str:
        return _lines(entry.before)

    @admin.display(description=_("after"))
    def what_is(self, entry: AuditEntry) -> str:
        return _lines(entry.after)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def _readable(self, request: HttpRequest, facts: dict[str, Any]) -> dict[str, Any]:
        """Document numbers as this person may see them."""
        user = request.user
        if not facts.get(DOCUMENT) or not isinstance(user, User):
            return facts
        return facts | {DOCUMENT: shown_document(user, str(facts[DOCUMENT]))}


def _lines(facts: dict[str, Any]) -> str:
    return " · ".join(f"{name}: {value}" for name, value in facts.items()) or "—"
