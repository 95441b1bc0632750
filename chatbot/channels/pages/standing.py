"""How channels stand: what waits, what is stuck, how fast they may go. A few queries for all."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from django.db.models import BooleanField, Count, F, Max, Min, QuerySet
from django.db.models.expressions import RawSQL
from django.utils import timezone

from chatbot.pacing import SECOND, rate_of
from crm.conversations.models import Channel, Conversation, Message

State = Message.State
RECENT = timedelta(days=1)
MINUTE = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class Standing:
    """What of a channel's messages is not through yet, and when a person last wrote.

    waiting, oldest  to be sent, being sent or confirmed; since when the first of them waits
    held             kept until the provider allows them
    unconfirmed      perhaps sent, and no word of it for long: a person decides
    failed           in the last day
    """

    waiting: int = 0
    oldest: datetime | None = None
    held: int = 0
    unconfirmed: int = 0
    failed: int = 0
    last_inbound: datetime | None = None

    @property
    def age(self) -> timedelta | None:
        """How long the first has waited; None for what only passes through."""
        age = timezone.now() - self.oldest if self.oldest else timedelta(0)
        return age if age >= MINUTE else None


def _where(condition: str) -> RawSQL:
    """A partial index's own condition, as a literal: elsewise SQLite does not see that it fits."""
    return RawSQL(f"conversations_message.{condition}", (), output_field=BooleanField())


def standings() -> dict[int, Standing]:
    """By channel; one without messages may be missing."""
    found: dict[int, Standing] = {}
    for rows in (_unsettled(), _failed(), _held(), _heard()):
        for row in rows:
            pk = row.pop("of")
            found[pk] = replace(found.get(pk, Standing()), **row)
    return found


def _by_channel(rows: QuerySet[Any]) -> Any:
    """Grouped, but not by walking the index of all rows by channel: these are a few of many."""
    return rows.order_by().annotate(of=F("channel_id") + 0).values("of")


def _unsettled() -> Any:
    rows = Message.objects.filter(_where("state IN ('queued', 'sending', 'unknown')"))
    unknown = Message.wanting_decision()
    return _by_channel(rows).annotate(
        waiting=Count("pk", filter=~unknown),
        oldest=Min("created_at", filter=~unknown),
        unconfirmed=Count("pk", filter=unknown),
    )


def _failed() -> Any:
    rows = Message.objects.filter(_where("state IN ('failed', 'unknown')"), state=State.FAILED)
    lately = rows.filter(failed_at__gte=timezone.now() - RECENT)
    return _by_channel(lately).annotate(failed=Count("pk"))


def _held() -> Any:
    return _by_channel(Message.objects.filter(_where("state = 'held'"))).annotate(held=Count("pk"))


def _heard() -> Any:
    rows = Conversation.objects.filter(last_inbound_at__isnull=False)
    return _by_channel(rows).annotate(last_inbound=Max("last_inbound_at"))


@dataclass(frozen=True, slots=True)
class Pace:
    """How fast a channel goes just now.

    rate          messages per second it may send
    sent          in the last minute
    paused_until  the provider asked for a pause; None: it did not
    """

    rate: float
    sent: int
    paused_until: datetime | None

    @property
    def most(self) -> int:
        """In a minute."""
        return int(self.rate * 60)


def paces(channels: Sequence[Channel]) -> dict[int, Pace]:
    """How fast each of these goes, by channel, in one query."""
    now = timezone.now()
    sent = _sent_lately(channels, now)
    return {one.pk: _pace(one, sent.get(one.pk, 0), now) for one in channels}


def pace_of(channel: Channel) -> Pace:
    return paces([channel])[channel.pk]


def _pace(channel: Channel, sent: int, now: datetime) -> Pace:
    rate = rate_of(channel)
    ahead = max((channel.paced_until or now) - now, timedelta(0))
    # Sending alone never goes further ahead than one second: see chatbot/pacing.py.
    if ahead > SECOND * 1.1:
        return Pace(rate, sent, now + ahead)
    return Pace(rate, sent, None)


def _sent_lately(channels: Sequence[Channel], now: datetime) -> dict[int, int]:
    """Whatever goes out moves its conversation, and those have an index by that moment."""
    since = now - MINUTE
    moved = Conversation.objects.filter(channel__in=channels, changed_at__gte=since)
    rows = Message.objects.filter(
        conversation__in=moved.values("pk"),
        shown_at__gte=now - RECENT,  # what waited longer is not looked for
        direction=Message.Direction.OUT,
        sent_at__gte=since,
    )
    ours = _by_channel(rows.exclude(author=Message.Author.PHONE_APP))
    return {row["of"]: row["sent"] for row in ours.annotate(sent=Count("pk"))}
