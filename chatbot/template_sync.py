"""The templates of an account, as its provider lists them."""

from __future__ import annotations

import logging
import time
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from django.utils import timezone

from chatbot.changes import apply_template_news
from chatbot.channels.errors import ChannelError
from chatbot.channels.events import TemplateNews
from chatbot.channels.registry import BY_SLUG, provider_for
from crm.conversations.models import Channel, MessageTemplate
from crm.jobs.queue import enqueue

log = logging.getLogger(__name__)
FRESH = timedelta(minutes=5)  # for which a list, or that there is none, is not doubted


def has_templates(channel: Channel) -> bool:
    """Whether its provider knows templates, and can be asked for them."""
    provider = BY_SLUG.get(channel.provider)
    return provider is not None and provider.rules.templates


def may_ask(channel: Channel) -> bool:
    """Whether it is asked without a person's asking: on a dry run nothing leaves this machine."""
    if not has_templates(channel):
        return False
    return channel.is_live or BY_SLUG[channel.provider].is_simulated


def sync_templates(channel: Channel) -> int:
    """Write down all templates the provider lists; how many. Those it no longer lists are GONE.

    Safe to repeat, and beside the webhooks that tell of single ones. Raises ChannelError, and
    then nothing has changed.
    """
    asked_at = timezone.now()
    # Webhooks tell whole seconds: one of the same second is news still.
    at = asked_at - timedelta(seconds=1)
    told = provider_for(channel).templates()
    listed = {(news.name[:512], news.language[:12]) for news in told}
    for news in told:
        apply_template_news(channel, replace(news, at=at))
    # What was told of meanwhile may be newer than the list.
    rows = channel.templates.filter(changed_at__lt=asked_at)
    before = rows.exclude(status=MessageTemplate.Status.GONE).values_list("pk", "name", "language")
    gone = [pk for pk, name, language in before if (name, language) not in listed]
    rows.filter(pk__in=gone).update(
        status=MessageTemplate.Status.GONE, status_at=at, reason="", changed_at=timezone.now()
    )
    return len(listed)


def sync_all() -> None:
    """Job: the templates of every active channel but those on a dry run.

    One that cannot be asked stops no other.
    """
    for channel in Channel.objects.filter(is_active=True).order_by("pk"):
        if not may_ask(channel):
            continue
        try:
            sync_templates(channel)
        except ChannelError as error:
            log.warning("Templates of channel %s: code %s", channel.pk, error.code)


def sync_soon(channel: Channel, news: TemplateNews) -> None:
    """Have the list read once more after a webhook that did not tell the whole wording.

    It leaves out what a header shows, and of a new template everything.
    """
    rows = channel.templates.filter(name=news.name[:512], language=news.language[:12])
    unknown = not any(rows.values_list("components", flat=True))
    if (unknown or news.components is not None) and may_ask(channel):
        enqueue("chatbot.template_sync.sync_one", channel.pk, time.time())


def sync_doubted(template_id: int) -> None:
    """Have the list read once more after a refusal by which this template is another one now.

    All who are written to by it may be refused so: what was just read, or could not be, is not
    read again.
    """
    channel = Channel.objects.filter(templates=template_id).first()
    if channel is None or not may_ask(channel):
        return
    tried_at = channel.templates_tried_at
    if tried_at is None or tried_at <= timezone.now() - FRESH:
        enqueue("chatbot.template_sync.sync_one", channel.pk, time.time(), True)


def sync_one(channel_id: int, asked_at: float, is_doubt: bool = False) -> None:
    """Job: the templates of one channel, unless they have been read since they were asked for.

    What cannot be read now is read with all others, every day; after a mere doubt (`is_doubt`) of
    one more refused message the provider is left alone for a while. What is known of that stands
    in the channel's row: many processes do this, and need not share a cache.
    """
    channel, begun = Channel.objects.get(pk=channel_id), timezone.now()
    if not may_ask(channel):
        return  # it was put on a dry run meanwhile
    rows = Channel.objects.filter(pk=channel_id)
    if is_doubt:
        due = rows.exclude(templates_tried_at__gt=begun - FRESH)
    else:
        due = rows.exclude(templates_read_at__gte=datetime.fromtimestamp(asked_at, UTC))
    if not due.update(templates_tried_at=begun):
        return
    try:
        sync_templates(channel)
    except ChannelError as error:
        log.warning("Templates of channel %s: code %s", channel_id, error.code)
    else:
        rows.update(templates_read_at=begun)
