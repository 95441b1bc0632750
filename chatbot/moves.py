"""Whom we wrote to is elsewhere by now, or is called otherwise, as the answer to it told."""

from __future__ import annotations

from django.db import transaction

from chatbot.channels.base import Outgoing
from chatbot.channels.registry import acting_for
from crm.conversations.identities import meet
from crm.conversations.models import Channel
from crm.jobs.queue import enqueue


def note_soon(channel: Channel, message: Outgoing, provider_id: str) -> None:
    """Have the new addresses kept that a sent message's id, or the answer to it, tells."""
    new = acting_for(channel).moved_to(message.to, provider_id)
    if new is not None:
        old = next(one.value for one in message.to if one.kind == new.kind)
        enqueue("chatbot.moves.note", channel.pk, new.kind, old, new.value)
    known = {(one.kind, one.value) for one in message.to}
    for one in message.learned:
        if (one.kind, one.value) not in known and (old := message.address(one.kind)):
            enqueue("chatbot.moves.note", channel.pk, one.kind, old, one.value, False)


def note(channel_id: int, kind: str, old: str, new: str, is_group: bool = True) -> None:
    """Job: one conversation, known by both; also if somebody wrote there before this."""
    with transaction.atomic():
        meet(
            channel=Channel.objects.get(pk=channel_id),
            addresses=[(kind, old), (kind, new)],
            name="",
            phone="",
            is_group=is_group,
            proved=False,
        )
