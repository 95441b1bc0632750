"""A word of the desk's own to somebody, beside any dialog: read by officers and managers alone."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from chatbot.dialog.replies import words_for
from crm.conversations import outreach
from crm.conversations.models import Conversation, Message


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
    return outreach.send(
        conversation=conversation,
        text=words_for(conversation, name, values, language),
        author=Message.Author.SYSTEM,
        answers=False,
        purpose=purpose,
        values=kept,
        is_private=True,
    )
