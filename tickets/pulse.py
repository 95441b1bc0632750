"""What tells a live page that tickets have changed: one indexed query a key."""

from collections.abc import Iterable

from django.db.models import QuerySet

from crm.desk.pulse import RECENT, version_of
from crm.people.models import User
from tickets.models import Ticket

LIST = "tickets"
ONE = "ticket:"


def pulse(user: User, asked: Iterable[str]) -> dict[str, str]:
    """Versions of "tickets" (any ticket changed) and of "ticket:<pk>"; strangers learn nothing."""
    if not user.has_perm("tickets.view_ticket"):
        return {}
    versions: dict[str, str] = {}
    for key in asked:
        if key == LIST:
            versions[key] = _version(Ticket.objects.order_by("-changed_at")[:RECENT])
        elif key.startswith(ONE) and key.removeprefix(ONE).isdecimal():
            pk = int(key.removeprefix(ONE)[:18])
            versions[key] = _version(Ticket.objects.visible_to(user).filter(pk=pk).order_by())
    return versions


def _version(rows: QuerySet[Ticket]) -> str:
    """Blank where there is nothing this person may see."""
    return version_of(rows.values_list("changed_at", flat=True))
