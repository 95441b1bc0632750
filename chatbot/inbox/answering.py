"""What a colleague does in a conversation: answer it, try again what failed."""

import json
import uuid
from datetime import timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from crm.conversations import outreach, ownership
from crm.conversations.models import ChannelIdentity, Conversation, Message
from crm.errors import DeskError
from crm.people.models import User
from leads import capture

# For how long the same submission counts as the same.
REMEMBERED = timedelta(days=1)
# What an earlier attempt left on a message; the next one gets an id and times of its own.
AFRESH: dict[str, Any] = {
    "provider_id": "",
    "sent_at": None,
    "failed_at": None,
    "error_code": "",
    "error_text": "",
}


def new_token() -> str:
    """What a form carries so that sending it twice makes one message."""
    return uuid.uuid4().hex


def reply(*, conversation: Conversation, user: User, text: str, token: str) -> Message:
    """Answer as `user`, who thereby takes the conversation; its leads hear that it happened.

    The same `token` again gives the message it made before. Raises DeskError for an empty or
    endless text, and where a colleague is answering.
    """
    with transaction.atomic():
        conversation = lock(conversation)
        written = _written_before(conversation, user, token)
        if written is not None:
            return written
        ownership.claim(conversation=conversation, user=user)
        message = outreach.send(
            conversation=conversation, text=text, author=Message.Author.COLLEAGUE, user=user
        )
        Message.objects.filter(pk=message.pk).update(raw=_mark(token))
        capture.note_answer(contact=conversation.contact, user=user, at=message.created_at)
    return message


def lock(conversation: Conversation) -> Conversation:
    """The conversation as it is now; until the transaction ends nobody else writes in its lane."""
    ChannelIdentity.objects.select_for_update(no_key=True).get(pk=conversation.identity_id)
    rows = Conversation.objects.select_related("contact", "channel", "episode")
    return rows.get(pk=conversation.pk)


def retry(*, message: Message) -> None:
    """Queue a message once more that failed, or of which nobody knows whether it went out."""
    _settle(message, (Message.State.FAILED, Message.State.UNKNOWN), Message.State.QUEUED)


def give_up(*, message: Message) -> None:
    """Take a message nobody has confirmed for lost, so that the next ones may go."""
    _settle(message, (Message.State.UNKNOWN,), Message.State.FAILED)


def _settle(message: Message, before: tuple[Message.State, ...], after: Message.State) -> None:
    now = timezone.now()
    queued = after == Message.State.QUEUED
    values = {"due_at": now, **AFRESH} if queued else {"failed_at": now}
    # Whoever comes second finds the state changed: a retried message is never queued twice.
    with transaction.atomic():
        changed = Message.objects.filter(
            pk=message.pk, direction=Message.Direction.OUT, state__in=before
        ).update(state=after, **values)
        if not changed:
            raise DeskError(_("The state of this message has changed meanwhile."))
        Conversation.objects.filter(pk=message.conversation_id).update(changed_at=now)


def _written_before(conversation: Conversation, user: User, token: str) -> Message | None:
    if not token:
        return None
    return conversation.messages.filter(
        shown_at__gte=timezone.now() - REMEMBERED, user=user, raw=_mark(token)
    ).first()


def _mark(token: str) -> str:
    return json.dumps({"token": token[:64]}) if token else ""
