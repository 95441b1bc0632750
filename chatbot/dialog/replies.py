"""A reply's words: a text template by language, or the office's own wording of it."""

from __future__ import annotations

import logging
from collections.abc import Collection, Mapping
from functools import cache
from pathlib import Path
from typing import Any

from django.conf import settings
from django.template import Context, loader
from django.utils.translation import override

from chatbot.dialog.markup import compiled
from chatbot.models import ReplyWording
from crm.conversations.models import Conversation
from crm.conversations.outreach import LONGEST_TEXT
from crm.conversations.rules import rules_of
from crm.conversations.wording import without_marks

log = logging.getLogger(__name__)
FALLBACK = "es"
# The titles of answers, which are no text, and nobody's to word otherwise.
TITLES = "titles"
FOLDER = Path("chatbot/replies")
# A colleague's own words stand in these, whose asterisks mean what they mean: no others are said.
PLAIN = frozenset(("ticket_answer",))


def words(
    name: str, language: str, values: Mapping[str, Any], own: Mapping[str, str] | None = None
) -> str:
    """The reply in this language with these values; where it has none, in Spanish.

    The office's own wording comes first; one that cannot be rendered, or sent, is passed over.
    `own` are the wordings of whoever says several replies (`own_wordings`). Blank lines at the
    ends go. Raises TemplateDoesNotExist for a name that has no words.
    """
    with override(language):
        found = own_wordings({name}, language) if own is None else own
        worded = _rendered(name, language, found[name], values) if name in found else ""
        return worded or render(original(name, language), values)


def words_for(talk: Conversation, name: str, values: Mapping[str, Any], language: str = "") -> str:
    """As `words`, in `language` or in that of whose conversation it is, and without asterisks
    where its channel would show them as they are; a colleague's own stay."""
    text = words(name, language or talk.contact.spoken, values)
    if name in PLAIN or rules_of(talk.channel.provider).bold:
        return text
    return without_marks(text)


def said(name: str, source: str) -> str:
    """A wording as it counts for this reply: without bold where there is none."""
    return without_marks(source) if name in PLAIN else source


def own_wordings(names: Collection[str], language: str) -> dict[str, str]:
    """The office's wordings of these replies, by name; one query.

    Read anew for each message: without Redis no cache of one process learns what was saved in
    another.
    """
    asked = [name for name in names if name != TITLES]
    if not asked:
        return {}
    rows = ReplyWording.objects.filter(name__in=asked, language=language)
    return dict(rows.values_list("name", "text"))


def _rendered(name: str, language: str, text: str, values: Mapping[str, Any]) -> str:
    try:
        own = render(said(name, text), values)
    except Exception:
        # The person is answered all the same, in the words that came with the desk.
        log.exception("The wording of %s/%s cannot be rendered", language, name)
        return ""
    return own if len(own) <= LONGEST_TEXT else ""


@cache
def original(name: str, language: str) -> str:
    """The text template that came with the desk."""
    candidates = [f"{FOLDER}/{one}/{name}.txt" for one in (language, FALLBACK)]
    return str(loader.select_template(candidates).template.source)


def names() -> list[str]:
    """Every reply there is, but the titles of answers, whose format is not a text's."""
    folder = Path(settings.BASE_DIR) / "templates" / FOLDER / FALLBACK
    return sorted(one.stem for one in folder.glob("*.txt") if one.stem != TITLES)


def render(source: str, values: Mapping[str, Any]) -> str:
    """A chat shows what it is given: nothing in it is a page's markup."""
    return str(compiled(source).render(Context(dict(values), autoescape=False))).strip()
