"""Who is speaking, for rooms below: whether a partner has proved who they are there."""

from __future__ import annotations

from django.utils import timezone

from chatbot.models import PartnerSession
from crm.conversations.models import Conversation
from partners.models import Partner


def is_partner_speaking(conversation: Conversation, partner: Partner) -> bool:
    """Whether an open session of this partner stands in this conversation; it is left as it is."""
    if conversation.is_group or partner.status == Partner.Status.CANCELLED:
        return False
    rows = PartnerSession.objects.filter(conversation=conversation, closed_at=None)
    found = rows.filter(partner=partner).first()
    return found is not None and found.is_open(timezone.now())
