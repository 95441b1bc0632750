"""A partner's session in a conversation: opened, kept alive, closed."""

from __future__ import annotations

from datetime import datetime

from django.db.models import F

from chatbot.channels.events import InboundMessage
from chatbot.dialog.login.knowing import (
    OF_POINT,
    Known,
    facts_of,
    facts_read,
    is_same,
    known_by,
)
from chatbot.models import PartnerSession
from crm.conversations.models import Conversation
from partners.models import Partner


def current(
    conversation: Conversation, now: datetime, inbound: InboundMessage | None = None
) -> PartnerSession | None:
    """The open session, kept alive by the message that asks for it; None where there is none.

    To be called under the lock of the conversation's dialog. What has run out is closed, and so is
    one of somebody who is not that partner any more: the number or the phone has changed hands, or
    what is on file of the partner has changed.
    """
    found, facts = _open(conversation)
    if found is None:
        return None
    if not _stands(found, facts, conversation, now) or (
        inbound is not None and _by_another_app(found, inbound)
    ):
        close(conversation, now)
        return None
    PartnerSession.objects.filter(pk=found.pk).update(last_at=now)
    found.last_at = now
    return found


def standing(conversation: Conversation, now: datetime) -> PartnerSession | None:
    """The session that is open now, for who speaks later (a job); nothing is written."""
    found, facts = _open(conversation)
    return found if found and _stands(found, facts, conversation, now) else None


def _open(conversation: Conversation) -> tuple[PartnerSession | None, str]:
    """With what is on file of its partner; one query: a row for each way to reach them."""
    if conversation.is_group:
        return None, ""
    points = {f"point_{one}": F(f"partner__contact__points__{one}") for one in OF_POINT}
    rows = PartnerSession.objects.select_related("partner__contact").annotate(**points)
    found = list(rows.filter(conversation=conversation, closed_at=None).order_by("point_kind"))
    if not found:
        return None, ""
    told = [[getattr(one, name) for name in points] for one in found]
    return found[0], facts_read(found[0].partner, told)


def _stands(session: PartnerSession, facts: str, conversation: Conversation, now: datetime) -> bool:
    if not session.is_open(now) or session.partner.status == Partner.Status.CANCELLED:
        return False
    same = is_same(session.known_by, known_by(conversation))
    return same and session.facts == facts


def _by_another_app(session: PartnerSession, inbound: InboundMessage) -> bool:
    """Meta tells a key of the phone's; with another one WhatsApp was installed anew."""
    return bool(session.app_key and inbound.app_key and session.app_key != inbound.app_key)


def open_session(
    *,
    conversation: Conversation,
    partner: Partner,
    way: PartnerSession.Way,
    now: datetime,
    app_key: str = "",
    known: Known | None = None,
    is_nobody: bool = False,
) -> PartnerSession:
    """From here on they are this partner; whoever they were before, they are no more.

    To be called under the lock of the conversation's dialog. `known` is what `known_by` says now,
    and `is_nobody` that no session is open, for who has asked already under this lock. Raises
    ValueError for a group.
    """
    if conversation.is_group:
        raise ValueError("A group is nobody's session.")
    if not is_nobody:
        close(conversation, now)
    return PartnerSession.objects.create(
        conversation=conversation,
        partner=partner,
        way=way,
        known_by=known_by(conversation) if known is None else known,
        facts=facts_of(partner),
        app_key=app_key,
        opened_at=now,
        last_at=now,
    )


def close(conversation: Conversation, now: datetime) -> bool:
    """Nobody any more; whether somebody was."""
    rows = PartnerSession.objects.filter(conversation=conversation, closed_at=None)
    return bool(rows.update(closed_at=now))
