"""What tells a live page that leads have changed: one indexed query a key."""

from collections.abc import Iterable

from django.db.models import QuerySet

from crm.desk.pulse import RECENT, version_of
from crm.people.models import User
from leads.models import Lead

LIST = "leads"
ONE = "lead:"


def pulse(user: User, asked: Iterable[str]) -> dict[str, str]:
    """Versions of "leads" (any lead changed) and of "lead:<pk>"; strangers learn nothing."""
    if not user.has_perm("leads.view_lead"):
        return {}
    versions: dict[str, str] = {}
    for key in asked:
        if key == LIST:
            versions[key] = _version(Lead.objects.order_by("-updated_at")[:RECENT])
        elif key.startswith(ONE) and key.removeprefix(ONE).isdecimal():
            pk = int(key.removeprefix(ONE)[:18])
            versions[key] = _version(Lead.objects.visible_to(user).filter(pk=pk).order_by())
    return versions


def _version(rows: QuerySet[Lead]) -> str:
    """Blank where there is nothing this person may see."""
    return version_of(rows.values_list("updated_at", flat=True))
