"""Understood events, applied as the worker applies them, for tests that need no provider."""

import itertools

from django.db import transaction

from chatbot.applying import apply_event
from chatbot.channels.events import Address, InboundMessage
from chatbot.channels.registry import provider_for
from crm.conversations.models import Message

ids = itertools.count(1)


def apply(channel, understood):
    with transaction.atomic():
        return apply_event(provider_for(channel), understood)


def heard(text="Hola", *, sender="51911000001", **fields):
    """An InboundMessage of a made-up person."""
    fields.setdefault("id", f"in.{next(ids)}")
    fields.setdefault("kind", Message.Kind.TEXT)
    fields.setdefault("name", "Ana Ficticia")
    return InboundMessage(addresses=(Address("wa_id", sender),), text=text, **fields)


def echoed(text, **fields):
    return heard(text, outgoing=True, **fields)
