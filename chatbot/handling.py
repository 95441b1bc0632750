"""Event -> message, lead and reply, all in the worker's transaction. No network in here."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import datetime

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from chatbot import alarms, choosing, echoes, presence, whose
from chatbot.channels.base import Provider
from chatbot.channels.events import InboundMessage, Media
from chatbot.dialog import registry, sessions
from chatbot.dialog.contract import PROPERTY, Turn
from chatbot.dialog.engine import take_turn
from chatbot.dialog.listening import PROSPECTS, Listening, as_stored, listen
from chatbot.intents import business, examples, hours
from chatbot.intents.heard import UNKNOWN
from chatbot.intents.property_words import may_be_a_propertys, may_be_wished_for
from chatbot.media import fetch_soon
from chatbot.waiting import OurOwn
from crm.catalog.matching import find_property, says_only
from crm.catalog.models import Property
from crm.conversations import outreach, ownership
from crm.conversations.identities import meet
from crm.conversations.models import (
    Attachment,
    ChannelIdentity,
    Conversation,
    Episode,
    Message,
)
from crm.conversations.proof import prove_phone
from leads.capture import Advertisement, Captured, capture_lead, note_answer
from leads.models import Lead


def handle_message(provider: Provider, inbound: InboundMessage) -> Message | None:
    """Store a message once, tie it to a lead, queue the bot's answer. None: it was known.

    Raises NotYet for an echo of what may be our own sending, still under way, and for a reaction
    to what nobody knows; OurOwn for what we said ourselves.
    """
    placed = _place(provider, inbound)
    if placed is None:
        return None
    conversation, inbound = placed
    if not inbound.historical:
        ownership.open_episode(conversation, saves=not conversation.is_new)
    heard = _listen(conversation, inbound)
    inbound, heard = choosing.with_choice(conversation, inbound, heard)
    # What somebody says to log in goes no further than to who lets them in.
    kept = as_stored(inbound, heard) if heard else inbound
    message, files = _store(provider, conversation, kept, heard)
    _note(conversation, inbound, message, saves=heard is None or not heard.is_first)
    if inbound.receipt:
        presence.acknowledge_soon(conversation.channel_id, inbound.receipt)
    if inbound.historical or inbound.group is not None:
        return message
    if inbound.outgoing:
        if says_something(inbound):
            _spoken_beside_the_desk(conversation, inbound, message.created_at)
        return message
    _heard_from(provider, conversation, inbound)
    # Who only clicked an advertisement has said nothing yet, and is a lead all the same.
    captured, named = None, _named_in_passing(inbound, heard)
    if heard is not None and named is not None and heard.heard.intent == "create_ticket":
        heard = replace(heard, heard=replace(heard.heard, intent="property_inquiry"))
    may_be = named is not None or (heard is not None and _may_be_lead(inbound, heard))
    if inbound.referral is not None or may_be:
        captured = _capture(conversation, kept, message, heard, named)
    if heard is not None:
        _answer(conversation, inbound, message, files, heard, captured)
    return message


def _place(
    provider: Provider, inbound: InboundMessage
) -> tuple[Conversation, InboundMessage] | None:
    """The thread it belongs to, and the message as it is kept there; None: it is known."""
    inbound = whose.settled(provider, inbound)
    conversation = _conversation(provider, inbound)
    # Only now that nobody else writes in this thread, and its sending may have come back.
    known = Message.objects.filter(channel=provider.channel, provider_id=inbound.id).first()
    if _is_our_own_come_back(known, inbound):
        raise OurOwn
    if known is not None and _is_of_another(known, conversation, inbound):
        return conversation, _without_id(provider, inbound)
    if known is not None or echoes.is_ours(conversation, inbound):
        return None
    return conversation, inbound


def _listen(conversation: Conversation, inbound: InboundMessage) -> Listening | None:
    """What a person says to us, understood; None for what is not a turn of theirs."""
    if inbound.historical or inbound.outgoing or inbound.group is not None or not inbound.wakes:
        return None
    return listen(conversation, inbound, timezone.now())


def _may_be_lead(inbound: InboundMessage, heard: Listening) -> bool:
    """Whoever asks where we are wants no property yet."""
    if PROPERTY not in heard.dialog.topic and hours.asks_place(inbound.text):
        return False
    return heard.is_prospects or bool(inbound.named_products or chosen_codes(inbound))


def _named_in_passing(inbound: InboundMessage, heard: Listening | None) -> Property | None:
    """ "Info VM-01" sounds like a question for their own data, "quiero el edificio Sol" like a
    complaint."""
    if heard is None or inbound.choice or registry.takes_any(heard.dialog, timezone.now()):
        return None
    if may_be_a_propertys(heard.heard, inbound.text):
        return find_property(inbound.text, parts=True)
    wished = may_be_wished_for(heard.heard, inbound.text)
    named = find_property(inbound.text) if wished else None
    return named if named is not None and says_only(inbound.text, named) else None


def chosen_codes(inbound: InboundMessage) -> tuple[str, ...]:
    """The code of the property a tapped answer names."""
    kind, _colon, code = inbound.choice.partition(":")
    return (code,) if kind == PROPERTY else ()


def _is_our_own_come_back(known: Message | None, inbound: InboundMessage) -> bool:
    """Whether an adapter tells us our own message as if somebody had written it.

    Answering it would never end, and who "wrote" it is ourselves.
    """
    if known is None or known.direction != Message.Direction.OUT or inbound.outgoing:
        return False
    return echoes.says_the_same(known, inbound)


def _is_of_another(known: Message, conversation: Conversation, inbound: InboundMessage) -> bool:
    """Whether somebody else wrote it, or we did, with an id that is not this message's alone.

    What is told of our own messages, or of old ones, is no new message, whoever's it is.
    """
    if inbound.outgoing or inbound.historical:
        return False
    ours = known.direction == Message.Direction.OUT
    return ours or known.conversation_id != conversation.pk


def _without_id(provider: Provider, inbound: InboundMessage) -> InboundMessage:
    """Better a message that no edit can name than none at all; and somebody has a look."""
    alarms.warn(provider.channel.pk, _("Two messages have the same id."))
    return replace(inbound, id="")


def _conversation(provider: Provider, inbound: InboundMessage) -> Conversation:
    if group := inbound.group:
        # Besides who wrote, the message may name other addresses of the group's own.
        own = [one for one in inbound.addresses if one.kind == group.address.kind]
        return meet(
            channel=provider.channel,
            addresses=[(one.kind, one.value) for one in dict.fromkeys([group.address, *own])],
            name=group.name,
            phone="",
            is_group=True,
        )
    pairs = [(one.kind, one.value) for one in inbound.addresses]
    left = [(one.kind, one.value) for one in inbound.left]
    numbers = [value for kind, value in pairs if kind == "wa_id" and (kind, value) not in left]
    return meet(
        channel=provider.channel,
        addresses=pairs,
        name="" if inbound.outgoing else inbound.name,
        phone=next(iter(numbers), ""),
        # What we write to a number says nothing of whose it is.
        proved=not inbound.outgoing,
        left=left,
        at=inbound.at,
    )


def _store(
    provider: Provider,
    conversation: Conversation,
    inbound: InboundMessage,
    heard: Listening | None,
) -> tuple[Message, tuple[Attachment, ...]]:
    now = timezone.now()
    direction = Message.Direction.OUT if inbound.outgoing else Message.Direction.IN
    message = Message.objects.create(
        conversation=conversation,
        episode_id=conversation.episode_id,
        channel_id=conversation.channel_id,
        direction=direction,
        author=Message.Author.PHONE_APP if inbound.outgoing else Message.Author.PERSON,
        sender=(inbound.sender or inbound.name) if inbound.group else "",
        sender_address=_address_in_group(inbound),
        kind=inbound.kind,
        text=inbound.text,
        is_private=heard is not None and heard.session is not None,
        options=[{"id": inbound.choice}] if inbound.choice else [],
        reply_to=inbound.reply_to,
        raw=json.dumps(inbound.raw) if inbound.raw is not None else "",
        provider_id=inbound.id,
        state=inbound.state if inbound.outgoing else Message.State.RECEIVED,
        provider_at=inbound.at,
        shown_at=_shown_at(conversation, inbound, now),
        created_at=now,
    )
    files = [
        _attach(message, media, provider.without_secrets(media.error)[:200])
        for media in inbound.media
    ]
    return message, tuple(files)


def _note(
    conversation: Conversation, inbound: InboundMessage, message: Message, *, saves: bool
) -> None:
    """On the conversation; of a new one its episode, too. Not saved yet where that is done once,
    with what is answered."""
    if inbound.historical:
        outreach.note_history(conversation, message)
        return
    opened = ("episode",) if conversation.is_new else ()
    if says_something(inbound):
        answers = is_answer(inbound)
        outreach.note_message(conversation, message, answers=answers, also=opened, saves=saves)
    else:
        conversation.changed_at = message.created_at
        conversation.save(update_fields=["changed_at", *opened])


def _address_in_group(inbound: InboundMessage) -> str:
    """Who wrote there, by the first address that is not the group's own; "" if none is told."""
    if inbound.group is None or inbound.outgoing:
        return ""
    kind = inbound.group.address.kind
    return next((one.value for one in inbound.addresses if one.kind != kind), "")


def says_something(inbound: InboundMessage) -> bool:
    """A reaction or a notice is nobody's turn, whether in a group or from our own phone."""
    silent = inbound.kind in (Message.Kind.REACTION, Message.Kind.SYSTEM)
    return inbound.wakes or (not silent and (inbound.outgoing or inbound.group is not None))


def is_answer(inbound: InboundMessage) -> bool:
    """Whether a person may have written it; not what certainly another program sent."""
    return not inbound.by_api or inbound.or_typed


def _shown_at(conversation: Conversation, inbound: InboundMessage, now: datetime) -> datetime:
    if inbound.historical and inbound.at is not None:
        return inbound.at
    return outreach.when_shown(conversation, inbound.at, now)


def _attach(message: Message, media: Media, error: str) -> Attachment:
    """To be fetched; until then it is as the provider announces it, its size too."""
    attachment = Attachment.objects.create(
        message=message,
        media_id=media.id,
        name=media.name,
        mime=media.mime,
        size=media.size or None,
        error=error,
        state=Attachment.State.FAILED if error else Attachment.State.PENDING,
    )
    if not error:
        fetch_soon(attachment)
    return attachment


def _heard_from(provider: Provider, conversation: Conversation, inbound: InboundMessage) -> None:
    """What a message tells besides its words: that they can be reached, a number, a name."""
    if conversation.identity.unreachable_at is not None:
        ChannelIdentity.objects.filter(pk=conversation.identity_id).update(unreachable_at=None)
    if inbound.own_phone:
        prove_phone(conversation, inbound.own_phone)
    if inbound.new_hands:
        sessions.close(conversation, timezone.now())
    if not conversation.identity.name and not inbound.name and presence.can_look_up(provider):
        presence.look_up_soon(conversation)


def _capture(
    conversation: Conversation,
    inbound: InboundMessage,
    message: Message,
    heard: Listening | None,
    named: Property | None,
) -> Captured:
    """A first word we cannot read may be an advertisement's: it makes a lead all the same. So does
    what was heard as a prospect's, unless a partner may speak of their loan."""
    asks = False
    if heard is not None and heard.session is None:
        is_stranger = not conversation.contact.document_number
        asks = heard.heard.intent in PROSPECTS or (is_stranger and business.wishes(inbound.text))
    first_unreadable = inbound.kind == Message.Kind.UNSUPPORTED
    came_by = inbound.referral
    codes = [*inbound.named_products, *chosen_codes(inbound)]
    clicked = None
    if came_by is not None and came_by.kind == "link":
        clicked = Advertisement(click_id=came_by.id)
        codes.append(came_by.id)
    elif came_by is not None:
        clicked = Advertisement(came_by.id, came_by.title, came_by.url, came_by.click_id)
    return capture_lead(
        contact=conversation.contact,
        text=inbound.text,
        at=message.created_at,
        summary=message.summary(),
        codes=codes,
        source=_source(inbound),
        certain=came_by is not None or first_unreadable or asks,
        named=named,
        parts=heard is not None and heard.heard.intent in (*PROSPECTS, UNKNOWN),
        advertisement=clicked,
    )


def _source(inbound: InboundMessage) -> Lead.Source:
    if inbound.referral is None:
        return Lead.Source.DIRECT
    return Lead.Source.LINK if inbound.referral.kind == "link" else Lead.Source.AD


def _answer(
    conversation: Conversation,
    inbound: InboundMessage,
    message: Message,
    files: tuple[Attachment, ...],
    heard: Listening,
    captured: Captured | None,
) -> None:
    turn = Turn(
        conversation=conversation,
        contact=conversation.contact,
        message=message,
        inbound=inbound,
        heard=heard.heard,
        now=message.created_at,
        session=heard.session,
        captured=captured,
        topic=heard.dialog.topic,
        is_asked=heard.dialog.is_open(message.created_at),
        is_first=heard.is_first,
        files=files,
    )
    if conversation.owner == Episode.Owner.BOT:
        examples.note(turn, was_asked=turn.is_asked)
    take_turn(turn, heard.dialog)
    if turn.is_first:
        outreach.save_noted(conversation, ("episode",))


def _spoken_beside_the_desk(
    conversation: Conversation, inbound: InboundMessage, at: datetime
) -> None:
    """Whoever answers takes it: the bot falls silent, though we do not know which colleague.

    What certainly a program wrote (a reminder, a campaign) silences it too, and is nobody's answer:
    what the bot has already said to them still goes.
    """
    answered = is_answer(inbound)
    reason = Episode.Reason.PHONE if answered else Episode.Reason.PROGRAM
    with transaction.atomic():
        ownership.hand_to_queue(conversation=conversation, reason=reason, cancels=answered)
        if answered:
            ownership.note_response(conversation, at)
            note_answer(contact=conversation.contact, user=None, at=at)
