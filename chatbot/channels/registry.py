"""Which channels there are. Adding one is a module and a line here."""

from __future__ import annotations

from chatbot.channels.base import Provider
from chatbot.channels.instagram import Instagram
from chatbot.channels.maytapi import Maytapi
from chatbot.channels.meta import Meta
from chatbot.channels.neutral import Neutral
from chatbot.channels.simulator import Simulator
from chatbot.channels.telegram import Telegram
from chatbot.channels.whapi import Whapi
from crm.conversations.models import Channel
from crm.conversations.rules import Rules

CHANNELS: tuple[type[Provider], ...] = (
    Meta,
    Whapi,
    Maytapi,
    Telegram,
    Instagram,
    Neutral,
    Simulator,
)
BY_SLUG = {provider.slug: provider for provider in CHANNELS}


def families() -> list[str]:
    """Which default webhooks there can be, /chatbot/webhook/<family>/."""
    return sorted({provider.family for provider in CHANNELS if provider.family})


def provider_for(channel: Channel) -> Provider:
    """The provider that speaks for this channel. KeyError for one this version does not know."""
    return BY_SLUG[channel.provider](channel)


def acting_for(channel: Channel) -> Provider:
    """Who sends and fetches for a channel: on a dry run the simulator, so that nothing leaves."""
    return provider_for(channel) if channel.is_live else Simulator(channel)


def rules_of(slug: str) -> Rules:
    """What a provider allows; careful rules for one this version does not know."""
    provider = BY_SLUG.get(slug)
    return provider.rules if provider else Rules()
