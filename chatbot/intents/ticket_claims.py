"""Whose words may be a ticket's: an answer to a colleague's question, and that all is not well."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from chatbot.dialog.contract import FILE, Outcome, Turn
from chatbot.intents import menu, own_data, properties, visits
from chatbot.intents.heard import INTENTS as HEARD
from chatbot.intents.heard import POLITE, SURE, UNKNOWN
from chatbot.intents.hearing.features import asks
from chatbot.intents.hearing.ticket_numbers import names_some
from chatbot.intents.hearing.words import plain
from chatbot.intents.own_words import written
from chatbot.intents.property_words import read_question
from chatbot.intents.ticket_answers import is_unread, rate, reopen
from chatbot.intents.ticket_asking import (
    ABOUT,
    about,
    asked_again,
    asked_before,
    asked_besides,
    asked_of,
    offered_with,
    said_lately,
    says_wrong,
)
from chatbot.intents.ticket_finding import lately, not_done, one_waits, quoted, said_last, waiting
from chatbot.intents.ticket_words import (
    ASKS,
    ASKS_PROPERTY,
    BARE_NO,
    NOT_THAT,
    NOT_TOLD,
    NOT_WELL,
    OF_PAYING,
    PAST,
    RECEIPT,
    SEVERAL,
    STILL,
    TAKEN_BACK,
    TELLS,
    THANKS,
    TRUE,
    WISHES,
    YES,
    asks_to_be_shown,
    is_lost,
    surely_goes_on,
)
from chatbot.intents.tickets import NEW, WAIT, add, added, begin
from crm.conversations.models import Message
from tickets import hearing
from tickets.models import Ticket, TicketMessage
from tickets.standing import may_be_reopened
from tickets.telling import RATE, REOPEN

# "Sí, es sobre mi ticket": who says more says something else besides.
MOST_OF_YES = 5
# A receipt that was asked for comes by then.
ASKED_WITHIN = timedelta(days=4)
# Of several pictures, each comes so soon after the one before.
TOGETHER = timedelta(minutes=10)
# So many words say why not.
FEW = 2
PUBLIC, PERSON = TicketMessage.Kind.PUBLIC, TicketMessage.Kind.PERSON
# They answer a question whatever else they sound like.
ANSWERS = frozenset(("affirm", "deny", "upload_receipt", "create_ticket", UNKNOWN))
YES_NO = frozenset(("affirm", "deny"))
# What may say that a ticket is not settled, or no more wanted.
OF_TICKETS = frozenset((*YES_NO, "create_ticket", "ticket_status", "cancel"))
OF_PROPERTIES = ("property_inquiry", "schedule_visit")
# These are about the conversation, not about anything in it.
OF_TALK = frozenset(("cancel", "logout", "opt_out", "opt_in", "talk_to_agent"))


def claim(turn: Turn) -> Outcome | None:
    """Words that ask for nothing the bot knows, or a file, may be about a ticket: surely if it
    waits for them, or if they answer to a message of ours about it; else they are asked."""
    if found := _not_that(turn):
        return found
    waits = one_waits(turn)
    found = _answered(turn) if waits or turn.inbound.reply_to else None
    if found := found or _not_settled(turn):
        return found
    if asked := _asked_lately(turn):
        return add(turn, asked)
    if _says_nothing(turn):
        return None
    if waits and not turn.inbound.media and WAIT.fullmatch(plain(turn.text)):
        return menu.all_right(turn)
    if changed := visits.in_passing(turn):
        return changed
    files = turn.files
    heard = waits and hearing.hear_waiting(message=turn.message, partner=turn.partner, files=files)
    if heard:
        return added(turn, heard, heard)
    if turn.inbound.kind != Message.Kind.TEXT or _is_leads(turn):
        return None
    # What surely is about something else that is spoken of is not asked about.
    meant = properties.asked_in_passing(turn) or own_data.in_passing(turn)
    return meant or asked_of(turn, lately(turn))


def claim_other(turn: Turn) -> Outcome | None:
    """Whatever else they seem to ask for: an answer to a message about a ticket is about it, unless
    it is nothing but another thing's own words."""
    if turn.heard.exact and turn.heard.intent not in YES_NO:
        return None
    # "Gracias, pero sigue igual".
    in_vain = turn.heard.intent == "thanks" and surely_goes_on(THANKS.sub("", plain(turn.text)))
    of_tickets = turn.heard.intent in OF_TICKETS or in_vain
    return _answered(turn) or (_not_settled(turn) if of_tickets else None)


def claim_yes(turn: Turn) -> Outcome | None:
    """A yes also to "is it about that ticket?", in words."""
    is_yes = turn.heard.exact or len(turn.text.split()) <= MOST_OF_YES
    value, just_asked = asked_before(turn) if is_yes else ("", False)
    if value and just_asked:
        return about(replace(turn, inbound=replace(turn.inbound, choice=value)))
    if found := claim_other(turn):
        return found
    return asked_again(turn, value) if value and YES.search(plain(turn.text)) else None


def claim_no(turn: Turn) -> Outcome | None:
    """A no to "is it about that ticket?", where it was offered that it is something new: so it
    is. One that says that something is not well is asked about besides."""
    if found := _not_that(turn):
        return found
    said = said_lately(turn)[:1] if turn.heard.exact and not turn.choice else []
    offered = offered_with(said[0]) if said else []
    if not offered or not offered[0].startswith(f"{ABOUT}:"):
        return claim_other(turn)
    if says_wrong(turn.text):
        return asked_besides(turn, said[0])
    if BARE_NO.fullmatch(plain(turn.text)) and (begun := _begun(turn, offered)):
        return begun
    return claim_other(turn)


def _not_that(turn: Turn) -> Outcome | None:
    """ "No, es otra cosa" to that question is the no that was offered with it."""
    if turn.choice or turn.inbound.media or not NOT_THAT.fullmatch(plain(turn.text)):
        return None
    said = said_lately(turn)[:1]
    offered = offered_with(said[0]) if said else []
    if not offered or not offered[0].startswith(f"{ABOUT}:"):
        return None
    return _begun(turn, offered) or menu.show(turn)


def _begun(turn: Turn, offered: list[str]) -> Outcome | None:
    """What they wrote before begins a ticket, where that was offered."""
    new = next((one for one in offered if one.startswith(f"{NEW}:")), "")
    if not new:
        return None
    return begin(replace(turn, inbound=replace(turn.inbound, choice=new)))


def claim_new(turn: Turn) -> Outcome | None:
    """Another complaint: the one that was told before is it, where that was just asked. It may be
    what a ticket waits for, though something else was said since."""
    found = _not_that(turn) or claim_other(turn)
    is_told = written(turn) and not (turn.choice or turn.heard.exact or turn.is_first)
    if found or not is_told or turn.inbound.kind != Message.Kind.TEXT:
        return found
    return visits.missed(turn) or asked_of(turn, waiting(turn))


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
    question and the last thing that was said to them. Where it may only be that, they are asked."""
    if turn.choice or not (written(turn) or turn.inbound.media):
        return None
    ticket = quoted(turn)
    if ticket is not None:
        return add(turn, ticket)
    entry = said_last(turn)
    if entry is None or entry.ticket.status != Ticket.Status.WAITING:
        return None
    if _promises(turn, entry):
        return menu.all_right(turn)
    if _may_answer(turn, entry):
        return add(turn, entry.ticket)
    return asked_of(turn, [entry.ticket]) if _may_tell(turn, entry) else None


def _promises(turn: Turn, entry: TicketMessage) -> bool:
    """Whether they will answer, and have not yet: a picture is not shown by a word."""
    words = plain(turn.text)
    if turn.inbound.media or entry.kind != PUBLIC:
        return False
    is_yes = turn.heard.exact and turn.heard.intent == "affirm"
    answers = "?" in entry.text and TRUE.search(words) is not None
    shall_show = is_yes and not answers and asks_to_be_shown(entry.text)
    return WAIT.fullmatch(words) is not None or shall_show


def _may_answer(turn: Turn, entry: TicketMessage) -> bool:
    """Whether it may be the answer to that question; what they have not
    read, they must tell it."""
    if entry.kind != PUBLIC or (_brings_receipt(turn) and not _asks_for_it(entry)):
        return False
    heard, slots = turn.heard, turn.heard.slots
    if heard.intent in ANSWERS:
        return True
    words = plain(turn.text)
    if heard.intent in POLITE or asks(turn.text) or WISHES.search(words):
        return False
    if is_unread(entry):
        return TELLS.search(words) is not None and NOT_TOLD.search(words) is None
    names = slots.ordinal or slots.day or any(sign.isdigit() for sign in turn.text)
    return bool(names) or heard.score < SURE or _names_property(turn, entry)


def _names_property(turn: Turn, entry: TicketMessage) -> bool:
    """Whether it only says which property it was, as that question asks."""
    if turn.heard.intent != "property_inquiry" or not ASKS_PROPERTY.search(plain(entry.text)):
        return False
    asked = read_question(turn.text)
    return not (asked.says_something or asked.others or asked.cheaper)


def _may_tell(turn: Turn, entry: TicketMessage) -> bool:
    """Whether they may tell the answer to what they have not read, rather than ask for what is
    theirs: before they are asked who they are, and their words are no ticket's."""
    words = plain(turn.text)
    if entry.kind != PUBLIC or not is_unread(entry) or turn.inbound.kind != Message.Kind.TEXT:
        return False
    asks_else = asks(turn.text) or WISHES.search(words) or ASKS.search(words)
    if turn.heard.intent in (*POLITE, *OF_PROPERTIES) or asks_else:
        return False
    return PAST.search(words) is not None


def _asks_for_it(entry: TicketMessage) -> bool:
    return OF_PAYING.search(plain(entry.text)) is not None


def _not_settled(turn: Turn) -> Outcome | None:
    """That a ticket is not resolved opens it again, if they have just heard that it is; else they
    are asked, as who takes one back is."""
    words = plain(turn.text)
    is_no = turn.heard.exact and turn.heard.intent in YES_NO
    unwell = is_no and NOT_WELL.search(words) is not None
    if turn.choice or (is_no and not unwell) or turn.inbound.kind != Message.Kind.TEXT:
        return None
    still = STILL.search(words) is not None
    entry = said_last(turn) if still or turn.heard.intent in ("deny", "create_ticket") else None
    if entry is not None and may_be_reopened(entry.ticket, turn.now):
        surely = still and surely_goes_on(words)
        return add(turn, entry.ticket) if surely else asked_of(turn, [entry.ticket])
    if unwell:
        return None
    if names_some(words) and TAKEN_BACK.search(words):
        return asked_of(turn, not_done(turn))
    says_why = turn.heard.intent == "deny" and len(words.split()) >= FEW
    if not still and not says_why:
        return None
    # "Still no answer to my ticket" asks how that one stands.
    asks_how = turn.heard.intent == "ticket_status"
    return asked_of(turn, [one for one in lately(turn) if one.is_done or not asks_how])


def _brings_receipt(turn: Turn) -> bool:
    """Whether the words beside a picture say that it is a payment's: an amount alone may answer
    anything."""
    words = _names_payment(turn) or RECEIPT.search(plain(turn.text)) is not None
    return words and _is_picture(turn)


def _is_picture(turn: Turn) -> bool:
    return turn.inbound.kind in (Message.Kind.IMAGE, Message.Kind.DOCUMENT)


def _names_payment(turn: Turn) -> bool:
    slots = turn.heard.slots
    paid = slots.currency or slots.day or slots.wrong_day or turn.heard.intent == "upload_receipt"
    return slots.amount is not None and bool(paid)


def _asked_lately(turn: Turn) -> Ticket | None:
    """The ticket whose last answer, which they have read, asked for a receipt, whatever was said
    since; the words of a payment besides are the payment's own."""
    may_be = _brings_receipt(turn) or (_is_picture(turn) and not written(turn))
    if not may_be or _names_payment(turn):
        return None
    rows = Ticket.objects.standing().filter(conversation=turn.conversation)
    rows = rows.exclude(status__in=Ticket.DONE)
    if turn.partner is not None:
        rows = rows.filter(hearing.heard_by(turn.partner))
    entries = TicketMessage.objects.filter(ticket__in=rows, kind=PUBLIC)
    entry = entries.select_related("ticket").order_by("-pk").first()
    if entry is None or is_unread(entry) or entry.created_at < turn.now - ASKED_WITHIN:
        return None
    is_wanted = asks_to_be_shown(entry.text) and not _is_settled(turn, entry)
    return entry.ticket if is_wanted else None


def _is_settled(turn: Turn, entry: TicketMessage) -> bool:
    """Whether what was asked for came, or will not; several come within minutes of each other."""
    said = TicketMessage.objects.filter(ticket=entry.ticket_id, pk__gt=entry.pk, kind=PERSON)
    told = list(said.values_list("text", "files", "created_at"))
    came = [at for _text, file, at in told if file]
    if came and (SEVERAL.search(plain(entry.text)) is None or max(came) < turn.now - TOGETHER):
        return True
    return is_lost(text for text, _file, _at in told)


def _is_leads(turn: Turn) -> bool:
    """Whether it is a lead's already, or makes one."""
    found = turn.captured
    return found is not None and (found.lead is not None or found.property is not None)


def _says_nothing(turn: Turn) -> bool:
    """Whether it is an answer that was tapped, is or names an amount as a receipt does or a row of
    the list that was shown, or is no word."""
    slots = turn.heard.slots
    if _brings_receipt(turn):
        return True
    names_row = bool(turn.topic.get("shown")) and bool(slots.ordinal or slots.loan)
    if turn.choice or slots.amount is not None or names_row:
        return True
    return not written(turn) and not turn.inbound.media


CHOICES = {ABOUT: about}
CLAIMS = {
    **{intent: claim_other for intent in HEARD if intent not in OF_TALK},
    "affirm": claim_yes,
    "deny": claim_no,
    "create_ticket": claim_new,
    "authenticate": claim_document,
    "cancel": claim_cancel,
    UNKNOWN: claim,
    FILE: claim,
}
OVERHEARD = {**CLAIMS, RATE: rate, REOPEN: reopen, ABOUT: about}
