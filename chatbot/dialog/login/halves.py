"""A document without its year, or the year without it: kept until the other comes by itself.

It is sealed with the installation's key, for no digit of who somebody is stays readable, and goes
with the open question: after a quarter of an hour, or when it is left.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from cryptography.fernet import InvalidToken

from chatbot.intents.heard import Slots
from crm.fields import fernet

# In the data of a log-in.
DOCUMENT, YEAR = "sealed_document", "sealed_year"


def together(slots: Slots, data: Mapping[str, Any]) -> tuple[str, int | None]:
    """(document or "", year or None): what is said now, and of the rest what was said before."""
    year = slots.year or int(_opened(data.get(YEAR)) or 0)
    return slots.document or _opened(data.get(DOCUMENT)), year or None


def kept(document: str, year: int | None) -> dict[str, str]:
    """What of these the log-in's data keep."""
    said = {DOCUMENT: document, YEAR: str(year or "")}
    return {key: fernet().encrypt(one.encode()).decode() for key, one in said.items() if one}


def _opened(sealed: str | None) -> str:
    """ "" too for what was sealed with a key that is gone: then it is asked for again."""
    try:
        return fernet().decrypt(sealed.encode()).decode() if sealed else ""
    except InvalidToken:
        return ""
