"""The templates of an account, as its provider lists them."""

from __future__ import annotations

import logging

from django.utils import timezone

from chatbot.changes import apply_template_news
from chatbot.channels.errors import ChannelError
from chatbot.channels.registry import BY_SLUG, provider_for
from crm.conversations.models import Channel, MessageTemplate

log = logging.getLogger(__name__)


def has_templates(channel: Channel) -> bool:
    """Whether its provider knows templates, and can be asked for them."""
    provider = BY_SLUG.get(channel.provider)
    return provider is not None and provider.rules.templates


def sync_templates(channel: Channel) -> int:
    """Write down all templates the provider lists; how many. Those it no longer lists are GONE.

    Safe to repeat, and beside the webhooks that tell of single ones. Raises ChannelError, and
    then nothing has changed.
    """
    asked_at = timezone.now()
    told = provider_for(channel).templates()
    listed = {(news.name[:512], news.language[:12]) for news in told}
    for news in told:
        apply_template_news(channel, news)
    # What was told of meanwhile may be newer than the list.
    rows = channel.templates.filter(changed_at__lt=asked_at)
    before = rows.exclude(status=MessageTemplate.Status.GONE).values_list("pk", "name", "language")
    gone = [pk for pk, name, language in before if (name, language) not in listed]
    MessageTemplate.objects.filter(pk__in=gone).update(
        status=MessageTemplate.Status.GONE, reason="", changed_at=timezone.now()
    )
    return len(listed)


def sync_all() -> None:
    """Job: the templates of every active channel. One that cannot be asked stops no other."""
    for channel in Channel.objects.filter(is_active=True).order_by("pk"):
        if not has_templates(channel):
            continue
        try:
            sync_templates(channel)
        except ChannelError as error:
            log.warning("Templates of channel %s: code %s", channel.pk, error.code)
