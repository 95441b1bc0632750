"""`POST /api/messages`: the door for adapters that run as processes of their own."""

from __future__ import annotations

from django.db import DatabaseError, InterfaceError
from django.http import HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from chatbot.channels import directory
from chatbot.channels.neutral import Neutral, bearer
from chatbot.intake import receive
from crm.conversations.models import Channel


# An adapter carries no CSRF token: it shows its channel's own.
@csrf_exempt
@require_POST
def messages(request: HttpRequest) -> HttpResponse:
    """Take one message or a batch; the token says of which channel. 200: stored."""
    try:
        channel = _channel_of(bearer(request.headers))
    except (DatabaseError, InterfaceError):
        return HttpResponse(status=503, headers={"Retry-After": "5"})
    if channel is None:
        return HttpResponse(status=401, headers={"WWW-Authenticate": "Bearer"})
    if not channel.is_active:
        return HttpResponse("channel switched off", status=403, content_type="text/plain")
    return receive(request, channel)


def _channel_of(token: str) -> Channel | None:
    """Whose token it is. All are compared, so that time tells nothing; an active one wins."""
    channels = [c for c in directory.snapshot().by_pk.values() if c.provider == Neutral.slug]
    known = [channel for channel in channels if Neutral(channel).same(token, "token")]
    return min(known, key=lambda channel: not channel.is_active, default=None)
