"""Which intent a message has: certain words first, then the classifier, then what may be left."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date

from django.utils import timezone

from chatbot.intents.heard import UNKNOWN, Heard, Slots
from chatbot.intents.hearing import certain, model
from chatbot.intents.hearing.features import asks
from chatbot.intents.hearing.loans import without_loan
from chatbot.intents.hearing.papers import CUE
from chatbot.intents.hearing.polite import without_politeness
from chatbot.intents.hearing.slots import find_slots
from chatbot.intents.hearing.ticket_numbers import is_number
from chatbot.intents.hearing.words import plain, sound, words_of

# The likeliest intent counts from this probability on.
LIKELY = 0.6
# The detail of a loan that is named by its number, from this one.
NAMED_LIKELY = 0.4
# What is done at once, with nothing asked, needs more than that.
LIKELY_ENOUGH_TO_DO = 0.7
DONE_AT_ONCE = frozenset(("opt_in", "opt_out", "logout"))
# Fewer digits are no document, and no part of one that somebody would stop at.
SHORTEST_DOCUMENT = 6
ACCOUNT = re.compile(r"\b(?:cuenta|cci|conta)\b")


def detect(text: str, *, today: date | None = None) -> Heard:
    """What the text means, by itself: without what was offered before.

    `today` is the business's, if none. Only the first 600 characters count. Never raises.
    """
    slots = find_slots(plain(text), today or timezone.localdate())
    words = words_of(text)
    if not words:
        sign = certain.by_sign(text)
        return Heard(sign, certain.CERTAIN, slots, exact=True) if sign else Heard(slots=slots)
    if slots.document and (slots.year or certain.identifies(words, slots)):
        alone = certain.identifies(words, slots)
        return Heard("authenticate", certain.CERTAIN if alone else certain.SURE, slots, exact=alone)
    if is_number(plain(text)):
        return Heard("ticket_status", certain.CERTAIN, slots)
    if all(word.isdigit() or word == "p" for word in words):
        # A number alone, or a loan's as it is written, is an answer to something, or none.
        return Heard(UNKNOWN, certain.CERTAIN, slots)
    intent = certain.exactly(words)
    if intent:
        return Heard(intent, certain.CERTAIN, slots, exact=True)
    if intent := certain.in_a_sentence(words):
        return Heard(intent, certain.SURE, slots)
    question = asks(text)
    heard = _guessed([sound(word) for word in without_politeness(words)], question, slots)
    if _of_a_loan(heard, text):
        return replace(heard, intent="loan_detail", score=heard.runner_up_score)
    if heard.intent == "authenticate" and not slots.document and not slots.year:
        return _without_number(heard, text, words, question)
    return heard


def _of_a_loan(heard: Heard, text: str) -> bool:
    """Whether they name a loan by its number, and nothing else is likelier: "¿cuánto debo del
    préstamo 26?"."""
    likely = heard.intent == UNKNOWN and heard.runner_up == "loan_detail"
    if not likely or heard.runner_up_score < NAMED_LIKELY or not heard.slots.loan:
        return False
    said = plain(text)
    return without_loan(said) != said


def _without_number(heard: Heard, text: str, words: list[str], question: bool) -> Heard:
    """A short number, an amount or an account says who nobody is: what stands beside it ("hola 7")
    says what is meant.

    A yes or a no with a number is none to what was asked: it may be an amount put right.
    """
    rest = [word for word in words if not word.isdigit()]
    # Of prices below each other each is one.
    digits = max(_digits(words_of(line)) for line in text.splitlines())
    is_short = 0 < digits < SHORTEST_DOCUMENT
    is_account = digits and ACCOUNT.search(plain(text)) and not CUE.search(plain(text))
    if not rest or not (is_short or is_account or heard.slots.amount):
        return heard
    intent = certain.exactly(rest)
    if intent:
        meant = Heard(intent, certain.SURE, heard.slots)
    else:
        meant = _guessed([sound(word) for word in without_politeness(rest)], question, heard.slots)
    if meant.intent in ("affirm", "deny"):
        return Heard(UNKNOWN, meant.score, heard.slots, meant.intent)
    return heard if meant.intent == heard.intent else meant


def _digits(words: list[str]) -> int:
    return sum(len(word) for word in words if word.isdigit())


def _guessed(words: list[str], question: bool, slots: Slots) -> Heard:
    """The classifier's word, where it is sure enough of it."""
    (best, intent), (second, runner_up), *_rest = model.current().ranked(words, question)
    enough = LIKELY_ENOUGH_TO_DO if intent in DONE_AT_ONCE else LIKELY
    if intent != UNKNOWN and best < enough:
        return Heard(UNKNOWN, round(1 - best, 4), slots, intent, round(best, 4))
    return Heard(intent, round(best, 4), slots, runner_up, round(second, 4))
