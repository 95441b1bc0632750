"""Replies as messages: rendered in the person's language, queued in the caller's transaction."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Mapping
from pathlib import PurePath
from typing import TypedDict

from django.core.exceptions import SuspiciousOperation
from django.core.files.base import File
from django.core.files.storage import default_storage

from chatbot.dialog.contract import Option, Reply, Turn
from chatbot.dialog.replies import own_wordings, words
from chatbot.sniffing import sniff
from crm.conversations import outreach, wording
from crm.conversations.models import Attachment, Conversation, Message
from crm.conversations.rules import MediaRule, Rules, rules_of

log = logging.getLogger(__name__)


class _Said(TypedDict):
    conversation: Conversation
    author: Message.Author
    answers: bool
    is_private: bool
    saves: bool


def speak(turn: Turn, replies: Iterable[Reply]) -> None:
    """Queue them in order. What is said in a session is private, and so is what a reply says is.

    On a channel that is switched off nothing is said: it would go out whenever that is switched
    on again.
    """
    if not turn.conversation.channel.is_active:
        return
    replies = tuple(replies)
    if not replies:
        return
    # Who is promised a person waits for one, whatever else is said beside that.
    answers = not any(reply.promises for reply in replies)
    own = own_wordings({reply.name for reply in replies}, turn.contact.spoken)
    for reply in replies:
        _say(turn, reply, own, answers=answers)
    if not turn.is_first:  # of a new conversation all is noted at once, after its turn
        outreach.save_noted(turn.conversation)


def _say(turn: Turn, reply: Reply, own: Mapping[str, str], *, answers: bool) -> None:
    rules = rules_of(turn.conversation.channel.provider)
    text = words(reply.name, turn.contact.spoken, reply.values, own)
    if not rules.bold:
        text = wording.without_marks(text)
    said: _Said = {
        "conversation": turn.conversation,
        "author": Message.Author.BOT,
        "answers": answers,
        "is_private": reply.private or turn.session is not None,
        "saves": False,
    }
    shown = _picture(reply.picture, rules)
    if shown is None:
        options = [*reply.options, *_links(reply)]
        outreach.send(text=text, options=options, **said)
    elif reply.options or reply.link:
        outreach.send_files(files=[shown], text="", **said)
        outreach.send(text=text, options=[*reply.options, *_links(reply)], **said)
    else:
        outreach.send_files(files=[shown], text=text, **said)


def _links(reply: Reply) -> list[Option]:
    if reply.link is None:
        return []
    title, url = reply.link
    return [{"id": "link", "title": title, "url": url}]


def _picture(name: str, rules: Rules) -> tuple[str, Attachment] | None:
    """A stored picture as an attachment of its own; None where it is gone, cannot be read, or
    cannot be sent."""
    rule = rules.media.get(Message.Kind.IMAGE)
    if not name or rule is None:
        return None
    try:
        return _copied(name, rule) if default_storage.exists(name) else None
    except (OSError, SuspiciousOperation):
        log.exception("The picture %s cannot be read", name)
        return None


def _copied(name: str, rule: MediaRule) -> tuple[str, Attachment] | None:
    size = default_storage.size(name)
    with default_storage.open(name) as stored:
        mime = sniff(stored.read(64 * 1024)) or ""
        if size > rule.longest or mime not in (rule.types or (mime,)):
            return None
        stored.seek(0)
        made = Attachment(name=PurePath(name).name, mime=mime, size=size)
        made.state = Attachment.State.READY
        made.file.save(PurePath(name).name, File(stored), save=False)
    return Message.Kind.IMAGE, made
