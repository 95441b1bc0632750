"""Asking a channel's provider something on behalf of a person, and writing down what it said."""

from collections.abc import Callable
from typing import TypeVar

from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from chatbot import alarms, refusals
from chatbot.channels import directory
from chatbot.channels.addresses import webhook_url
from chatbot.channels.base import Provider
from chatbot.channels.errors import ChannelError
from chatbot.channels.registry import BY_SLUG
from crm.conversations.models import Channel
from crm.errors import DeskError

Answer = TypeVar("Answer")
Health = Channel.Health


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
    return _ask(channel, lambda provider: provider.check(), _judged)


def register(channel: Channel) -> str:
    """Have the provider call our webhook; what it has on record then. Raises DeskError."""
    kind = provider_of(channel)
    if not kind.can_register or kind.is_simulated:
        raise DeskError(_("This provider cannot be registered from here."))
    _ask(channel, lambda provider: provider.register(webhook_url(channel)), _unjudged)
    if not (known := ask_record(channel)):
        raise DeskError(_("The provider took it, and yet has nothing on record now."))
    return known


def ask_record(channel: Channel) -> str:
    """What the provider has on record about where it calls, asked anew. Raises DeskError."""
    known = _ask(channel, lambda one: one.without_secrets(one.on_record()), _unjudged)
    Channel.objects.filter(pk=channel.pk).update(on_record=known[:500])
    return known


def _ask(
    channel: Channel,
    question: Callable[[Provider], Answer],
    concerned: Callable[[Channel, Channel.Health], QuerySet[Channel]],
) -> Answer:
    """The answer. It is written down as the channel's health where that is `concerned`."""
    provider = provider_of(channel)(channel)
    now = timezone.now()
    try:
        answer = question(provider)
    except ChannelError as error:
        said = provider.without_secrets(str(error))
        said = f"{said} ({error.code})" if error.code else said
        failed = {"health": Health.RED, "last_error": said[:500], "last_error_at": now}
        checked = None if concerned is _unjudged else now
        concerned(channel, Health.RED).update(checked_at=checked, **failed)
        raise DeskError(said) from None
    rows = concerned(channel, Health.GREEN)
    if (row := rows.first()) is not None:
        works = {"health": Health.GREEN, "last_error": "", "last_error_at": None}
        rows.update(checked_at=now, **(works | alarms.hidden_light(row)))
    return answer


def _judged(channel: Channel, health: Channel.Health) -> QuerySet[Channel]:
    """A check says whether the credentials work. Neither a stop nor what the provider told of
    templates and the account gives way to that, but for doubts where nothing works at all."""
    rows = Channel.objects.filter(pk=channel.pk, stopped_at=None)
    if not provider_of(channel).rules.templates:
        return rows
    hidden = [Health.YELLOW, Health.RED] if health == Health.GREEN else [Health.RED]
    told = alarms.TOLD & ~Q(last_error__endswith=refusals.MARK)
    return rows.exclude(told & Q(health__in=hidden))


def _unjudged(channel: Channel, health: Channel.Health) -> QuerySet[Channel]:
    """Any other question is no check: it only speaks where nothing was ever said, and its success
    ends what such a question found (what is red and was never checked)."""
    untold = Q(health=Health.UNKNOWN, last_error="")
    if health == Health.GREEN:
        untold |= Q(health=Health.RED, checked_at=None) & ~alarms.TOLD
    return Channel.objects.filter(untold, pk=channel.pk, stopped_at=None)


def is_told(channel: Channel) -> bool:
    """Whether the light is what the provider told, which no check ends: a person does, having
    seen to it."""
    rows = Channel.objects.filter(alarms.TOLD, pk=channel.pk, stopped_at=None)
    return rows.exclude(health=Health.GREEN).exclude(last_error__endswith=refusals.MARK).exists()


def resume(channel: Channel) -> None:
    """Let the queue of a stopped channel go on. A template that is not sent is told of again."""
    light = {"health": Health.UNKNOWN} | alarms.light_of_templates(channel)
    Channel.objects.filter(pk=channel.pk).update(stopped_at=None, **light)
    directory.forget()


def see_to(channel: Channel) -> None:
    """Somebody has seen to what the provider told: it is over until it is told again. What it hid
    of a template is shown now."""
    rows = Channel.objects.filter(alarms.TOLD, pk=channel.pk, stopped_at=None)
    if (row := rows.first()) is not None:
        over = {"health": Health.UNKNOWN, "last_error": "", "last_error_at": None}
        rows.update(**(over | alarms.hidden_light(row)))


def switch(channel: Channel, on: bool) -> None:
    """Channels are switched off, never deleted: their conversations stay readable."""
    Channel.objects.filter(pk=channel.pk).update(is_active=on)
    directory.forget()
