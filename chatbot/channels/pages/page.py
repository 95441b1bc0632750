"""What the pages of the channels show, gathered: secrets left out."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.db.models import Count, Max
from django.shortcuts import get_object_or_404
from django.urls import reverse

from chatbot.channels import addresses
from chatbot.channels.pages import checking, templates
from chatbot.channels.pages.standing import Standing, pace_of, paces, standings
from chatbot.channels.pages.trying import PURPOSE, TrialForm
from chatbot.channels.pages.words import family_name, is_key, rules_in_words
from chatbot.channels.registry import BY_SLUG, provider_for, rules_of
from chatbot.inbox import pulse
from chatbot.template_sync import has_templates, may_ask
from crm.conversations.models import Channel, Message
from crm.desk.access import DeskRequest
from crm.people.models import User

CHANGE = "conversations.change_channel"
TRY = "conversations.view_conversation"
LONGEST_RECORD = 500  # characters that are kept: what is as long may have been cut


def rows_of(user: User) -> list[dict[str, Any]]:
    """The list: those that are on first, and of them those that do not work."""
    channels = sorted(Channel.objects.order_by("name", "pk"), key=_urgency)
    found, going, known = standings(), paces(channels), templates.numbers()
    may_change = user.has_perm(CHANGE)
    may_try = may_change and user.has_perm(TRY)
    return [
        {
            "channel": one,
            "standing": found.get(one.pk, Standing()),
            "pace": going[one.pk],
            "templates": known.get(one.pk, 0),
            "may_try": may_try and _works(one),
            **_about(one, may_change=may_change),
        }
        for one in channels
    ]


def _urgency(channel: Channel) -> tuple[bool, bool]:
    broken = channel.stopped_at is not None or channel.health == Channel.Health.RED
    return (not channel.is_active, not broken)


def page_of(
    request: DeskRequest, pk: int, *, trial: TrialForm | None = None, reveal: bool = False
) -> dict[str, Any]:
    """The channel's own page; with the words made up here only where they were asked for."""
    channel = get_object_or_404(Channel.objects.select_related("agency"), pk=pk)
    may_change = request.user.has_perm(CHANGE)
    return {
        "channel": channel,
        **_about(channel, may_change=may_change),
        **standing_of(request, channel),
        **_templates(channel, request.GET.get("template", "").replace("\x00", "").strip()[:100]),
        **_how(channel, reveal=reveal),
        "may_change": may_change,
        "told": checking.is_told(channel),
        "may_try": may_change and request.user.has_perm(TRY),
        "trial": trial or _trial(request, channel, may_change),
        "tried": tried_of(request, channel, request.GET.get("tried", "")),
    }


def standing_of(request: DeskRequest, channel: Channel) -> dict[str, Any]:
    """What changes by itself while somebody looks."""
    version = pulse.pulse(request.user, [pulse.LIST]).get(pulse.LIST, "")
    return {
        "standing": standings().get(channel.pk, Standing()),
        "standing_version": version,
        "pace": pace_of(channel),
    }


def _about(channel: Channel, *, may_change: bool) -> dict[str, Any]:
    provider = BY_SLUG.get(channel.provider)
    shows = may_change or provider is None or not provider.secret_address
    fields = provider.fields if provider else ()
    return {
        "provider": provider.label if provider else channel.provider,
        "is_known": provider is not None,
        "is_simulated": provider is not None and provider.is_simulated,
        "can_register": provider is not None and provider.can_register,
        "external_label": provider.external_id if provider else "",
        "family": family_name(channel.default_for or ""),
        # What names an address is "" for those who are not to know it.
        "webhook_url": addresses.webhook_url(channel) if shows else "",
        # Older systems had a bot's token in it, and it may still be the same one.
        "older_url": _without_secrets(channel, addresses.older_url(channel)) if shows else "",
        "shows_record": shows,
        "is_elsewhere": _is_elsewhere(channel),
        "present": [
            {"label": field.label, "there": bool(channel.secret(field.name))} for field in fields
        ],
        "rules": rules_in_words(rules_of(channel.provider)),
    }


def _without_secrets(channel: Channel, url: str) -> str:
    return provider_for(channel).without_secrets(url) if channel.provider in BY_SLUG else url


def _is_elsewhere(channel: Channel) -> bool:
    """What is on record names addresses, all of them, and none is this channel's."""
    known = channel.on_record
    if len(known) >= LONGEST_RECORD:
        return False
    ours = (addresses.webhook_url(channel), addresses.older_url(channel))
    named = any(url and url.rstrip("/") in known for url in ours)
    return "://" in known and not named


def _works(channel: Channel) -> bool:
    return channel.is_active and channel.stopped_at is None and channel.provider in BY_SLUG


def _how(channel: Channel, *, reveal: bool) -> dict[str, Any]:
    """What to do at the provider, and the words to enter there."""
    provider = BY_SLUG.get(channel.provider)
    invented = [one for one in (provider.fields if provider else ()) if one.invented]
    entered = [one for one in invented if channel.secret(one.name)]
    steps = provider.steps if provider else ()
    has_guide = provider is not None and bool(provider.manual)
    return {
        # Around the address, which the page sets apart.
        "steps": [str(step).split("{url}") for step in steps],
        "to_reveal": [one.label for one in entered],
        "revealed": [(one.label, channel.secret(one.name)) for one in entered] if reveal else [],
        "guide_url": reverse("channels:guide", args=[channel.provider]) if has_guide else "",
        "is_public": settings.HTTPS,
        "simulator_url": reverse("simulator:phone"),
    }


def _trial(request: DeskRequest, channel: Channel, may_change: bool) -> TrialForm | None:
    """None: this person may not, or nothing would go out now."""
    may = may_change and request.user.has_perm(TRY) and _works(channel)
    return TrialForm(channel=channel, user=request.user) if may else None


def tried_of(request: DeskRequest, channel: Channel, pk: str) -> dict[str, Any] | None:
    """A test message and what became of it; None where there is no such one."""
    if not (is_key(pk) and request.user.has_perm(TRY)):
        return None
    tests = Message.objects.filter(channel=channel, purpose=PURPOSE, direction="out")
    rows = tests.select_related("conversation__contact").prefetch_related("attempts")
    message = rows.filter(pk=int(pk)).first()
    if message is None:
        return None
    key = f"{pulse.ONE}{message.conversation_id}"
    version = pulse.pulse(request.user, [key]).get(key, "")
    return {"message": message, "key": key, "version": version}


def _templates(channel: Channel, asked: str) -> dict[str, Any]:
    provider = BY_SLUG.get(channel.provider)
    if provider is None or not provider.rules.templates:
        return {"has_templates": False}
    known = channel.templates.aggregate(at=Max("changed_at"), total=Count("pk"))
    may_sync = has_templates(channel)
    return {
        "has_templates": may_sync or known["total"],
        "may_sync": may_sync,
        "is_synced": may_ask(channel),
        "templates": templates.shown(channel, asked),
        "templates_total": known["total"],
        "templates_asked": asked,
        "templates_at": known["at"],
        "purposes": templates.purposes_of(channel),
    }
