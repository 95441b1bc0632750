"""Who is speaking, for rooms below (settings.PARTNER_SPEAKS)."""

from __future__ import annotations

from django.utils import timezone

from chatbot.dialog import sessions
from crm.conversations.models import Conversation
from partners.models import Partner


def is_partner_speaking(conversation: Conversation, partner: Partner) -> bool:
    """Whether this partner has proved who they are in this conversation, and still is there."""
    found = sessions.standing(conversation, timezone.now())
    return found is not None and found.partner_id == partner.pk
