"""A ticket's number in somebody's words: "T-000012", "ticket 12", "el reclamo nro. 12"."""

from __future__ import annotations

import re

from chatbot.intents.hearing.words import plain

NOUN = r"(?:tickets?|tiquet|tique|reclamos?|reclamacion|reclamacao|queja|chamados?|complaint)"
_CODE = re.compile(r"(?<![\w-])t ?-? ?0*(\d{1,9})(?![\w-])")
_AFTER_NOUN = re.compile(
    rf"\b{NOUN}\s*(?:es|el|de)?\s*(?:numero|nro|num|n[°ºo]?|#|number)?"
    r"[. :#]*0*(\d{1,9})\b(?![.,/-]?\d)"
)
_NOUN = re.compile(rf"\b{NOUN}\b")


def number_in(text: str) -> int:
    """The key of the ticket whose number a text says; 0 if it says none."""
    said = plain(text)
    found = _CODE.search(said) or _AFTER_NOUN.search(said)
    return int(found[1]) if found else 0


def is_number(text: str) -> bool:
    """Whether it is a ticket's number and nothing else."""
    return _CODE.fullmatch(text.strip(" .!?#*")) is not None


def names_some(text: str) -> bool:
    """Whether it speaks of a ticket at all."""
    said = plain(text)
    return _NOUN.search(said) is not None or _CODE.search(said) is not None
