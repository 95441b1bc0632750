"""Bodies with a wrong signature: counted here, and told on the channel's page.

Either a secret was entered wrongly, or changed at the provider, and nothing comes in any more; or
a stranger knocks at a channel that works. The first turns it yellow. The next body that is rightly
signed takes light and words away, and as long as such come a stranger changes nothing.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from django.conf import settings
from django.db import DatabaseError, InterfaceError
from django.db.models import Case, Q, Value, When
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import ngettext, override

from chatbot.channels import directory
from crm.conversations.models import Channel

log = logging.getLogger(__name__)
Health = Channel.Health
EVERY = 60.0  # seconds between two looks at a channel's refusals, in each process
# What the error of a channel that is yellow for this ends in.
MARK = "(SIGNATURE)"


@dataclass(slots=True)
class _Refusals:
    """Of one channel; `taken`: a body that was rightly signed came meanwhile."""

    since: datetime = field(default_factory=timezone.now)
    count: int = 0
    told: bool = False
    taken: bool = False


_lock = threading.Lock()
_known: dict[UUID, _Refusals] = {}
_looked_at: dict[UUID, float] = {}  # time.monotonic()


def note_refused(channel: Channel) -> None:
    """One more. Whatever comes costs a counter in memory, and once a minute one small write."""
    with _lock:
        known = _known.setdefault(channel.uuid, _Refusals())
        known.count += 1
        now = time.monotonic()
        if now - _looked_at.get(channel.uuid, float("-inf")) < EVERY:
            return
        _looked_at[channel.uuid] = now
        if known.taken or (known.told and not _is_told(channel)):
            # It takes what is rightly signed, so nobody has to do anything.
            _known[channel.uuid] = _Refusals()
            return
        known.told = True
        said = _words(known)
    _tell(channel, said)


def note_taken(channels: Iterable[Channel]) -> None:
    """These have just taken a body that was rightly signed."""
    for channel in channels:
        if known := _known.get(channel.uuid):
            known.taken = True
        if _is_told(channel):
            _take_back(channel)


def _is_told(channel: Channel) -> bool:
    return channel.health == Health.YELLOW and channel.last_error.endswith(MARK)


def _words(known: _Refusals) -> str:
    with override(settings.LANGUAGE_CODE):  # and not in that of whoever knocked
        text = ngettext(
            "Refused %(count)s body with a wrong signature since %(since)s, and took none.",
            "Refused %(count)s bodies with a wrong signature since %(since)s, and took none.",
            known.count,
        )
        since = date_format(timezone.localtime(known.since), "SHORT_DATETIME_FORMAT")
        return f"{text % {'count': known.count, 'since': since}} {MARK}"


def _tell(channel: Channel, said: str) -> None:
    """What the channel is red or yellow for already is not hidden by this."""
    ours = ~Q(health__in=[Health.RED, Health.YELLOW]) | Q(
        health=Health.YELLOW, last_error__endswith=MARK
    )
    _write(channel, ours, health=Health.YELLOW, last_error=said, last_error_at=timezone.now())


def _take_back(channel: Channel) -> None:
    ours = Q(health=Health.YELLOW, last_error__endswith=MARK)
    before = Case(When(checked_at=None, then=Value(Health.UNKNOWN)), default=Value(Health.GREEN))
    _write(channel, ours, health=before, last_error="", last_error_at=None)


def _write(channel: Channel, only: Q, **values: object) -> None:
    """What the provider is answered does not depend on it."""
    try:
        Channel.objects.filter(only, pk=channel.pk).update(**values)
    except (DatabaseError, InterfaceError) as error:
        log.warning("Health of channel %s not noted: %s", channel.pk, type(error).__name__)
    directory.forget()
