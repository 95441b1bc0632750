"""Who a new ticket is given to."""

from __future__ import annotations

from django.db.models import Count, Max, Q, QuerySet

from crm.people.models import User
from tickets.models import Ticket

OFFICERS = "officer"
# Tickets that nobody sees to: nobody has them, or a colleague who is not here any more.
NOBODYS = Q(assignee=None) | Q(assignee__is_active=False)


def is_nobodys(ticket: Ticket) -> bool:
    """As NOBODYS, of one."""
    return ticket.assignee is None or not ticket.assignee.is_active


def assignable() -> QuerySet[User]:
    """Active colleagues who may work on tickets."""
    people: QuerySet[User] = User.objects.with_perm(
        "tickets.change_ticket", backend="crm.people.backends.DeskBackend"
    )
    return people.filter(is_active=True).order_by("first_name", "last_name", "username")


def least_loaded(agency: int | None) -> User | None:
    """The active officer of the agency (its key) with the fewest open tickets; of several, who has
    waited longest for one. Where the agency has none, of all of them; None where nobody is.

    To be called in a transaction: the officers' rows stay locked until it ends, so that of two
    tickets made at once the second counts the first.
    """
    people = (agency and _locked(agency=agency)) or _locked()
    if len(people) < 2:
        return next(iter(people.values()), None)
    loads = Ticket.objects.filter(assignee__in=people).values("assignee").order_by()
    counted = loads.annotate(
        open=Count("pk", filter=~Q(status__in=Ticket.DONE)), last=Max("assigned_at")
    )
    known = {row["assignee"]: (row["open"], row["last"].timestamp()) for row in counted}
    return people[min((*known.get(pk, (0, 0.0)), pk) for pk in people)[-1]]


def _locked(**where: object) -> dict[int, User]:
    """Active officers by key, nobody else's until the transaction ends."""
    rows = User.objects.select_for_update(of=("self",), no_key=True).order_by("pk")
    officers = rows.filter(is_active=True, groups__name=OFFICERS, **where)
    return {one.pk: one for one in officers}
