"""A stretch of a conversation, read by its index, ready to be shown."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from hashlib import blake2s
from itertools import pairwise

from django.db.models import Q, QuerySet, prefetch_related_objects
from django.utils import timezone

from chatbot.models import DeliveryAttempt
from crm.conversations.models import Attachment, Conversation, Message

PAGE = 50
# A page that stood open for long starts anew instead of growing for ever.
LONGEST = 300
STUCK = (Message.State.FAILED, Message.State.HELD, Message.State.UNKNOWN)


@dataclass
class Bubble:
    """A message with what only its neighbours know."""

    message: Message
    new_day: bool = False
    follows: bool = False
    quoted: Message | None = None
    quoted_is_gone: bool = False
    reactions: list[str] = field(default_factory=list)
    is_closed: bool = False  # of a partner's session, and not for who looks

    @property
    def day(self) -> date:
        return timezone.localtime(self.message.shown_at).date()

    @property
    def is_notice(self) -> bool:
        """Shown as a line in the middle: nobody's words."""
        notices = (Message.Kind.SYSTEM, Message.Kind.REACTION)
        return self.message.kind in notices and not self.is_closed

    @property
    def is_stuck(self) -> bool:
        """Shown with what one may do about it, which depends on who looks and when."""
        return self.message.state in STUCK

    @property
    def is_deleted(self) -> bool:
        return self.message.deleted_at is not None

    @property
    def is_open_text(self) -> bool:
        """What somebody wrote outside a session: it may become an example of what it means."""
        message = self.message
        written = message.direction == Message.Direction.IN and message.kind == Message.Kind.TEXT
        return written and bool(message.text) and not (message.is_private or self.is_deleted)

    @property
    def attachments(self) -> list[Attachment]:
        """What the message shows; of one that was taken back, nothing."""
        return [] if self.is_deleted or self.is_closed else list(self.message.attachments.all())

    @property
    def tries(self) -> list[DeliveryAttempt]:
        """How it was tried to send what did not go out, or may not have; from old to new."""
        return list(self.message.attempts.all())[::-1] if self.is_stuck else []

    @property
    def version(self) -> str:
        """Changes when the bubble looks different, so that a live page keeps what did not."""
        message = self.message
        files = "".join(f"{a.pk}{a.state}" for a in message.attachments.all())
        told = (message.state, message.error_code, message.error_text, message.pricing)
        changed = (message.edited_at, message.deleted_at, message.template_id)
        is_overdue = message.wants_decision
        looks = [*told, *changed, is_overdue, files, self.new_day, self.follows, *self.reactions]
        quoted = (self.quoted_is_gone, self.quoted and self.quoted.deleted_at)
        return blake2s(repr([*looks, *quoted]).encode(), digest_size=8).hexdigest()


@dataclass
class Thread:
    """Bubbles from old to new; `earlier` says whether there is more before the first."""

    bubbles: list[Bubble]
    earlier: bool

    @property
    def first_pk(self) -> int | None:
        return self.bubbles[0].message.pk if self.bubbles else None


def latest(
    conversation: Conversation, since: int | None = None, *, private: bool = False
) -> Thread:
    """The last PAGE messages, or all from message `since` on if those are not too many.

    `private`: who looks may read what was said in a partner's session.
    """
    rows = _rows(conversation)
    first = _place(conversation, since)
    if first is not None:
        found = list(rows.filter(_at_or_after(first))[: LONGEST + 1])
        if PAGE <= len(found) <= LONGEST:
            return Thread(_bubbles(found[::-1], private), _is_any_before(conversation, first))
    return _page(list(rows[: PAGE + 1]), private)


def before(conversation: Conversation, pk: int, *, private: bool = False) -> Thread:
    """The PAGE messages before message `pk`; none if it is not of this conversation."""
    place = _place(conversation, pk)
    if place is None:
        return Thread([], earlier=False)
    return _page(list(_rows(conversation).filter(_before(place))[: PAGE + 1]), private)


def _page(found: list[Message], private: bool) -> Thread:
    return Thread(_bubbles(found[:PAGE][::-1], private), earlier=len(found) > PAGE)


def _rows(conversation: Conversation) -> QuerySet[Message]:
    rows = conversation.messages.select_related("user", "template")
    rows = rows.defer("template__components").prefetch_related("attachments", "revisions")
    return rows.order_by("-shown_at", "-id")


def _place(conversation: Conversation, pk: int | None) -> Message | None:
    return conversation.messages.filter(pk=pk).first() if pk else None


def _before(place: Message) -> Q:
    # The first condition alone lets the index be walked; the second makes it exact.
    return Q(shown_at__lte=place.shown_at) & (Q(shown_at__lt=place.shown_at) | Q(pk__lt=place.pk))


def _at_or_after(place: Message) -> Q:
    return Q(shown_at__gte=place.shown_at) & (Q(shown_at__gt=place.shown_at) | Q(pk__gte=place.pk))


def _is_any_before(conversation: Conversation, place: Message) -> bool:
    return conversation.messages.filter(_before(place)).exists()


def _bubbles(messages: Sequence[Message], private: bool) -> list[Bubble]:
    """Bubbles for messages from old to new; reactions sit on the message they are about."""
    ours = {m.provider_id: m for m in messages if m.provider_id}
    there = ours | _quoted_elsewhere(messages, ours)
    reactions = _reactions(messages, ours)
    shown = [m for m in messages if not (m.kind == Message.Kind.REACTION and m.reply_to in there)]
    bubbles = [
        Bubble(
            message,
            quoted=there.get(message.reply_to) if message.reply_to else None,
            quoted_is_gone=bool(message.reply_to) and message.reply_to not in there,
            reactions=reactions.get(message.provider_id, []),
            is_closed=message.is_private and not private,
        )
        for message in shown
    ]
    prefetch_related_objects([one.message for one in bubbles if one.is_stuck], "attempts")
    _see_neighbours(bubbles)
    return bubbles


def _reactions(messages: Sequence[Message], ours: dict[str, Message]) -> dict[str, list[str]]:
    """The standing reactions by the provider's id of the message; the last of each author.

    They may have come long after it, and then stand on a later page.
    """
    if not ours:
        return {}
    rows = Message.objects.filter(
        conversation_id=messages[0].conversation_id,
        kind=Message.Kind.REACTION,
        reply_to__in=ours,
    )
    last: dict[str, dict[tuple[str, str], str]] = {}
    for message in rows.order_by("shown_at", "id"):
        # In a group each has one of their own, whoever else is called the same.
        author = (message.direction, message.sender_address or message.sender)
        last.setdefault(message.reply_to, {})[author] = message.text
    return {about: [emoji for emoji in by.values() if emoji] for about, by in last.items()}


def _quoted_elsewhere(messages: Sequence[Message], ours: dict[str, Message]) -> dict[str, Message]:
    wanted = {m.reply_to for m in messages if m.reply_to} - ours.keys()
    if not wanted:
        return {}
    rows = Message.objects.filter(
        channel_id=messages[0].channel_id,
        conversation_id=messages[0].conversation_id,
        provider_id__in=wanted,
    )
    return {message.provider_id: message for message in rows}


def _see_neighbours(bubbles: Sequence[Bubble]) -> None:
    """Mark the first of each day, and those that go on where the same author stopped."""
    for index, bubble in enumerate(bubbles):
        bubble.new_day = index == 0 or bubbles[index - 1].day != bubble.day
    for earlier, later in _pairs(bubbles):
        later.follows = not later.new_day and _same_breath(earlier.message, later.message)


def _pairs(bubbles: Sequence[Bubble]) -> Iterator[tuple[Bubble, Bubble]]:
    return ((a, b) for a, b in pairwise(bubbles) if not a.is_notice and not b.is_notice)


def _same_breath(earlier: Message, later: Message) -> bool:
    same = _voice(earlier) == _voice(later) and earlier.template_id == later.template_id
    return same and (later.shown_at - earlier.shown_at).total_seconds() < 300


def _voice(message: Message) -> tuple[str, int | None, str]:
    """Whose words they are; in a group everybody is "the person"."""
    return message.author, message.user_id, message.sender_address or message.sender
