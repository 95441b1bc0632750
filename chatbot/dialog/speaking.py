"""Replies as messages: rendered in the person's language, queued in the caller's transaction."""

from __future__ import annotations

from collections.abc import Iterable

from chatbot.dialog.contract import Reply, Turn
from chatbot.dialog.replies import words
from crm.conversations import outreach
from crm.conversations.models import Message


def speak(turn: Turn, replies: Iterable[Reply]) -> None:
    """Queue them in order. What is said in a session is private, and so is what a reply says is.

    On a channel that is switched off nothing is said: it would go out whenever that is switched
    on again.
    """
    if not turn.conversation.channel.is_active:
        return
    for reply in replies:
        outreach.send(
            conversation=turn.conversation,
            text=words(reply.name, turn.contact.spoken, reply.values),
            author=Message.Author.BOT,
            options=reply.options,
            answers=not reply.promises,
            is_private=reply.private or turn.session is not None,
        )
