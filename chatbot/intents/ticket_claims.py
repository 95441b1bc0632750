"""Whose words may be a ticket's: an answer to a colleague's question, and that all is not well."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from itertools import takewhile

from django.db.models import Q, QuerySet

from chatbot.dialog.contract import FILE, Option, Outcome, Reply, Turn
from chatbot.intents import own_data, properties, titles, visits
from chatbot.intents.heard import INTENTS as HEARD
from chatbot.intents.heard import POLITE, SURE, UNKNOWN
from chatbot.intents.hearing.features import asks
from chatbot.intents.hearing.ticket_numbers import names_some, number_in
from chatbot.intents.hearing.words import plain
from chatbot.intents.own_words import written
from chatbot.intents.ticket_answers import rate, reopen
from chatbot.intents.ticket_words import (
    GOES_ON,
    NOT_TOLD,
    NOT_WELL,
    OF_PAYING,
    RECEIPT,
    STILL,
    TAKEN_BACK,
    TELLS,
    WISHES,
    YES,
)
from chatbot.intents.tickets import NEW, add, added, begin, outside, theirs, unheard
from crm.conversations.models import Message
from tickets import hearing
from tickets.models import Ticket, TicketMessage
from tickets.standing import REOPENED_WITHIN, may_be_reopened
from tickets.telling import RATE, REOPEN

ABOUT = "ticket_about"
# So many that were spoken of lately are looked at for one that hears.
MOST_LATELY = 10
# So far back one yes reaches, and to so many messages: each costs a handful of statements.
MOST_BACK, MOST_IN_ROW = 20, 4
# "Sí, es sobre mi ticket": who says more says something else besides.
MOST_OF_YES = 5
# Until then, and so many things said, a yes may still be one to that.
STILL_MEANT, MOST_SINCE = timedelta(minutes=15), 4
# So many words say why not.
FEW = 2
PUBLIC = TicketMessage.Kind.PUBLIC
UNSENT = (Message.State.FAILED, Message.State.CANCELLED)
# They answer a question whatever else they sound like.
ANSWERS = frozenset(("affirm", "deny", "upload_receipt", "create_ticket", UNKNOWN))
YES_NO = frozenset(("affirm", "deny"))
# What may say that a ticket is not settled, or no more wanted.
OF_TICKETS = frozenset((*YES_NO, "create_ticket", "ticket_status", "cancel"))
# These are about the conversation, not about anything in it.
OF_TALK = frozenset(("cancel", "logout", "opt_out", "opt_in", "talk_to_agent"))


# --- What they seem to ask for -----------------------------------------------------------------


def claim(turn: Turn) -> Outcome | None:
    """Words that ask for nothing the bot knows, or a file, may be about a ticket: surely if it
    waits for them, or if they answer to a message of ours about it; else they are asked."""
    if found := _answered(turn) or _not_settled(turn):
        return found
    if _says_nothing(turn):
        return None
    if changed := visits.in_passing(turn):
        return changed
    waiting = hearing.hear_waiting(message=turn.message, partner=turn.partner, files=turn.files)
    if waiting is not None:
        return added(turn, waiting, waiting)
    if turn.inbound.kind != Message.Kind.TEXT or _is_leads(turn):
        return None
    # What surely is about something else that is spoken of is not asked about.
    meant = properties.asked_in_passing(turn) or own_data.in_passing(turn)
    return meant or _asked_of(turn, _lately(turn))


def claim_other(turn: Turn) -> Outcome | None:
    """Whatever else they seem to ask for: an answer to a message about a ticket is about it, unless
    it is nothing but another thing's own words."""
    if turn.heard.exact and turn.heard.intent not in YES_NO:
        return None
    return _answered(turn) or (_not_settled(turn) if turn.heard.intent in OF_TICKETS else None)


def claim_yes(turn: Turn) -> Outcome | None:
    """A yes also to "is it about that ticket?", in words."""
    is_yes = turn.heard.exact or len(turn.text.split()) <= MOST_OF_YES
    value, just_asked = _asked_about(turn) if is_yes else ("", False)
    if value and just_asked:
        return about(replace(turn, inbound=replace(turn.inbound, choice=value)))
    if found := claim_other(turn):
        return found
    return _asked_again(turn, value) if value and YES.search(plain(turn.text)) else None


def claim_no(turn: Turn) -> Outcome | None:
    """A no to "is it about that ticket?", where it was offered that it is something new: so it
    is."""
    offered = next(iter(_offered(turn)), []) if turn.heard.exact and not turn.choice else []
    new = next((one for one in offered if one.startswith(f"{NEW}:")), "")
    if new and offered[0].startswith(f"{ABOUT}:"):
        return begin(replace(turn, inbound=replace(turn.inbound, choice=new)))
    return claim_other(turn)


def claim_document(turn: Turn) -> Outcome | None:
    """A document alone, of who is in already: a colleague asked for it."""
    if turn.session is None or turn.heard.slots.year:
        return None
    return _answered(turn)


def claim_cancel(turn: Turn) -> Outcome | None:
    """Of a ticket: it is a colleague who closes it."""
    return _not_settled(turn) if names_some(turn.text) else None


def _answered(turn: Turn) -> Outcome | None:
    """Added to the ticket of the message they answer to: it is quoted, or was a colleague's
    question and the last thing that was said to them."""
    if turn.choice or not (written(turn) or turn.inbound.media):
        return None
    ticket = _quoted(turn)
    if ticket is None:
        entry = _said_last(turn)
        asks_them = entry is not None and entry.ticket.status == Ticket.Status.WAITING
        ticket = entry.ticket if entry and asks_them and _may_answer(turn, entry) else None
    return add(turn, ticket) if ticket is not None else None


def _may_answer(turn: Turn, entry: TicketMessage) -> bool:
    """Whether it may be the answer to that question; what they have not
    read, they must tell it."""
    asks_for_it = OF_PAYING.search(plain(entry.text)) is not None
    if entry.kind != PUBLIC or (_brings_receipt(turn) and not asks_for_it):
        return False
    heard, slots = turn.heard, turn.heard.slots
    if heard.intent in ANSWERS:
        return True
    words = plain(turn.text)
    if heard.intent in POLITE or asks(turn.text) or WISHES.search(words):
        return False
    if entry.is_veiled and entry.read_at is None:
        return TELLS.search(words) is not None and NOT_TOLD.search(words) is None
    names = slots.ordinal or slots.day or any(sign.isdigit() for sign in turn.text)
    return bool(names) or heard.score < SURE


def _not_settled(turn: Turn) -> Outcome | None:
    """That a ticket is not resolved opens it again, if they have just heard that it is; else they
    are asked, as who takes one back is."""
    words = plain(turn.text)
    is_no = turn.heard.exact and turn.heard.intent in YES_NO
    unwell = is_no and NOT_WELL.search(words) is not None
    if turn.choice or (is_no and not unwell) or turn.inbound.kind != Message.Kind.TEXT:
        return None
    still = STILL.search(words) is not None
    entry = _said_last(turn) if still or turn.heard.intent in ("deny", "create_ticket") else None
    if entry is not None and may_be_reopened(entry.ticket, turn.now):
        surely = still and GOES_ON.search(words) is not None
        return add(turn, entry.ticket) if surely else _asked_of(turn, [entry.ticket])
    if unwell:
        return None
    if names_some(words) and TAKEN_BACK.search(words):
        return _asked_of(turn, _open(turn))
    says_why = turn.heard.intent == "deny" and len(words.split()) >= FEW
    if not still and not says_why:
        return None
    # "Still no answer to my ticket" asks how that one stands.
    asks_how = turn.heard.intent == "ticket_status"
    return _asked_of(turn, [one for one in _lately(turn) if one.is_done or not asks_how])


def _brings_receipt(turn: Turn) -> bool:
    """Whether the words beside a picture say that it is a payment's: an amount alone may answer
    anything."""
    if turn.inbound.kind not in (Message.Kind.IMAGE, Message.Kind.DOCUMENT):
        return False
    slots = turn.heard.slots
    paid = slots.currency or slots.day or slots.wrong_day or turn.heard.intent == "upload_receipt"
    is_one = slots.amount is not None and bool(paid)
    return is_one or RECEIPT.search(plain(turn.text)) is not None


def _is_leads(turn: Turn) -> bool:
    """Whether it is a lead's already, or makes one."""
    found = turn.captured
    return found is not None and (found.lead is not None or found.property is not None)


def _says_nothing(turn: Turn) -> bool:
    """Whether it is an answer that was tapped, is or names an amount as a receipt does or a row of
    the list that was shown, or is no word."""
    slots = turn.heard.slots
    names_row = bool(turn.topic.get("shown")) and bool(slots.ordinal or slots.loan)
    if turn.choice or slots.amount is not None or names_row or _brings_receipt(turn):
        return True
    return not written(turn) and not turn.inbound.media


# --- Which ticket ------------------------------------------------------------------------------


def _said_last(turn: Turn) -> TicketMessage | None:
    """The last thing that was said to them, if it was of a ticket that may hear them."""
    if turn.is_first:
        return None  # nothing was
    said = Message.objects.filter(
        conversation=turn.conversation, direction=Message.Direction.OUT
    ).exclude(state__in=UNSENT)
    last = said.order_by("-shown_at", "-id").values("pk")[:1]
    entries = TicketMessage.objects.filter(sent__in=last, ticket__merged_into=None)
    return _heard_of(turn, entries.select_related("ticket").first())


def _quoted(turn: Turn) -> Ticket | None:
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


def _lately(turn: Turn) -> list[Ticket]:
    """Those spoken of here that something happened to in the last week, newest first; or the one
    whose number they say."""
    rows = _named(turn, Ticket.objects.standing().filter(conversation=turn.conversation))
    rows = rows.filter(changed_at__gte=turn.now - REOPENED_WITHIN)
    return list(rows.order_by("-changed_at")[:MOST_LATELY])


def _open(turn: Turn) -> list[Ticket]:
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


# --- "Is it about that ticket?" ----------------------------------------------------------------


def _asked_of(turn: Turn, rows: Sequence[Ticket]) -> Outcome | None:
    """Whether it is about the newest of them; or that it cannot be, said in this session."""
    if not rows:
        return None
    hears = [one for one in rows if turn.partner is None or hearing.may_hear(one, turn.partner)]
    deaf = [one for one in rows if one not in hears and hearing.is_nobodys(one)]
    # One thing told in several messages is not misunderstood: a yes reaches so many of them.
    unclear = turn.heard.intent == UNKNOWN and len(_newest_row(turn)) >= MOST_IN_ROW
    if not hears and deaf and deaf[0].status == Ticket.Status.WAITING:
        return replace(outside(turn, deaf[0]), misunderstood=unclear)
    lately = hears[0] if hears else None
    if lately is None or (lately.is_done and not may_be_reopened(lately, turn.now)):
        return None
    reply = Reply("ticket_about", {"number": lately.number}, _yes_or_else(turn, lately))
    return Outcome((reply,), misunderstood=unclear)


def _yes_or_else(turn: Turn, ticket: Ticket, message: str = "") -> tuple[Option, ...]:
    """Of this message, or of the one with that key. A complaint may be another one."""
    value = f"{ticket.pk}.{message or turn.message.pk}"
    another = (NEW, str(turn.message.pk), "ticket_new")
    no = another if turn.heard.intent == "create_ticket" else ("intent", "help", "ticket_not")
    return titles.pick(turn, (ABOUT, value, "ticket_about"), no)


def about(turn: Turn) -> Outcome:
    """Yes, what they wrote before was about that ticket; all of it that was asked about."""
    key, _dot, message_key = turn.value.partition(".")
    ticket = theirs(turn, key, takes=True)
    if ticket is None:
        return unheard(turn, key)
    row = _in_row(turn, key, message_key)
    found = [one for one in row if not _gets_too_much(turn, ticket, one)]
    if not found:
        return Outcome((Reply("ticket_not_found"),))
    heard, again = ticket, (ticket.merged_into or ticket).is_done
    for message in found:
        # Only of words it is asked.
        heard = hearing.hear(
            ticket=heard, message=message, partner=turn.partner, files=(), is_taken=True
        )
    return added(turn, heard, ticket, again=again)


def _in_row(turn: Turn, key: str, message_key: str) -> list[Message]:
    """The message of that key, and those just before and after it that were asked about in the
    same way, oldest first."""
    asked = int(message_key[:18]) if message_key.isdecimal() else 0
    rows: list[list[int]] = [[]]
    for options in _questions(turn):
        parts = [str(one.get("id", "")).rpartition(".") for one in options]
        same = [last for first, _dot, last in parts if first == f"{ABOUT}:{key}"]
        if same:
            rows[-1].append(int(same[0]))
        elif rows[-1]:
            rows.append([])
    # What was asked about twice, something else having come between, is in two rows.
    keys = dict.fromkeys(one for row in rows if asked in row for one in row)
    row = list(keys)[:MOST_IN_ROW]
    own = Message.objects.filter(conversation=turn.conversation, direction=Message.Direction.IN)
    return list(own.filter(pk__in={asked, *row}).order_by("pk"))


def _questions(turn: Turn) -> list[list[dict[str, str]]]:
    """The answers offered with each of the last things said, newest first."""
    said = Message.objects.filter(
        conversation=turn.conversation,
        direction=Message.Direction.OUT,
        pk__lt=turn.message.pk,
    )
    return list(said.order_by("-id").values_list("options", flat=True)[:MOST_BACK])


def _newest_row(turn: Turn) -> list[str]:
    """What was asked about in the last things said, without anything between."""
    offered = [[str(one.get("id", "")) for one in options] for options in _questions(turn)]
    asked = [next((one for one in ids if one.startswith(f"{ABOUT}:")), "") for ids in offered]
    return list(takewhile(bool, asked))


def _gets_too_much(turn: Turn, ticket: Ticket, message: Message) -> bool:
    """Whether it was said in a session that is over, and the ticket is no partner's secret."""
    whole = ticket.merged_into or ticket
    secret = whole.partner_id is not None and whole.is_private
    return message.is_private and turn.partner is None and not secret


def _asked_about(turn: Turn) -> tuple[str, bool]:
    """The yes that was offered to "is it about that ticket?" lately, and whether nothing else was
    said since; ("", False): none was."""
    for place, offered in enumerate(() if turn.choice else _offered(turn)):
        if found := next((one for one in offered if one.startswith(f"{ABOUT}:")), ""):
            return found, place == 0
    return "", False


def _offered(turn: Turn) -> list[list[str]]:
    """The answers offered with each of the few things said lately, newest first."""
    said = Message.objects.filter(
        conversation=turn.conversation,
        direction=Message.Direction.OUT,
        created_at__gte=turn.now - STILL_MEANT,
    ).exclude(state__in=UNSENT)
    rows = said.order_by("-shown_at", "-id").values_list("options", flat=True)[:MOST_SINCE]
    return [[str(one.get("id", "")) for one in options] for options in rows]


def _asked_again(turn: Turn, choice: str) -> Outcome | None:
    """A yes after something else came between may be about that, too: their words are not lost."""
    key, _dot, asked = choice.removeprefix(f"{ABOUT}:").partition(".")
    ticket = theirs(turn, key)
    if ticket is None:
        return None
    number = (ticket.merged_into or ticket).number
    return Outcome((Reply("ticket_about", {"number": number}, _yes_or_else(turn, ticket, asked)),))


CHOICES = {ABOUT: about}
CLAIMS = {
    **{intent: claim_other for intent in HEARD if intent not in OF_TALK},
    "affirm": claim_yes,
    "deny": claim_no,
    "authenticate": claim_document,
    "cancel": claim_cancel,
    UNKNOWN: claim,
    FILE: claim,
}
OVERHEARD = {**CLAIMS, RATE: rate, REOPEN: reopen, ABOUT: about}
