"""Tickets in the search box."""

from django.utils.translation import gettext_lazy as _

from crm.desk.registry import SearchHit
from crm.people.models import User
from tickets.models import Ticket
from tickets.pages.finding import matching


def search_tickets(user: User, text: str, limit: int) -> list[SearchHit]:
    """The latest visible tickets `text` may mean."""
    if not user.has_perm("tickets.view_ticket"):
        return []
    rows = Ticket.objects.visible_to(user).filter(matching(text)).select_related("contact")
    return [
        SearchHit(
            title=one.subject,
            subtitle=f"{one.number} · {one.contact} · {one.get_status_display()}",
            url=one.get_absolute_url(),
            icon="ticket",
            kind=_("Ticket"),
        )
        for one in rows.order_by("-id")[:limit]
    ]
