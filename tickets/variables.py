"""What a canned reply can leave open: `{{ name }}`, filled in when it is used."""

from __future__ import annotations

import re
from collections.abc import Mapping

from django.utils.translation import gettext_lazy as _

_VARIABLE = re.compile(r"\{\{\s*([^{}]*?)\s*\}\}")
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
    """The names in double braces that stand for nothing."""
    return sorted({name for name in _VARIABLE.findall(text) if name not in VARIABLES})


def with_values(text: str, values: Mapping[str, str]) -> str:
    """The text with each variable's value; what has none is left out."""
    return _VARIABLE.sub(lambda found: values.get(found[1], ""), text)
