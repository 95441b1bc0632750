"""The words on answers to tap on: one text template of `key = words` lines in each language."""

from __future__ import annotations

from collections.abc import Iterable

from chatbot.dialog.contract import INTENT, Option, Turn, option
from chatbot.dialog.replies import words

# So many answers are buttons or a list on every channel that has either.
MOST_ROWS = 8
__all__ = ["MOST_ROWS", "intents", "option", "pick", "titles"]


def titles(turn: Turn) -> dict[str, str]:
    """Every title by its key, in the person's language."""
    lines = words("titles", turn.contact.spoken, {}).splitlines()
    pairs = (line.partition("=") for line in lines if "=" in line)
    return {key.strip(): title.strip() for key, _equals, title in pairs}


def intents(turn: Turn, names: Iterable[str]) -> tuple[Option, ...]:
    """Answers that ask for these intents, in this order."""
    return pick(turn, *((INTENT, name, name) for name in names))


def pick(turn: Turn, *wanted: tuple[str, str, str]) -> tuple[Option, ...]:
    """Answers as (kind, value, key of the title)."""
    known = titles(turn)
    return tuple(option(kind, value, known.get(key, key)) for kind, value, key in wanted)
