"""The menu, and the small talk around it: who waits for a person by then waits on."""

from __future__ import annotations

from chatbot.dialog import registry
from chatbot.dialog.contract import Asked, Option, Outcome, Reply, Turn, say
from chatbot.intents import paid, properties, receipt_before, titles
from crm.conversations.models import Message

UNHEARD = (Message.Kind.AUDIO, Message.Kind.VIDEO, Message.Kind.STICKER)

# At most ten: so many rows a list of WhatsApp's has.
PARTNERS = (
    "account_statement",
    "list_loans",
    "next_payment",
    "payment_options",
    "upload_receipt",
    "settlement",
    "create_ticket",
    "personal_info",
    "talk_to_agent",
    "logout",
)
VISITORS = ("property_inquiry", "authenticate", "talk_to_agent")


def options(turn: Turn) -> tuple[Option, ...]:
    """What one may ask for, to tap on: a partner's things in a session, else a visitor's few."""
    return titles.intents(turn, PARTNERS if turn.session else VISITORS)


def greet(turn: Turn) -> Outcome:
    """By first name, where that may be said, and with the menu. Who names a property besides is
    answered about that."""
    captured = turn.captured
    if captured is not None and (captured.is_new or captured.property is not None):
        return registry.handlers()[registry.REST](turn)
    name = "greeting_partner" if turn.session else "greeting"
    values = {"first_name": turn.first_name}
    return Outcome((Reply(name, values, options(turn), promises=turn.waits),))


def show(turn: Turn) -> Outcome:
    """START after STOP is no menu: that is what people are told to write elsewhere."""
    if turn.contact.opted_out_at is not None and turn.text.casefold() == "start":
        return registry.handlers()["opt_in"](turn)
    return say("menu_partner" if turn.session else "menu", options=options(turn))


def cancel(turn: Turn) -> Outcome:
    """What was asked is left, if anything was."""
    if paid.by_cancelling(turn):
        return registry.handlers()["upload_receipt"](turn)
    receipt_before.note_left(turn)
    if turn.is_asked:
        return Outcome((Reply("cancelled", promises=turn.waits),))
    return Outcome((Reply("nothing_to_cancel", options=options(turn), promises=turn.waits),))


def thanks(turn: Turn) -> Outcome:
    return Outcome((Reply("thanks", promises=turn.waits),))


def goodbye(turn: Turn) -> Outcome:
    """ "Hasta 200 mil" sounds like one."""
    if found := properties.looked_for(turn):
        return found
    values = {"first_name": turn.first_name, "in_session": turn.session is not None}
    return Outcome((Reply("goodbye", values, promises=turn.waits),))


def all_right(turn: Turn) -> Outcome:
    """A yes or a no to nothing that was asked: no reason to count it as misunderstood."""
    return Outcome((Reply("all_right", options=options(turn), promises=turn.waits),))


def not_understood(turn: Turn) -> Outcome:
    """In a session: what was said is about nothing the bot knows."""
    shown = Reply("not_understood_menu", options=options(turn))
    return Outcome((shown,), misunderstood=True)


def is_unheard(turn: Turn) -> bool:
    """Whether it is a sound, a video or a sticker: kept for people, nothing the bot can take."""
    return turn.inbound.kind in UNHEARD


def cannot_listen(turn: Turn, asked: Asked | None = None) -> Outcome:
    """In a session; `asked` is the question that stays open."""
    if asked is not None:
        return Outcome((Reply("cannot_listen_here"),), asked=asked)
    return say("cannot_listen_partner", options=options(turn))


def cannot_read(turn: Turn) -> Outcome:
    return say("cannot_read_partner", options=options(turn))


INTENTS = {
    "greeting": greet,
    "help": show,
    "thanks": thanks,
    "goodbye": goodbye,
}
