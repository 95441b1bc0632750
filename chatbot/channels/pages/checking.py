"""Asking a channel's provider something on behalf of a person, and writing down what it said."""

from collections.abc import Callable
from typing import TypeVar

from django.utils import timezone
from django.utils.translation import gettext as _

from chatbot.channels import directory
from chatbot.channels.addresses import webhook_url
from chatbot.channels.base import Provider
from chatbot.channels.errors import ChannelError
from chatbot.channels.registry import BY_SLUG
from crm.conversations.models import Channel
from crm.errors import DeskError

Answer = TypeVar("Answer")


def provider_of(channel: Channel) -> type[Provider]:
    """The provider's class. Raises DeskError for one this version does not know."""
    try:
        return BY_SLUG[channel.provider]
    except KeyError:
        raise DeskError(
            _("This version knows no provider called %(name)s.") % {"name": channel.provider}
        ) from None


def check(channel: Channel) -> str:
    """What the credentials open, in words; the channel's health follows. Raises DeskError."""
    return _ask(channel, lambda provider: provider.check())


def register(channel: Channel) -> str:
    """Have the provider call our webhook; what it has on record then. Raises DeskError."""
    kind = provider_of(channel)
    if not kind.can_register or kind.is_simulated:
        raise DeskError(_("This provider cannot be registered from here."))
    _ask(channel, lambda provider: provider.register(webhook_url(channel)))
    if not (known := ask_record(channel)):
        raise DeskError(_("The provider took it, and yet has nothing on record now."))
    return known


def ask_record(channel: Channel) -> str:
    """What the provider has on record about where it calls, asked anew. Raises DeskError."""
    known = _ask(channel, lambda one: one.without_secrets(one.on_record()))
    Channel.objects.filter(pk=channel.pk).update(on_record=known[:500])
    return known


def _ask(channel: Channel, question: Callable[[Provider], Answer]) -> Answer:
    provider = provider_of(channel)(channel)
    now = timezone.now()
    rows = Channel.objects.filter(pk=channel.pk)
    try:
        answer = question(provider)
    except ChannelError as error:
        said = provider.without_secrets(str(error))
        said = f"{said} ({error.code})" if error.code else said
        rows.update(
            health=Channel.Health.RED,
            checked_at=now,
            last_error=said[:500],
            last_error_at=now,
        )
        raise DeskError(said) from None
    rows.update(health=Channel.Health.GREEN, checked_at=now, last_error="", last_error_at=None)
    return answer


def resume(channel: Channel) -> None:
    """Let the queue of a stopped channel go on."""
    Channel.objects.filter(pk=channel.pk).update(stopped_at=None, health=Channel.Health.UNKNOWN)
    directory.forget()


def switch(channel: Channel, on: bool) -> None:
    """Channels are switched off, never deleted: their conversations stay readable."""
    Channel.objects.filter(pk=channel.pk).update(is_active=on)
    directory.forget()
