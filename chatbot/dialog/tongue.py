"""The language somebody writes: spoken with them from then on, unless the desk chose one."""

from __future__ import annotations

from chatbot.dialog.contract import Turn
from chatbot.dialog.listening import CARDS
from chatbot.intents.hearing.language import language_of
from crm.people.models import Contact


def follow(turn: Turn) -> None:
    """Note on the contact what they plainly write; what was tapped on are our own words."""
    contact = turn.contact
    if contact.language or turn.choice or turn.inbound.kind in CARDS:
        return
    heard = language_of(turn.text)
    if heard and heard != contact.spoken:
        Contact.objects.filter(pk=contact.pk).update(heard_language=heard)
        contact.heard_language = heard
