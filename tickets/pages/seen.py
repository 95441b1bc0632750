"""How much of a ticket's thread a page has shown: what is newer is shown before one sends."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import Max

from crm.people.models import User
from tickets.merging import thread
from tickets.models import Ticket, TicketChange, TicketMessage

MOST_SHOWN = 20


@dataclass(frozen=True)
class Seen:
    """The ticket's version, and the last keys of what was said and changed, when it was drawn."""

    version: int
    entry: int
    change: int

    def __str__(self) -> str:
        return f"{self.version}.{self.entry}.{self.change}"


def seen_now(ticket: Ticket) -> Seen:
    """To be asked with a ticket read before its thread is: what comes in between is news."""
    entry = thread(ticket).order_by().aggregate(last=Max("pk"))["last"] or 0
    change = TicketChange.objects.filter(ticket=ticket).aggregate(last=Max("pk"))["last"] or 0
    return Seen(ticket.version, entry, change)


def parsed(text: str) -> Seen | None:
    """What a page sends back; None for anything else."""
    parts = text.split(".")
    if len(parts) != 3 or not all(p.isascii() and p.isdigit() and len(p) < 19 for p in parts):
        return None
    return Seen(*(int(part) for part in parts))


@dataclass(frozen=True)
class News:
    """What was said and changed after a page was drawn, without what its reader did."""

    entries: list[TicketMessage]
    changes: list[TicketChange]


def news_since(ticket: Ticket, seen: Seen, user: User) -> News:
    said = thread(ticket).filter(pk__gt=seen.entry).order_by("pk")
    changed = ticket.changes.filter(pk__gt=seen.change).exclude(field__in=("warned", "breached"))
    others = changed.exclude(actor=user).select_related("actor").order_by("pk")
    return News(
        [one for one in said[:MOST_SHOWN] if one.author_id != user.pk],
        list(others[:MOST_SHOWN]),
    )
