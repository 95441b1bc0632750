"""What the bot answers until it understands more: that it was heard, and what comes next."""

from __future__ import annotations

from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import override

from chatbot.channels.base import InboundMessage
from crm.conversations.models import Message
from crm.people.models import Contact
from leads.capture import Captured

UNHEARD = (Message.Kind.AUDIO, Message.Kind.VIDEO, Message.Kind.STICKER)


def acknowledge(message: InboundMessage, contact: Contact, captured: Captured) -> str:
    """One short sentence in the contact's language, as data: the caller queues it."""
    language = contact.language if contact.language in dict(settings.LANGUAGES) else "es"
    with override(language):
        return _sentence(message, contact, captured)


def _sentence(message: InboundMessage, contact: Contact, captured: Captured) -> str:
    if captured.property is not None:
        return _(
            "Thank you for your interest in %(property)s. A colleague will write to you here soon."
        ) % {"property": captured.property.title}
    if message.kind == Message.Kind.UNSUPPORTED:
        return _("I cannot read this kind of message. Could you write it in words?")
    if message.kind in UNHEARD:
        return _("I cannot listen or watch yet. A colleague will look at it; you can also write.")
    if captured.is_new:
        return _("Thank you for writing. Which property is it about? A colleague will help you.")
    return _("Noted. A colleague will answer you here.")
