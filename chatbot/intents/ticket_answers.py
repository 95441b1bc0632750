"""What became of a ticket: shown, added to, judged, and opened again by the person's own words."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from django.db.models import Max, Q, QuerySet

from chatbot.dialog.contract import Asked, Option, Outcome, Reply, Step, Turn, option
from chatbot.dialog.login import ask
from chatbot.intents import login, ticket_files, titles
from chatbot.intents.hearing.ticket_numbers import number_in
from chatbot.intents.leaving import left
from chatbot.intents.own_words import written
from chatbot.intents.tickets import add, agrees_with, only_polite, spoken_of, theirs, unheard
from partners.models import Partner
from tickets import hearing
from tickets.models import Ticket, TicketMessage
from tickets.standing import REOPENED_WITHIN
from tickets.telling import LOOK, RATE, REOPEN

DIALOG, MORE = "ticket", "more"
ADD_TO = "ticket_more"
# As many as are buttons or a list everywhere; so many answers of one are shown.
MOST_SHOWN, MOST_ANSWERS = 6, 3
# Of those that were only announced so many are shown besides; the rest the next time.
MOST_UNREAD = 10
# So many signs of them in one reply, which may have a third more (`outreach.LONGEST_TEXT`).
MOST_SIGNS = 15_000
PUBLIC = TicketMessage.Kind.PUBLIC


def status(turn: Turn) -> Outcome:
    """Their tickets that are open or were done lately, or the one they name, or whose answer they
    have not read. Outside a session those made without one; who has none of those is asked who
    they are, whether or not they are a partner."""
    if key := 0 if turn.choice else number_in(turn.text):
        return _one(turn, key)
    rows = list(_recent(turn, _readable(turn))[:MOST_SHOWN])
    if len(rows) > 1 and turn.partner is not None:
        rows = _unread(turn.partner, rows) or rows
    if not rows and turn.session is None:
        return ask(turn, then="ticket_status")
    if not rows:
        return Outcome((Reply("ticket_none", options=titles.intents(turn, ("create_ticket",))),))
    if len(rows) == 1:
        return _shown(turn, rows[0])
    shown, last = titles.titles(turn), _last_answers(rows)
    listed = [_row(one, shown, last.get(one.pk)) for one in rows]
    options = [option(LOOK, one.pk, one.number) for one in rows]
    options += titles.intents(turn, ("authenticate",)) if turn.session is None else ()
    return Outcome((Reply("ticket_list", {"tickets": listed}, tuple(options)),))


def look(turn: Turn) -> Outcome:
    """One of them, or what it became a part of; in a session any of the partner's, else one that
    is nobody's secret."""
    return _one(turn, int(turn.value[:18]) if turn.value.isdecimal() else 0)


def _one(turn: Turn, key: int) -> Outcome:
    ticket = _readable(turn).filter(Q(pk=key) | Q(merged=key)).first()
    if ticket is not None:
        return _shown(turn, ticket, said_of=key)
    return (
        Outcome((Reply("ticket_not_found"),)) if turn.session else ask(turn, then="ticket_status")
    )


def rate(turn: Turn) -> Outcome:
    """A mark from 1 to 5; with a low one it is offered to go on. It holds no words of a session."""
    key, _dot, score = turn.value.partition(".")
    ticket = spoken_of(turn, key)
    if ticket is None or score not in tuple("12345") or not ticket.is_done:
        return Outcome((Reply("ticket_not_found"),))
    hearing.rate(ticket=ticket, contact=ticket.contact, score=int(score))
    low = int(score) <= 2
    options = titles.pick(turn, (REOPEN, str(ticket.pk), "ticket_still")) if low else ()
    return Outcome((Reply("ticket_rated", {"low": low, "number": ticket.number}, options),))


def ask_more(turn: Turn) -> Outcome:
    """What is to be added: to an open ticket, or about one that is not resolved after all."""
    ticket = theirs(turn, turn.value)
    if ticket is None:
        return unheard(turn, turn.value)
    return _ask_words(ticket)


def _ask_words(ticket: Ticket) -> Outcome:
    whole = ticket.merged_into or ticket
    reply = Reply("ticket_more", {"number": whole.number, "done": whole.is_done})
    return Outcome((reply,), asked=Asked(DIALOG, MORE, {"ticket": ticket.pk}))


def take_more(turn: Turn, data: Mapping[str, Any]) -> Outcome:
    if who := login.in_between(turn, "ticket_status"):
        return who
    ticket = theirs(turn, data["ticket"], takes=True)
    if ticket is None:
        return unheard(turn, data["ticket"])
    if gone := left(turn, number=ticket.number):
        return gone
    # A yes may answer what a colleague asked; what is done needs more than that.
    is_done = (ticket.merged_into or ticket).is_done
    if only_polite(turn) and (is_done or not agrees_with(turn)):
        return _ask_words(ticket)
    if not written(turn) and not turn.inbound.media:
        return Outcome((Reply("ticket_words"),), asked=Asked(DIALOG, MORE, data))
    return add(turn, ticket, is_taken=True)


def reopen(turn: Turn) -> Outcome | None:
    """That it is not resolved, tapped while a colleague speaks: the tap itself says so."""
    ticket = theirs(turn, turn.value)
    return add(turn, ticket) if ticket is not None else None


def _readable(turn: Turn) -> QuerySet[Ticket]:
    """What may be told of here: what was made without a session; in one, what hears it."""
    mine = Q(is_private=False) & (Q(contact=turn.contact) | Q(conversation=turn.conversation))
    if turn.partner is not None:
        mine = hearing.heard_by(turn.partner)
    return Ticket.objects.standing().filter(mine)


def _recent(turn: Turn, rows: QuerySet[Ticket]) -> QuerySet[Ticket]:
    """What is open, and what was done in the last week."""
    lately = turn.now - REOPENED_WITHIN
    undone = ~Q(status__in=Ticket.DONE)
    return rows.filter(undone | Q(resolved_at__gte=lately) | Q(closed_at__gte=lately))


def _unread(partner: Partner, rows: Iterable[Ticket]) -> list[Ticket]:
    """Those of them with an answer of which their partner only heard that there is one."""
    pairs = hearing.unread(partner).values_list("ticket", "ticket__merged_into")
    keys = {key for pair in pairs for key in pair}
    return [one for one in rows if one.pk in keys]


def _shown(turn: Turn, ticket: Ticket, said_of: int = 0) -> Outcome:
    """One ticket with its last answers; those that were only announced have been read now.
    `said_of` is the key they named: that of a part is told what it is a part of."""
    entries, more = _answers(turn, ticket)
    new = [one for one in entries if is_unread(one)]
    hearing.mark_read(new, owing=ticket_files.send_soon(new, turn.conversation))
    answers = [{"at": one.created_at, "text": one.text} for one in entries]
    shown = titles.titles(turn)
    part = ticket.merged.filter(pk=said_of).first() if said_of not in (0, ticket.pk) else None
    values = _row(ticket, shown, None) | {"answers": answers, "more": more}
    values["part"] = part.number if part is not None else ""
    options: tuple[Option, ...] = (option(ADD_TO, ticket.pk, shown.get("ticket_add", "+")),)
    if more:
        options = (option(LOOK, ticket.pk, shown.get("ticket_rest", "+")), *options)
    return Outcome(
        (Reply("ticket_shown", values, options),), topic=dict(turn.topic) | {"ticket": ticket.pk}
    )


def is_unread(entry: TicketMessage) -> bool:
    return entry.is_veiled and entry.read_at is None


def _answers(turn: Turn, ticket: Ticket) -> tuple[list[TicketMessage], bool]:
    """The newest of it and its parts, in order, and what was only announced so far; and whether
    there is more of that than can be said at once. Outside a session nothing that is private, of
    whichever part."""
    family = Q(ticket=ticket) | Q(ticket__merged_into=ticket)
    told = Q(ticket__is_private=False, is_veiled=False)
    if turn.partner is not None:
        told |= Q(ticket__partner=turn.partner)
    rows = TicketMessage.objects.filter(family, told, kind=PUBLIC)
    found = list(rows.order_by("-id")[:MOST_ANSWERS])
    if turn.partner is not None and len(found) == MOST_ANSWERS:  # else these are all
        unread = rows.filter(is_veiled=True, read_at=None).exclude(pk__in=[o.pk for o in found])
        found += unread.order_by("id")[: MOST_UNREAD + 1]
    # What was told before makes room for what was not: that is told the next time for sure.
    found.sort(key=is_unread, reverse=True)
    said = _that_fit(found)
    more = any(is_unread(one) for one in found[len(said) :])
    return sorted(said, key=lambda one: one.pk), more


def _that_fit(found: Sequence[TicketMessage]) -> list[TicketMessage]:
    """The first of them that one reply can hold, and at least one."""
    said, left = list(found[:1]), MOST_SIGNS - sum(len(one.text) for one in found[:1])
    for one in found[1 : MOST_ANSWERS + MOST_UNREAD]:
        left -= len(one.text)
        if left < 0:
            break
        said.append(one)
    return said


def _last_answers(tickets: Iterable[Ticket]) -> dict[int, datetime]:
    """When each was last answered, by its key."""
    rows = TicketMessage.objects.filter(ticket__in=tickets, kind=PUBLIC).order_by()
    return dict(rows.values_list("ticket").annotate(at=Max("created_at")))


def _row(ticket: Ticket, shown: Mapping[str, str], last: datetime | None) -> dict[str, Any]:
    """What is told of a ticket in a line; `shown` are the words for its states."""
    return {
        "number": ticket.number,
        "subject": ticket.subject,
        "state": shown.get(f"ticket_state_{ticket.status}", ticket.status),
        "answered_at": last,
    }


INTENTS = {"ticket_status": status}
CHOICES = {LOOK: look, RATE: rate, REOPEN: ask_more, ADD_TO: ask_more}
STEPS = {(DIALOG, MORE): Step(take_more, takes_any=True)}
