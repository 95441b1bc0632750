"""What a colleague does in a conversation: answer it, try again what failed, drop what waits."""

import json
import uuid
from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any

from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.db.models import Q
from django.db.models.functions import Coalesce
from django.utils import timezone
from django.utils.translation import gettext as _

from chatbot import presence
from chatbot.inbox import uploads
from chatbot.inbox.composing import why_closed
from crm.conversations import outreach, ownership, templates, window
from crm.conversations.models import (
    ChannelIdentity,
    Conversation,
    MergedConversation,
    Message,
    MessageTemplate,
)
from crm.conversations.rules import rules_of
from crm.errors import DeskError
from crm.people.models import User
from leads import capture

State = Message.State
# For how long the same submission counts as the same.
REMEMBERED = timedelta(days=1)
# Written on a message a person decided not to send, or not to try again: its state alone does not
# say who did.
DISCARDED, GIVEN_UP = "discarded", "given_up"
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


def reply(
    *,
    conversation: Conversation,
    user: User,
    text: str,
    token: str,
    files: Sequence[UploadedFile] = (),
) -> Message:
    """Answer as `user`, who thereby takes the conversation; its leads hear that it happened.

    The same `token` again gives the message it made before. Raises DeskError for an empty or
    endless text, a file the provider would refuse, where only templates may be sent, and where a
    colleague is answering.
    """
    rules = rules_of(conversation.channel.provider)
    with uploads.stored(files, rules) as enclosed, transaction.atomic():
        conversation = lock(conversation)
        written = _written_before(conversation, user, token)
        if written is not None:
            return written
        if not window.is_open(conversation):
            raise DeskError(why_closed(rules, conversation))
        ownership.claim(conversation=conversation, user=user)
        author = Message.Author.COLLEAGUE
        if enclosed:
            message = outreach.send_files(
                conversation=conversation, files=enclosed, text=text, author=author, user=user
            )
        else:
            message = outreach.send(conversation=conversation, text=text, author=author, user=user)
        _answered(conversation, user, message, token)
    return message


def reply_by_template(
    *,
    conversation: Conversation,
    user: User,
    template: MessageTemplate,
    values: Mapping[str, str],
    token: str,
    file: UploadedFile | None = None,
    instead: Message | None = None,
    is_private: bool = False,
) -> Message:
    """As `reply`, by a template; `instead` of a message that waits or failed, which never goes.

    Raises DeskError where the template may not be sent or lacks something, and where the other
    message has gone out meanwhile.
    """
    rules = rules_of(conversation.channel.provider)
    shown = templates.header_file(template)
    files = [file] if file and shown else []
    with uploads.stored(files, rules, only=shown) as enclosed, transaction.atomic():
        conversation = lock(conversation)
        written = _written_before(conversation, user, token)
        if written is not None:
            return written
        ownership.claim(conversation=conversation, user=user)
        message = outreach.send_template(
            conversation=conversation,
            template=template,
            values=values,
            author=Message.Author.COLLEAGUE,
            user=user,
            attachment=enclosed[0][1] if enclosed else None,
            is_private=is_private,
        )
        _answered(conversation, user, message, token)
        if instead is not None:
            _replace(instead)
    return message


def lock(conversation: Conversation) -> Conversation:
    """The conversation as it is now; until the transaction ends nobody else writes in its lane."""
    locked = ChannelIdentity.objects.select_for_update(no_key=True)
    if not locked.filter(pk=conversation.identity_id).first():
        merged = MergedConversation.objects.select_related("into")
        return lock(merged.get(former=conversation.pk).into)
    rows = Conversation.objects.select_related("contact", "channel", "episode")
    return rows.get(pk=conversation.pk)


def retry(*, message: Message) -> None:
    """Queue a message once more that failed, waits, or of which nobody knows whether it went.

    As `give_up`, refused with DeskError as long as it may still be confirmed.
    """
    _settle(message, (State.FAILED, State.UNKNOWN, State.HELD), State.QUEUED)


def give_up(*, message: Message) -> None:
    """Take a message that failed, or that nobody confirmed, for lost: it counts no more."""
    _settle(message, (State.FAILED, State.UNKNOWN), State.FAILED)


def discard(*, message: Message) -> None:
    """Never send a message that waits until it may be sent."""
    if not _discard(message):
        raise DeskError(_("The state of this message has changed meanwhile."))


def _replace(message: Message) -> None:
    """Something else goes in its place: it waits no longer, and need not be tried again."""
    if _discard(message):
        return
    message.refresh_from_db(fields=["state", "error_code"])
    if message.state == State.FAILED and message.error_code != GIVEN_UP:
        give_up(message=message)
    elif message.state not in (State.FAILED, State.CANCELLED):
        raise DeskError(_("The state of this message has changed meanwhile."))


def _discard(message: Message) -> bool:
    rows = Message.objects.filter(pk=message.pk, state=State.HELD)
    changed = rows.update(state=State.CANCELLED, error_code=DISCARDED, error_text="")
    if changed:
        talk = Conversation.objects.filter(pk=message.conversation_id)
        talk.update(changed_at=timezone.now())
    return bool(changed)


def _settle(message: Message, before: tuple[Message.State, ...], after: Message.State) -> None:
    now = timezone.now()
    again = {"due_at": now, **AFRESH}
    lost = {"failed_at": Coalesce("failed_at", now), "error_code": GIVEN_UP}
    # Whoever comes second finds the state changed: a retried message is never queued twice.
    with transaction.atomic():
        ripe = ~Q(state=State.UNKNOWN) | Message.wanting_decision(now)
        changed = Message.objects.filter(
            ripe, pk=message.pk, direction=Message.Direction.OUT, state__in=before
        ).update(state=after, **(again if after == State.QUEUED else lost))
        if not changed:
            raise DeskError(_why_refused(message))
        Conversation.objects.filter(pk=message.conversation_id).update(changed_at=now)


def _why_refused(message: Message) -> str:
    message.refresh_from_db(fields=["state", "due_at"])
    if not message.may_be_confirmed:
        return _("The state of this message has changed meanwhile.")
    return _("It may still be confirmed that this message went out. Decide in some minutes.")


def _answered(conversation: Conversation, user: User, message: Message, token: str) -> None:
    """What every answer leaves behind: its mark, its lead's history, and that we have read."""
    Message.objects.filter(pk=message.pk).update(raw=_mark(token))
    capture.note_answer(contact=conversation.contact, user=user, at=message.created_at)
    presence.read_soon(conversation)


def _written_before(conversation: Conversation, user: User, token: str) -> Message | None:
    if not token:
        return None
    return conversation.messages.filter(
        shown_at__gte=timezone.now() - REMEMBERED, user=user, raw=_mark(token)
    ).first()


def _mark(token: str) -> str:
    return json.dumps({"token": token[:64]}) if token else ""
