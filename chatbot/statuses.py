"""What became of what we sent: statuses move forward only, in whatever order they come."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from django.utils import timezone

from chatbot.channels.events import StatusUpdate
from chatbot.models import DeliveryAttempt
from crm.conversations.models import Channel, ChannelIdentity, Conversation, Message
from crm.people.models import Contact

State = Message.State
# A status can lift a message from any lower rank; "failed" only from below "delivered".
RANK = {
    State.QUEUED: 0,
    State.SENDING: 0,
    State.UNKNOWN: 0,
    State.HELD: 0,
    State.CANCELLED: 0,
    State.FAILED: 1,
    State.SENT: 1,
    State.DELIVERED: 2,
    State.READ: 3,
}
TIMES = {
    State.SENT: "sent_at",
    State.DELIVERED: "delivered_at",
    State.READ: "read_at",
    State.FAILED: "failed_at",
}
FIELDS = ["state", "provider_id", "error_code", "error_text", "pricing", *TIMES.values()]


def apply_statuses(channel: Channel, updates: Sequence[StatusUpdate]) -> list[bool]:
    """Apply each update to its message, in one pass; False where no such message is known (yet).

    Call it inside a transaction: the messages stay locked to its end.
    """
    messages = _messages(channel, updates)
    known = []
    changed: dict[int, Message] = {}
    for update in updates:
        message = messages.get(update.id) or messages.get(update.attempt)
        known.append(message is not None)
        if message is not None and advance(message, update):
            changed[message.pk] = message
        if message is not None and (update.opted_out or update.unreachable):
            note_refusal(
                message.conversation_id,
                opted_out=update.opted_out,
                unreachable=update.unreachable,
            )
    for message in changed.values():
        message.save(update_fields=FIELDS)
    Conversation.objects.filter(pk__in={m.conversation_id for m in changed.values()}).update(
        changed_at=timezone.now()
    )
    return known


def note_refusal(conversation_id: int, *, opted_out: bool, unreachable: bool) -> None:
    """What a failure says of the person: they want no marketing, or cannot be reached here."""
    now = timezone.now()
    if opted_out:
        people = Contact.objects.filter(conversations=conversation_id, opted_out_at=None)
        people.update(opted_out_at=now)
    if unreachable:
        ChannelIdentity.objects.filter(conversation=conversation_id, unreachable_at=None).update(
            unreachable_at=now
        )


def advance(message: Message, update: StatusUpdate) -> bool:
    """Merge one status into a message in memory; whether anything changed."""
    before = [getattr(message, field) for field in FIELDS]
    _note_time(message, update.state, update.at or timezone.now())
    message.provider_id = message.provider_id or update.id
    message.pricing = update.pricing or message.pricing
    if update.state == State.FAILED:
        if RANK[State(message.state)] < RANK[State.DELIVERED]:
            message.state = State.FAILED
            message.error_code, message.error_text = update.code, update.text
    elif message.state == State.FAILED and update.state == State.SENT:
        pass  # a late "sent" does not unsay "failed"
    elif RANK[update.state] > RANK[State(message.state)] or message.state == State.FAILED:
        message.state = update.state
        message.error_code = message.error_text = ""
    return before != [getattr(message, field) for field in FIELDS]


def _note_time(message: Message, state: State, at: datetime) -> None:
    field = TIMES[state]
    if getattr(message, field) is None:
        setattr(message, field, at)


def _messages(channel: Channel, updates: Sequence[StatusUpdate]) -> dict[str, Message]:
    """By provider id, and by callback data for those whose send has not come back yet."""
    ids = {update.id for update in updates}
    sent = Message.objects.filter(channel=channel, direction=Message.Direction.OUT)
    rows = sent.select_for_update().filter(provider_id__in=ids)
    found = {message.provider_id: message for message in rows}
    attempts = [_uuid(u.attempt) for u in updates if u.id not in found and u.attempt]
    if asked := [attempt for attempt in attempts if attempt is not None]:
        pairs = DeliveryAttempt.objects.filter(pk__in=asked, message__channel=channel)
        by_attempt = dict(pairs.values_list("message_id", "pk"))
        for message in Message.objects.select_for_update().filter(pk__in=by_attempt):
            found[str(by_attempt[message.pk])] = message
    return found


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None
