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
from chatbot.intents.heard import POLITE, SURE, UNKNOWN
from chatbot.intents.naming import AROUND, name_in
from chatbot.intents.own_words import written
from chatbot.intents.told import just_offered
from chatbot.intents.visit_times import asks_visit
from chatbot.models import Dialog
from crm.catalog.matching import find_property
from crm.conversations.models import Message
from crm.people.models import Contact, ContactPoint

DIALOG, SKIP = "who", "skip"
FILES = (Message.Kind.IMAGE, Message.Kind.DOCUMENT)
EMAIL = re.compile(r"[^\s@<>,;:]{1,64}@[^\s@<>,;:]+\.[^\s@<>,;:.]{2,}")
AFTER_NAME = re.compile(
    r"(?i)[\s,;.]*(?:(?:y|e|and)\s+)?(?:(?:mi|my|meu)\s+)?(?:correo|e-?mail|mail)\s*(?:es|is|é)?"
    r"\s*:?\s*$"
)
WORDS = re.compile(r"[^\W\d_]{2,}")


def ask_once(turn: Turn, outcome: Outcome) -> Outcome:
    """The same outcome, and, of a prospect we do not know yet, the question for name and e-mail."""
    topic = dict(turn.topic if outcome.topic is None else outcome.topic)
    if turn.session is not None or topic.get(Dialog.ASKED_WHO) or outcome.asked is not None:
        return outcome
    missing = _missing(turn.contact)
    if not missing:
        return outcome
    return replace(
        outcome,
        replies=(*outcome.replies, _question(turn, missing)),
        asked=Asked(DIALOG, "tell"),
        topic=topic | {Dialog.ASKED_WHO: True},
    )


def _question(turn: Turn, missing: list[str]) -> Reply:
    options = titles.pick(turn, (SKIP, "who", "skip"))
    return Reply("who_are_you", {"missing": missing}, options=options)


def _missing(contact: Contact) -> list[str]:
    lacks = [] if contact.name else ["name"]
    if not contact.points.filter(kind=ContactPoint.Kind.EMAIL).exists():
        lacks.append("email")
    return lacks


def tell(turn: Turn, _data: Mapping[str, Any]) -> Outcome | None:
    """What they tell is kept; what is no answer is served as if nothing had been asked."""
    if turn.choice or turn.inbound.kind in FILES:
        return None
    said = written(turn)
    email, name = read(said)
    if turn.contact.name or (not email and not _may_be_name(turn, name)):
        # A name we have is not asked for: what looks like one is something else.
        name = ""
    if not email and not name:
        return _unanswered(turn)
    return _noted(turn, said, email, name)


def told_late(turn: Turn) -> Outcome | None:
    """An e-mail that was asked for before, and comes when nothing is asked any more: after the name
    alone, or another question."""
    if turn.session is not None or turn.is_asked or turn.choice or turn.inbound.media:
        return None
    if not turn.topic.get(Dialog.ASKED_WHO) or turn.contact.document_number:
        return None
    said = written(turn)
    email, name = read(said)
    if not email or "email" not in _missing(turn.contact):
        return None
    return _noted(turn, said, email, "" if turn.contact.name else name)


def _noted(turn: Turn, said: str, email: str, name: str) -> Outcome:
    kept = _keep(turn.contact, name, email)
    values = {"name": turn.first_name, "kept": kept}
    if turn.heard.intent == "schedule_visit" or asks_visit(said):
        served = registry.handlers()["schedule_visit"](turn)
        thanks = Reply("who_thanks", values, promises=turn.waits)
        return replace(served, replies=(thanks, *served.replies))
    waits = _says_more(said, email, name) or turn.waits
    return Outcome((Reply("who_thanks", values, promises=waits),))


def _may_be_name(turn: Turn, name: str) -> bool:
    """By itself, small talk in capitals is none, nor is another property's title."""
    if name != turn.text:
        return bool(name)
    small_talk = turn.heard.intent != UNKNOWN and turn.heard.score >= SURE
    return not small_talk and find_property(name) is None


def _unanswered(turn: Turn) -> Outcome | None:
    """It need not be answered: "no", or a question about the property."""
    heard = turn.heard
    if heard.asks_else or (heard.intent in POLITE and heard.score >= SURE):
        return None
    if heard.intent == "deny" and heard.score >= SURE:
        return Outcome((Reply("who_skipped", promises=turn.waits),))
    if heard.intent == "affirm" and just_offered(turn):
        return None
    missing = _missing(turn.contact)
    if heard.intent == "affirm" and heard.exact and missing:
        question = replace(_question(turn, missing), promises=turn.waits)
        return Outcome((question,), asked=Asked(DIALOG, "tell"))
    return registry.handlers()[registry.REST](turn)


def _says_more(text: str, email: str, name: str) -> bool:
    """Whether a person should read the rest of it."""
    rest = EMAIL.sub(" ", text).replace(name, " ").casefold()
    return "?" in rest or len(set(WORDS.findall(rest)) - AROUND) > 2


def skip(turn: Turn) -> Outcome:
    return Outcome((Reply("who_skipped", promises=turn.waits),))


def read(text: str) -> tuple[str, str]:
    """E-mail and name in a text, each "" where there is none."""
    found = EMAIL.search(text)
    if found is None:
        return "", name_in(text)
    before = AFTER_NAME.sub("", " ".join(text[: found.start()].split()))
    return _checked(found[0].rstrip(".")), name_in(before)


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


STEPS = {(DIALOG, "tell"): Step(tell, optional=True)}
CHOICES = {SKIP: skip}
ASIDE = (told_late,)
