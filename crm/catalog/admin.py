"""Properties in the stock administration; their own pages are where one works on them."""

from typing import Any, ClassVar

from django.contrib import admin

from crm.catalog.models import Photo, Property


class PhotoInline(admin.TabularInline):  # type: ignore[type-arg]  # not generic at run time
    """To be read: photos are added on the property's page, where they are checked."""

    model = Photo
    extra = 0
    fields = ("position", "caption", "image")
    readonly_fields = ("position", "image")
    can_delete = False

    def has_add_permission(self, *args: Any) -> bool:
        return False


@admin.register(Property)
class PropertyAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    list_display = ("code", "title", "operation", "status", "district", "responsible")
    list_filter = ("status", "operation", "kind")
    list_select_related = ("responsible",)
    search_fields = ("code", "title", "district")
    autocomplete_fields = ("responsible",)
    readonly_fields = ("created_at", "updated_at")
    show_full_result_count = False
    inlines: ClassVar[list[Any]] = [PhotoInline]
