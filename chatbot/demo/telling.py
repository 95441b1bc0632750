"""Writing a made-up conversation down, as if its messages had come and gone."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from django.core.files.base import ContentFile
from django.utils import timezone

from crm.conversations import outreach
from crm.conversations.models import Attachment, Conversation, Message
from crm.people.models import User

# Who speaks (p person, b bot, c colleague), what, and what is special about it.
Line = tuple[str, str, dict[str, Any]]
AUTHORS = {
    "p": Message.Author.PERSON,
    "b": Message.Author.BOT,
    "c": Message.Author.COLLEAGUE,
}
PAUSE = timedelta(minutes=7)
# An outgoing message in one of these has never got an id from the provider.
WITHOUT_ID = (Message.State.FAILED, Message.State.UNKNOWN, Message.State.HELD)


def say(
    conversation: Conversation, lines: Sequence[Line], at: datetime, agent: User | None = None
) -> Message:
    """Write the lines down, the first at `at`, seven minutes apart; the last message."""
    for index, line in enumerate(lines):
        message = _write(conversation, line, at + PAUSE * index, agent)
    return message


def _write(conversation: Conversation, line: Line, at: datetime, agent: User | None) -> Message:
    who, text, more = line
    fields = _came(at) if who == "p" else _went(at)
    fields |= more
    known = "" if fields["state"] in WITHOUT_ID else _provider_id(conversation, at)
    message = Message.objects.create(
        conversation=conversation,
        episode_id=conversation.episode_id,
        channel=conversation.channel,
        author=AUTHORS[who],
        user=agent if who == "c" else None,
        text=text,
        provider_id=known,
        shown_at=at,
        created_at=at,
        **fields,
    )
    if message.kind != Message.Kind.REACTION:
        outreach.note_message(conversation, message, answers=who != "b")
    return message


def _came(at: datetime) -> dict[str, Any]:
    return {
        "direction": Message.Direction.IN,
        "state": Message.State.RECEIVED,
        "provider_at": at,
    }


def _went(at: datetime) -> dict[str, Any]:
    return {
        "direction": Message.Direction.OUT,
        "state": Message.State.READ,
        "sent_at": at,
        "delivered_at": at,
        "read_at": at,
    }


def never_left(state: Message.State, **more: Any) -> dict[str, Any]:
    """What is special about a message of ours that did not arrive."""
    return {"state": state, "sent_at": None, "delivered_at": None, "read_at": None, **more}


def attach(message: Message, name: str, mime: str, content: bytes) -> None:
    attachment = Attachment(message=message, name=name, mime=mime, size=len(content))
    attachment.state = Attachment.State.READY
    attachment.file.save(name, ContentFile(content), save=True)


def after(conversation: Conversation) -> datetime:
    """A minute after what was said last."""
    return (conversation.last_message_at or timezone.now()) + timedelta(minutes=1)


def _provider_id(conversation: Conversation, at: datetime) -> str:
    return f"wamid.DEMO.{conversation.pk}.{int(at.timestamp())}"
