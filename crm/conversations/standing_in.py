"""Templates that stand in for what the desk says by itself, where it may not write freely."""

from __future__ import annotations

from collections.abc import Mapping

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from crm.conversations import templates
from crm.conversations.models import Conversation, Message, MessageTemplate, TemplatePurpose
from crm.errors import DeskError

# For what the bot or the desk says without a purpose of its own. A colleague picks a template.
FOLLOW_UP = "follow_up"
# What a template's variables can be filled with. Any other word stands for itself, or for the
# message's value of that name.
SOURCES: list[tuple[str, str | Promise]] = [
    ("text", _("the text of the message")),
    ("contact.name", _("the person's name")),
    ("contact.first_name", _("the person's first name")),
    ("code", _("the code, where one is sent")),
    ("ticket", _("the ticket's number")),
    ("state", _("the state of a receipt or ticket")),
]
KNOWN_SOURCES = frozenset(name for name, _label in SOURCES)


def purpose_of(row: Message) -> str:
    """What it is said for; "": no template may stand in for it."""
    own = row.author in (Message.Author.BOT, Message.Author.SYSTEM)
    return row.purpose or (FOLLOW_UP if own else "")


def chosen_for(talk: Conversation, purpose: str) -> TemplatePurpose | None:
    """The template that may go there now for this purpose; None: there is none.

    It shows no file, and asks for nothing but words. Marketing is nothing for who wants none.
    """
    rows = TemplatePurpose.objects.filter(channel=talk.channel_id, purpose=purpose)
    chosen = rows.select_related("template").first() if purpose else None
    if chosen is None or chosen.template.status != MessageTemplate.Status.APPROVED:
        return None
    template = chosen.template
    unwanted = templates.is_unwanted(template, talk.contact)
    unfit = templates.header_file(template) or not templates.is_fillable(template)
    return None if unwanted or unfit else chosen


def fill(
    chosen: TemplatePurpose, talk: Conversation, text: str, values: Mapping[str, object]
) -> dict[str, str]:
    """Each variable by what its name says: a value of the message, or the person's.

    DeskError for one that is missing or too long: then the words wait as they are.
    """
    known = {
        "text": text,
        "contact.name": talk.contact.name,
        "contact.first_name": talk.contact.first_name,
        **{str(name): str(value) for name, value in values.items()},
    }
    filled = {key: _value(str(source), known) for key, source in chosen.values.items()}
    templates.components(chosen.template, filled)
    return filled


def _value(source: str, known: Mapping[str, str]) -> str:
    return known.get(source, "" if source in KNOWN_SOURCES else source)


def fits(talk: Conversation, purpose: str, text: str, values: Mapping[str, object]) -> bool:
    """Whether a template would take the place of these words there now."""
    chosen = chosen_for(talk, purpose)
    if chosen is None:
        return False
    try:
        fill(chosen, talk, text, values)
    except DeskError:
        return False
    return True
