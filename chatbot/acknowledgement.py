"""What the bot answers until it understands more: that it was heard, and what comes next."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.translation import gettext as _
from django.utils.translation import override

from chatbot.channels.events import InboundMessage
from crm.catalog.models import Property
from crm.conversations.models import Message
from crm.people.models import Contact
from leads.capture import Captured

UNHEARD = (Message.Kind.AUDIO, Message.Kind.VIDEO, Message.Kind.STICKER)
# The id of an offered answer that names a property: this, and the property's code.
PROPERTY_CHOICE = "property:"
MOST_CHOICES = 3


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer as data; the caller queues it. `options` are {"id", "title"} to tap on."""

    text: str
    options: tuple[dict[str, str], ...] = ()


def acknowledge(message: InboundMessage, contact: Contact, captured: Captured) -> Reply:
    """One short sentence in the contact's language."""
    with override(contact.spoken):
        return _reply(message, captured)


def _reply(message: InboundMessage, captured: Captured) -> Reply:
    if captured.property is not None:
        words = _(
            "Thank you for your interest in %(property)s. A colleague will write to you here soon."
        )
        return Reply(words % {"property": captured.property.title})
    if message.kind == Message.Kind.UNSUPPORTED:
        return Reply(_("I cannot read this kind of message. Could you write it in words?"))
    if message.kind in UNHEARD:
        return Reply(
            _("I cannot listen or watch yet. A colleague will look at it; you can also write.")
        )
    if captured.is_new:
        return Reply(
            _("Thank you for writing. Which property is it about? A colleague will help you."),
            _properties(),
        )
    return Reply(_("Noted. A colleague will answer you here."))


def _properties() -> tuple[dict[str, str], ...]:
    """The newest ones on offer, to tap on."""
    newest = Property.objects.filter(status=Property.Status.AVAILABLE).order_by("-id")
    return tuple(
        {"id": f"{PROPERTY_CHOICE}{one.code}", "title": one.title} for one in newest[:MOST_CHOICES]
    )


def chosen_codes(message: InboundMessage) -> tuple[str, ...]:
    """The code of the property a tapped answer names."""
    code = message.choice.removeprefix(PROPERTY_CHOICE)
    return (code,) if code != message.choice else ()
