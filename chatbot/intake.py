"""Webhook -> InboundEvent. Authenticity, one INSERT, 200; nothing is thought before that."""

from __future__ import annotations

import json
import logging
from collections.abc import Mapping, Sequence
from dataclasses import replace

from django.conf import settings
from django.core.exceptions import RequestDataTooBig
from django.db import DatabaseError, InterfaceError, connection
from django.http import HttpRequest, HttpResponse, JsonResponse, UnreadablePostError

from chatbot import refusals
from chatbot.channels import directory
from chatbot.channels.base import Provider
from chatbot.channels.events import STRAY, Event
from chatbot.channels.registry import provider_for
from chatbot.channels.signed import Signed
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
        body = _bytes(request)
        proof = prove(provider, request.headers, body)
        events = read_events(provider, body)
        routed = route(provider, events, proof)
        if not any(one.is_active for one in (channel, *(named for named, _event in routed))):
            raise Refused(403, "channel switched off")
        store(routed)
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
    refusals.note_taken(one for one, _event in routed)
    said = provider.taken(events)
    return HttpResponse(content_type="text/plain") if said is None else JsonResponse(said)


def prove(provider: Provider, headers: Mapping[str, str], body: bytes) -> str:
    """The secret by which these bytes are a provider's own. Raises Refused.

    Several apps may call one address, each with its own secret. Whose body it is its signature
    tells: nothing is read of what nobody has signed.
    """
    home = provider.channel
    if provider.verify(headers, body):
        return home.secret(provider.proof)
    if isinstance(provider, Signed):
        others = {
            one.secret(provider.proof): one
            for one in directory.snapshot().by_pk.values()
            if one.provider == home.provider
        }
        for secret, other in others.items():
            mine = secret == home.secret(provider.proof)
            if secret and not mine and provider_for(other).verify(headers, body):
                return secret
    if home.is_active:
        refusals.note_refused(home)
    raise Refused(403, "bad signature")


def read_events(provider: Provider, body: bytes) -> list[Event]:
    """The events of an authentic body. Raises Refused."""
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


def route(
    provider: Provider, events: Sequence[Event], proof: str | None = None
) -> list[tuple[Channel, Event]]:
    """Each event with the channel it names; what names none, or an unknown one, is the URL's.

    `proof` is the secret that proved the body; None: the URL's channel's own. Several accounts of
    one app share one address and one secret. A body that names a channel of another app is refused
    whole: its signature proves nothing about that one.
    """
    home = provider.channel
    proof = home.secret(provider.proof) if proof is None else proof
    known = directory.snapshot().by_external
    routed = []
    for event in events:
        named = event.external_id and event.external_id != home.external_id
        channel = (known.get((home.provider, event.external_id)) if named else None) or home
        if not event.external_id and channel.secret(provider.proof) != proof:
            channel = _of_account(provider, event, proof) or home
        if channel.secret(provider.proof) != proof:
            raise Refused(403, "names a channel of another app")
        if named and channel is home and home.external_id:
            # A customer must not be lost; an administrator must hear of the number.
            event = replace(event, payload={**event.payload, STRAY: event.external_id})
        routed.append((channel, event))
    return routed


def _of_account(provider: Provider, event: Event, proof: str) -> Channel | None:
    """News of an account name no number: a channel of that account whose app proved the body."""
    account = event.payload.get("account")
    if not provider.account or not account:
        return None
    return next(
        (
            one
            for one in directory.snapshot().by_pk.values()
            if one.provider == provider.slug
            and one.secret(provider.account) == account
            and one.secret(provider.proof) == proof
        ),
        None,
    )
