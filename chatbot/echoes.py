"""An echo of what a program sent may be our own message, told of before its sending came back."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db.models import Q, QuerySet
from django.utils import timezone

from chatbot.channels.events import InboundMessage
from chatbot.waiting import NotYet
from crm.conversations.models import Conversation, Message, MessageRevision

State = Message.State
# How long an echo can still speak of a message nobody has confirmed.
CONFIRMS_WITHIN = timedelta(hours=1)
# What an echo's row may have come to know, and our own message does not.
LEARNED = ("delivered_at", "read_at", "edited_at", "deleted_at", "pricing")


def is_ours(conversation: Conversation, inbound: InboundMessage) -> bool:
    """Whether this echo is of a message the desk has; one nobody had confirmed is confirmed by it.

    Raises NotYet while a message of this conversation is under way: the answer to its sending
    names the id by which we will know. The conversation's identity is locked by the caller.
    """
    if not (inbound.outgoing and inbound.by_api) or inbound.historical:
        return False
    nameless = conversation.messages.filter(direction=Message.Direction.OUT, provider_id="")
    if nameless.filter(state=State.SENDING).exists():
        raise NotYet
    candidates = _tried_lately(nameless.filter(state=State.UNKNOWN), inbound.at)
    message = next((one for one in candidates if says_the_same(one, inbound)), None)
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


def _tried_lately(messages: QuerySet[Message], at: datetime | None) -> QuerySet[Message]:
    """Written or, after whatever wait, tried within an hour before the echo was; in their order.

    The echo itself may have waited for us: its own time counts, not when we come to read it.
    """
    now = timezone.now()
    since = min(at or now, now) - CONFIRMS_WITHIN
    lately = Q(created_at__gte=since) | Q(attempts__started_at__gte=since)
    return messages.filter(lately).distinct().order_by("id")


def says_the_same(message: Message, inbound: InboundMessage) -> bool:
    """Providers wrap white space, and give back a file without the name it was sent with."""
    if message.kind != inbound.kind and message.kind != Message.Kind.TEXT:
        return False
    return message.text.split() == inbound.text.split()


def absorb(message_id: int, provider_id: str) -> bool:
    """Our message has this id. Where its echo was stored as a message besides, that one goes.

    What was told of the echo meanwhile is our message's; False: there was none. Call it inside a
    transaction.
    """
    ours = Message.objects.select_for_update().filter(pk=message_id).first()
    if ours is None:
        return False
    twins = Message.objects.select_for_update().filter(
        conversation_id=ours.conversation_id,
        provider_id=provider_id,
        author=Message.Author.PHONE_APP,
    )
    echo = twins.exclude(pk=ours.pk).first()
    if echo is None:
        return False
    learned = {name: getattr(ours, name) or getattr(echo, name) for name in LEARNED}
    if echo.edited_at is not None or echo.deleted_at is not None:
        learned["text"] = echo.text
    MessageRevision.objects.filter(message=echo).update(message=ours)
    echo.delete()
    Message.objects.filter(pk=ours.pk).update(
        state=echo.state,
        provider_id=provider_id,
        sent_at=echo.sent_at or echo.provider_at,
        **learned,
    )
    return True
