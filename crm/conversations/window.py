"""The time in which a provider takes free text: counted from the person's own last message."""

from __future__ import annotations

from datetime import datetime

from django.utils import timezone

from crm.conversations.models import Conversation
from crm.conversations.rules import Rules, rules_of


def closes_at(conversation: Conversation) -> datetime | None:
    """When free text stops being taken, perhaps in the past; None: never, or nobody wrote yet."""
    window = rules_of(conversation.channel.provider).window
    if window is None or conversation.last_inbound_at is None:
        return None
    return conversation.last_inbound_at + window


def is_open(conversation: Conversation, now: datetime | None = None) -> bool:
    """Whether free text may be sent now."""
    return open_under(rules_of(conversation.channel.provider), conversation, now)


def open_under(rules: Rules, conversation: Conversation, now: datetime | None = None) -> bool:
    """As `is_open`, for who has the provider's rules at hand."""
    last = conversation.last_inbound_at
    if last is None:
        return rules.writes_first
    return rules.window is None or (now or timezone.now()) < last + rules.window
