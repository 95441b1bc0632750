"""Canned replies: which are offered for a ticket, and their words for it."""

from __future__ import annotations

from django.db.models import Case, Q, QuerySet, Value, When

from crm.people.models import User
from tickets.models import CannedReply, Ticket
from tickets.variables import with_values


def fill(*, reply: CannedReply, ticket: Ticket, user: User) -> str:
    """The words for this ticket, to be looked over and sent; what is not known is left out."""
    values = {
        "nombre": ticket.contact.first_name,
        "nombre_completo": ticket.contact.name,
        "ticket": ticket.number,
        "asunto": ticket.subject,
        "agente": str(user),
        "agencia": str(ticket.agency or ""),
    }
    return with_values(reply.text, values)


def offered(ticket: Ticket) -> QuerySet[CannedReply]:
    """Those in use for this ticket's agency; those of its category stand first."""
    mine = Q(agency=None) | Q(agency=ticket.agency_id) if ticket.agency_id else Q(agency=None)
    others = Case(When(category=ticket.category, then=Value(0)), default=Value(1))
    return CannedReply.objects.filter(mine, is_active=True).order_by(others, "title")
