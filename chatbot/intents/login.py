"""Who somebody is: document and year, the code that proves it, and leaving again."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from chatbot.dialog import registry, sessions
from chatbot.dialog.contract import INTENT, Asked, Outcome, Reply, Step, Turn
from chatbot.dialog.login import halves, masking, requests
from chatbot.dialog.login.asking import CODE, DATA, DIALOG, DRAFT, after, ask, facts
from chatbot.dialog.login.entering import enter, let_in
from chatbot.intents import menu, titles
from chatbot.intents.heard import UNKNOWN
from chatbot.intents.hearing.words import plain
from chatbot.models import PartnerSession

_NO_PARTNER = re.compile(
    r"\bno (?:soy|somos|estoy|tengo) (?:\w+ ){0,2}(?:soci[oa]s?|clientes?|miembros?|registrad[oa]s?"
    r"|afiliad[oa]s?|prestamos?|creditos?|cuentas?|deudas?)\b"
    r"|\bnao (?:sou|tenho) (?:\w+ ){0,2}(?:soci[oa]|cliente|associad[oa]|emprestimos?)\b"
    r"|\b(?:not|no|don.?t have|any) (?:an? |your )?(?:partner|member|client|customer|loan)s?\b"
)
# So few words beside a document are who somebody is, and nothing that happened.
FEW = 10
_I_AM = re.compile(
    r"\W*(?:(?:hola|ola|hello|hi|buen[oa]s?|bom|boa|dias|tardes?|noches|noite|dia)\W+)*"
    r"(?:(?:yo )?soy|(?:eu )?sou|me (?:llamo|chamo)|mi nombre es|meu nome e|my name is|i am|i.?m)\b"
)
# What has a code, too: "código de la casa", "código interbancario".
_OF_ELSE = (
    r"(?:(?:(?:del?|da|do|of|para|pra|for|to) )?"
    r"(?:(?:el|la|los|las|un|una|mi|mis|su|sus|meu|minha|the|my) )?"
    r"(?:pagos?|pagar|pagamentos?|pay|payment|deposit\w+|operac\w+|operation|transac\w+|transfer\w+"
    r"|casas?|house|depas?|departamentos?|apartamentos?|propiedad\w*|property|inmuebles?|imove\w+"
    r"|terrenos?|bancos?|bank|barras?|qr|yape\w*|plin\w*|prestamos?|creditos?|contratos?|agentes?"
    r"|agencias?|recaudo|recaudacion|convenios?|clientes?|recibos?|comprobantes?|referencia"
    r"|(?:cuenta )?interbancari\w+|cci|swift|postal)\b)"
)
# That no code has come, or that another one is wanted.
_OF_CODE = re.compile(rf"\b(?:codigos?|codes?)\b(?! {_OF_ELSE})|\b(?:reenvi\w+|resend\w*)\b")
# Whoever says nothing but these wants the log-in's code, whatever that sounds like.
_ONLY_OF_CODE = re.compile(
    r"(?:\W|\b(?:codigos?|codes?|hola|ola|hello|buen[oa]s?|bom|boa|dias?|tardes?|noches?|noite|por"
    r"|favor|porfa|gracias|please|e[ls]?|l[ao]|un[ao]?|the|an?|os?|mis?|meu|my|me|nos|no|ese|este|de"
    r"|al?|en|para|to|i|you|can|ya|otr[oa]|outro|another|vez|n[uo]e?vo|new|que|cual|donde"
    r"|(?:re)?envi\w*|mand\w*|(?:re)?send|pas(?:a|ar|as|e|en)(?:me)?|da(?:n|r|s)?(?:me)?|den(?:me)?"
    r"|give|quiero|quisiera|quero|necesito|preciso|need|want|pued[eo]\w*|podria\w*|pode|ve[or]|lleg\w*"
    r"|recib\w*|acceso|acceder|ingres[ao]\w*|entrar|verificacion|seguridad|confirmacion|validacion"
    r"|autorizacion|sesion|correo|email|sms|whatsapp|mensaje|celular|telefono|app)\b)*"
)
_NONE_CAME = re.compile(
    rf"{_OF_CODE.pattern}"
    r"|^\W*(?:(?:pero|aun|todavia|mas|ainda|but|i) )*(?:no|nao|nada|nunca|nothing|(?:did|have)n.?t)"
    r" (?:me |nos |se |ha )*(?:lleg|recib|cheg|receb|veio|vino|viene|get|got|receiv|arriv)\w*"
    r"(?: (?:nada|aun|todavia|ainda|anything|it|yet|el|ningun|o|a|the|mensaje|mensagem|sms))*\W*$"
    r"|\b(?:mand|envi|send|quero|quiero)\w* (?:(?:me|lo|it) )*(?:otr[oa](?: vez)?|outr[oa](?: vez)?"
    r"|de n[uo]e?vo|another|again)(?:\W+(?:por favor|please))?\W*$"
    r"|\ba (?:que \w+|donde) (?:me )?lo (?:envi|mand)(?:aron|aste|an|as)\W*$"
)
# That it goes where they cannot read it.
_NO_WAY = re.compile(
    r"(?:\b(?:no|nunca|nao|not|never|perdi|robaron|cambie|mudei|roubaram|lost|stole|changed)|n.t)"
    r"\b.{0,30}"
    r"\b(?:correos?|e-?mails?|telefonos?|celular\w*|numeros?|telefones?|sms|phones?|numbers?)\b"
)
# What a message that only misses a code may be taken for; but who wants to complain, complains.
_LIKE_CODE = frozenset(("create_ticket", "opt_out", "opt_in", "personal_info"))
_COMPLAINS = re.compile(r"\b(?:reclam|quej|queix|denunci|complain)")


def authenticate(turn: Turn) -> Outcome:
    """With document and year the door is tried; without, they are asked for."""
    return _tried(turn, {}) or (menu.show(turn) if turn.session else _asked_for(turn, {}))


def in_between(
    turn: Turn, then: str, draft: Mapping[str, Any] | None = None, *, bare: bool = False
) -> Outcome | None:
    """Who says who they are where any words are taken: they are tried, or asked, and the intent
    `then` is served once they are in, and goes on with `draft`. `bare`: a document's number, alone
    or after a name, says so as well. None: it is no such thing, or they are in already."""
    says_so = turn.choice == f"{INTENT}:authenticate" or (
        bare and turn.heard.slots.document and (turn.heard.exact or _names_themselves(turn))
    )
    if not (says_so and turn.session is None) and not _says_who(turn):
        return None
    data = after(then, draft)
    return _tried(turn, data) or _asked_for(turn, data)


def _says_who(turn: Turn) -> bool:
    """Whether that is all they say. A number alone may be anything's, and whoever is in gives a
    document without its year for some other reason."""
    heard = turn.heard
    if heard.intent != "authenticate" or not heard.exact:
        return False
    in_words = any(sign.isalpha() for sign in turn.text)
    return bool(heard.slots.year) or (turn.session is None and in_words)


def _names_themselves(turn: Turn) -> bool:
    """ "Soy María, DNI 12345678": who begins so and says little else says who they are."""
    words = plain(turn.text)
    surely = turn.heard.intent == "authenticate" and turn.heard.asks_else
    return surely and _I_AM.match(words) is not None and len(words.split()) <= FEW


def logout(turn: Turn) -> Outcome:
    sessions.close(turn.conversation, turn.now)
    requests.close_all(turn.conversation, turn.now)
    return Outcome((Reply("login_closed"),), topic={})


def data_given(turn: Turn, data: Mapping[str, Any]) -> Outcome | None:
    """The answer to "who are you?", or half of it; what is asked for in the same words is served
    in the place of what was wanted before."""
    misses_code = _misses_code(turn)
    wish = "" if misses_code else halves.wish(turn)
    is_new = wish and wish != data.get("then")
    said = facts(turn, wish)
    if is_new or said:
        data = after(wish, said) | halves.sealed(data)
    if tried := _tried(turn, data):
        return tried
    if turn.inbound.own_phone:
        return _asked_for(turn, data, otherwise=Reply("login_number_known"))
    if not turn.choice and _NO_PARTNER.search(plain(turn.text)):
        return menu.show(turn)  # with what there is for whoever is none
    slots = turn.heard.slots
    named = turn.heard.intent == "authenticate" or slots.document or slots.year
    if halves.waits(turn, data) or _led_here(turn) or named or misses_code:
        again = _asked_for(turn, data)
        # The same half once more, or none: who does not get on is helped by a person.
        gets_on = is_new or turn.choice or (again.asked and len(again.asked.data) > len(data))
        return replace(again, misunderstood=not gets_on)
    return _of_their_own(turn, data)


def _of_their_own(turn: Turn, data: Mapping[str, Any]) -> Outcome | None:
    """Their data, or a ticket, which some see without a log-in: where one is asked for, what they
    gave before stays."""
    wanted = halves.wish(turn)
    if wanted not in ("personal_info", "ticket_status") or not halves.sealed(data):
        return None
    claim = registry.claims().get(wanted)
    served = (claim(turn) if claim else None) or registry.handlers()[wanted](turn)
    asked = served.asked
    if asked is None or (asked.dialog, asked.step) != (DIALOG, DATA):
        return served
    return _asked_for(turn, {**asked.data, **halves.sealed(data)})


def code_given(turn: Turn, data: Mapping[str, Any]) -> Outcome | None:
    """The code, or document and year once more."""
    if tried := _tried(turn, data):
        return tried
    if turn.inbound.own_phone:
        return Outcome((Reply("login_number_known"),), asked=Asked(DIALOG, DATA, dict(data)))
    found = masking.SIX_DIGITS.search(turn.text)
    if found is None:
        return _without_code(turn, data) or _again(turn, data)
    partner, left = requests.try_code(turn, "".join(found.groups()))
    if partner is not None:
        return let_in(turn, partner, PartnerSession.Way.CODE, data)
    if left:
        asked = Asked(DIALOG, CODE, dict(data))
        return Outcome((Reply("login_code_wrong", {"left": left}),), asked=asked)
    return Outcome((Reply("login_code_over"),), asked=Asked(DIALOG, DATA, dict(data)))


def _misses_code(turn: Turn) -> bool:
    """Whether they only miss a code: who they are is what gets them another."""
    words = plain(turn.text)
    asks_else = turn.choice or turn.heard.intent not in ("create_ticket", "opt_in", UNKNOWN)
    return not (asks_else or _complains(turn)) and _NONE_CAME.search(words) is not None


def _complains(turn: Turn) -> bool:
    said_so = _COMPLAINS.search(plain(turn.text)) is not None
    return said_so and turn.heard.intent == "create_ticket"


def _without_code(turn: Turn, data: Mapping[str, Any]) -> Outcome | None:
    """How to get another, in words that are the same for right data and wrong ones; who says so
    again and again is helped by a person."""
    heard, words = turn.heard, plain(turn.text)
    is_else = turn.choice or heard.exact or heard.intent == "talk_to_agent"
    is_else = is_else or (_wants_else(turn) and not _only_of_code(words))
    if is_else or _complains(turn) or any(sign.isdigit() for sign in words):
        return None
    no_way = _NO_WAY.search(words) and not (heard.intent == "opt_out" and heard.asks_else)
    if not no_way and not _NONE_CAME.search(words):
        return None
    help_ = Reply("login_code_missing", options=titles.intents(turn, ("talk_to_agent",)))
    return Outcome((help_,), asked=Asked(DIALOG, CODE, dict(data)), misunderstood=True)


def _wants_else(turn: Turn) -> bool:
    return turn.heard.asks_else and turn.heard.intent not in _LIKE_CODE


def _only_of_code(words: str) -> bool:
    """Whether the log-in's code is asked for and nothing else ("dame el código"): any other word
    may be of what has a code, too."""
    return _OF_CODE.search(words) is not None and _ONLY_OF_CODE.fullmatch(words) is not None


def _tried(turn: Turn, data: Mapping[str, Any]) -> Outcome | None:
    document, year = halves.together(turn, data)
    return enter(turn, document=document, year=year, data=data) if document and year else None


def _asked_for(turn: Turn, data: Mapping[str, Any], otherwise: Reply | None = None) -> Outcome:
    """What is missing of document and year; for both as `ask` has it, or with `otherwise`."""
    then, draft = str(data.get("then", "")), data.get(DRAFT)
    document, year = halves.together(turn, data)
    missing = otherwise
    if document or year:
        missing = Reply("login_year" if document else "login_document")
    if missing is None:
        return ask(turn, then=then, draft=draft)
    asked = Asked(DIALOG, DATA, after(then, draft) | halves.kept(document, year))
    return Outcome((missing,), asked=asked, topic={})


def _led_here(turn: Turn) -> bool:
    """The answer that led to the log-in, given once more: a button pressed twice, a second yes."""
    if turn.choice:
        return turn.choice == f"{INTENT}:authenticate" or turn.choice.startswith(YES)
    return _is_yes(turn)


def _is_yes(turn: Turn) -> bool:
    """In words: said again and again, a person is asked."""
    return not turn.choice and turn.heard.exact and turn.heard.intent == "affirm"


def _again(turn: Turn, data: Mapping[str, Any]) -> Outcome | None:
    """Digits that are no code are a slip; words may ask for something else."""
    if not _led_here(turn) and not any(sign.isdigit() for sign in turn.text):
        return None
    asked = Asked(DIALOG, CODE, dict(data))
    return Outcome((Reply("login_code_digits"),), asked=asked, misunderstood=_is_yes(turn))


# To "is it a receipt?": of whichever picture, it is one to log in for.
YES = "receipt:yes."
INTENTS = {"authenticate": authenticate, "logout": logout}
STEPS = {(DIALOG, DATA): Step(data_given), (DIALOG, CODE): Step(code_given)}
