"""The stock admin's view of the pipeline: events and attempts to look at, events to replay."""

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from chatbot.models import DeliveryAttempt, InboundEvent


class ReadOnlyAdmin(admin.ModelAdmin):  # type: ignore[type-arg]  # any model
    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: object = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: object = None) -> bool:
        return False


@admin.register(InboundEvent)
class InboundEventAdmin(ReadOnlyAdmin):
    list_display = ("id", "channel", "kind", "state", "attempts", "received_at", "handled_at")
    list_filter = ("state", "kind", "channel")
    list_select_related = ("channel",)
    show_full_result_count = False
    actions = ("replay",)

    @admin.action(description=_("Handle again"), permissions=["replay"])
    def replay(self, request: HttpRequest, events: QuerySet[InboundEvent]) -> None:
        """What was set aside goes back into its lane; what was handled stays as it is."""
        count = events.filter(state=InboundEvent.State.ASIDE).update(
            state=InboundEvent.State.PENDING,
            attempts=0,
            looks=0,
            error="",
            due_at=timezone.now(),
        )
        text = ngettext(
            "%(count)s event will be handled again.",
            "%(count)s events will be handled again.",
            count,
        )
        self.message_user(request, text % {"count": count}, messages.SUCCESS)

    def has_replay_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("conversations.change_channel")


@admin.register(DeliveryAttempt)
class DeliveryAttemptAdmin(ReadOnlyAdmin):
    list_display = ("started_at", "number", "outcome", "code", "finished_at", "worker")
    list_filter = ("outcome",)
    show_full_result_count = False

    @admin.display(description=_("message"), ordering="message_id")
    def number(self, attempt: DeliveryAttempt) -> int:
        """Not the message itself: a list of attempts reads nobody's words."""
        return attempt.message_id
