"""Which providers there are. Adding one is a module and a line here."""

from __future__ import annotations

import uuid

from chatbot.channels.base import Outgoing, Provider
from chatbot.channels.meta import Meta
from chatbot.channels.simulator import Simulator
from crm.conversations.models import Channel

PROVIDERS: tuple[type[Provider], ...] = (Meta, Simulator)
BY_SLUG = {provider.slug: provider for provider in PROVIDERS}


def provider_for(channel: Channel) -> Provider:
    """The provider that speaks for this channel. KeyError for one this version does not know."""
    return BY_SLUG[channel.provider](channel)


def send(channel: Channel, message: Outgoing) -> str:
    """Send on a live channel; on a dry run everything happens but the request."""
    if channel.is_live or channel.provider == Simulator.slug:
        return provider_for(channel).send(message)
    message.leaving()
    return f"dry.{uuid.uuid4().hex}"
