"""Whose a message is, where the addresses it names do not settle that."""

from __future__ import annotations

from dataclasses import replace

from chatbot import echoes
from chatbot.channels.base import Provider
from chatbot.channels.events import Address, InboundMessage
from chatbot.waiting import NotYet
from crm.conversations.identities import known
from crm.conversations.models import Channel, Conversation, Message

State = Message.State


def settled(provider: Provider, inbound: InboundMessage) -> InboundMessage:
    """The same as of whoever it belongs to. Most messages say that themselves, and ask nothing.

    Raises NotYet for a reaction to a message nobody knows in a chat nobody knows.
    """
    if inbound.about:
        return _on_its_message(provider.channel, inbound)
    if inbound.sent_to is not None:
        return _as_our_echo(provider.channel, inbound, inbound.sent_to)
    return inbound


def _on_its_message(channel: Channel, inbound: InboundMessage) -> InboundMessage:
    """A reaction belongs where the message is that it is about, however the chat is called now."""
    message = _spoken_of(channel, inbound.about)
    values = [one.value for one in inbound.addresses]
    talk = message.conversation if message else known(channel, values)
    if talk is None:
        raise NotYet
    pairs = talk.identity.addresses.values_list("kind", "value")
    theirs = tuple(Address(kind, value) for kind, value in pairs)
    ours = inbound.outgoing or (inbound.by is not None and inbound.by not in theirs)
    if message is None or not theirs:
        return replace(inbound, outgoing=ours)
    return replace(inbound, outgoing=ours, addresses=theirs, reply_to=message.provider_id)


def _spoken_of(channel: Channel, ids: tuple[str, ...]) -> Message | None:
    """The message with the first of these ids that one has."""
    rows = Message.objects.filter(
        channel=channel, provider_id__in=ids, conversation__is_group=False
    ).select_related("conversation__identity")
    return min(rows, key=lambda one: ids.index(one.provider_id), default=None)


def _as_our_echo(channel: Channel, inbound: InboundMessage, to: Address) -> InboundMessage:
    """What says the same as our own message to that person, whose id nobody knows yet, is that.

    An adapter may mirror it before it has answered; then it is known by neither id nor sender.
    """
    talks = Conversation.objects.filter(
        channel=channel, identity__addresses__kind=to.kind, identity__addresses__value=to.value
    )
    nameless = Message.objects.filter(
        conversation__in=talks,
        direction=Message.Direction.OUT,
        provider_id="",
        state__in=(State.SENDING, State.UNKNOWN),
    )
    if not any(echoes.says_the_same(one, inbound) for one in nameless):
        return inbound
    return replace(inbound, outgoing=True, by_api=True, wakes=False, addresses=(to,))
