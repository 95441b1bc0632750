"""What became of what we sent: statuses move forward only, in whatever order they come."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from django.utils import timezone

from chatbot import patience
from chatbot.channels.events import StatusUpdate
from chatbot.channels.reading import LONGEST_CODE, plain
from chatbot.models import DeliveryAttempt
from chatbot.template_sync import sync_doubted
from crm.conversations.models import (
    Channel,
    ChannelIdentity,
    Conversation,
    Message,
    MessageTemplate,
)
from crm.people.models import Contact

State = Message.State
Outcome = DeliveryAttempt.Outcome
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
FIELDS = [
    "state",
    "provider_id",
    "due_at",
    "error_code",
    "error_text",
    "pricing",
    *TIMES.values(),
]


def apply_statuses(channel: Channel, updates: Sequence[StatusUpdate]) -> list[bool]:
    """Apply each update to its message, in one pass; False where no such message is known (yet).

    Call it inside a transaction: the messages stay locked to its end.
    """
    messages, accepted = _messages(channel, updates)
    known = []
    changed: dict[int, Message] = {}
    for update in updates:
        message = messages.get(update.id) or messages.get(update.attempt)
        known.append(message is not None)
        if message is None or (update.attempt in accepted and _is_stale(message, update)):
            continue
        if advance(message, update):
            changed[message.pk] = message
        if update.opted_out or update.unreachable:
            note_refusal(
                message.conversation_id,
                opted_out=update.opted_out,
                unreachable=update.unreachable,
            )
        if update.template or update.outdated:
            note_template(message.template_id, update.template, update.text, update.at)
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


def note_template(
    template_id: int | None, status: str, why: str, at: datetime | None = None
) -> None:
    """What a refusal (of `at`, or just now) says of its template, whose own news may come later or
    never; what is newer stays.

    Without a status the template stays allowed: only why it was refused is noted, until it has
    been read once more.
    """
    if template_id is None:
        return
    rows = MessageTemplate.objects.filter(pk=template_id)
    now = timezone.now()
    said = {"reason": why[:500], "changed_at": now}
    if status:
        rows = rows.exclude(status_at__gt=at or now)
        rows.exclude(status=status).update(status=status, **said)
        rows.update(status_at=at or now)
    else:
        rows.update(**said)
        sync_doubted(template_id)


def _is_stale(message: Message, update: StatusUpdate) -> bool:
    """Whether it tells of an earlier try what was known when the message was queued once more.

    That it has arrived after all is news: then it need not go again.
    """
    return message.state == State.QUEUED and RANK[update.state] < RANK[State.DELIVERED]


def advance(message: Message, update: StatusUpdate) -> bool:
    """Merge one status into a message, in memory; whether anything changed."""
    before = [getattr(message, field) for field in FIELDS]
    undelivered = RANK[State(message.state)] < RANK[State.DELIVERED]
    if update.retry_after and undelivered and _put_off(message, update):
        return True
    _note_time(message, update.state, update.at or timezone.now())
    message.provider_id = message.provider_id or update.id
    message.pricing = update.pricing or message.pricing
    if update.state == State.FAILED:
        if RANK[State(message.state)] < RANK[State.DELIVERED]:
            message.state = State.FAILED
            message.error_code, message.error_text = _kept(update), update.text
    elif message.state == State.FAILED and update.state == State.SENT:
        pass  # a late "sent" does not unsay "failed"
    elif RANK[update.state] > RANK[State(message.state)] or message.state == State.FAILED:
        message.state = update.state
        message.error_code = message.error_text = ""
    return before != [getattr(message, field) for field in FIELDS]


def _put_off(message: Message, update: StatusUpdate) -> bool:
    """Queue a message once more that the provider took and then held back; False: it had its tries.

    It gets an id and times of its own then; what held it back stays to be read meanwhile.
    """
    attempts = list(DeliveryAttempt.objects.filter(message=message))
    tries = patience.tries(attempts[1:])
    if tries + 1 >= patience.MOST_ATTEMPTS:
        return False
    now = timezone.now()
    wait = patience.wait(tries, retry_after=update.retry_after, growth=2)
    message.state, message.due_at = State.QUEUED, now + wait
    message.provider_id, message.sent_at, message.failed_at = "", None, None
    message.error_code, message.error_text = _kept(update), update.text
    newest = DeliveryAttempt.objects.filter(pk__in=[one.pk for one in attempts[:1]])
    newest.update(code=message.error_code, detail=update.text)
    return True


def _kept(update: StatusUpdate) -> str:
    return plain(update.code, LONGEST_CODE)


def _note_time(message: Message, state: State, at: datetime) -> None:
    field = TIMES[state]
    if getattr(message, field) is None:
        setattr(message, field, at)


def _messages(
    channel: Channel, updates: Sequence[StatusUpdate]
) -> tuple[dict[str, Message], set[str]]:
    """By provider id, and by callback data for those whose send has not come back yet.

    Besides, which of those attempts had been accepted, as we know without being told.
    """
    ids = {update.id for update in updates}
    sent = Message.objects.filter(channel=channel, direction=Message.Direction.OUT)
    rows = sent.select_for_update().filter(provider_id__in=ids)
    found = {message.provider_id: message for message in rows}
    attempts = [_uuid(u.attempt) for u in updates if u.id not in found and u.attempt]
    accepted = set()
    if asked := [attempt for attempt in attempts if attempt is not None]:
        pairs = DeliveryAttempt.objects.filter(pk__in=asked, message__channel=channel)
        told = {one.message_id: one for one in pairs}
        for message in Message.objects.select_for_update().filter(pk__in=told):
            found[str(told[message.pk].pk)] = message
        accepted = {str(one.pk) for one in pairs if one.outcome == Outcome.SENT}
    return found, accepted


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None
