"""Tickets, what is said and decided about them, and how soon they are to be seen to."""

from tickets.models.policy import CannedReply, SlaPolicy
from tickets.models.thread import TicketChange, TicketFile, TicketMessage, TicketPresence
from tickets.models.ticket import Category, Priority, Ticket

__all__ = [
    "CannedReply",
    "Category",
    "Priority",
    "SlaPolicy",
    "Ticket",
    "TicketChange",
    "TicketFile",
    "TicketMessage",
    "TicketPresence",
]
