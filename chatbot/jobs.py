"""What the conversation service does by the clock."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from chatbot.dialog.login import counting
from chatbot.models import AskedStatement, DeliveryAttempt, InboundEvent, LoginRequest
from crm.conversations.models import NotedName
from crm.jobs.schedules import Job

# Providers deliver again for a week; a month leaves time to look into what went wrong.
KEPT = timedelta(days=30)
AT_ONCE = 5_000

JOBS = [
    Job(
        name="sweep_attachments",
        label=_("Fetch attachments again"),
        func="chatbot.media.sweep_attachments",
        minutes=1,
        explanation=_("Pictures and documents whose first download failed or got lost."),
    ),
    Job(
        name="renew_unconfirmed",
        label=_("Show what was not confirmed"),
        func="chatbot.inbox.unconfirmed.renew_pages",
        minutes=1,
        explanation=_("Messages of which nobody has heard for ten minutes; a person decides."),
    ),
    Job(
        name="leave_dialogs",
        label=_("Leave what nobody answers"),
        func="chatbot.dialog.timeouts.leave_expired",
        minutes=1,
        explanation=_("A question of the bot's ends after 15 minutes, and it says so."),
    ),
    Job(
        name="strike_out_codes",
        label=_("Strike out codes that are over"),
        func="chatbot.dialog.login.delivery.strike_out_codes",
        minutes=1,
        explanation=_(
            "A code by which a partner comes in lasts five minutes; no message keeps it."
        ),
    ),
    Job(
        name="hand_in_receipts",
        label=_("Store confirmed receipts"),
        func="chatbot.intents.handing_in.sweep",
        minutes=1,
        explanation=_("Receipts partners confirmed by chat, whose file was late or job got lost."),
    ),
    Job(
        name="send_statements",
        label=_("Send asked statements"),
        func="chatbot.intents.statement_paper.sweep",
        minutes=1,
        explanation=_(
            "Statements of account partners asked for by chat as a PDF, whose job got lost; after"
            " three tries they are told."
        ),
    ),
    Job(
        name="send_ticket_files",
        label=_("Send files of answers"),
        func="chatbot.intents.ticket_files.sweep",
        minutes=1,
        explanation=_(
            "Files of a ticket's answer that a partner has read, and got without them: the job was"
            " lost, or they had logged out."
        ),
    ),
    Job(
        name="serve_again",
        label=_("Serve again where nobody answers"),
        func="chatbot.dialog.waiting.serve_again",
        minutes=1,
        explanation=_("Conversations that people have, and do not answer for the time set."),
    ),
    Job(
        name="close_finished",
        label=_("Close finished conversations"),
        func="chatbot.dialog.waiting.close_finished",
        every="daily at 2",
        explanation=_("Nobody waits and nothing is said: the next word begins with the bot."),
    ),
    Job(
        name="sync_templates",
        label=_("Synchronise message templates"),
        func="chatbot.template_sync.sync_all",
        every="daily at 4",
        explanation=_("What the providers have approved, for writing outside their window."),
    ),
    Job(
        name="purge_events",
        label=_("Delete old webhook events"),
        func="chatbot.jobs.purge_events",
        every="daily at 3",
        explanation=_("Raw events handled more than 30 days ago; messages stay."),
    ),
]


def purge_events() -> None:
    """Delete what was handled long ago, in portions that hold no lock for long."""
    before = timezone.now() - KEPT
    old = InboundEvent.objects.filter(
        state__in=[InboundEvent.State.DONE, InboundEvent.State.IGNORED], handled_at__lt=before
    )
    _delete_in_portions(old)
    _delete_in_portions(DeliveryAttempt.objects.exclude(outcome="").filter(finished_at__lt=before))
    _delete_in_portions(NotedName.objects.filter(noted_at__lt=before))
    _delete_in_portions(LoginRequest.objects.filter(made_at__lt=before, message=None))
    _delete_in_portions(AskedStatement.objects.filter(settled_at__lt=before))
    counting.forget()


def _delete_in_portions(rows: QuerySet[Any]) -> None:
    # By their key: the oldest stand first, and no index is needed for this alone.
    while ids := list(rows.order_by("pk").values_list("pk", flat=True)[:AT_ONCE]):
        rows.model._default_manager.filter(pk__in=ids).delete()
