"""An echo of what a program sent may be our own message, told of before its sending came back."""

from __future__ import annotations

from datetime import timedelta

from django.utils import timezone

from chatbot.channels.events import InboundMessage
from chatbot.waiting import NotYet
from crm.conversations.models import Conversation, Message

State = Message.State
# How long an echo can still speak of a message nobody has confirmed.
CONFIRMS_WITHIN = timedelta(hours=1)


def is_ours(conversation: Conversation, inbound: InboundMessage) -> bool:
    """Whether this echo is of a message the desk has; one nobody had confirmed is confirmed by it.

    Raises NotYet while a message of this conversation is under way: the answer to its sending
    names the id by which we will know. The conversation's identity is locked by the caller.
    """
    if not (inbound.outgoing and inbound.by_api) or inbound.historical:
        return False
    recent = conversation.messages.filter(
        direction=Message.Direction.OUT,
        provider_id="",
        created_at__gte=timezone.now() - CONFIRMS_WITHIN,
    )
    if recent.filter(state=State.SENDING).exists():
        raise NotYet
    candidates = recent.filter(state=State.UNKNOWN).order_by("id")
    message = next((one for one in candidates if _same(one, inbound)), None)
    if message is None:
        return False
    now = timezone.now()
    confirmed = Message.objects.filter(pk=message.pk, state=State.UNKNOWN, provider_id="").update(
        state=State.SENT,
        provider_id=inbound.id,
        sent_at=inbound.at or now,
        error_code="",
        error_text="",
    )
    Conversation.objects.filter(pk=conversation.pk).update(changed_at=now)
    return bool(confirmed)


def _same(message: Message, inbound: InboundMessage) -> bool:
    """Providers wrap white space, and give back a file without the name it was sent with."""
    if message.kind != inbound.kind and message.kind != Message.Kind.TEXT:
        return False
    return message.text.split() == inbound.text.split()
