"""Webhook -> InboundEvent. Authenticity, one INSERT, 200; nothing is thought before that."""

from __future__ import annotations

import json
import logging
from collections.abc import Sequence
from dataclasses import replace

from django.conf import settings
from django.core.exceptions import RequestDataTooBig
from django.db import DatabaseError, InterfaceError, connection
from django.http import HttpRequest, HttpResponse, JsonResponse, UnreadablePostError

from chatbot.channels import directory
from chatbot.channels.base import Provider
from chatbot.channels.events import STRAY, Event
from chatbot.channels.registry import provider_for
from chatbot.storing import store
from crm.conversations.models import Channel

log = logging.getLogger(__name__)
LONGEST_NUMBER = 400  # digits


class Refused(Exception):
    """A body we do not take, with the HTTP status that says why."""

    def __init__(self, status: int, why: str) -> None:
        super().__init__(why)
        self.status = status


def receive(request: HttpRequest, channel: Channel) -> HttpResponse:
    """Answer a provider's POST. 200 means: stored, and never lost from here on."""
    try:
        provider = provider_for(channel)
        events = read_events(provider, request)
        store(route(provider, events))
    except Refused as refusal:
        log.warning("Webhook of channel %s refused: %s", channel.pk, refusal)
        return HttpResponse(str(refusal), status=refusal.status, content_type="text/plain")
    except RecursionError:
        return HttpResponse("nested too deeply", status=400, content_type="text/plain")
    except (DatabaseError, InterfaceError) as error:
        # The provider will come again; what it brings must not be answered as kept.
        log.error("Webhook of channel %s not stored: %s", channel.pk, type(error).__name__)
        connection.close_if_unusable_or_obsolete()
        return HttpResponse(status=503, headers={"Retry-After": "5"})
    said = provider.taken(events)
    return HttpResponse(content_type="text/plain") if said is None else JsonResponse(said)


def read_events(provider: Provider, request: HttpRequest) -> list[Event]:
    """The authentic events of a request. Raises Refused."""
    body = _bytes(request)
    if not provider.verify(request.headers, body):
        raise Refused(403, "bad signature")
    try:
        data = _decode(body.decode(json.detect_encoding(body), "surrogatepass"))
    except (ValueError, RecursionError):
        raise Refused(400, "not JSON") from None
    if not isinstance(data, dict):
        raise Refused(400, "not an object")
    return provider.parse(data)


def _integer(digits: str) -> int | str:
    """Python refuses numbers of thousands of digits: they stay text, and cost no neighbour."""
    return int(digits) if len(digits) <= LONGEST_NUMBER else digits


# json.loads would make a decoder for every body.
_decode = json.JSONDecoder(parse_int=_integer).decode


def _bytes(request: HttpRequest) -> bytes:
    try:
        length = int(request.headers.get("content-length") or 0)
    except ValueError:
        length = 0
    if length > settings.WEBHOOK_MAX_BYTES:
        raise Refused(413, "too large")
    try:
        body = request.body
    except RequestDataTooBig:
        raise Refused(413, "too large") from None
    except UnreadablePostError:
        raise Refused(400, "broken off") from None
    if len(body) > settings.WEBHOOK_MAX_BYTES:
        raise Refused(413, "too large")
    return body


def route(provider: Provider, events: Sequence[Event]) -> list[tuple[Channel, Event]]:
    """Each event with the channel it names; what names none, or an unknown one, is the URL's.

    Several accounts of one app share one address and one secret. A body that names a channel of
    another app is refused whole: its signature proves nothing about that one.
    """
    home = provider.channel
    known = directory.snapshot().by_external
    routed = []
    for event in events:
        named = event.external_id and event.external_id != home.external_id
        channel = (known.get((home.provider, event.external_id)) if named else None) or home
        if channel.secret(provider.proof) != home.secret(provider.proof):
            raise Refused(403, "names a channel of another app")
        if named and channel is home and home.external_id:
            # A customer must not be lost; an administrator must hear of the number.
            event = replace(event, payload={**event.payload, STRAY: event.external_id})
        routed.append((channel, event))
    return routed
