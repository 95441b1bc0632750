"""What the phone shows: the desk's messages of one number, as far as they have arrived there."""

import hashlib
from dataclasses import dataclass

from django.db.models import Q, QuerySet

from crm.conversations.models import Channel, Conversation, Message

SHOWN = 60
ARRIVED = (Message.State.SENT, Message.State.DELIVERED, Message.State.READ)


@dataclass(frozen=True, slots=True)
class Phone:
    conversation: Conversation | None
    messages: list[Message]

    @property
    def version(self) -> str:
        """Changes when the phone looks different."""
        looks = [(m.pk, m.state, [a.state for a in m.attachments.all()]) for m in self.messages]
        return hashlib.blake2s(repr(looks).encode(), digest_size=8).hexdigest()

    @property
    def choices_of(self) -> int | None:
        """The message whose buttons can still be tapped: the last one that arrived."""
        last = self.messages[-1] if self.messages else None
        return last.pk if last and last.options and last.direction == "out" else None


def look(channel: Channel, number: str) -> Phone:
    conversation = conversation_of(channel, number)
    if conversation is None:
        return Phone(None, [])
    rows = arrived(conversation).exclude(kind=Message.Kind.SYSTEM)
    newest = rows.prefetch_related("attachments").order_by("-shown_at", "-id")[:SHOWN]
    return Phone(conversation, list(newest)[::-1])


def conversation_of(channel: Channel, number: str) -> Conversation | None:
    rows = Conversation.objects.select_related("contact", "episode__human")
    return rows.filter(
        channel=channel, identity__addresses__channel=channel, identity__addresses__value=number
    ).first()


def arrived(conversation: Conversation) -> QuerySet[Message]:
    """What the person wrote, and what of ours has reached the phone."""
    return conversation.messages.filter(Q(direction=Message.Direction.IN) | Q(state__in=ARRIVED))
