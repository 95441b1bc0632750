"""Channels: managers look, administrators change."""

from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from chatbot.channels import addresses, directory
from chatbot.channels.base import Provider
from chatbot.channels.pages import checking
from chatbot.channels.pages.forms import ChannelForm
from chatbot.channels.registry import BY_SLUG, CHANNELS
from crm.conversations.models import Channel
from crm.desk.access import DeskRequest, permitted
from crm.desk.feedback import tell
from crm.errors import DeskError

VIEW = "conversations.view_channel"
CHANGE = "conversations.change_channel"


@require_GET
@permitted(VIEW)
def channel_list(request: DeskRequest) -> HttpResponse:
    channels = checking.with_last_message(Channel.objects.order_by("-is_active", "name", "pk"))
    context = {
        "rows": [{"channel": one, **_about(one)} for one in channels],
        "may_add": request.user.has_perm("conversations.add_channel"),
    }
    return render(request, "channels/list.html", context)


@require_GET
@permitted(VIEW)
def channel_detail(request: DeskRequest, pk: int) -> HttpResponse:
    return render(request, "channels/detail.html", _page(request, pk))


@require_POST
@permitted(VIEW, CHANGE)
def reveal(request: DeskRequest, pk: int) -> HttpResponse:
    """The channel's page with its verify token, for whoever enters it at the provider right now."""
    context = _page(request, pk)
    context["verify_token"] = context["channel"].secret("verify_token")
    response = render(request, "channels/detail.html", context)
    response["Cache-Control"] = "no-store"
    return response


@require_GET
@permitted("conversations.add_channel")
def choose(request: DeskRequest) -> HttpResponse:
    return render(
        request, "channels/choose.html", {"providers": [(one.slug, one.label) for one in CHANNELS]}
    )


@require_http_methods(["GET", "POST"])
@permitted("conversations.add_channel", VIEW)
def add(request: DeskRequest, provider: str) -> HttpResponse:
    if provider not in BY_SLUG:
        raise Http404
    return _edit(request, Channel(), BY_SLUG[provider])


@require_http_methods(["GET", "POST"])
@permitted(VIEW, CHANGE)
def edit(request: DeskRequest, pk: int) -> HttpResponse:
    channel = get_object_or_404(Channel, pk=pk)
    if channel.provider not in BY_SLUG:
        raise Http404
    return _edit(request, channel, BY_SLUG[channel.provider])


def _edit(request: DeskRequest, channel: Channel, provider: type[Provider]) -> HttpResponse:
    form = ChannelForm(request.POST or None, instance=channel, provider=provider)
    if request.method == "POST":
        if form.is_valid():
            saved = form.save()
            directory.forget()
            tell(request, _("The channel was saved."))
            return redirect("channels:detail", saved.pk)
        form.seal()
    context = {"form": form, "provider": provider.label, "pk": channel.pk}
    status = 422 if form.is_bound else 200
    return render(request, "channels/edit.html", context, status=status)


@require_POST
@permitted(VIEW, CHANGE)
def test(request: DeskRequest, pk: int) -> HttpResponse:
    return _do(request, pk, checking.check, _("The channel works: %(answer)s"))


@require_POST
@permitted(VIEW, CHANGE)
def register(request: DeskRequest, pk: int) -> HttpResponse:
    return _do(request, pk, checking.register, _("The provider calls %(answer)s now."))


@require_POST
@permitted(VIEW, CHANGE)
def resume(request: DeskRequest, pk: int) -> HttpResponse:
    return _do(request, pk, checking.resume, _("Messages go out again."))


@require_POST
@permitted(VIEW, CHANGE)
def switch(request: DeskRequest, pk: int) -> HttpResponse:
    on = request.POST.get("on") == "yes"
    done = _("The channel is on.") if on else _("The channel is off. Nothing is lost.")
    return _do(request, pk, lambda channel: checking.switch(channel, on), done)


def _do(
    request: DeskRequest, pk: int, verb: Callable[[Channel], str | None], done: str
) -> HttpResponse:
    channel = get_object_or_404(Channel, pk=pk)
    try:
        answer = verb(channel)
    except DeskError as error:
        tell(request, str(error), level=messages.ERROR)
    else:
        tell(request, done % {"answer": answer} if "%(" in done else done)
    return redirect("channels:detail", pk)


def _page(request: DeskRequest, pk: int) -> dict[str, Any]:
    rows = checking.with_last_message(Channel.objects.select_related("agency"))
    channel = get_object_or_404(rows, pk=pk)
    return {
        "channel": channel,
        **_about(channel),
        "may_change": request.user.has_perm(CHANGE),
        "is_public": settings.HTTPS,
        "simulator_url": reverse("simulator:phone"),
    }


def _about(channel: Channel) -> dict[str, Any]:
    """What a page says of a channel, secrets left out."""
    provider = BY_SLUG.get(channel.provider)
    return {
        "provider": provider.label if provider else channel.provider,
        "webhook_url": addresses.webhook_url(channel),
        "older_url": addresses.older_url(channel),
        "is_simulator": channel.provider == "simulator",
        "present": [
            {"label": field.label, "there": bool(channel.secret(field.name))}
            for field in (provider.fields if provider else ())
        ],
    }
