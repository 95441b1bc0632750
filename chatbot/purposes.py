"""What the desk says by itself: for each of these a template can stand in, where it may not write
freely. A room adds its own by a list like this one and a line in settings.TEMPLATE_PURPOSES.
"""

from __future__ import annotations

from django.conf import settings
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from crm.conversations.standing_in import FOLLOW_UP, SOURCES
from crm.desk.registry import load

# (slug of at most 30 characters, as it stands in Message.purpose; what a person calls it)
PURPOSES: list[tuple[str, str | Promise]] = [
    (FOLLOW_UP, _("Any other message of the bot or of the desk itself")),
    ("receipt_decided", _("A payment receipt was accepted or refused")),
    ("ticket_answered", _("A request was answered")),
    ("payment_reminder", _("A payment falls due")),
    ("login_code", _("A code by which a partner proves who they are")),
]

# What only some messages have a value of.
_ONLY_OF = {
    "code": ("login_code",),
    "ticket": ("ticket_answered",),
    "state": ("receipt_decided", "ticket_answered"),
}


def purposes() -> dict[str, str | Promise]:
    """The labels of all rooms' purposes, by slug, in the order of the setting."""
    return {slug: label for listed in load(settings.TEMPLATE_PURPOSES) for slug, label in listed}


def sources_of(purpose: str) -> list[tuple[str, str | Promise]]:
    """What a message of this purpose can fill a template's variables with."""
    return [one for one in SOURCES if purpose in _ONLY_OF.get(one[0], (purpose,))]
