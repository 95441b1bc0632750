"""A reply's words: a text template by language, rendered with the reply's values."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.template import Context, loader
from django.utils.translation import override

FALLBACK = "es"


def words(name: str, language: str, values: Mapping[str, Any]) -> str:
    """`chatbot/replies/<language>/<name>.txt` with these values, else the Spanish one.

    Blank lines at the ends go. Raises TemplateDoesNotExist for a name that has no words.
    """
    candidates = [f"chatbot/replies/{one}/{name}.txt" for one in (language, FALLBACK)]
    with override(language):
        template = loader.select_template(candidates).template
        # A chat shows what it is given: nothing in it is a page's markup.
        return str(template.render(Context(dict(values), autoescape=False))).strip()
