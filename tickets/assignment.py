"""Who a new ticket is given to."""

from __future__ import annotations

from django.db.models import Count, Max, Q, QuerySet

from crm.people.models import Agency, User
from tickets.models import Ticket

OFFICERS = "officer"


def assignable() -> QuerySet[User]:
    """Active colleagues who may work on tickets."""
    people: QuerySet[User] = User.objects.with_perm(
        "tickets.change_ticket", backend="crm.people.backends.DeskBackend"
    )
    return people.filter(is_active=True).order_by("first_name", "last_name", "username")


def least_loaded(agency: Agency | None) -> User | None:
    """The active officer of the agency with the fewest open tickets; of several, who has waited
    longest for one. Where the agency has none, of all of them; None where nobody is.

    To be called in a transaction: the officers' rows stay locked until it ends, so that of two
    tickets made at once the second counts the first.
    """
    officers = User.objects.filter(is_active=True, groups__name=OFFICERS)
    keys = list(officers.values_list("pk", "agency"))
    own = [pk for pk, place in keys if agency is not None and place == agency.pk]
    chosen = own or [pk for pk, _place in keys]
    if not chosen:
        return None
    rows = User.objects.select_for_update(of=("self",), no_key=True)
    people = {one.pk: one for one in rows.filter(pk__in=chosen, is_active=True).order_by("pk")}
    loads = Ticket.objects.filter(assignee__in=people).values("assignee").order_by()
    counted = loads.annotate(
        open=Count("pk", filter=~Q(status__in=Ticket.DONE)), last=Max("assigned_at")
    )
    known = {row["assignee"]: (row["open"], row["last"].timestamp()) for row in counted}
    return min(
        people.values(), key=lambda one: (*known.get(one.pk, (0, 0.0)), one.pk), default=None
    )
