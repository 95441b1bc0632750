"""Which of the properties just offered is meant: by a yes, "ese", "quiero la 2", "la segunda"."""

from __future__ import annotations

import re
from collections.abc import Sequence

from chatbot.dialog.contract import PROPERTY
from chatbot.intents.heard import Heard
from chatbot.intents.hearing.words import plain
from crm.conversations.wording import Option, chosen

KINDS = frozenset((PROPERTY, "visit"))
_ASKS = (
    r"(?:(?:si|ok|dale|ya|claro|hola|y)\b[ ,.]*)?(?:(?:quiero|quisiera|me (?:interesa|gusta)|ver"
    r"|visitar|muestrame|dame|info(?:rmacion)? de|mas de|quero|i want|show me|i like)\s+)*"
)
_BEHIND = r"(?:\s+(?:mism[oa]|por favor|porfa|xfa|please|gracias))*"
_THAT = re.compile(
    rf"\W*{_ASKS}(?:es[eao]|est[eao]|ess[ea]|(?:that|this)(?: one)?)"
    rf"{_BEHIND}\W*"
)
_NUMBERED = re.compile(
    rf"\W*{_ASKS}(?:la|el|lo|o|a|the|opcion|numero|nro)\s+(?:numero |nro |opcion )?(\d{{1,2}})"
    rf"{_BEHIND}\W*"
)
_PLACES = (
    ("primera", "primero", "primeiro", "first"),
    ("segunda", "segundo", "second"),
    ("tercera", "tercero", "terceiro", "third"),
    ("cuarta", "cuarto", "fourth"),
    ("quinta", "quinto", "fifth"),
)
_PLACE = {word: at for at, words in enumerate(_PLACES, 1) for word in words}
# No weekday ("na segunda"), and neither "la primera semana" nor "el quinto piso".
_PLACED = re.compile(
    rf"(?<!a )(?<!en )\b(?:la|el|the) ({'|'.join(_PLACE)})\b"
    r"(?! (?:hora|semana|quincena|vez|planta|piso|week|time|floor)|-feira| feira)"
    r"|(?<!a )\bla (\d)\b(?!\s*(?:[ap]\.?m|h\b|[:.]\d))|\b(?:opcion|numero|option) (\d)\b"
)


def meant(text: str, heard: Heard, offered: Sequence[Option]) -> str:
    """The id of the property that is meant, of answers that are all properties; "": none is."""
    if not offered or any(one["id"].partition(":")[0] not in KINDS for one in offered):
        return ""
    said = plain(text)
    if numbered := _NUMBERED.fullmatch(said):
        found = chosen(numbered[1], offered)
        return found["id"] if found else ""
    # Below a card, or after a visit was called off, nobody asks whether they would see it.
    is_property = offered[0]["id"].partition(":")[0] == PROPERTY
    says_yes = is_property and heard.intent == "affirm" and heard.exact
    alone = len(offered) == 1 and (says_yes or _THAT.fullmatch(said))
    return offered[0]["id"] if alone else ""


def beside_place(text: str) -> str:
    """The same words without that one."""
    return _PLACED.sub(" ", plain(text), count=1)


def place_in(text: str) -> int:
    """2 where the second of a list is named among other words: "visitar la segunda el martes"."""
    found = _PLACED.search(plain(text))
    if found is None:
        return 0
    return _PLACE[found[1]] if found[1] else int(found[2] or found[3])
