"""What became of a ticket: shown, added to, judged, and opened again by the person's own words."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from django.db.models import Max, Q, QuerySet

from chatbot.dialog.contract import FILE, Asked, Option, Outcome, Reply, Step, Turn, option
from chatbot.dialog.login import ask
from chatbot.intents import login, ticket_files, titles
from chatbot.intents.heard import INTENTS as HEARD
from chatbot.intents.heard import UNKNOWN
from chatbot.intents.own_words import written
from chatbot.intents.tickets import add, added, outside, spoken_of, theirs, unheard
from crm.conversations.models import Message
from tickets import hearing
from tickets.models import Ticket, TicketMessage
from tickets.standing import REOPENED_WITHIN, may_be_reopened
from tickets.telling import LOOK, RATE, REOPEN

DIALOG, MORE = "ticket", "more"
ADD_TO, ABOUT = "ticket_more", "ticket_about"
# As many as are buttons or a list everywhere; so many answers of one are shown.
MOST_SHOWN, MOST_ANSWERS = 6, 3
# So many that were spoken of lately are looked at for one that hears.
MOST_LATELY = 10
# Of those that were only announced so many are shown besides; the rest the next time.
MOST_UNREAD = 10
# So many signs of them in one reply, which may have a third more (`outreach.LONGEST_TEXT`).
MOST_SIGNS = 15_000
PUBLIC = TicketMessage.Kind.PUBLIC


def status(turn: Turn) -> Outcome:
    """Their tickets that are open or were done lately. Outside a session those made without one;
    who has none of those is asked who they are, whether or not they are a partner."""
    rows = list(_recent(turn, _readable(turn))[:MOST_SHOWN])
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
    key = int(turn.value[:18]) if turn.value.isdecimal() else 0
    ticket = _readable(turn).filter(Q(pk=key) | Q(merged=key)).first()
    if ticket is not None:
        return _shown(turn, ticket)
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
    whole = ticket.merged_into or ticket
    reply = Reply("ticket_more", {"number": whole.number, "done": whole.is_done})
    return Outcome((reply,), asked=Asked(DIALOG, MORE, {"ticket": ticket.pk}))


def take_more(turn: Turn, data: Mapping[str, Any]) -> Outcome:
    if who := login.in_between(turn, "ticket_status"):
        return who
    ticket = theirs(turn, data["ticket"], takes=True)
    if ticket is None:
        return unheard(turn, data["ticket"])
    if not written(turn) and not turn.inbound.media:
        return Outcome((Reply("ticket_words"),), asked=Asked(DIALOG, MORE, data))
    return add(turn, ticket, is_taken=True)


def about(turn: Turn) -> Outcome:
    """Yes, what they wrote before was about that ticket."""
    key, _dot, message_key = turn.value.partition(".")
    ticket = theirs(turn, key)
    if ticket is None:
        return unheard(turn, key)
    rows = Message.objects.filter(conversation=turn.conversation, direction=Message.Direction.IN)
    digits = message_key if message_key.isdecimal() else "0"
    message = rows.filter(pk=int(digits[:18])).first()
    if message is None or _gets_too_much(turn, ticket, message):
        return Outcome((Reply("ticket_not_found"),))
    heard = hearing.hear(ticket=ticket, message=message, partner=turn.partner)
    return added(turn, heard, ticket)


def _gets_too_much(turn: Turn, ticket: Ticket, message: Message) -> bool:
    """Whether it was said in a session that is over, and the ticket is no partner's secret."""
    whole = ticket.merged_into or ticket
    secret = whole.partner_id is not None and whole.is_private
    return message.is_private and turn.partner is None and not secret


def reopen(turn: Turn) -> Outcome | None:
    """That it is not resolved, tapped while a colleague speaks: the tap itself says so."""
    ticket = theirs(turn, turn.value)
    return add(turn, ticket) if ticket is not None else None


def claim(turn: Turn) -> Outcome | None:
    """Words that ask for nothing the bot knows, or a file, may be about a ticket: surely if it
    waits for them, or if they answer to a message of ours about it; else they are asked."""
    if _says_nothing(turn):
        return None
    ticket = _quoted(turn)
    if ticket is not None:
        return add(turn, ticket)
    waiting = hearing.hear_waiting(message=turn.message, partner=turn.partner, files=turn.files)
    if waiting is not None:
        return added(turn, waiting, waiting)
    if turn.inbound.kind != Message.Kind.TEXT or turn.captured is not None:
        return None
    return _asked_of(turn, _lately(turn))


def _asked_of(turn: Turn, rows: Sequence[Ticket]) -> Outcome | None:
    """Whether it is about the newest of them; or that it cannot be, said in this session."""
    hears = [one for one in rows if turn.partner is None or hearing.may_hear(one, turn.partner)]
    deaf = [one for one in rows if one not in hears and hearing.is_nobodys(one)]
    if not hears and deaf and deaf[0].status == Ticket.Status.WAITING:
        return replace(outside(turn, deaf[0]), misunderstood=True)
    lately = hears[0] if hears else None
    if lately is None or (lately.is_done and not may_be_reopened(lately, turn.now)):
        return None
    value = f"{lately.pk}.{turn.message.pk}"
    options = titles.pick(turn, (ABOUT, value, "ticket_about"), ("intent", "help", "ticket_not"))
    reply = Reply("ticket_about", {"number": lately.number}, options)
    return Outcome((reply,), misunderstood=True)


def claim_quoted(turn: Turn) -> Outcome | None:
    """Whatever they seem to ask for: what answers to a message about a ticket is about it, unless
    it is nothing but another thing's own words."""
    ticket = None if turn.heard.exact or _says_nothing(turn) else _quoted(turn)
    if ticket is None:
        return None
    return add(turn, ticket)


def claim_answer(turn: Turn) -> Outcome | None:
    """A yes, a no, or what sounds like another wish: to a colleague's last question it is the
    answer, while that ticket waits for one."""
    if turn.heard.exact and turn.heard.intent not in YES_NO:
        return None
    ticket = None if _says_nothing(turn) else _quoted(turn) or _asked_last(turn)
    if ticket is None:
        return None
    return add(turn, ticket)


def _asked_last(turn: Turn) -> Ticket | None:
    """The waiting ticket of the last thing that was said to them, if a colleague said it."""
    ticket = _waiting(turn)
    if ticket is None:
        return None
    sent = Message.objects.filter(
        conversation=turn.conversation, direction=Message.Direction.OUT
    ).exclude(state__in=(Message.State.FAILED, Message.State.CANCELLED))
    last = sent.order_by("-shown_at", "-id").values_list("pk", flat=True).first()
    return ticket if ticket.messages.filter(sent=last, kind=PUBLIC).exists() else None


def _says_nothing(turn: Turn) -> bool:
    """Whether it is an answer that was tapped, names an amount as a receipt does or a row of the
    list that was shown, or is no word."""
    slots = turn.heard.slots
    names_row = bool(turn.topic.get("shown")) and bool(slots.ordinal or slots.loan)
    if turn.choice or slots.amount is not None or names_row:
        return True
    return not written(turn) and not turn.inbound.media


def _quoted(turn: Turn) -> Ticket | None:
    """The ticket of the message of ours that they answered to; in a session the partner's."""
    if not turn.inbound.reply_to:
        return None
    entries = TicketMessage.objects.filter(
        sent__conversation=turn.conversation, sent__provider_id=turn.inbound.reply_to
    )
    found = entries.select_related("ticket__merged_into").first()
    if found is None:
        return None
    own = turn.partner is None or hearing.may_hear(found.ticket, turn.partner)
    return found.ticket if own else None


def _waiting(turn: Turn) -> Ticket | None:
    rows = _of_talk(turn).filter(status=Ticket.Status.WAITING)
    return rows.order_by("-changed_at").first()


def _lately(turn: Turn) -> list[Ticket]:
    """Those spoken of here that something happened to in the last week, newest first."""
    rows = Ticket.objects.standing().filter(conversation=turn.conversation)
    rows = rows.filter(changed_at__gte=turn.now - REOPENED_WITHIN)
    return list(rows.order_by("-changed_at")[:MOST_LATELY])


def _of_talk(turn: Turn) -> QuerySet[Ticket]:
    """Those spoken of here; in a session those that what is said in it may go to."""
    rows = Ticket.objects.standing().filter(conversation=turn.conversation)
    return rows.filter(hearing.heard_by(turn.partner)) if turn.partner is not None else rows


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


def _shown(turn: Turn, ticket: Ticket) -> Outcome:
    """One ticket with its last answers; those that were only announced have been read now."""
    entries, more = _answers(turn, ticket)
    unread = [one for one in entries if _is_unread(one)]
    hearing.mark_read(unread, owing=ticket_files.send_soon(unread, turn.conversation))
    answers = [{"at": one.created_at, "text": one.text} for one in entries]
    shown = titles.titles(turn)
    values = _row(ticket, shown, None) | {"answers": answers, "more": more}
    options: tuple[Option, ...] = (option(ADD_TO, ticket.pk, shown.get("ticket_add", "+")),)
    if more:
        options = (option(LOOK, ticket.pk, shown.get("ticket_rest", "+")), *options)
    return Outcome(
        (Reply("ticket_shown", values, options),), topic=dict(turn.topic) | {"ticket": ticket.pk}
    )


def _is_unread(entry: TicketMessage) -> bool:
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
    found.sort(key=_is_unread, reverse=True)
    said = _that_fit(found)
    more = any(_is_unread(one) for one in found[len(said) :])
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
CHOICES = {LOOK: look, RATE: rate, REOPEN: ask_more, ADD_TO: ask_more, ABOUT: about}
STEPS = {(DIALOG, MORE): Step(take_more, takes_any=True)}
YES_NO = ("affirm", "deny")
# These are about the conversation, not about anything in it.
OF_TALK = frozenset(("authenticate", "cancel", "logout", "opt_out", "opt_in", "talk_to_agent"))
CLAIMS = {
    **{intent: claim_quoted for intent in HEARD if intent not in OF_TALK},
    **dict.fromkeys((*YES_NO, "upload_receipt", "create_ticket"), claim_answer),
    UNKNOWN: claim,
    FILE: claim,
}
OVERHEARD = {**CLAIMS, RATE: rate, REOPEN: reopen, ABOUT: about}
