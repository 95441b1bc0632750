"""The channels as a process remembers them, so that a webhook costs one query and not two.

A snapshot of all channels (a handful of rows) is at most `FRESH` seconds old; whoever changes a
channel calls `forget()`, and other processes follow within that time.
"""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from urllib.parse import unquote
from uuid import UUID

from crm.conversations.models import Channel

FRESH = 2.0


@dataclass(frozen=True, slots=True)
class Snapshot:
    at: float = float("-inf")
    by_uuid: dict[UUID, Channel] = field(default_factory=dict)
    by_pk: dict[int, Channel] = field(default_factory=dict)
    by_external: dict[tuple[str, str], Channel] = field(default_factory=dict)
    by_older_path: dict[str, Channel] = field(default_factory=dict)
    by_default: dict[str, Channel] = field(default_factory=dict)


_snapshot = Snapshot()


def snapshot() -> Snapshot:
    """Channels of the last two seconds. Raises what the database raises."""
    global _snapshot
    if time.monotonic() - _snapshot.at > FRESH:
        _snapshot = _read()
    return _snapshot


def remembered() -> Snapshot:
    """The last snapshot, however old: for what must work while the database is away."""
    return _snapshot


def forget() -> None:
    global _snapshot
    _snapshot = Snapshot()


def _read() -> Snapshot:
    channels = list(Channel.objects.order_by("pk"))
    return Snapshot(
        at=time.monotonic(),
        by_uuid={channel.uuid: channel for channel in channels},
        by_pk={channel.pk: channel for channel in channels},
        # What comes for a channel that is switched off is still that one's; an active one wins.
        by_external={
            (c.provider, c.external_id): c
            for c in sorted(channels, key=lambda c: (c.is_active, -c.pk))
            if c.external_id
        },
        # An address goes on for the others that share it when its own channel is switched off.
        # As a request's path is read: kept is how an address writes it, "/wa%20x".
        by_older_path={unquote(c.older_path): c for c in channels if c.older_path},
        by_default={c.default_for: c for c in channels if c.default_for},
    )
