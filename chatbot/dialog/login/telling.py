"""A word of the desk's own to somebody, beside any dialog: read by officers and managers alone."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from chatbot.dialog.replies import words
from crm.conversations import outreach, wording
from crm.conversations.models import Conversation, Message
from crm.conversations.rules import rules_of


def tell(
    conversation: Conversation,
    name: str,
    values: Mapping[str, Any],
    *,
    language: str = "",
    purpose: str = "",
    kept: dict[str, str] | None = None,
) -> Message:
    """Queue the reply's words, in `language` or in that of whose conversation it is.

    `kept` are the values of a template that may go instead, see `outreach.send`.
    """
    text = words(name, language or conversation.contact.spoken, values)
    if not rules_of(conversation.channel.provider).bold:
        text = wording.without_marks(text)
    return outreach.send(
        conversation=conversation,
        text=text,
        author=Message.Author.SYSTEM,
        answers=False,
        purpose=purpose,
        values=kept,
        is_private=True,
    )
