"""What of the people has no page of its own: the stock administration shows it."""

from typing import Any, ClassVar

from django.contrib import admin
from django.contrib.auth.admin import UserAdmin
from django.db import transaction
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from crm.audit.models import record
from crm.people.documents import masked
from crm.people.followups import FollowUp
from crm.people.models import Agency, Contact, ContactPoint, Tag, Team, User

IDENTITY = ("name", "document_number", "birthday")


@admin.register(User)
class ColleagueAdmin(UserAdmin):  # type: ignore[type-arg]  # none of these is generic at run time
    """Inviting a colleague: a name, an address, a role. Without a password given here they choose
    their own through "Forgot your password?".
    """

    list_display = ("username", "first_name", "last_name", "email", "agency", "is_active")
    list_filter = ("is_active", "is_staff", "groups", "agency")
    list_select_related = ("agency",)
    fieldsets = (
        (None, {"fields": ("username", "password")}),
        (_("Person"), {"fields": ("first_name", "last_name", "email", "phone")}),
        (_("Place"), {"fields": ("agency", "team")}),
        (_("What they may do"), {"fields": ("is_active", "is_staff", "groups")}),
        (_("When"), {"fields": ("last_login", "date_joined")}),
    )
    add_fieldsets = (
        (None, {"fields": ("username", "first_name", "last_name", "email")}),
        (_("Password"), {"fields": ("usable_password", "password1", "password2")}),
        (_("What they may do"), {"fields": ("is_staff", "groups")}),
    )
    readonly_fields = ("last_login", "date_joined")
    filter_horizontal = ("groups",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[User]:
        """Who is not a superuser cannot reach one, and so not take a superuser's log-in over."""
        people: QuerySet[User] = super().get_queryset(request)
        return people if request.user.is_superuser else people.filter(is_superuser=False)


class ContactPointInline(admin.TabularInline):  # type: ignore[type-arg]
    """To be looked at: what is verified here is what a partner proves who they are by."""

    model = ContactPoint
    extra = 0
    can_delete = False

    def has_add_permission(self, *args: Any) -> bool:
        return False

    def has_change_permission(self, *args: Any) -> bool:
        return False


@admin.register(Contact)
class ContactAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    """Who has a document of a known kind is on file with it: that changes on the partner's page.
    Of others each change of who they are is noted in the audit log."""

    list_display = ("__str__", "document", "owner", "created_at")
    list_select_related = ("owner",)
    search_fields = ("name", "points__value")
    autocomplete_fields = ("owner", "tags")
    show_full_result_count = False
    inlines: ClassVar[list[Any]] = [ContactPointInline]
    fields = (
        "name",
        "document",
        "document_number",
        "birthday",
        "region",
        "language",
        "tags",
        "opted_out_at",
        "owner",
        "agency",
    )

    @admin.display(description=_("document number"))
    def document(self, contact: Contact) -> str:
        return masked(contact.document_number) or "—"

    def get_fields(self, request: HttpRequest, obj: Contact | None = None) -> Any:
        """A number that is on file is shown masked; one that is missing may be entered."""
        hidden = "document_number" if obj and obj.document_number else "document"
        return [name for name in self.fields if name != hidden]

    def get_readonly_fields(self, request: HttpRequest, obj: Contact | None = None) -> Any:
        return ["document", *(("name", "birthday") if obj and obj.document_type else ())]

    def save_model(self, request: HttpRequest, obj: Contact, form: Any, change: bool) -> None:
        with transaction.atomic():
            kept = Contact.objects.select_for_update().filter(pk=obj.pk).values(*IDENTITY).first()
            super().save_model(request, obj, form, change)
            after = {name: getattr(obj, name) for name in IDENTITY}
            record(
                action="identity_changed",
                subject=obj,
                by=request.user,
                before=kept or {},
                after=after,
            )


@admin.register(Agency)
class AgencyAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    list_display = ("name", "city")
    search_fields = ("name",)


@admin.register(Team)
class TeamAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    list_display = ("name", "agency")
    list_select_related = ("agency",)


@admin.register(Tag)
class TagAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    search_fields = ("name",)


@admin.register(FollowUp)
class FollowUpAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    list_display = (
        "kind", "contact", "about", "due_at", "is_agreed", "assigned_to", "done_at", "is_cancelled",
    )  # fmt: skip
    list_filter = ("kind", "is_agreed", "is_cancelled")
    list_select_related = ("contact", "assigned_to")
    raw_id_fields = ("contact", "assigned_to", "created_by")
    show_full_result_count = False
