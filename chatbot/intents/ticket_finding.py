"""Which ticket may be meant: of what was said last, quoted, spoken of lately, or by its number."""

from __future__ import annotations

from django.db.models import Q, QuerySet

from chatbot.dialog.contract import Turn
from chatbot.intents.hearing.ticket_numbers import number_in
from crm.conversations.models import Message
from tickets import hearing
from tickets.models import Ticket, TicketMessage
from tickets.standing import REOPENED_WITHIN

# So many that were spoken of lately are looked at for one that hears.
MOST_LATELY = 10
UNSENT = (Message.State.FAILED, Message.State.CANCELLED)


def one_waits(turn: Turn) -> bool:
    """Whether any waits for them here: else nothing of it has to be looked up."""
    if turn.is_first:
        return False
    here = Q(conversation=turn.conversation) | Q(messages__sent__conversation=turn.conversation)
    return Ticket.objects.filter(here, status=Ticket.Status.WAITING, merged_into=None).exists()


def said_last(turn: Turn) -> TicketMessage | None:
    """The last thing that was said to them, if it was of a ticket that may hear them."""
    if turn.is_first:
        return None  # nothing was
    said = Message.objects.filter(
        conversation=turn.conversation, direction=Message.Direction.OUT
    ).exclude(state__in=UNSENT)
    last = said.order_by("-shown_at", "-id").values("pk")[:1]
    entries = TicketMessage.objects.filter(sent__in=last, ticket__merged_into=None)
    return _heard_of(turn, entries.select_related("ticket").first())


def quoted(turn: Turn) -> Ticket | None:
    """The ticket of the message of ours that they answered to; in a session the partner's."""
    if not turn.inbound.reply_to:
        return None
    entries = TicketMessage.objects.filter(
        sent__conversation=turn.conversation, sent__provider_id=turn.inbound.reply_to
    )
    found = _heard_of(turn, entries.select_related("ticket__merged_into").first())
    return found.ticket if found is not None else None


def _heard_of(turn: Turn, entry: TicketMessage | None) -> TicketMessage | None:
    if entry is None or turn.partner is None:
        return entry
    return entry if hearing.may_hear(entry.ticket, turn.partner) else None


def lately(turn: Turn) -> list[Ticket]:
    """Those spoken of here that something happened to in the last week, newest first; or the one
    whose number they say."""
    rows = _named(turn, Ticket.objects.standing().filter(conversation=turn.conversation))
    rows = rows.filter(changed_at__gte=turn.now - REOPENED_WITHIN)
    return list(rows.order_by("-changed_at")[:MOST_LATELY])


def waiting(turn: Turn) -> list[Ticket]:
    """Those of them that wait for this person, and may hear them."""
    rows = [one for one in lately(turn) if one.status == Ticket.Status.WAITING]
    return [one for one in rows if turn.partner is None or hearing.may_hear(one, turn.partner)]


def not_done(turn: Turn) -> list[Ticket]:
    """Those that are not done, newest first, or the one whose number they say: in a session all
    that may hear them, else of what is private only what was spoken of here."""
    mine = Q(conversation=turn.conversation) | Q(is_private=False, contact=turn.contact)
    if turn.partner is not None:
        mine = hearing.heard_by(turn.partner)
    rows = _named(turn, Ticket.objects.standing().filter(mine))
    return list(rows.exclude(status__in=Ticket.DONE).order_by("-changed_at")[:MOST_LATELY])


def _named(turn: Turn, rows: QuerySet[Ticket]) -> QuerySet[Ticket]:
    key = number_in(turn.text)
    return rows.filter(Q(pk=key) | Q(merged=key)) if key else rows
