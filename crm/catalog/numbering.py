"""Numbers and letters in titles: "Lote Nº 11", "Departamento 301-A", "Mz. E Lote 12".

All of it on plain words: lower case, without accents, parted by one space (`plain_words`).
"""

from __future__ import annotations

import re
from collections.abc import Iterator

# "nº 11", "n.º 11", "no. 11", "nro 11" are 11; an "º" is an "o" in plain words.
SIGN = re.compile(r"(?<![a-z0-9-])(?:(?:n ?o|nro|num|numero) ?|n )(?=\d)")
HYPHEN = re.compile(r"(?<=\d)-(?=[a-z](?![a-z0-9]))")
# A letter behind a number is its own, unless it is a word (a, o) or short for one (x favor, 5 m,
# s/ 900) with more behind it. Some are its own or short for a word.
OWN_LETTER = re.compile(r"(?<=\d) (?=[bcdf-jlnprtvwz](?: |$)|[a-z]$)")
ANY_LETTER = re.compile(r"(?<=\d) (?=[a-z](?: |$))")
APART = re.compile(r"(?<=\d) (?=\d)")
WITH = re.compile(r"(?<=\d)\s*\bc/(?!u\b)", re.IGNORECASE)
# Kinds of property, and parts of an address, as they are cut short here.
SHORTENED = {
    **dict.fromkeys(("depa", "dept", "depto", "dpt", "dpto"), "departamento"),
    **dict.fromkeys(("lt", "lte"), "lote"),
    **dict.fromkeys(("mz", "mza", "mzna"), "manzana"),
    "av": "avenida",
    "edif": "edificio",
    "urb": "urbanizacion",
}
CUT_SHORT = re.compile(rf"(?<![a-z0-9-])({'|'.join(SHORTENED)})(?:[ -]|$|(?=\d))")
# What a lone letter behind it is the name of, whatever else the letter may be.
NAMED_BY_LETTERS = frozenset(
    ("block", "bloque", "edificio", "etapa", "lote", "manzana", "sector", "torre")
)
SHORT_WORDS = {"c": "con", "d": "de", "n": "en", "p": "para"}
# What stands behind a name, and not behind such a word: "el 301 d porfa", "mz 3 c lote 5".
BEHIND_A_NAME = (
    "aun", "cuanto", "cuesta", "departamento", "disponible", "esta", "gracias", "o", "piso", "por",
    "porfa", "precio", "sigue", "todavia", "x", "xfa", "xfavor", "y",
)  # fmt: skip
NOT_BEHIND = "|".join((*BEHIND_A_NAME, *sorted(NAMED_BY_LETTERS), *SHORTENED))
SHORT_WORD = re.compile(rf"(?<=\d) ([cdnp]) (?!(?:{NOT_BEHIND})(?: |\d|$))")
# "1-2" is another number than "1", and one word; "villa-marina" are two.
PART = re.compile(r"\d+(?:-\d+)+[a-z]?(?![a-z0-9])|[a-z0-9]+")
NUMBER = re.compile(r"\d+(?:[a-z](?![a-z0-9]))?")


def readings(words: str) -> Iterator[str]:
    """What a message's words may say, the likeliest first; most can be read one way only."""
    seen = set[str]()
    for read in (as_numbered, _as_perhaps_numbered, _as_short_words):
        said = read(words)
        if said not in seen:
            seen.add(said)
            yield said


def with_spelled(text: str) -> str:
    """Of any text: "301 c/cochera" -> "301 con cochera"; without its "/" it were a letter's."""
    return WITH.sub(" con ", text)


def as_numbered(words: str) -> str:
    """ "lt no 11 b" -> "lote 11b", "dpto 301-a" -> "departamento 301a"."""
    spelled = CUT_SHORT.sub(lambda found: f"{SHORTENED[found[1]]} ", words).rstrip()
    return OWN_LETTER.sub("", HYPHEN.sub("", SIGN.sub("", spelled)))


def _as_perhaps_numbered(words: str) -> str:
    """The same, and whatever may belong to a number does: "301 a cuanto" -> "301a cuanto"."""
    return APART.sub("-", ANY_LETTER.sub("", as_numbered(words)))


def _as_short_words(words: str) -> str:
    """The same, and what may be short for a word is: "11 d los pinos" -> "11 de los pinos"."""
    return as_numbered(SHORT_WORD.sub(lambda found: f" {SHORT_WORDS[found[1]]} ", words))


def is_name(words: list[str], at: int) -> bool:
    """Whether a letter that is a small word elsewhere is a name there: "mz a", "casa e"."""
    is_last, before = at == len(words) - 1, words[at - 1] if at else ""
    return len(words[at]) == 1 and (is_last or before in NAMED_BY_LETTERS)
