"""A partner's own data: shown, and put right by a colleague who is told of it by a ticket."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from chatbot.dialog import registry
from chatbot.dialog.contract import Asked, Outcome, Reply, Step, Turn
from chatbot.dialog.login import ask, needs_session
from chatbot.dialog.login.asking import DRAFT, in_session
from chatbot.intents import menu, properties, ticket_answers, titles
from chatbot.intents import own_data_words as words
from chatbot.intents.heard import UNKNOWN
from chatbot.intents.hearing.words import plain
from chatbot.intents.own_words import kept, written
from chatbot.intents.property_words import may_be_a_propertys
from chatbot.intents.tickets import UNTOLD, WAIT, tells_nothing
from crm.people.documents import masked
from crm.people.models import ContactPoint
from crm.people.phones import pretty
from partners.identity import registered
from tickets.opening import open_ticket

DIALOG, RIGHT = "own_data", "right"
# In a draft and in the question's data: what they said is wrong, before they logged in.
WRONG = "wrong"


def personal_info(turn: Turn) -> Outcome:
    """What is on file; what they say is wrong in it is put right by a person."""
    if _is_wrong(turn):
        return _to_be_put_right(turn)
    draft = turn.topic.get(DRAFT) or {}
    return _shown(turn, {WRONG: draft[WRONG]} if WRONG in draft else {})


def _shown(turn: Turn, said: Mapping[str, Any]) -> Outcome:
    """With the question what is right, where they have said that something is wrong."""
    assert turn.partner is not None
    partner = turn.partner
    contact = partner.contact
    phone = registered(contact)
    values = {
        "full_name": contact.name,
        "document": masked(contact.document_number),
        "phone": pretty(phone) if phone else "",
        "email": registered(contact, ContactPoint.Kind.EMAIL),
        "member": partner.number,
    }
    options = titles.intents(turn, ("account_statement", "create_ticket"))
    shown = Reply("personal_info", values | {"asks": bool(said)}, options)
    return Outcome((shown,), asked=Asked(DIALOG, RIGHT, said))


def own_or_the_propertys(turn: Turn) -> Outcome:
    """ "Info VM-01" names a property, and "¿y la dirección?" after its card is about that one."""
    named = properties.named_in(turn) if may_be_a_propertys(turn.heard, turn.text) else None
    if named is not None:
        return properties.about(turn, named)
    if told := properties.asked_in_passing(turn):
        return told
    if turn.session is None and wants_to_know(turn):
        return menu.show(turn)
    if turn.session is None and _is_wrong(turn):
        return _first_who(turn)
    return needs_session(personal_info)(turn)


def _first_who(turn: Turn) -> Outcome:
    """Who is not in is asked who they are, then what the datum shall be."""
    return ask(turn, then="personal_info", draft={WRONG: words.named(turn.text)})


def wants_to_know(turn: Turn) -> bool:
    """Whether they ask to be informed, and not of their own data."""
    if turn.choice or turn.heard.exact:
        return False
    said = plain(turn.text)
    of_own = words.OWN.search(said) or words.DATA.search(said)
    return bool(words.INFORMED.search(said)) and not of_own


def in_passing(turn: Turn) -> Outcome | None:
    """What was heard as something else or nothing: "mi correo está mal"."""
    return _to_be_put_right(turn) if turn.session is not None and _is_wrong(turn) else None


def denied(turn: Turn) -> Outcome:
    """ "Mi correo está mal" sounds like a no; who is not in is shown first what there is."""
    of_own = words.OWN.search(plain(turn.text)) and not words.denies_name(turn.text)
    if turn.session is None and of_own and _is_wrong(turn):
        return _first_who(turn)
    return in_passing(turn) or menu.all_right(turn)


def right(turn: Turn, data: Mapping[str, Any]) -> Outcome | None:
    """Their data stand above: "está mal" is about those; where they have said so, this is what it
    shall be."""
    if turn.choice or turn.inbound.media or not written(turn):
        return None
    said = plain(turn.text)
    unknown = UNTOLD.fullmatch(said) is not None
    if WRONG in data and (unknown or WAIT.fullmatch(said)):
        return replace(_shown(turn, data), misunderstood=unknown)
    if WRONG in data and _tells_datum(turn):
        return _to_be_put_right(turn, of=data[WRONG])
    named = words.DATA.search(said) is not None and not turn.heard.asks_else
    wrong = words.WRONG.search(said) is not None and not turn.heard.asks_else
    if _is_wrong(turn) or ((named or wrong) and not words.ELSE.search(said)):
        return _to_be_put_right(turn)
    if turn.heard.asks_else:
        return None
    return registry.handlers().get(turn.heard.intent, registry.handlers()[registry.REST])(turn)


def _tells_datum(turn: Turn) -> bool:
    """Whether it may be what was asked for: nothing the bot knows, or named with the datum."""
    said, heard = plain(turn.text), turn.heard
    if tells_nothing(turn):
        return False
    told = words.DATA.search(said) and words.TOLD.search(said) and not words.ELSE.search(said)
    alone = "@" in said and not heard.asks_else and not words.ELSE.search(said)
    return bool(told) or heard.intent == UNKNOWN or alone or words.becomes(turn.text)


def _is_wrong(turn: Turn) -> bool:
    if turn.choice or turn.heard.exact or not written(turn):
        return False
    return words.corrects(turn.text)


def _to_be_put_right(turn: Turn, *, of: str = "") -> Outcome:
    """A ticket with their words; what it shall be is asked for where they have not said so. It is
    the answer to what they said was wrong: `of` which datum."""
    assert turn.partner is not None
    names = words.DATA.search(plain(turn.text))
    ticket = open_ticket(
        contact=turn.partner.contact,
        partner=turn.partner,
        conversation=turn.conversation,
        origin=turn.message,
        subject=titles.titles(turn)["own_data"],
        description=f"{of}: {kept(turn)}" if of and not names else kept(turn),
        is_private=True,
        files=turn.files,
    )
    # What was struck out of their words is not told.
    asks = not of and words.TOLD.search(plain(kept(turn))) is None
    reply = Reply("own_data_ticket", {"number": ticket.number, "asks": asks})
    more = Asked(ticket_answers.DIALOG, ticket_answers.MORE, {"ticket": ticket.pk})
    topic = dict(turn.topic) | {"ticket": ticket.pk}
    return Outcome((reply,), asked=more if asks else None, topic=topic)


INTENTS = {"personal_info": own_or_the_propertys, "deny": denied}
STEPS = {(DIALOG, RIGHT): Step(in_session(right), optional=True)}
