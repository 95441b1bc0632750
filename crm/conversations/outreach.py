"""Speaking to a contact: a queued message in the caller's transaction, sent by the outbox."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from crm.conversations import standing_in, templates, window, wording
from crm.conversations.models import Attachment, Conversation, Message, MessageTemplate
from crm.conversations.rules import rules_of
from crm.errors import DeskError
from crm.people.models import User

LONGEST_TEXT = 20_000
REDELIVERED = timedelta(days=7)
# The columns of a conversation that speak of its messages.
NOTED = (
    "last_message_at",
    "changed_at",
    "last_shown_at",
    "last_text",
    "last_direction",
    "last_inbound_at",
    "waiting_since",
)
SECOND, STEP = timedelta(seconds=1), timedelta(milliseconds=1)
# Files that words may stand beside; a sound or a sticker stands alone.
CAPTIONED = (Message.Kind.IMAGE, Message.Kind.VIDEO, Message.Kind.DOCUMENT)


def send(
    *,
    conversation: Conversation,
    text: str,
    author: Message.Author,
    user: User | None = None,
    options: Sequence[dict[str, str]] = (),
    answers: bool = True,
    purpose: str = "",
    values: dict[str, str] | None = None,
    is_private: bool = False,
    saves: bool = True,
) -> Message:
    """Queue one outgoing text, with `options` ({"id", "title"}) to answer by; the last message.

    What is longer than the provider takes goes as several messages, and answers it cannot show
    are numbered in the text. `answers` is False for what only says that a person will: they go
    on waiting. `purpose` names what the desk says by itself ("receipt_decided"): where it may not
    write freely, the template configured for that goes instead, filled with `values`.
    `is_private`: it is a partner's business, and on the desk only officers and managers read it.
    Who says several things sets `saves` to False, and calls `save_noted` for all of them.
    Plain INSERTs, safe inside any transaction; whoever runs the outbox sends it.
    Raises DeskError for an empty or endless text.
    """
    text = _clean(text)
    if not text:
        raise DeskError(_("Write something first."))
    rules, now = rules_of(conversation.channel.provider), timezone.now()
    with transaction.atomic():
        for part in wording.parts(text, options, rules):
            message = queue(
                conversation=conversation,
                at=now,  # the same of all: by it one template takes the place of them together
                author=author,
                user=user,
                answers=answers,
                text=part.text,
                options=list(part.options),
                purpose=purpose,
                values=values or {},
                is_private=is_private,
                saves=saves,
            )
    return message


def portions(message: Message) -> QuerySet[Message]:
    """It and what `send` queued in one with it, the words being too long for one message."""
    rows = Message.objects.filter(
        conversation=message.conversation_id,
        direction=Message.Direction.OUT,
        author=message.author,
        user=message.user_id,
        shown_at__gte=message.created_at,
        created_at=message.created_at,
    )
    return rows.order_by("pk")


def goes_now(message: Message) -> bool:
    """Whether what was queued as this message, or as portions of which it is one, reaches the
    person now, in its own words or by a template. Else it is kept until they write."""
    talk, purpose = message.conversation, standing_in.purpose_of(message)
    if window.is_open(talk):
        return True
    state = Message.objects.values_list("state", flat=True).get(pk=message.pk)
    if state != Message.State.QUEUED:  # the outbox was faster
        return state not in (Message.State.HELD, Message.State.FAILED)
    if message.kind != Message.Kind.TEXT:
        return False  # no template has room for it
    text = "\n".join(one.text for one in portions(message))
    return would_go(talk, purpose=purpose, text=text, values=message.values)


def would_go(
    conversation: Conversation, *, purpose: str, text: str, values: Mapping[str, str]
) -> bool:
    """Whether these words would reach the person now, if they were sent; see `send`."""
    rules = rules_of(conversation.channel.provider)
    if window.open_under(rules, conversation):
        return True
    return rules.templates and standing_in.fits(conversation, purpose, text, values)


def send_files(
    *,
    conversation: Conversation,
    files: Sequence[tuple[str, Attachment]],
    text: str,
    author: Message.Author,
    user: User | None = None,
    answers: bool = True,
    is_private: bool = False,
    saves: bool = True,
) -> Message:
    """Queue each file as a message of its own; the last message.

    `files` are kinds of messages and attachments that are stored, but not saved yet. `text`
    stands beside the last file, or below it where the provider takes none there, or less.
    `answers`, `is_private` and `saves` as for `send`.
    Raises DeskError for an endless text.
    """
    text = _clean(text)
    caption = text if _fits_beside(text, files[-1][0], conversation) else ""
    with transaction.atomic():
        for number, (kind, attachment) in enumerate(files, 1):
            words = caption if number == len(files) else ""
            message = queue(
                conversation=conversation,
                author=author,
                user=user,
                kind=kind,
                text=words,
                answers=answers,
                is_private=is_private,
                saves=saves,
            )
            _attach(message, attachment)
        if text and not caption:
            message = send(
                conversation=conversation,
                text=text,
                author=author,
                user=user,
                answers=answers,
                is_private=is_private,
                saves=saves,
            )
    return message


def send_template(
    *,
    conversation: Conversation,
    template: MessageTemplate,
    values: Mapping[str, str],
    author: Message.Author,
    user: User | None = None,
    attachment: Attachment | None = None,
    is_private: bool = False,
) -> Message:
    """Queue a template with its variables filled in (`values` by `Variable.key`).

    `attachment` is the file its header shows, of the kind `templates.header_file` names: stored,
    but not saved yet. Raises DeskError for a template that may not be sent here, or lacks
    something.
    """
    _check_template(conversation, template)
    given = {one.key: _clean(values.get(one.key, "")) for one in templates.variables(template)}
    templates.components(template, given)
    shown = templates.header_file(template)
    if shown and attachment is None:
        raise DeskError(_("This template shows a file above its words. Choose one."))
    with transaction.atomic():
        message = queue(
            conversation=conversation,
            author=author,
            user=user,
            kind=shown or Message.Kind.TEXT,
            text=templates.preview(template, given),
            template=template,
            values=given,
            is_private=is_private,
        )
        if shown and attachment is not None:
            _attach(message, attachment)
    return message


def _check_template(conversation: Conversation, template: MessageTemplate) -> None:
    if template.channel_id != conversation.channel_id:
        raise DeskError(_("This template belongs to another channel."))
    if not rules_of(conversation.channel.provider).templates:
        raise DeskError(_("This channel has no templates."))
    if template.status != MessageTemplate.Status.APPROVED:
        raise DeskError(_("The provider does not allow this template now."))
    if templates.is_unwanted(template, conversation.contact):
        raise DeskError(_("This person wants no marketing."))


def _fits_beside(text: str, kind: str, conversation: Conversation) -> bool:
    rules = rules_of(conversation.channel.provider)
    return kind in CAPTIONED and rules.length(text) <= rules.longest_caption


def _attach(message: Message, attachment: Attachment) -> None:
    attachment.message = message
    attachment.save()


def _clean(text: str) -> str:
    text = text.replace("\x00", "").strip()
    if len(text) > LONGEST_TEXT:
        raise DeskError(_("This message is too long."))
    return text


def queue(
    *,
    conversation: Conversation,
    author: Message.Author,
    user: User | None = None,
    answers: bool = True,
    at: datetime | None = None,
    saves: bool = True,
    **fields: Any,
) -> Message:
    """Queue one message as it stands: `fields` are Message's own. For `send` and its like."""
    with transaction.atomic():
        now = at or timezone.now()
        message = Message.objects.create(
            conversation=conversation,
            episode_id=conversation.episode_id,
            channel_id=conversation.channel_id,
            direction=Message.Direction.OUT,
            author=author,
            user=user,
            state=Message.State.QUEUED,
            due_at=now,
            shown_at=after_last_shown(conversation, now),
            created_at=now,
            **fields,
        )
        note_message(conversation, message, answers=answers, saves=saves)
        if answers and author == Message.Author.COLLEAGUE:
            conversation.episodes.filter(closed_at=None, first_response_at=None).update(
                first_response_at=now
            )
    return message


def when_shown(conversation: Conversation, at: datetime | None, now: datetime) -> datetime:
    """Where a person's message stands: at the provider's time, if it gives one.

    Most providers count in whole seconds: within its second a message stands below what was there
    before, and never above what the person had written before, unless it is older by its own time.
    """
    last = conversation.last_shown_at
    if at is None:
        return after_last_shown(conversation, now)
    if last is None or last < at or at.microsecond:
        return at
    if last < at + SECOND:
        return last + STEP
    shown = conversation.messages.order_by("-shown_at").values_list("shown_at", flat=True)
    above = [shown.filter(shown_at__gte=at, shown_at__lt=at + SECOND).first()]
    if conversation.last_inbound_at is not None and at >= conversation.last_inbound_at:
        above.append(shown.filter(direction=Message.Direction.IN).first())
    return max([at, *(one + STEP for one in above if one is not None)])


def after_last_shown(conversation: Conversation, now: datetime) -> datetime:
    """What we say is shown below everything said before, whatever clocks say."""
    last = conversation.last_shown_at
    return now if last is None or last < now else last + STEP


def _written_at(message: Message) -> datetime:
    """When the person wrote, for the window; by our own clock where theirs cannot be right.

    Providers deliver again for a week at most: what claims to be older was sent by hand, or by a
    clock that is wrong, and whoever sent it is there now.
    """
    at = message.provider_at or message.created_at
    return at if message.created_at - at < REDELIVERED else message.created_at


def note_message(
    conversation: Conversation,
    message: Message,
    *,
    answers: bool = True,
    also: Sequence[str] = (),
    saves: bool = True,
) -> None:
    """Bring the conversation's own columns up to date with a new message of it.

    A person who writes starts to wait, and what was kept until they write goes out; what
    `answers` them ends the waiting. In a group nobody waits. `also` are further columns to save;
    with `saves` False the caller does, with `save_noted`.
    """
    is_first = conversation.last_message_at is None
    conversation.last_message_at = conversation.changed_at = message.created_at
    conversation.last_shown_at = max(
        conversation.last_shown_at or message.shown_at, message.shown_at
    )
    conversation.last_text = message.summary()
    conversation.last_direction = message.direction
    if message.direction == Message.Direction.IN:
        at = _written_at(message)
        conversation.last_inbound_at = max(conversation.last_inbound_at or at, at)
        if not conversation.is_group:
            conversation.waiting_since = conversation.waiting_since or message.created_at
    elif answers and message.author != Message.Author.SYSTEM:
        conversation.waiting_since = None
    if saves:
        save_noted(conversation, also)
    if message.direction == Message.Direction.IN and not is_first:
        # Now the conversation's row is ours: whoever was just about to keep a message has done so.
        release_held(conversation)


def save_noted(conversation: Conversation, also: Sequence[str] = ()) -> None:
    """What `note_message` has brought up to date."""
    conversation.save(update_fields=[*NOTED, *also])


def release_held(conversation: Conversation) -> None:
    """What could only wait for the person's next word is due now, if that word is recent."""
    if window.is_open(conversation):
        held = conversation.messages.filter(state=Message.State.HELD)
        held.update(state=Message.State.QUEUED, due_at=timezone.now(), error_code="", error_text="")


def note_history(conversation: Conversation, message: Message) -> None:
    """An old message was brought along from elsewhere: nobody waits, nothing is news.

    The provider counts its window from it all the same.
    """
    conversation.changed_at = message.created_at
    fields = ["changed_at"]
    at, last = message.provider_at, conversation.last_inbound_at
    is_newest = message.direction == Message.Direction.IN and at and (last is None or last < at)
    if is_newest:
        conversation.last_inbound_at = at
        fields.append("last_inbound_at")
    if conversation.last_shown_at is None or conversation.last_shown_at < message.shown_at:
        conversation.last_message_at = conversation.last_shown_at = message.shown_at
        conversation.last_text = message.summary()
        conversation.last_direction = message.direction
        fields += ["last_message_at", "last_shown_at", "last_text", "last_direction"]
    conversation.save(update_fields=fields)
    if is_newest:
        release_held(conversation)
