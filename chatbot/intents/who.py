"""A prospect's name and e-mail: asked for once, politely, and never again."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import validate_email

from chatbot.dialog import registry
from chatbot.dialog.contract import Asked, Outcome, Reply, Step, Turn
from chatbot.intents import titles
from crm.people.models import Contact, ContactPoint

DIALOG, SKIP = "who", "skip"
# In what was last spoken of: that it has been asked.
ASKED = "asked_who"
EMAIL = re.compile(r"[^\s@<>,;:]{1,64}@[^\s@<>,;:]+\.[^\s@<>,;:.]{2,}")
WORD = r"[^\W\d_](?:[^\W\d_]|['’.-])*"
NAME = re.compile(rf"{WORD}(?: {WORD}){{0,5}}")
BEFORE_NAME = re.compile(
    r"(?i)^(?:hola,?\s*)?(?:soy|me llamo|mi nombre es|a nombre de|my name is|i am|i'm|sou"
    r"|meu nome é|nombre:?|name:?|nome:?)\s+"
)
AFTER_NAME = re.compile(
    r"(?i)[\s,;.]*(?:(?:y|e|and)\s+)?(?:(?:mi|my|meu)\s+)?(?:correo|e-?mail|mail)\s*(?:es|is|é)?"
    r"\s*:?\s*$"
)
LONGEST_NAME = 80


def ask_once(turn: Turn, outcome: Outcome) -> Outcome:
    """The same outcome, and, of a prospect we do not know yet, the question for name and e-mail."""
    topic = dict(turn.topic if outcome.topic is None else outcome.topic)
    if turn.session is not None or topic.get(ASKED) or outcome.asked is not None:
        return outcome
    missing = _missing(turn.contact)
    if not missing:
        return outcome
    question = Reply(
        "who_are_you", {"missing": missing}, options=titles.pick(turn, (SKIP, "who", "skip"))
    )
    return replace(
        outcome,
        replies=(*outcome.replies, question),
        asked=Asked(DIALOG, "tell"),
        topic=topic | {ASKED: True},
    )


def _missing(contact: Contact) -> list[str]:
    lacks = [] if contact.name else ["name"]
    if not contact.points.filter(kind=ContactPoint.Kind.EMAIL).exists():
        lacks.append("email")
    return lacks


def tell(turn: Turn, _data: Mapping[str, Any]) -> Outcome | None:
    """What they tell is kept; what is no answer is served as if nothing had been asked."""
    email, name = read(turn.text)
    if turn.choice or not (email or (name and not _is_else(turn))):
        return None if turn.choice or _is_else(turn) else _unanswered(turn)
    kept = _keep(turn.contact, name, email)
    return Outcome((Reply("who_thanks", {"name": turn.contact.first_name, "kept": kept}),))


def _is_else(turn: Turn) -> bool:
    return turn.heard.intent not in ("unknown", "greeting", "affirm", "deny")


def _unanswered(turn: Turn) -> Outcome:
    """It need not be answered: "no", or a question about the property."""
    if turn.heard.intent in ("affirm", "deny", "greeting"):
        return Outcome((Reply("who_skipped"),))
    return registry.handlers()[registry.REST](turn)


def skip(_turn: Turn) -> Outcome:
    return Outcome((Reply("who_skipped"),))


def read(text: str) -> tuple[str, str]:
    """E-mail and name in a text, each "" where there is none."""
    found = EMAIL.search(text)
    email = _checked(found[0].rstrip(".")) if found else ""
    rest = f"{text[: found.start()]}" if found else text
    rest = BEFORE_NAME.sub("", " ".join(rest.split()))
    rest = AFTER_NAME.sub("", rest) if found else rest
    rest = rest.strip(" ,.;:-")
    named = NAME.fullmatch(rest) if len(rest) <= LONGEST_NAME else None
    return email, rest if named else ""


def _checked(email: str) -> str:
    try:
        validate_email(email)
    except ValidationError:
        return ""
    return email.lower()


def _keep(contact: Contact, name: str, email: str) -> bool:
    """Beside what is known: a name we have is not replaced. An e-mail told is not verified."""
    if name and not contact.name:
        Contact.objects.filter(pk=contact.pk, name="").update(name=name)
        contact.name = name
    if email:
        ContactPoint.objects.get_or_create(
            contact=contact, kind=ContactPoint.Kind.EMAIL, value=email, defaults={"raw": email}
        )
    return bool(name or email)


STEPS = {(DIALOG, "tell"): Step(tell)}
CHOICES = {SKIP: skip}
