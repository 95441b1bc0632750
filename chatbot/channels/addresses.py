"""The addresses providers are given."""

from django.conf import settings
from django.urls import reverse

from crm.conversations.models import Channel


def webhook_path(channel: Channel) -> str:
    """ "/webhooks/meta/<uuid>/". With the last slash, though it is served without it as well."""
    names = {"provider": channel.provider, "uuid": str(channel.uuid)}
    return reverse("channel_webhook", kwargs=names).rstrip("/") + "/"


def webhook_url(channel: Channel) -> str:
    """The address the provider is to call."""
    return f"{settings.BASE_URL}{webhook_path(channel)}"


def older_url(channel: Channel) -> str:
    """The address of an older system that this channel also answers at, or ""."""
    return f"{settings.BASE_URL}{channel.older_path}" if channel.older_path else ""
