"""How often somebody tried in vain, and the locks that follow.

Every try that does not open the door at once counts, whether the data were right or not: what was
counted otherwise would say, by the lock that does or does not follow, which of them were right.
"""

from __future__ import annotations

import logging
import sys
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.utils import timezone

from chatbot import lasting
from chatbot.models import LoginCounter
from crm.audit.models import record
from crm.conversations.models import Conversation
from partners.models import Partner

Rows = tuple[LoginCounter, LoginCounter]
Held = tuple[Rows, Conversation | None]

log = logging.getLogger(__name__)
# So many tries in vain lock a conversation, or a document for all phones but the registered one.
OWN = "own"
MOST = {"talk": 5, "document": 10, OWN: sys.maxsize}
# So many of a row's tries are remembered: more than lock it.
KEPT = 20
# How long a lock lasts: the first, the second … and every later one.
TERMS = tuple(timedelta(minutes=minutes) for minutes in (5, 15, 30, 60))


@dataclass(frozen=True, slots=True)
class Counted:
    """What a try is counted on; with the rows' locks held until the transaction ends."""

    talk: LoginCounter
    document: LoginCounter
    event: str
    now: datetime

    @property
    def keys(self) -> tuple[str, str]:
        return self.talk.key, self.document.key

    @property
    def talk_locked(self) -> bool:
        return self.talk.is_locked(self.now, event=self.event)

    @property
    def document_locked(self) -> bool:
        return self.document.is_locked(self.now, event=self.event)


def look(
    conversation: Conversation, document: str, *, own: bool, event: str, now: datetime
) -> Counted:
    """Both counters, their rows locked, made where there are none.

    `document` is a keyed hash. `own`: it is that of who has this phone registered; those tries are
    counted apart, and lock no document.
    """
    keys = f"talk:{conversation.pk}", f"{OWN if own else 'document'}:{document}"
    return Counted(*_locked(keys), event, now)


def count(counted: Counted, *, conversation: Conversation, owner: Partner | None) -> None:
    """One more in vain; even if what follows is rolled back. `owner` is whose document it is, with
    their contact: a lock asks the database as much for somebody's document as for nobody's."""
    talk = conversation.pk
    keys, event, now = counted.keys, counted.event, counted.now
    held: list[Held] = [((counted.talk, counted.document), conversation)]

    def act() -> None:
        # The rows of the first time are stale once it is rolled back, and a conversation that the
        # event itself made is gone with it.
        rows, there = held.pop() if held else (_locked(keys), _standing(talk))
        _count(rows, there, owner, event, now)

    lasting.for_good(act)


def forgive(counted: Counted) -> None:
    """They have proved who they are: what went wrong before in this conversation is forgotten."""
    if counted.talk.tries:
        LoginCounter.objects.filter(pk=counted.talk.pk).update(tries=[])


def forget(now: datetime | None = None) -> int:
    """Job: delete what counts no more; how many."""
    before = (now or timezone.now()) - LoginCounter.FORGOTTEN
    return LoginCounter.objects.filter(last_at__lt=before).delete()[0]


def _locked(keys: tuple[str, str]) -> Rows:
    """In the order of their keys, so that two who want the same do not wait for each other."""
    new = [LoginCounter(key=key, last_at=timezone.now()) for key in sorted(keys)]
    LoginCounter.objects.bulk_create(new, ignore_conflicts=True)
    rows = LoginCounter.objects.select_for_update().filter(key__in=keys).order_by("key")
    found = {row.key: row for row in rows}
    return found[keys[0]], found[keys[1]]


def _standing(talk: int) -> Conversation | None:
    return Conversation.objects.with_people().filter(pk=talk).first()


def _count(
    rows: Rows,
    there: Conversation | None,
    owner: Partner | None,
    event: str,
    now: datetime,
) -> None:
    rows[0].conversation, rows[1].partner = there, owner
    newly = []
    for row in rows:
        if _counted(row, event, now) and len(row.tries) >= MOST[row.key.partition(":")[0]]:
            _lock(row, event, now)
            newly.append(row)
    fields = ["conversation", "partner", "tries", "locks", "locked_until", "locked_by", "last_at"]
    LoginCounter.objects.bulk_update(rows, fields)
    for row in newly:
        _tell(row, there)


def _counted(row: LoginCounter, event: str, now: datetime) -> bool:
    """Whether it is a try more: not while locked, and an event only once."""
    if row.is_locked(now) or event in row.tries or row.locked_by == event:
        return False
    if row.last_at is not None and row.last_at < now - LoginCounter.FORGOTTEN:
        row.tries, row.locks = [], 0
    row.tries, row.last_at = [*row.tries, event][-KEPT:], now
    return True


def _lock(row: LoginCounter, event: str, now: datetime) -> None:
    row.locked_until = now + TERMS[min(row.locks, len(TERMS) - 1)]
    row.locks, row.locked_by, row.tries = row.locks + 1, event, []


def _tell(row: LoginCounter, conversation: Conversation | None) -> None:
    """The audit log says of whom; the log of the program only that it was so."""
    log.warning("Log-ins by chat locked: %s, time no. %s", row, row.locks)
    subject = row.partner or conversation
    if subject is not None:
        minutes = TERMS[min(row.locks, len(TERMS)) - 1] // timedelta(minutes=1)
        after = {"minutes": minutes, "times": row.locks}
        action = "login_locked_by_document" if row.partner_id else "login_locked"
        record(action=action, subject=subject, by=None, before={}, after=after)
