"""What a canned reply can leave open: `{{ name }}`, filled in when it is used."""

from __future__ import annotations

import re
from collections.abc import Mapping

from django.utils.translation import gettext_lazy as _

_VARIABLE = re.compile(r"\{\{\s*([^{}]*?)\s*\}\}")
# Where there is nothing to fill in; at a line's beginning the comma behind it goes too.
HOLE = "\0"
_FIRST_HOLE = re.compile(rf"^{HOLE}[,;:]?[ \t]*", re.MULTILINE)
_HOLE = re.compile(rf"[ \t]*{HOLE}")
# A brace too few or too many: what is left of braces beside variables.
_BROKEN = re.compile(r"\{+[^{}\n]{0,60}\}*|[^{}\s]*\}+")
# What each stands for, in words for whoever writes a reply.
VARIABLES = {
    "nombre": _("the person's first name"),
    "nombre_completo": _("the person's whole name"),
    "ticket": _("the ticket's number"),
    "asunto": _("the ticket's subject"),
    "agente": _("your name"),
    "agencia": _("the ticket's agency"),
}


def unknown_variables(text: str) -> list[str]:
    """The names in double braces that stand for nothing, and what else stands in braces."""
    names = {name for name in _VARIABLE.findall(text) if name not in VARIABLES}
    return sorted({*names, *_BROKEN.findall(_VARIABLE.sub("", text))})


def with_values(text: str, values: Mapping[str, str]) -> str:
    """The text with each variable's value; what has none is left out, and the space before it:
    "Hola {{ nombre }}, gracias" is "Hola, gracias"."""
    filled = _VARIABLE.sub(lambda found: values.get(found[1]) or HOLE, text)
    return _HOLE.sub("", _FIRST_HOLE.sub("", filled))
