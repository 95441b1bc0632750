"""The language somebody writes: spoken with them from then on, unless the desk chose one."""

from __future__ import annotations

from chatbot.dialog.contract import Turn
from chatbot.dialog.listening import CARDS
from chatbot.intents.hearing.language import language_of
from chatbot.intents.hearing.words import words_of
from crm.people.models import Contact


def follow(turn: Turn) -> None:
    """Note on the contact what they plainly write; what was tapped on are our own words."""
    contact = turn.contact
    if contact.language or turn.choice or turn.inbound.kind in CARDS:
        return
    heard = language_of(_without_title(turn))
    if heard and heard != contact.spoken:
        Contact.objects.filter(pk=contact.pk).update(heard_language=heard)
        contact.heard_language = heard


def _without_title(turn: Turn) -> str:
    """ "Info de The House" is not English: a property's title is no word of theirs."""
    named = turn.captured.property if turn.captured is not None else None
    if named is None:
        return turn.text
    title = set(words_of(named.title))
    return " ".join(one for one in turn.text.split() if title.isdisjoint(words_of(one)))
