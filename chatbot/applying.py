"""An understood event -> the desk, by its type."""

from __future__ import annotations

from chatbot import alarms, pacing, template_sync
from chatbot.changes import (
    apply_deletion,
    apply_edit,
    apply_person_news,
    apply_preference,
    apply_template_news,
)
from chatbot.channels.base import Provider
from chatbot.channels.events import (
    AccountNews,
    Deletion,
    Edit,
    InboundMessage,
    PersonNews,
    Preference,
    TemplateNews,
    Understood,
)
from chatbot.handling import handle_message


def apply_event(provider: Provider, understood: Understood | None) -> bool:
    """Act on what an event means; False where there is nothing to do but keep it.

    Call it inside a transaction. Raises NotYet for what speaks of something yet unknown.
    Statuses have a lane and a way of their own (chatbot/statuses.py).
    """
    channel = provider.channel
    match understood:
        case InboundMessage():
            if understood.historical or (understood.outgoing and not understood.by_api):
                pacing.note_phone(channel)
            handle_message(provider, understood)
        case Edit():
            apply_edit(channel, understood)
        case Deletion():
            apply_deletion(channel, understood)
        case Preference():
            apply_preference(channel, understood)
        case PersonNews():
            apply_person_news(channel, understood)
        case AccountNews():
            alarms.note_account(channel, understood)
        case TemplateNews():
            apply_template_news(channel, understood)
            template_sync.sync_soon(channel, understood)
        case _:
            return False
    return True
