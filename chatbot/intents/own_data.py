"""A partner's own data: shown, and put right by a colleague who is told of it by a ticket."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from chatbot.dialog import registry
from chatbot.dialog.contract import Asked, Outcome, Reply, Step, Turn
from chatbot.dialog.login import ask, needs_session
from chatbot.dialog.login.asking import in_session
from chatbot.intents import menu, properties, ticket_answers, titles
from chatbot.intents.hearing.words import plain
from chatbot.intents.own_words import kept, written
from crm.people.documents import masked
from crm.people.models import ContactPoint
from crm.people.phones import pretty
from partners.identity import registered
from tickets.opening import open_ticket

DIALOG, RIGHT = "own_data", "right"
_DATA = re.compile(
    r"\b(?:correos?|e-?mails?|mail|telefonos?|telefone|celular(?:es)?|cel|numeros?|whatsapp|phone"
    r"|nombres?|nome|name|apellidos?|sobrenome|dni|documento|direccion|domicilio|endereco|address"
    r"|datos|dados|data|nacimiento|nascimento|birth)\b"
)
_WRONG = re.compile(
    r"\b(?:mal|equivocad\w*|incorrect\w*|errad\w*|error\w*|erroneo\w*|cambi\w*|actuali[zc]\w*"
    r"|correg\w*|corrig\w*|corrij\w*|modific\w*|desactualizad\w*|ya no (?:es|son|tengo|uso|existe)"
    r"|no (?:es|son|esta|estan|tengo)|nao e|antigu\w*|viej[oa]s?|nuevo|otro|falta\w*|trocar"
    r"|troquei|mudei|mudou|atuali\w*|wrong|chang\w*|update\w*|old)\b"
)
# That is about money or a complaint, not about who they are.
_ELSE = re.compile(
    r"\b(?:operacion|cuotas?|prestamos?|creditos?|recibos?|montos?|cuentas?|comprobantes?|vouchers?"
    r"|tickets?|reclamos?|pagos?|emprestimos?|loans?)\b"
)
# What it shall be is said at once.
_TOLD = re.compile(
    r"@|\d{5}|\bes (?!(?:ese|esa|mi|el|la|asi|(?:in)?correcto|nuev[oa]|otr[oa]|viej[oa])\b)\w+\W*$"
)

# Of themselves, where "mi" stands beside it; else of whatever there is to know.
_INFORMED = re.compile(r"\b(?:info|informacion|informes|informacao|informacoes|information)\b")
_OWN = re.compile(r"\b(?:mi|mis|my|meus?|minhas?)\b")


def personal_info(turn: Turn) -> Outcome:
    """What is on file; what they say is wrong in it is put right by a person."""
    if _is_wrong(turn):
        return _to_be_put_right(turn)
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
    return Outcome((Reply("personal_info", values, options),), asked=Asked(DIALOG, RIGHT))


def own_or_the_propertys(turn: Turn) -> Outcome:
    """ "¿Y la dirección?" after a property's card is about that one."""
    if told := properties.asked_in_passing(turn):
        return told
    if turn.session is None and wants_to_know(turn):
        return menu.show(turn)
    return needs_session(personal_info)(turn)


def wants_to_know(turn: Turn) -> bool:
    """Whether they ask to be informed, and not of their own data."""
    if turn.choice or turn.heard.exact:
        return False
    said = plain(turn.text)
    return bool(_INFORMED.search(said)) and not _OWN.search(said) and not _DATA.search(said)


def in_passing(turn: Turn) -> Outcome | None:
    """What was heard as something else or nothing: "mi correo está mal"."""
    return _to_be_put_right(turn) if turn.session is not None and _is_wrong(turn) else None


def denied(turn: Turn) -> Outcome:
    """ "Mi correo está mal" sounds like a no; who is not in is shown first what there is."""
    if turn.session is None and _is_wrong(turn) and _OWN.search(plain(turn.text)):
        return ask(turn, then="personal_info")
    return in_passing(turn) or menu.all_right(turn)


def right(turn: Turn, _data: Mapping[str, Any]) -> Outcome | None:
    """Their data stand above: "está mal" is about those."""
    if turn.choice or turn.inbound.media or not written(turn):
        return None
    said = plain(turn.text)
    named = _DATA.search(said) is not None and not turn.heard.asks_else
    wrong = _WRONG.search(said) is not None and not turn.heard.asks_else
    if _is_wrong(turn) or ((named or wrong) and not _ELSE.search(said)):
        return _to_be_put_right(turn)
    if turn.heard.asks_else:
        return None
    return registry.handlers().get(turn.heard.intent, registry.handlers()[registry.REST])(turn)


def _is_wrong(turn: Turn) -> bool:
    if turn.choice or turn.heard.exact or not written(turn):
        return False
    said = plain(turn.text)
    return bool(_DATA.search(said) and _WRONG.search(said)) and not _ELSE.search(said)


def _to_be_put_right(turn: Turn) -> Outcome:
    """A ticket with their words; what it shall be is asked for where they have not said so."""
    assert turn.partner is not None
    ticket = open_ticket(
        contact=turn.partner.contact,
        partner=turn.partner,
        conversation=turn.conversation,
        origin=turn.message,
        subject=titles.titles(turn)["own_data"],
        description=kept(turn),
        is_private=True,
        files=turn.files,
    )
    asks = _TOLD.search(plain(turn.text)) is None
    reply = Reply("own_data_ticket", {"number": ticket.number, "asks": asks})
    more = Asked(ticket_answers.DIALOG, ticket_answers.MORE, {"ticket": ticket.pk})
    topic = dict(turn.topic) | {"ticket": ticket.pk}
    return Outcome((reply,), asked=more if asks else None, topic=topic)


INTENTS = {"personal_info": own_or_the_propertys, "deny": denied}
STEPS = {(DIALOG, RIGHT): Step(in_session(right), optional=True)}
