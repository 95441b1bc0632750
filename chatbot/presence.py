"""Small courtesies to a provider, as jobs: seen, being written, tapped. None is worth a retry."""

from __future__ import annotations

import logging
from collections.abc import Callable

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from chatbot.channels.base import Provider
from chatbot.channels.errors import ChannelError
from chatbot.channels.events import Address
from chatbot.channels.registry import acting_for
from crm.conversations.identities import learn_name
from crm.conversations.models import Channel, Conversation, Message
from crm.jobs.queue import enqueue

log = logging.getLogger(__name__)


def acknowledge_soon(channel_id: int, receipt: str) -> None:
    """Have a tapped button answered; with the caller's transaction."""
    enqueue("chatbot.presence.acknowledge", channel_id, receipt)


def acknowledge(channel_id: int, receipt: str) -> None:
    """Job."""
    channel = Channel.objects.get(pk=channel_id)
    _try(channel, lambda provider: provider.acknowledge(receipt))


def read_soon(conversation: Conversation) -> None:
    """Have the person told that their messages were seen, if any of them is news to us."""
    if _last_heard(conversation) is not None:
        enqueue("chatbot.presence.mark_read", conversation.pk)


def mark_read(conversation_id: int) -> None:
    """Job: tell the provider that the person's newest message was seen; once for each."""
    conversation = _conversation(conversation_id)
    newest = _last_heard(conversation)
    if newest is None:
        return
    claimed = Message.objects.filter(pk=newest.pk, read_at=None).update(read_at=newest.shown_at)
    if claimed:
        to = _addresses(conversation)
        _try(conversation.channel, lambda one: one.mark_read(newest.provider_id, to))


def show_typing(conversation_id: int) -> None:
    """Job: the person sees that somebody writes."""
    conversation = _conversation(conversation_id)
    last = _heard(conversation).first()
    to, id_ = _addresses(conversation), last.provider_id if last else ""
    _try(conversation.channel, lambda one: one.show_typing(id_, to))


def can_show_typing(provider: Provider) -> bool:
    return type(provider).show_typing is not Provider.show_typing


def can_look_up(provider: Provider) -> bool:
    """Whether its messages carry no names, and it tells them when asked."""
    return type(provider).look_up is not Provider.look_up


def look_up_soon(conversation: Conversation) -> None:
    """Have the provider asked for the person's name."""
    enqueue("chatbot.presence.look_up", conversation.pk)


def look_up(conversation_id: int) -> None:
    """Job: who did not give their consent yet has no name, and is asked about again later."""
    conversation = _conversation(conversation_id)
    found: list[str] = []
    for address in _addresses(conversation):
        _try(conversation.channel, lambda one, it=address: found.append(one.look_up(it)))  # type: ignore[misc]
    name = next((one for one in found if one), "")
    if name:
        with transaction.atomic():
            learn_name(_conversation(conversation_id), name)
        Conversation.objects.filter(pk=conversation_id).update(changed_at=timezone.now())


def _conversation(pk: int) -> Conversation:
    rows = Conversation.objects.select_related("channel", "identity", "contact")
    return rows.get(pk=pk)


def _heard(conversation: Conversation) -> QuerySet[Message]:
    heard = conversation.messages.filter(direction=Message.Direction.IN)
    return heard.exclude(provider_id="").order_by("-shown_at", "-id")


def _last_heard(conversation: Conversation) -> Message | None:
    newest = _heard(conversation).first()
    return newest if newest is not None and newest.read_at is None else None


def _addresses(conversation: Conversation) -> tuple[Address, ...]:
    rows = conversation.identity.addresses.all()
    return tuple(Address(one.kind, one.value) for one in rows)


def _try(channel: Channel, courtesy: Callable[[Provider], None]) -> None:
    if not channel.is_active or channel.stopped_at is not None:
        return
    try:
        courtesy(acting_for(channel))
    except ChannelError as error:
        log.info("Channel %s did not take a courtesy: code %s", channel.pk, error.code)
