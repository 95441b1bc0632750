"""Which intent a message has: certain words first, then the classifier, then what may be left."""

from __future__ import annotations

from datetime import date

from django.utils import timezone

from chatbot.intents.heard import UNKNOWN, Heard, Slots
from chatbot.intents.hearing import certain, model
from chatbot.intents.hearing.features import asks
from chatbot.intents.hearing.polite import without_politeness
from chatbot.intents.hearing.slots import find_slots
from chatbot.intents.hearing.words import plain, sound, words_of

# The likeliest intent counts from this probability on.
LIKELY = 0.4
# What is done at once, with nothing asked, needs more than that.
LIKELY_ENOUGH_TO_DO = 0.6
DONE_AT_ONCE = frozenset(("opt_in", "opt_out", "logout"))


def detect(text: str, *, today: date | None = None) -> Heard:
    """What the text means, by itself: without what was offered before.

    `today` is the business's, if none. Only the first 600 characters count. Never raises.
    """
    slots = find_slots(plain(text), today or timezone.localdate())
    words = words_of(text)
    if not words:
        return Heard(slots=slots)
    if slots.document and (slots.year or certain.identifies(words, slots)):
        alone = certain.identifies(words, slots)
        return Heard("authenticate", certain.CERTAIN if alone else certain.SURE, slots, exact=alone)
    if all(word.isdigit() or word == "p" for word in words):
        # A number alone, or a loan's as it is written, is an answer to something, or none.
        return Heard(UNKNOWN, certain.CERTAIN, slots)
    intent = certain.exactly(words)
    if intent:
        return Heard(intent, certain.CERTAIN, slots, exact=True)
    return _guessed([sound(word) for word in without_politeness(words)], asks(text), slots)


def _guessed(words: list[str], question: bool, slots: Slots) -> Heard:
    """The classifier's word, where it is sure enough of it."""
    (best, intent), (second, runner_up), *_rest = model.current().ranked(words, question)
    enough = LIKELY_ENOUGH_TO_DO if intent in DONE_AT_ONCE else LIKELY
    if intent != UNKNOWN and best < enough:
        return Heard(UNKNOWN, round(1 - best, 4), slots, intent, round(best, 4))
    return Heard(intent, round(best, 4), slots, runner_up, round(second, 4))
