"""The doors providers knock at."""

from __future__ import annotations

from uuid import UUID

from django.db import DatabaseError, InterfaceError
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from chatbot.channels import directory
from chatbot.channels.registry import provider_for
from chatbot.intake import receive
from crm.conversations.models import Channel


# Providers carry no CSRF token: their signature is checked instead.
@csrf_exempt
@require_http_methods(["GET", "POST"])
def channel_webhook(request: HttpRequest, provider: str, uuid: str) -> HttpResponse:
    """`/webhooks/<provider>/<uuid>/` of one channel."""
    try:
        channel = directory.snapshot().by_uuid.get(UUID(uuid))
    except (DatabaseError, InterfaceError):
        return HttpResponse(status=503, headers={"Retry-After": "5"})
    if channel is None or channel.provider != provider:
        return HttpResponse(status=404)
    return _answer(request, channel)


@csrf_exempt
@require_http_methods(["GET", "POST"])
def default_webhook(request: HttpRequest, family: str) -> HttpResponse:
    """`/chatbot/webhook/whatsapp/`: whichever channel is the default one."""
    try:
        channel = directory.snapshot().by_default.get(family)
    except (DatabaseError, InterfaceError):
        return HttpResponse(status=503, headers={"Retry-After": "5"})
    if channel is None:
        return HttpResponse("no default channel", status=403, content_type="text/plain")
    return _answer(request, channel)


def _answer(request: HttpRequest, channel: Channel) -> HttpResponse:
    if request.method == "POST":
        return receive(request, channel)
    if not channel.is_active:
        return HttpResponse("channel switched off", status=403, content_type="text/plain")
    challenge = provider_for(channel).challenge(request.GET.dict())
    if challenge is None:
        return HttpResponse(status=403)
    if isinstance(challenge, dict):
        return JsonResponse(challenge)
    return HttpResponse(challenge, content_type="text/plain")
