"""A partner's session in a conversation: opened, kept alive, closed."""

from __future__ import annotations

from datetime import datetime

from chatbot.models import PartnerSession
from crm.conversations.models import Conversation
from partners.models import Partner


def current(conversation: Conversation, now: datetime) -> PartnerSession | None:
    """The open session, kept alive by the message that asks for it; None where there is none.

    To be called under the lock of the conversation's dialog. What has run out is closed.
    """
    if conversation.is_group:
        return None
    found = (
        PartnerSession.objects.select_related("partner__contact")
        .filter(conversation=conversation, closed_at=None)
        .first()
    )
    if found is None:
        return None
    if not found.is_open(now) or found.partner.status == Partner.Status.CANCELLED:
        close(conversation, now)
        return None
    PartnerSession.objects.filter(pk=found.pk).update(last_at=now)
    found.last_at = now
    return found


def open_session(
    *, conversation: Conversation, partner: Partner, way: PartnerSession.Way, now: datetime
) -> PartnerSession:
    """From here on they are this partner; whoever they were before, they are no more."""
    close(conversation, now)
    return PartnerSession.objects.create(
        conversation=conversation, partner=partner, way=way, opened_at=now, last_at=now
    )


def close(conversation: Conversation, now: datetime) -> bool:
    """Nobody any more; whether somebody was."""
    rows = PartnerSession.objects.filter(conversation=conversation, closed_at=None)
    return bool(rows.update(closed_at=now))
