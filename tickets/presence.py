"""Who else looks at a ticket now: each page says so every few seconds."""

from __future__ import annotations

from django.utils import timezone

from crm.people.models import User
from tickets.models import Ticket, TicketPresence


def look(*, ticket: Ticket, user: User) -> list[User]:
    """Say that this person has the ticket open; the colleagues who have it open too."""
    now = timezone.now()
    TicketPresence.objects.update_or_create(ticket=ticket, user=user, defaults={"seen_at": now})
    return others(ticket=ticket, user=user)


def others(*, ticket: Ticket, user: User) -> list[User]:
    """The colleagues who have had the ticket open until a moment ago."""
    since = timezone.now() - TicketPresence.STAYS
    rows = TicketPresence.objects.filter(ticket=ticket, seen_at__gte=since).exclude(user=user)
    return [one.user for one in rows.select_related("user").order_by("id")]


def leave(*, ticket: Ticket, user: User) -> None:
    TicketPresence.objects.filter(ticket=ticket, user=user).delete()
