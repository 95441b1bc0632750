"""Speaking to a contact: a queued message in the caller's transaction, sent by the outbox."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from crm.conversations.models import Conversation, Message
from crm.errors import DeskError
from crm.people.models import User

LONGEST_TEXT = 20_000


def send(
    *,
    conversation: Conversation,
    text: str,
    author: Message.Author,
    user: User | None = None,
    options: Sequence[dict[str, str]] = (),
    answers: bool = True,
) -> Message:
    """Queue one outgoing text, with up to ten `options` ({"id", "title"}) to answer by.

    `answers` is False for what only says that a person will: they go on waiting.
    Plain INSERTs, safe inside any transaction; whoever runs the outbox sends it.
    Raises DeskError for an empty or endless text.
    """
    text = text.replace("\x00", "").strip()
    if not text:
        raise DeskError(_("Write something first."))
    if len(text) > LONGEST_TEXT:
        raise DeskError(_("This message is too long."))
    with transaction.atomic():
        now = timezone.now()
        message = Message.objects.create(
            conversation=conversation,
            episode_id=conversation.episode_id,
            channel_id=conversation.channel_id,
            direction=Message.Direction.OUT,
            author=author,
            user=user,
            text=text,
            options=list(options),
            state=Message.State.QUEUED,
            due_at=now,
            shown_at=after_last_shown(conversation, now),
            created_at=now,
        )
        note_message(conversation, message, answers=answers)
        if author == Message.Author.COLLEAGUE:
            conversation.episodes.filter(closed_at=None, first_response_at=None).update(
                first_response_at=now
            )
    return message


def when_shown(conversation: Conversation, at: datetime | None, now: datetime) -> datetime:
    """Where a person's message stands: at the provider's time, if it gives one.

    Providers count in whole seconds: within that second it stands below what was there before,
    and never above what the person had written before, unless it is older by its own time.
    """
    last = conversation.last_shown_at
    if at is None:
        return after_last_shown(conversation, now)
    if last is None or last < at:
        return at
    if last < at + timedelta(seconds=1):
        return last + timedelta(milliseconds=1)
    if conversation.last_inbound_at is None or at < conversation.last_inbound_at:
        return at
    heard = conversation.messages.filter(direction=Message.Direction.IN)
    newest = heard.order_by("-shown_at").values_list("shown_at", flat=True).first()
    return at if newest is None else max(at, newest + timedelta(milliseconds=1))


def after_last_shown(conversation: Conversation, now: datetime) -> datetime:
    """What we say is shown below everything said before, whatever clocks say."""
    last = conversation.last_shown_at
    return now if last is None or last < now else last + timedelta(milliseconds=1)


def note_message(conversation: Conversation, message: Message, *, answers: bool = True) -> None:
    """Bring the conversation's own columns up to date with a new message of it.

    A person who writes starts to wait; what `answers` them ends the waiting.
    """
    conversation.last_message_at = conversation.changed_at = message.created_at
    conversation.last_shown_at = max(
        conversation.last_shown_at or message.shown_at, message.shown_at
    )
    conversation.last_text = message.summary()
    conversation.last_direction = message.direction
    if message.direction == Message.Direction.IN:
        conversation.last_inbound_at = message.provider_at or message.created_at
        conversation.waiting_since = conversation.waiting_since or message.created_at
    elif answers and message.author != Message.Author.SYSTEM:
        conversation.waiting_since = None
    conversation.save(
        update_fields=[
            "last_message_at",
            "changed_at",
            "last_shown_at",
            "last_text",
            "last_direction",
            "last_inbound_at",
            "waiting_since",
        ]
    )
