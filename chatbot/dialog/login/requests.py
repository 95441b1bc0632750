"""Requests to be let in: made for right data and wrong ones alike, opened by a code."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from chatbot import lasting
from chatbot.dialog.contract import Turn
from chatbot.dialog.login.knowing import Known, facts_of, is_same, keyed_hash, known_by
from chatbot.models import LoginRequest
from crm.conversations.models import Conversation
from crm.jobs.queue import enqueue
from partners.models import Partner

DELIVER = "chatbot.dialog.login.delivery.deliver"


def make(
    turn: Turn,
    *,
    partner: Partner | None,
    known: Known,
    wants_code: bool,
    wanted: Mapping[str, Any],
) -> LoginRequest:
    """The conversation's only request from here on. `partner` is None where nothing matched;
    `wanted` is served to who is let in (`after`); who only says again who they are, while an
    officer could still say yes to what they said before, wants the same.

    The code is made and sent by a job, after the transaction: no time tells whether there is one.
    """
    before = None
    if not turn.is_first:
        rows = LoginRequest.objects.filter(conversation=turn.conversation, closed_at=None)
        still = rows.filter(made_at__gt=turn.now - LoginRequest.OPEN_FOR)
        before = still.values_list("wanted", "known_by").first()
        close_all(turn.conversation, turn.now)
    request = LoginRequest.objects.create(
        conversation=turn.conversation,
        partner=partner,
        known_by=known,
        facts=facts_of(partner),
        wanted=dict(wanted) or (before[0] if before and before[1] == known else {}),
        made_at=turn.now,
        wants_code=wants_code,
        expires_at=turn.now + LoginRequest.CODE_LASTS,
    )
    enqueue(DELIVER, request.pk)
    return request


def close_all(conversation: Conversation, now: datetime) -> None:
    """Whatever was asked before counts no more."""
    rows = LoginRequest.objects.filter(conversation=conversation, closed_at=None)
    rows.update(closed_at=now, wanted={})


def try_code(turn: Turn, code: str) -> tuple[Partner | None, int]:
    """Whom the code lets in, and how many tries are left to who it lets in nobody.

    To be called under the lock of the conversation's dialog. Who has no code hears what follows
    from when they asked and how often they tried, and from nothing else: when a code went out, or
    that an officer said no, happens to right data alone.
    """
    rows = LoginRequest.objects.select_for_update(of=("self",)).select_related("partner__contact")
    request = rows.filter(conversation=turn.conversation, closed_at=None).first()
    if request is None:
        return None, 0
    event = lasting.event() or f"message:{turn.message.pk}"
    before = [one for one in request.tries if one != event]
    left = LoginRequest.MOST_TRIES - len(before)
    in_time = request.expires_at is not None and turn.now < request.expires_at
    fits = secrets.compare_digest(request.digest, digest_of(request.pk, code))
    refused = request.approved is not None
    same = still_asks(request)
    if fits and in_time and left > 0 and same and not refused:
        close_all(turn.conversation, turn.now)
        return request.partner, 0
    pk = request.pk
    lasting.for_good(lambda: _note_try(pk, event))
    awaited = turn.now < request.made_at + LoginRequest.CODE_LASTS
    return None, max(left - 1, 0) if awaited else 0


def still_asks(request: LoginRequest) -> bool:
    """Whether it is the same person still, and asks for the same partner as then."""
    same = is_same(request.known_by, known_by(request.conversation))
    unchanged = request.facts == facts_of(request.partner)
    is_partner = request.partner is not None and request.partner.status != Partner.Status.CANCELLED
    return same and unchanged and is_partner


def digest_of(pk: int, code: str) -> str:
    return keyed_hash("code", f"{pk}:{code}")


def _note_try(pk: int, event: str) -> None:
    request = LoginRequest.objects.select_for_update().filter(pk=pk).first()
    if request is not None and event not in request.tries:
        request.tries = [*request.tries, event]
        request.save(update_fields=["tries"])
