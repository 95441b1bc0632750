"""What no dialog serves and a person must: a loan that is wished for, a house to be sold, a death.

Whoever asks for one of these may be anybody: no log-in is asked for, and a stranger is a lead.
"""

from __future__ import annotations

import re

from chatbot.dialog.contract import PROPERTY, Outcome, Turn
from chatbot.intents.hearing.words import plain
from chatbot.intents.own_words import written
from crm.conversations.models import Episode
from leads.capture import capture_lead

_LOAN = r"(?:prestamos?|prestamitos?|creditos?|emprestimos?|loans?)"
_WANT = (
    r"(?<!no )(?<!nao )(?<!don t )(?<!don't )\b(?:quiero|quisiera|queria|necesito|busco|deseo"
    r"|solicito|solicitar|requiero|preciso|ocupo|me urge|quero|gostaria|me interesa"
    r"|interesad[oa] en|puedo|podria|me gustaria|como(?: hago para| puedo)?|i (?:need|want)"
    r"|i(?: woul|.)d like|looking for|can i|could i|how (?:do|can) i)"
)
_GET = (
    r"(?:(?:hacer|pedir|sacar|saco|pido|solicito|solicitar|obtener|tramitar|tener|adquirir"
    r"|acceder a|(?:que )?me (?:den|presten|hagan|otorguen)|pegar|fazer|conseguir|(?:to )?get"
    r"|(?:to )?take|(?:to )?apply for|have) )?"
)
_FOR_ONE = r"(?:(?:sacar|pedir|obtener|solicitar|el|un|los|a|the) )*"
_ONE = (
    r"(?:(?:de|un|una|uno|otro|nuevo|algun|um|outro|novo|uma|a|an|another|new|more|one|mas"
    r"|pequeno|small|urgente) )*"
)
# One they have, by its number or for its papers.
_NOT_ITS = (
    r"(?! (?:n\w+\W+)?p\W?\d)(?! (?:statement|balance|details?|information|agreement|contract"
    r"|number|receipt|certificate)\b)"
)
# "¿Me prestas las llaves?"
_NO_MONEY = (
    r"(?! (?:(?:el|la|los|las|tus?|sus?) (?!dinero|plata|monto|suma)\w+|(?:un|mas) (?:momento|rato)"
    r"|un(?:a|as|os)? (?:llaves?|lapiceros?|planos?|fotos?)|atencion|ayuda)\b)"
)
_LOAN_WANTED = re.compile(
    rf"{_WANT} {_GET}{_ONE}{_LOAN}\b(?! (?:\w+ )?(?:que|me|a favor)\b){_NOT_ITS}"
    rf"|\b(?:renovar|ampliar|aumentar|ampliacion de|renovacion de) (?:\w+ ){{0,2}}{_LOAN}\b"
    r"|\bprestenme\b|(?<!que )\bme (?:prestan|prestas|prestarian|(?:pueden|podrian) prestar)\b"
    rf"{_NO_MONEY}"
    r"|\b(?:lend me|lend money|emprestam dinheiro|me emprestam)\b"
    r"|\b(?:quiero|quisiera|como|puedo|deseo|quero|want to|would like to|how (?:do|can) i)"
    r" (?:\w+ ){0,2}(?:ser|hago|hacerme|afiliarme|volverme|tornar|become) (?:\w+ )?"
    r"(?:soci[oa]s?|miembro|member|partner)\b"
)
# A number, and no amount: "préstamo 26", not "préstamo 10000" or "10 mil".
_NOT_NUMBERED = (
    r"(?! (?:n\w+\W+)?p\W?\d)(?! n\w+\W+\d)"
    r"(?! (?:0\d*|\d{1,3})\b(?![.,']\d| (?:mil|soles|dolares|reais|\d{3})\b))"
)
# "Dar crédito al pago que hice".
_NO_CREDIT = r"(?!credito (?:al?|a la|a mi) (?:pago|abono|deposito|transferencia|cuota|cuenta)\b)"
_LOANS_ASKED = re.compile(
    r"\b(?:hacen|dan|otorgan|ofrecen|brindan|tienen|realizan|fazem|dao|oferecem|darian"
    r"|(?:pueden?|puedes|podrian?|podrias) (?:dar|hacer|otorgar)(?:me)?"
    rf"|do you (?:give|offer|make|have)) (?:(?:(?:algun|un|tipo de|algum) )+|{_NO_CREDIT}){_LOAN}\b"
    r"|\b(?:requisitos|tasas?|interes(?:es)?|requirements) (?:para|de|del|por|for)"
    rf" (?:\w+ ){{0,3}}{_LOAN}\b{_NOT_NUMBERED}"
    r"|\b(?:requisitos|documentos|papeles|que) (?:que )?(?:piden|son|hay|necesito|se necesitan?)"
    rf" para {_FOR_ONE}{_LOAN}\b{_NOT_NUMBERED}(?! (?:\w+ )?(?:que|me|a favor)\b)"
    r"|\bprestan (?:dinero|plata)\b|\bcuanto prestan\b"
)
# After a property's card that may be the bank's, for this one.
_FOR_THIS = re.compile(r"\b(?:hipotec\w*|para|bancos?|bancari\w+|compr\w+|vivienda|mortgage)\b")
# Whoever is in asks that of a loan they have.
_RATE = re.compile(
    r"\b(?:que|cuanto|cual es (?:el|la)|qual|a que) (?:(?:de|tipo de) )*"
    r"(?:interes|tasa|taxa)(?:es)? (?:de interes )?"
    r"(?:cobran|tienen|manejan|ofrecen|dan|trabajan|voces)\b"
)
# Whoever is no partner asks it of one they would like.
_LOANS_TOLD = re.compile(
    r"\b(?:info\w*|informes|saber|detalles?|consulta\w*|pregunta\w*|about) (?:\w+ ){0,2}?"
    r"(?:(?:de|sobre|acerca de|por|on) )?(?:(?:los|sus|un|algun|unos) )?"
    r"(?:prestamos|creditos|emprestimos|loans|un (?:prestamo|credito))\b"
    r"(?! (?:\w+ )?(?:que|me|a favor)\b)"
    rf"|\b(?:requisitos|requirements) (?:para|de|del|for) {_FOR_ONE}{_LOAN}\b"
)
# Nobody asks that of a loan they have not.
_MINE = re.compile(
    rf"\b(?:mis?|meus?|my) {_LOAN}\b"
    r"|\b(?:cuanto (?:les? )?debo (?:de|por|en)|quanto devo (?:d\w+|n\w+|por)"
    r"|how much (?:do )?i owe|(?:mi|el|meu|o) saldo|my balance)\b"
    rf"|\b(?:consultar un|detalles? de un) {_LOAN}\b(?! (?:personal|hipotecario|para)\b)"
)
# Of a loan they have.
_OWN = re.compile(
    rf"\b(?:mi|mis|meu|meus|my|el|este|ese|del|o|the) {_LOAN}\b"
    rf"|\b{_LOAN} (?:mi[oa]s?|a mi nombre|conmigo)\b"
)
_HOME = (
    r"(?:casas?|casitas?|depas?|departamentos?|terrenos?|lotes?|local(?:es)?|oficinas?"
    r"|propiedad(?:es)?|inmuebles?|apartamentos?|imove(?:l|is)|house|apartment|flat|property|land)"
)
_SALE = re.compile(
    r"\b(?:vender|vendo|rematar|remato|poner en venta|sell|selling)"
    rf" (?:(?:mi|mis|un|una|nuestr[oa]|meu|minha|um|uma|my|our|a) )(?:\w+ )?{_HOME}\b"
    rf"|\b(?:quiero|queremos|quisiera|quero) vender (?:la|el|o|a) {_HOME}\b"
    r"|\b(?:alquilar|rentar|arrendar|alugar|rent out|poner en alquiler)"
    rf" (?:mi|mis|nuestr[oa]|meu|minha|my|our) (?:\w+ )?{_HOME}\b"
    rf"|\btengo una? {_HOME} (?:\w+ ){{0,3}}(?:para|en|por) (?:vender|venta|alquilar|alquiler)\b"
)
_FAMILY = (
    r"(?:espos[oa]|marido|mujer|conyuge|pareja|papa|mama|padre|madre|hij[oa]|herman[oa]|abuel[oa]"
    r"|ti[oa]|suegr[oa]|titular|pai|mae|filh[oa]|irma|irmao|husband|wife|father|mother|son|daughter)"
)
_LOSS = re.compile(
    r"\b(?:fallecio|fallecieron|ha fallecido|faleceu|passed away)\b"
    rf"|\b(?:murio|morreu) (?:mi|el|la|meu|minha|o|a) {_FAMILY}\b"
    rf"|\b(?:mi|meu|minha|my|el|la) {_FAMILY} (?:se |ya |has )?(?:murio|ha muerto|morreu|died)\b"
)
_KIN = re.compile(rf"\b(?:(?:mi|mis|meu|minha|my) {_FAMILY}|titular)\b")
# Whose house it is may be asked.
_OF_OTHERS = re.compile(r"\b(?:duen[oa]s?|propietari[oa]s?|alguien|owner)\b")


def for_people(turn: Turn) -> Outcome | None:
    """Handed over with a word of what comes; None: it is no such thing."""
    if turn.choice or turn.inbound.media or turn.heard.exact or not written(turn):
        return None
    said = plain(turn.text)
    sale = _SALE.search(said) is not None
    if _LOSS.search(said) and not _asks_of_others(said):
        return _handed(turn, "loss", is_lead=sale)
    if sale:
        return _handed(turn, "property_sale")
    if _LOAN_WANTED.search(said) or _asks_for_loans(turn, said):
        return _handed(turn, "loan_wanted")
    return None


def _asks_of_others(said: str) -> bool:
    """ "¿Falleció el dueño?"; whose family it was asks what to do."""
    return "?" in said and bool(_OF_OTHERS.search(said)) and not _KIN.search(said)


def wishes(text: str) -> bool:
    """Whether a stranger's words are surely a lead's: a loan, or a house to be sold."""
    said = plain(text)
    return bool(_LOAN_WANTED.search(said) or _SALE.search(said))


def _asks_for_loans(turn: Turn, said: str) -> bool:
    """Whether they ask if we lend, and on what terms."""
    is_stranger = turn.session is None and not turn.contact.document_number
    told = PROPERTY not in turn.topic and is_stranger and not _MINE.search(said)
    if told and _LOANS_TOLD.search(said):
        return True
    if _OWN.search(said):
        return False
    asks = _LOANS_ASKED.search(said) is not None
    if PROPERTY in turn.topic:
        return asks and not _FOR_THIS.search(said)
    return asks or (turn.session is None and _RATE.search(said) is not None)


def _handed(turn: Turn, wish: str, *, is_lead: bool = True) -> Outcome:
    if is_lead and not turn.contact.document_number and not (turn.captured and turn.captured.lead):
        capture_lead(
            contact=turn.contact,
            text="",
            at=turn.message.created_at,
            summary=turn.message.summary(),
            certain=True,
        )
    return Outcome(hand_off=Episode.Reason.ASKED, wish=wish)


ASIDE = (for_people,)
