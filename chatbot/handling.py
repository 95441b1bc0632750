"""Event -> message, lead and reply, all in the worker's transaction. No network in here."""

from __future__ import annotations

import json

from django.db import transaction
from django.utils import timezone

from chatbot.acknowledgement import acknowledge, chosen_codes
from chatbot.channels.base import Provider
from chatbot.channels.events import InboundMessage
from chatbot.media import fetch_soon
from crm.conversations import outreach, ownership
from crm.conversations.identities import meet
from crm.conversations.models import Attachment, Conversation, Episode, Message
from leads.capture import Captured, capture_lead
from leads.models import Lead


def handle_message(provider: Provider, inbound: InboundMessage) -> Message | None:
    """Store a message once, tie it to a lead, queue the bot's answer. None: it was known."""
    channel = provider.channel
    phone = next((a.value for a in inbound.addresses if a.kind == "wa_id"), "")
    conversation = meet(
        channel=channel,
        addresses=[(address.kind, address.value) for address in inbound.addresses],
        name="" if inbound.outgoing else inbound.name,
        phone=phone,
    )
    if Message.objects.filter(channel=channel, provider_id=inbound.id).exists():
        return None
    ownership.open_episode(conversation)
    message = _store(conversation, inbound)
    if inbound.outgoing:
        _colleague_answered_by_phone(conversation)
    elif inbound.wakes:
        _answer(conversation, inbound, message, _capture(conversation, inbound, message))
    return message


def _store(conversation: Conversation, inbound: InboundMessage) -> Message:
    now = timezone.now()
    direction = Message.Direction.OUT if inbound.outgoing else Message.Direction.IN
    message = Message.objects.create(
        conversation=conversation,
        episode_id=conversation.episode_id,
        channel_id=conversation.channel_id,
        direction=direction,
        author=Message.Author.PHONE_APP if inbound.outgoing else Message.Author.PERSON,
        kind=inbound.kind,
        text=inbound.text,
        options=[{"id": inbound.choice}] if inbound.choice else [],
        reply_to=inbound.reply_to,
        raw=json.dumps(inbound.raw) if inbound.raw is not None else "",
        provider_id=inbound.id,
        state=Message.State.SENT if inbound.outgoing else Message.State.RECEIVED,
        provider_at=inbound.at,
        shown_at=outreach.when_shown(conversation, inbound.at, now),
        created_at=now,
    )
    for media in inbound.media:
        _attach(message, media.id, media.name, media.mime, media.error)
    if inbound.wakes or inbound.outgoing:
        outreach.note_message(conversation, message)
    else:
        Conversation.objects.filter(pk=conversation.pk).update(changed_at=now)
    return message


def _attach(message: Message, media_id: str, name: str, mime: str, error: str) -> None:
    state = Attachment.State.FAILED if error else Attachment.State.PENDING
    attachment = Attachment.objects.create(
        message=message, media_id=media_id, name=name, mime=mime, error=error, state=state
    )
    if not error:
        fetch_soon(attachment)


def _capture(conversation: Conversation, inbound: InboundMessage, message: Message) -> Captured:
    """A first word we cannot read may be an advertisement's: it makes a lead all the same."""
    first_unreadable = inbound.kind == Message.Kind.UNSUPPORTED
    advertised = inbound.referral is not None and inbound.referral.kind != "link"
    return capture_lead(
        contact=conversation.contact,
        text=inbound.text,
        at=message.created_at,
        summary=message.summary(),
        codes=[*inbound.named_products, *chosen_codes(inbound)],
        source=Lead.Source.AD if advertised else Lead.Source.DIRECT,
        certain=advertised or first_unreadable,
    )


def _answer(
    conversation: Conversation, inbound: InboundMessage, message: Message, captured: Captured
) -> None:
    """The bot speaks only while the episode is its own; the row is read in this transaction.

    It promises a colleague, so the person goes on waiting for one. On a channel that is switched
    off it says nothing: the answer would go out whenever that is switched on again.
    """
    if not conversation.channel.is_active:
        return
    episode = Episode.objects.select_for_update().get(conversation=conversation, closed_at=None)
    if episode.owner != Episode.Owner.BOT:
        return
    reply = acknowledge(inbound, conversation.contact, captured)
    outreach.send(
        conversation=conversation,
        text=reply.text,
        author=Message.Author.BOT,
        options=reply.options,
        answers=False,
    )


def _colleague_answered_by_phone(conversation: Conversation) -> None:
    """Whoever answers takes it: the bot falls silent, though we do not know which colleague."""
    with transaction.atomic():
        ownership.hand_to_queue(conversation=conversation)
