"""How fast a channel, and one person, may be written to: one moment each, moved by every message.

`paced_until` is when all that was sent would be through at the steady rate (the generic cell rate
algorithm). It is moved in the transaction that claims a message, under a lock, so that any number
of workers keep one rate. A channel's messages are claimed a moment ahead, and each leaves when it
is its turn: never several at once, and the rate is kept however unevenly a busy worker claims.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import connection
from django.db.models import Q

from crm.conversations.models import Channel, Conversation, Message
from crm.conversations.rules import Rules, rules_of

SECOND = timedelta(seconds=1)
# How far ahead a channel's messages are claimed at least; a thread waits so long for its turn.
AHEAD = timedelta(milliseconds=100)


def rate_of(channel: Channel) -> float:
    """Messages per second of the whole channel."""
    return channel.per_second or rules_of(channel.provider).per_second


@dataclass(slots=True)
class Allowance:
    """What one channel may still send now."""

    channel: Channel
    interval: timedelta
    until: datetime
    left: int
    taken: int = 0

    def take(self) -> datetime | None:
        """When the next message may leave; None: not one more may be claimed now."""
        if self.taken >= self.left:
            return None
        self.taken += 1
        return self.until + self.interval * (self.taken - 1)


def ahead_of(gap: float) -> timedelta:
    """How far ahead who comes by every `gap` seconds should claim: until after the next time."""
    return min(AHEAD + timedelta(seconds=gap), SECOND)


def lock(
    channel_ids: Iterable[int], now: datetime, ahead: timedelta = AHEAD
) -> dict[int, Allowance]:
    """The allowances of these channels; their rows stay locked to the transaction's end.

    A channel that another worker is claiming for just now is left to that one. The lock is not
    one against those who only point at a channel: every webhook does.
    """
    rows = Channel.objects.filter(pk__in=set(channel_ids)).order_by("pk")
    skip = connection.features.has_select_for_update_skip_locked
    return {
        one.pk: _allowance(one, now, ahead)
        for one in rows.select_for_update(skip_locked=skip, no_key=skip)
    }


def _allowance(channel: Channel, now: datetime, ahead: timedelta) -> Allowance:
    """What falls into the next moment at the steady rate; one message at least."""
    interval = SECOND / rate_of(channel)
    until = max(channel.paced_until or now, now)
    left = int((now + max(ahead, interval) - until) / interval)
    return Allowance(channel, interval, until, max(left, 0))


def settle(allowances: Iterable[Allowance]) -> None:
    """Write down what was taken."""
    for one in allowances:
        if one.taken:
            until = one.until + one.interval * one.taken
            Channel.objects.filter(pk=one.channel.pk).update(paced_until=until)


def spent(now: datetime, ahead: timedelta = AHEAD) -> list[int]:
    """Channels that may send nothing this instant, so that they do not stand in others' way."""
    busy = Channel.objects.filter(paced_until__gt=now)
    return [one.pk for one in busy if not _allowance(one, now, ahead).left]


def may_hear(rules: Rules, conversation: Conversation, now: datetime) -> datetime | None:
    """When this person, or group, may be written to again; None: now."""
    seconds = rules.seconds_between(in_group=conversation.is_group)
    if not seconds or conversation.paced_until is None:
        return None
    burst = timedelta(seconds=seconds) * (rules.pair_burst - 1)
    free = conversation.paced_until - burst
    return free if free > now else None


def note_heard(messages: Iterable[Message], now: datetime) -> None:
    """Count one message to each of these people, where their provider does."""
    paced = []
    for message in messages:
        one, rules = message.conversation, rules_of(message.channel.provider)
        if seconds := rules.seconds_between(in_group=one.is_group):
            one.paced_until = max(one.paced_until or now, now) + timedelta(seconds=seconds)
            paced.append(one)
    if paced:
        Conversation.objects.bulk_update(paced, ["paced_until"])


def note_phone(channel: Channel) -> None:
    """A number is used on a phone as well; the provider takes less of it then, if it says so."""
    if rate := rules_of(channel.provider).per_second_beside_phone:
        Channel.objects.filter(pk=channel.pk, per_second=None).update(per_second=rate)


def slow_down(channel_id: int, seconds: float, now: datetime) -> None:
    """The provider says that the whole channel is too fast: nothing goes for so long."""
    until = now + timedelta(seconds=seconds)
    rows = Channel.objects.filter(pk=channel_id)
    rows.filter(Q(paced_until=None) | Q(paced_until__lt=until)).update(paced_until=until)
