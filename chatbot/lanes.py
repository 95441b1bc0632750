"""The inbound half of the worker: due events, lane by lane, each once and in order."""

from __future__ import annotations

import json
import logging
import time
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import connection, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from chatbot import alarms, lasting
from chatbot.applying import apply_event
from chatbot.channels import directory
from chatbot.channels.base import Provider
from chatbot.channels.events import STRAY, Json, StatusUpdate
from chatbot.channels.reading import plain
from chatbot.channels.registry import provider_for
from chatbot.dialog.login.masking import mask_payload
from chatbot.models import InboundEvent
from chatbot.outage import is_away
from chatbot.statuses import apply_statuses
from chatbot.turns import is_long, turn
from chatbot.waiting import NotYet, OurOwn, pause
from crm.conversations.models import Channel

log = logging.getLogger(__name__)
State = InboundEvent.State
WINDOW = 400  # due events looked at in one poll
LANES = 64  # lanes handled between two polls
SHARE = LANES // 4
STEPS = 256  # lanes passed at most on the way to those whose turn it is
STATUSES_AT_ONCE = 50
# Seconds between tries of an event that raises: after about twenty it is set aside.
RETRIES = (0.5, 1, 2, 4, 6, 8)

# The state stands in these statements as a literal, not a parameter: SQLite uses a partial index
# only where it can see that the condition implies the index's own.
DUE = """SELECT lane FROM chatbot_inboundevent
    WHERE state = 'pending' AND due_at <= %s ORDER BY due_at, id LIMIT %s"""
NEWEST = DUE.replace("due_at, id", "due_at DESC, id DESC")
# From lane to lane, by one look into the index each, however many events a lane has.
WALK = """WITH RECURSIVE walk (lane, step) AS (
    SELECT MIN(lane), 1 FROM chatbot_inboundevent WHERE state = 'pending' AND lane > %s
    UNION ALL
    SELECT (SELECT MIN(e.lane) FROM chatbot_inboundevent e
        WHERE e.state = 'pending' AND e.lane > walk.lane), step + 1
    FROM walk WHERE lane IS NOT NULL AND step < %s)
    SELECT lane, (SELECT e.due_at <= %s FROM chatbot_inboundevent e
        WHERE e.state = 'pending' AND e.lane = walk.lane ORDER BY e.id LIMIT 1)
    FROM walk WHERE lane IS NOT NULL"""
OF_LANE = """SELECT id, channel_id, lane, kind, payload, due_at, attempts, looks
    FROM chatbot_inboundevent WHERE state = 'pending' AND lane = %s ORDER BY id LIMIT %s"""
DUE_OF_LANE = OF_LANE.replace("ORDER BY", "AND due_at <= %s ORDER BY")


# The last lane whose turn it was, in this process.
_reached = ""


def due_lanes() -> list[str]:
    """Lanes with something due: the longest waiting first, as long as they are few.

    Behind a crowd, such as one thread's thousand messages or a phone's whole history, nobody waits
    for all of it: a quarter of the lanes are those that came last, and a quarter take turns.
    """
    now = _adapted(timezone.now())
    due = [lane for (lane,) in _rows(DUE, now, WINDOW)]
    oldest = list(dict.fromkeys(due))
    if len(due) < WINDOW:
        return oldest[:LANES]
    newest = dict.fromkeys(lane for (lane,) in _rows(NEWEST, now, WINDOW))
    lanes = [*list(newest)[:SHARE], *_whose_turn(now), *oldest, *newest]
    return list(dict.fromkeys(lanes))[:LANES]


def _whose_turn(now: Any) -> list[str]:
    """The next lanes in the order of their names; after the last comes the first again."""
    global _reached
    walked = _rows(WALK, _reached, STEPS, now)
    _reached = walked[-1][0] if len(walked) == STEPS else ""
    # The head of a lane decides, but of statuses, which keep no order.
    lanes = [lane for lane, head_is_due in walked if head_is_due or _is_of_statuses(lane)]
    if len(lanes) > SHARE:
        _reached = lanes[SHARE - 1]
    return lanes[:SHARE]


def _rows(sql: str, *values: Any) -> list[Any]:
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        return list(cursor.fetchall())


def _is_of_statuses(lane: str) -> bool:
    return lane.partition(":")[2] == "s"  # a group may be called "…:s" as well


def handle_lane(lane: str) -> int:
    """Handle what is due in one lane, in one transaction; how many events were settled.

    The lane's lock dies with the transaction: whoever is killed here leaves nothing behind, and
    another worker that comes meanwhile finds it taken and goes on.
    """
    with turn():
        if not _lock(lane):
            return 0
        if _is_of_statuses(lane):
            return _handle_statuses(lane)
        return _handle_in_order(lane)


def _lock(lane: str) -> bool:
    """PostgreSQL: an advisory lock of this transaction. SQLite: BEGIN IMMEDIATE was the lock."""
    if connection.vendor != "postgresql":
        return True
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(hashtextextended(%s, 0))", [lane])
        return bool(cursor.fetchone()[0])


def _adapted(moment: datetime) -> Any:
    return connection.ops.adapt_datetimefield_value(moment)


def _channel(event: InboundEvent) -> Channel:
    known = directory.snapshot().by_pk.get(event.channel_id)
    return known or Channel.objects.get(pk=event.channel_id)


def _handle_in_order(lane: str) -> int:
    """Up to ten events; one that must wait holds back those behind it."""
    settled: dict[State, list[int]] = {State.DONE: [], State.IGNORED: []}
    now, begun = timezone.now(), time.monotonic()
    done = failed = 0
    for event in InboundEvent.objects.raw(OF_LANE, [lane, settings.WORK_BATCH]):
        if event.due_at > now or (done and is_long(begun)):
            break
        try:
            state = _handle_one(event)
        except NotYet:
            _let_wait(event)
            failed += 1
        except Exception as error:
            if is_away(error):
                raise
            failed += 1
            if due := _put_off(event, error):
                _hold_back(lane, due)
            break
        else:
            done += 1
            if state is None:
                # Rows that other lanes may want as well are let go of before the next are taken.
                break
            settled[state].append(event.pk)
    for state, ids in settled.items():
        _settle(ids, state)
    return done + failed


def _handle_one(event: InboundEvent) -> State | None:
    """What is to be noted of it; None: it has been, with what it may not keep."""
    try:
        with lasting.handling(f"event:{event.pk}") as changes, transaction.atomic():
            state = State.DONE if _handle(event) else State.IGNORED
            return None if _keep_no_secrets(event, changes, state) else state
    except OurOwn:  # it may repeat what somebody said, all the same
        return None if _keep_no_secrets(event, (), State.DONE) else State.DONE


def _handle(event: InboundEvent) -> bool:
    provider = provider_for(_channel(event))
    payload = json.loads(event.payload)
    if STRAY in payload:
        _tell_of_stray(event.channel_id, str(payload[STRAY]))
    concerned = [provider, *_of_the_same_account(provider, payload)]
    told = [apply_event(one, one.understand(event.kind, payload)) for one in concerned]
    return any(told)


def _keep_no_secrets(event: InboundEvent, changes: Sequence[lasting.Change], state: State) -> bool:
    """What somebody said to log in is not kept with what came in, nor where it is repeated: such
    an event is settled here. Whether it was one."""
    payload = told = json.loads(event.payload)
    for change in (*changes, mask_payload):
        payload = change(payload)
    if payload == told:
        return False
    InboundEvent.objects.filter(pk=event.pk).update(
        payload=json.dumps(payload), state=state, handled_at=timezone.now()
    )
    return True


def _of_the_same_account(provider: Provider, payload: Json) -> list[Provider]:
    """What is said of a whole account concerns all channels that have it, and prove it alike."""
    account, proof = payload.get("account"), provider.channel.secret(provider.proof)
    if not account or not provider.account or not proof:
        return []
    return [
        provider_for(channel)
        for channel in directory.snapshot().by_pk.values()
        if channel.pk != provider.channel.pk
        and channel.provider == provider.slug
        and channel.secret(provider.account) == account
        and channel.secret(provider.proof) == proof
    ]


def _let_wait(event: InboundEvent) -> None:
    """It speaks of what is not known yet: it waits in a lane of its own, and holds nobody up."""
    own = f"~{event.pk}"  # a person's id may have a "~" as well
    apart = event.lane if event.lane.endswith(own) else f"{event.lane[:180]}{own}"
    _look_again(event, apart)


def _look_again(event: InboundEvent, lane: str) -> None:
    """Later, and ever later; what nobody ever gets to know is let go."""
    wait = pause(event.looks)
    if wait is None:
        _settle([event.pk], State.IGNORED)
        return
    InboundEvent.objects.filter(pk=event.pk).update(
        lane=lane, looks=event.looks + 1, due_at=timezone.now() + wait
    )


def _tell_of_stray(channel_id: int, account: str) -> None:
    """Messages for an account that no channel has arrive here: the channel's page says so."""
    text = _("It also brings messages for %(account)s, which no channel has.") % {
        "account": account
    }
    alarms.warn(channel_id, text)


def _settle(ids: Sequence[int], state: State) -> None:
    if ids:
        InboundEvent.objects.filter(pk__in=ids).update(state=state, handled_at=timezone.now())


def _put_off(event: InboundEvent, error: Exception) -> datetime | None:
    """When the event is tried again; None: that was the last try, it is set aside."""
    log.error("Event %s of channel %s failed", event.pk, event.channel_id, exc_info=error)
    told = plain(f"{type(error).__name__}: {error}", 2000)
    rows = InboundEvent.objects.filter(pk=event.pk)
    if event.attempts >= len(RETRIES):
        rows.update(state=State.ASIDE, error=told, handled_at=timezone.now())
        alarms.warn(event.channel_id, f"{event.kind} {event.pk}: {type(error).__name__}")
        return None
    due = timezone.now() + timedelta(seconds=RETRIES[event.attempts])
    rows.update(attempts=event.attempts + 1, error=told, due_at=due)
    return due


def _hold_back(lane: str, due: datetime) -> None:
    """Those behind an event that is put off would only be looked at in vain."""
    InboundEvent.objects.filter(lane=lane, state=State.PENDING, due_at__lt=due).update(due_at=due)


def _handle_statuses(lane: str) -> int:
    """All due statuses of a channel in one pass; their order does not matter.

    Where one of them spoils it for the others, each has its own try.
    """
    due = [lane, _adapted(timezone.now()), STATUSES_AT_ONCE]
    events = list(InboundEvent.objects.raw(DUE_OF_LANE, due))
    if not events or _apply(events) is None:
        return len(events)
    for event in events:
        if error := _apply([event]):
            _put_off(event, error)
    return len(events)


def _apply(events: Sequence[InboundEvent]) -> Exception | None:
    """Apply statuses of one channel, all or none of them; what went wrong is returned."""
    try:
        with transaction.atomic():
            _apply_or_park(events)
    except Exception as error:
        if is_away(error):
            raise
        return error
    return None


def _apply_or_park(events: Sequence[InboundEvent]) -> None:
    channel = _channel(events[0])
    provider = provider_for(channel)
    understood = [provider.understand(e.kind, json.loads(e.payload)) for e in events]
    pairs = [
        (event, replace(told, text=provider.without_secrets(told.text)))
        for event, told in zip(events, understood, strict=True)
        if isinstance(told, StatusUpdate)
    ]
    known = apply_statuses(channel, [update for _, update in pairs])
    late = {e.pk for (e, _), found in zip(pairs, known, strict=True) if not found}
    done = {e.pk for e, _ in pairs} - late
    _settle(sorted(done), State.DONE)
    _settle([e.pk for e in events if e.pk not in done | late], State.IGNORED)
    for event in events:
        if event.pk in late:  # it came before its message is known
            _look_again(event, event.lane)
