"""Words about a partner's own data, and that something in them is wrong or new."""

from __future__ import annotations

import re

from chatbot.intents.heard import Heard
from chatbot.intents.hearing.words import plain

DATA = re.compile(
    r"\b(?:correos?|e-?mails?|mail|telefonos?|telefone|celular(?:es)?|cel|numeros?|whatsapp|phone"
    r"|nombres?|nome|name|apellidos?|sobrenome|dni|documento|direccion|domicilio|endereco|address"
    r"|datos|dados|data|nacimiento|nascimento|birth)\b"
)
WRONG = re.compile(
    r"\b(?:mal|equivocad\w*|incorrect\w*|errad\w*|error\w*|erron\w*|distint[oa]s?|diferentes?"
    r"|cambi\w*|actuali[zc]\w*|correg\w*|corrig\w*|corrij\w*|modific\w*|desactualizad\w*"
    r"|ya no (?:es|son|tengo|uso|existe)|no (?:es|son|esta|estan|tengo)|nao e|antigu\w*|viej[oa]s?"
    r"|nuev[oa]|otro|falta\w*|trocar|troquei|mudei|mudou|atuali\w*|wrong|chang\w*|update\w*|old)\b"
)
# That is about money or a complaint, not about who they are.
ELSE = re.compile(
    r"\b(?:operacion|cuotas?|prestamos?|creditos?|recibos?|montos?|cuentas?|comprobantes?|vouchers?"
    r"|tickets?|reclamos?|pagos?|emprestimos?|loans?)\b"
)
# What it shall be is said at once.
TOLD = re.compile(
    r"@|\d{5}|\bes [^\n]{0,80}\d|\bes (?!(?:ese|esa|mi|el|la|asi|(?:in)?correct[oa]|nuev[oa]"
    r"|otr[oa]|viej[oa]|antigu[oa]|erron\w+|equivocad\w+|errad\w+|distint[oa]|diferente)\b)\w+\W*$"
)
# An address that opens the message, or that a datum is to become, is what it shall be, whatever
# stands beside it; that of "envíame mi estado de cuenta a ana@x.com" is not.
_BECOMES = re.compile(
    r"^\W*(?:(?:es|el|correct[oa]|corret[oa]|nuev[oa]|mi|correo|sera|is|it|my|por favor)\W+)*"
    r"[^\s@]+@"
    r"|\b(?:(?:actuali[zc]|cambi|atuali[zs]|corrig|correg|modifi[cq]|troc|mud)\w*|update|change)"
    r"(?: (?:it|lo|la|el|mi|my|correo|e-?mail|the))* (?:a|por|para|to) [^\s@]+@"
)

# Of themselves, where "mi" stands beside it; else of whatever there is to know.
INFORMED = re.compile(r"\b(?:infos?|informacion|informes|informacao|informacoes|information)\b")
OWN = re.compile(r"\b(?:mi|mis|my|meus?|minhas?)\b")
# A prospect who is called by another's name, too, says that it is not theirs.
_NAMES = frozenset(("nombre", "nombres", "apellido", "apellidos", "nome", "sobrenome", "name"))
_NOT = re.compile(r"\b(?:no (?:es|son)|nao e|not|isn.?t)\b")


def corrects(text: str) -> bool:
    """Whether it says that something of their data is wrong, or new."""
    said = plain(text)
    return bool(DATA.search(said) and WRONG.search(said)) and not ELSE.search(said)


def becomes(text: str) -> bool:
    """Whether it says which address it shall be."""
    return _BECOMES.search(plain(text)) is not None


def is_new_datum(heard: Heard, text: str) -> bool:
    """Whether who is in tells a number of theirs, as one does to log in: "mi número nuevo es
    999888777"."""
    alone = heard.intent == "authenticate" and not heard.exact and not heard.slots.year
    return alone and corrects(text)


def denies_name(text: str) -> bool:
    said = plain(text)
    return _NAMES.issuperset(DATA.findall(said)) and _NOT.search(said) is not None


def named(text: str) -> str:
    """Which data it names: "correo, telefono"."""
    return ", ".join(dict.fromkeys(DATA.findall(plain(text))))
