"""What nobody has confirmed: when it becomes a person's to decide, open pages say so."""

from __future__ import annotations

from django.db.models import BooleanField, F
from django.db.models.expressions import RawSQL
from django.utils import timezone

from crm.conversations.models import Conversation, Message

# The condition of the index that holds the few of many, as a literal: see inbox/filters.py.
STUCK = RawSQL(
    "conversations_message.state IN ('failed', 'unknown')", (), output_field=BooleanField()
)


def renew_pages() -> None:
    """Schedule: pages that show a message which has just begun to want a decision renew themselves.

    However late it comes it misses none: it looks for what has not changed since that moment.
    """
    now = timezone.now()
    crossed = Message.objects.filter(STUCK, Message.wanting_decision(now)).filter(
        conversation__changed_at__lt=F("due_at") + Message.CONFIRMED_WITHIN
    )
    talks = list(crossed.order_by().values_list("conversation", flat=True).distinct())
    if talks:
        Conversation.objects.filter(pk__in=talks).update(changed_at=now)
