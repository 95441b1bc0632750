"""A group that is elsewhere by now, as the answer to what we sent there told."""

from __future__ import annotations

from django.db import transaction

from chatbot.channels.base import Outgoing
from chatbot.channels.registry import acting_for
from crm.conversations.identities import meet
from crm.conversations.models import Channel
from crm.jobs.queue import enqueue


def note_soon(channel: Channel, message: Outgoing, provider_id: str) -> None:
    """Have the new address kept, if that is what the id of a sent message tells."""
    new = acting_for(channel).moved_to(message.to, provider_id)
    if new is not None:
        old = next(one.value for one in message.to if one.kind == new.kind)
        enqueue("chatbot.moves.note", channel.pk, new.kind, old, new.value)


def note(channel_id: int, kind: str, old: str, new: str) -> None:
    """Job: one conversation, known by both; also if somebody wrote there before this."""
    with transaction.atomic():
        meet(
            channel=Channel.objects.get(pk=channel_id),
            addresses=[(kind, old), (kind, new)],
            name="",
            phone="",
            is_group=True,
        )
