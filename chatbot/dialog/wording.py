"""The office's own wording of a reply: what may stand in one, how it looks, kept and taken back."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from functools import cache
from typing import Any

from django.conf import settings
from django.db import transaction
from django.template import TemplateSyntaxError
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import override

from chatbot.dialog.markup import FILTERS, TAGS, Part, is_loose, parts
from chatbot.dialog.replies import names, original, render, said
from chatbot.models import ReplyWording
from crm.audit.models import record
from crm.errors import DeskError
from crm.people.models import User

LONGEST = 3000
# With its values; the longest portion that any channel shows as one.
LONGEST_SHOWN = 4096
DEEPEST = 2
NAME = re.compile(r"(?<![\w.'\"])([^\W\d]\w*)(?:\.\w+)*")
WORDS = frozenset(("in", "and", "or", "not", "is", "True", "False", "None", "forloop"))
QUOTED = re.compile(r"\"(?:[^\"\\]|\\.)*\"|'(?:[^'\\]|\\.)*'")
FILTER = re.compile(r"\|\s*(\w+)")
# What a reply is no use without.
REQUIRED = {"login_code_message": ("code",), "ticket_answer": ("text",)}
DAYS = re.compile(r"(?:^|[._])(day|today|due|since|date)$")


class _Sample:
    """Stands for any value in a preview: it shows its own name, and holds two of everything."""

    def __init__(self, name: str) -> None:
        self._name = name

    def __str__(self) -> str:
        return f"«{self._name}»"

    def __getitem__(self, key: str) -> Any:
        return sample(f"{self._name}.{key}")

    def __iter__(self) -> Iterator[Any]:
        return iter([self, self])

    def __len__(self) -> int:
        return 2


def sample(name: str) -> Any:
    """A made-up value of that name: a day where the name says it is one."""
    return datetime(2026, 3, 14, 15, 30, tzinfo=UTC) if DAYS.search(name) else _Sample(name)


def known(name: str) -> list[str]:
    """The values a reply gets, as its original wordings use them."""
    return sorted({one for part in _originals(name) for one in _values(part)})


@cache
def _originals(name: str) -> list[Part]:
    return [one for language in settings.CHAT_LANGUAGES for one in parts(original(name, language))]


def placeholder(value: str) -> str:
    """How a value stands in a text."""
    return "{{ " + value + " }}"


def preview(name: str, language: str, text: str) -> str:
    """How it reads, with made-up values. DeskError for what cannot be rendered."""
    try:
        with override(language):
            return render(said(name, text), {one: sample(one) for one in known(name)})
    except TemplateSyntaxError as error:
        raise DeskError(_("This cannot be read: %(why)s") % {"why": error}) from error
    except Exception as error:
        raise DeskError(_("This cannot be shown. Compare it with the original.")) from error


def check(name: str, language: str, text: str) -> str:
    """The text as it is kept. DeskError, in words, for one the bot cannot say."""
    text = text.replace("\x00", "").replace("\r\n", "\n").strip()
    if name not in names() or language not in settings.CHAT_LANGUAGES:
        raise DeskError(_("There is no such reply."))
    if not text:
        raise DeskError(_("Write something, or go back to the original."))
    if len(text) > LONGEST:
        raise DeskError(_("A reply has at most %(most)d characters.") % {"most": LONGEST})
    _check_parts(name, text)
    shown = preview(name, language, text)
    if not shown:
        raise DeskError(_("Nothing would be said."))
    if missing := [one for one in REQUIRED.get(name, ()) if str(sample(one)) not in shown]:
        raise DeskError(_("%(what)s must be in it.") % {"what": placeholder(missing[0])})
    if len(shown) > LONGEST_SHOWN:
        raise DeskError(_("With its values this is too long for a message."))
    return text


def _check_parts(name: str, text: str) -> None:
    """Only what the originals use: no other tags, filters, loops or values reach a person."""
    if is_loose(text):
        raise DeskError(_("A brace is missing: values stand in {{ }}, conditions in {% %}."))
    found = parts(text)
    if strange := _strange(name, found):
        raise DeskError(_("This is not possible in a reply: %(what)s") % {"what": strange})
    if any(part.tag == "for" and len(part.inner) >= DEEPEST for part in found):
        raise DeskError(_("There is a loop in a loop in a loop: that is too deep."))
    used = {one for part in found for one in _values(part)}
    if unknown := sorted(used - set(known(name))):
        raise DeskError(_("This reply knows no %(what)s.") % {"what": unknown[0]})


def _strange(name: str, found: Iterable[Part]) -> str:
    """The first tag, filter or loop that is none of a reply's; "": all are."""
    loops = {part.content for part in _originals(name) if part.tag == "for"}
    for part in found:
        if part.tag and part.tag not in TAGS:
            return part.tag
        if part.tag == "for" and part.content not in loops:
            return f"for … in {part.content}"
        for one in FILTER.findall(QUOTED.sub("", part.content)):
            if one not in FILTERS:
                return str(one)
    return ""


def _values(part: Part) -> set[str]:
    """The names of the values in it, without those the loops around it make."""
    plain = FILTER.sub("", QUOTED.sub("", part.content))
    return {match[1] for match in NAME.finditer(plain)} - WORDS - frozenset().union(*part.inner)


def save(*, name: str, language: str, text: str, by: User) -> bool:
    """Keep the office's wording; whether that changed anything. DeskError as `check` says."""
    text = check(name, language, text)
    if text == original(name, language).strip():
        return reset(name=name, language=language, by=by)
    with transaction.atomic():
        row, made = ReplyWording.objects.select_for_update().get_or_create(
            name=name, language=language, defaults={"text": text, "changed_by": by}
        )
        before = "" if made else row.text
        if before == text:
            return False
        row.text, row.changed_by, row.changed_at = text, by, timezone.now()
        row.save()
        _noted("reply_reworded", row, by, before, text)
    return True


def reset(*, name: str, language: str, by: User) -> bool:
    """Back to the original; whether there was another wording."""
    with transaction.atomic():
        rows = ReplyWording.objects.select_for_update()
        row = rows.filter(name=name, language=language).first()
        if row is None:
            return False
        _noted("reply_reset", row, by, row.text, "")
        row.delete()
    return True


def _noted(action: str, row: ReplyWording, by: User, before: str, after: str) -> None:
    record(action=action, subject=row, by=by, before={"text": before}, after={"text": after})
