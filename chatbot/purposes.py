"""What the desk says by itself: for each of these a template can stand in, where it may not write
freely. A room adds its own by a list like this one and a line in settings.TEMPLATE_PURPOSES.
"""

from __future__ import annotations

from django.conf import settings
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from crm.desk.registry import load

# For what the bot or the desk says without a purpose of its own. A colleague picks a template.
FOLLOW_UP = "follow_up"
# (slug of at most 30 characters, as it stands in Message.purpose; what a person calls it)
PURPOSES: list[tuple[str, str | Promise]] = [
    (FOLLOW_UP, _("Any other message of the bot or of the desk itself")),
    ("receipt_decided", _("A payment receipt was accepted or refused")),
    ("ticket_answered", _("A request was answered")),
    ("payment_reminder", _("A payment falls due")),
    ("login_code", _("A code by which a partner proves who they are")),
]

# What a template's variables can be filled with, as chatbot/admission.py understands it.
SOURCES: list[tuple[str, str | Promise]] = [
    ("text", _("the text of the message")),
    ("contact.name", _("the person's name")),
    ("contact.first_name", _("the person's first name")),
    ("code", _("the code, where one is sent")),
    ("ticket", _("the ticket's number")),
    ("state", _("the state of a receipt or ticket")),
]


def purposes() -> dict[str, str | Promise]:
    """The labels of all rooms' purposes, by slug, in the order of the setting."""
    return {slug: label for listed in load(settings.TEMPLATE_PURPOSES) for slug, label in listed}
