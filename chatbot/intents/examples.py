"""Messages that were not understood become examples for the corpus."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from django.db import transaction
from django.utils.translation import gettext as _

from chatbot.dialog.contract import Turn
from chatbot.intents.heard import INTENTS, UNKNOWN
from chatbot.models import Example
from crm.conversations.models import Message
from crm.errors import DeskError
from crm.people.models import User

# Telephone and account numbers, documents: many digits, however they are set apart.
_NUMBER = re.compile(r"\+?\d(?:[\s().-]?\d){5,}")
_ADDRESS = re.compile(r"[^\s@]+@[^\s@]+")
_LETTERED = re.compile(r"\b[A-Za-z]{1,4}\d{6,}\w*")
State = Example.State


def note(turn: Turn, *, was_asked: bool) -> None:
    """Keep for somebody to look at what was said to the bot and understood as nothing.

    Not what answers a question, taps an answer, was said in a session, or is no text. Call it in
    the message's transaction, while the bot has the conversation.
    """
    message = turn.message
    open_text = message.kind == Message.Kind.TEXT and not message.is_private and bool(turn.text)
    if turn.heard.intent == UNKNOWN and open_text and not was_asked and not turn.choice:
        Example.objects.create(message=message)


def struck_out(text: str) -> str:
    """One line without addresses, and with zeros for long numbers; at most what is kept."""
    text = _ADDRESS.sub("correo@ejemplo.com", " ".join(text.split()))
    for shape in (_LETTERED, _NUMBER):
        text = shape.sub(lambda found: re.sub(r"\d", "0", found[0]), text)
    # A sheet would take these for the beginning of a formula.
    return text.lstrip("=+-@ ")[: Example.LONGEST].strip()


def file(*, example: Example | None, text: str, intent: str, by: User) -> Example:
    """Keep `text` as an example of `intent`; `example` None: it was typed in, not received.

    Raises DeskError for an unknown intent, no words, or one that is filed already.
    """
    kept = struck_out(text)
    if intent not in INTENTS:
        raise DeskError(_("Choose what it means."))
    if not kept:
        raise DeskError(_("Write the words to keep."))
    with transaction.atomic():
        filed = _locked(example, State.WAITING) if example else Example()
        filed.state, filed.text, filed.intent, filed.filed_by = State.FILED, kept, intent, by
        filed.save()
    return filed


def dismiss(*, example: Example) -> None:
    """It is of no use as an example. Raises DeskError if somebody judged it meanwhile."""
    with transaction.atomic():
        found = _locked(example, State.WAITING)
        found.state = State.DISMISSED
        found.save(update_fields=["state"])


def take_back(*, example: Example) -> None:
    """A judged one waits again; one that was typed in is gone. Raises DeskError if it waits."""
    with transaction.atomic():
        found = _locked(example, State.FILED, State.DISMISSED)
        if found.message_id is None:
            found.delete()
            return
        found.state, found.text, found.intent, found.filed_by = State.WAITING, "", "", None
        found.save()


def _locked(example: Example, *states: str) -> Example:
    found = Example.objects.select_for_update().filter(pk=example.pk).first()
    if found is None or found.state not in states:
        raise DeskError(_("Somebody else was faster: it is no longer as you saw it."))
    return found


def as_lines(rows: Iterable[Example]) -> Iterator[str]:
    """In the format of the corpus: intent, a tab, the words."""
    return (f"{row.intent}\t{row.text}\n" for row in rows)
