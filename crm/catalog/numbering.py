"""Numbers and letters in titles: "Lote Nº 11", "Departamento 301-A", "Mz. E Lote 12".

All of it on plain words: lower case, without accents, parted by one space (`plain_words`).
"""

from __future__ import annotations

import re

# "nº 11", "n.º 11", "no. 11", "nro 11" are 11; an "º" is an "o" in plain words.
SIGN = re.compile(r"(?<![a-z0-9-])(?:(?:n ?o|nro|num|numero) ?|n )(?=\d)")
HYPHEN = re.compile(r"(?<=\d)-(?=[a-z](?![a-z0-9]))")
# A letter behind a number is its own, unless it is a word (a, o) or short for one (x favor, 5 m,
# s/ 900) with more behind it.
OWN_LETTER = re.compile(r"(?<=\d) (?=[bcdf-jlnprtvwz](?: |$)|[a-z]$)")
ANY_LETTER = re.compile(r"(?<=\d) (?=[a-z](?: |$))")
APART = re.compile(r"(?<=\d) (?=\d)")
# What a lone letter behind it is the name of, whatever else the letter may be.
NAMED_BY_LETTERS = frozenset(
    ("block", "bloque", "edificio", "etapa", "lote", "lt", "manzana", "mz", "mza", "sector",
     "torre")
)  # fmt: skip
# "1-2" is another number than "1", and one word; "villa-marina" are two.
PART = re.compile(r"\d+(?:-\d+)+[a-z]?(?![a-z0-9])|[a-z0-9]+")
NUMBER = re.compile(r"\d+(?:[a-z](?![a-z0-9]))?")


def as_numbered(words: str) -> str:
    """ "lote no 11 b" -> "lote 11b", "departamento 301-a" -> "departamento 301a"."""
    return OWN_LETTER.sub("", HYPHEN.sub("", SIGN.sub("", words)))


def as_perhaps_numbered(words: str) -> str:
    """The same, and whatever may belong to a number does: "301 a cuanto" -> "301a cuanto"."""
    return APART.sub("-", ANY_LETTER.sub("", as_numbered(words)))


def is_name(words: list[str], at: int) -> bool:
    """Whether a letter that is a small word elsewhere is a name there: "mz a", "casa e"."""
    is_last, before = at == len(words) - 1, words[at - 1] if at else ""
    return len(words[at]) == 1 and (is_last or before in NAMED_BY_LETTERS)
