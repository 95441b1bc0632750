"""Channels and conversations in the stock administration: to be looked at, never to be written.

Credentials do not appear here: the field is no part of any form, and nobody may change a row.
"""

from django.contrib import admin
from django.db import models
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from crm.conversations.models import Channel, ChannelIdentity, Conversation, Episode


class ReadOnlyAdmin(admin.ModelAdmin):  # type: ignore[type-arg]  # not generic at run time
    show_full_result_count = False

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: models.Model | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: models.Model | None = None) -> bool:
        return False


@admin.register(Channel)
class ChannelAdmin(ReadOnlyAdmin):
    list_display = ("name", "provider", "mode", "is_active", "health", "checked_at")
    fields = (
        "name",
        "provider",
        "mode",
        "is_active",
        "default_for",
        "external_id",
        "older_path",
        "agency",
        "health",
        "checked_at",
        "last_error",
        "stopped_at",
    )


@admin.register(ChannelIdentity)
class ChannelIdentityAdmin(ReadOnlyAdmin):
    list_display = ("__str__", "channel", "contact", "created_at")
    list_select_related = ("channel", "contact")


@admin.register(Conversation)
class ConversationAdmin(ReadOnlyAdmin):
    list_display = ("__str__", "channel", "owner", "last_message_at", "waiting_since")
    list_select_related = ("contact", "channel", "episode")
    exclude = ("last_direction",)

    @admin.display(description=_("owner"))
    def owner(self, conversation: Conversation) -> str:
        return conversation.episode.get_owner_display() if conversation.episode else ""


@admin.register(Episode)
class EpisodeAdmin(ReadOnlyAdmin):
    list_display = ("id", "conversation", "owner", "human", "opened_at", "closed_at")
    list_select_related = ("conversation__contact", "human")
    list_filter = ("owner", "reason", "outcome")
    # What a partner said is read in the conversation, by who may.
    exclude = ("details",)
