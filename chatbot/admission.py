"""Whether a message may go at all: outside the provider's window only templates may."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from django.utils import timezone
from django.utils.translation import gettext as _

from chatbot import patience
from crm.conversations import templates, window
from crm.conversations.models import (
    Conversation,
    Episode,
    Message,
    MessageTemplate,
    TemplatePurpose,
)
from crm.conversations.rules import Rules
from crm.errors import DeskError

State = Message.State
WINDOW, TEMPLATE = "window", "template"


def admit(row: Message, rules: Rules, now: datetime) -> bool:
    """Whether `row` may be sent now; the bot's not once somebody else has taken over.

    Where only a template may, the one configured for the message's purpose takes its place;
    without one the message is kept, and says why.
    """
    if _is_silenced(row):
        _end(row, State.CANCELLED)
        return False
    if row.template_id is None:
        if window.open_under(rules, row.conversation, now):
            return True
        if not (row.purpose and rules.templates and _fall_back(row)):
            _hold(row, WINDOW, _why(rules, row.conversation))
            return False
    return _usable(row)


def _is_silenced(row: Message) -> bool:
    """Whether the bot wrote it before somebody took over, and no person has sent it on since.

    The hand-over itself cancels what waits; this is about what was just then under way.
    """
    episode = row.conversation.episode
    if row.author != Message.Author.BOT or episode is None or episode.owner == Episode.Owner.BOT:
        return False
    newest = next(iter(row.attempts.all()), None)
    if newest is None:
        return row.created_at <= episode.owner_since
    return newest.started_at <= episode.owner_since and patience.went_on(newest)


def _fall_back(row: Message) -> bool:
    chosen = (
        TemplatePurpose.objects.filter(channel=row.channel_id, purpose=row.purpose)
        .select_related("template")
        .first()
    )
    if chosen is None or chosen.template.status != MessageTemplate.Status.APPROVED:
        return False
    row.template = chosen.template
    row.values = _values(chosen, row)
    row.text = templates.preview(chosen.template, row.values)
    row.options = []
    row.save(update_fields=["template", "values", "text", "options"])
    return True


def _values(chosen: TemplatePurpose, row: Message) -> dict[str, str]:
    """Each variable is filled with what its name says: a value of the message, or the person's."""
    contact = row.conversation.contact
    known: Mapping[str, str] = {
        "text": row.text,
        "contact.name": contact.name,
        "contact.first_name": contact.first_name,
        **{str(name): str(value) for name, value in row.values.items()},
    }
    return {key: known.get(str(source), str(source)) for key, source in chosen.values.items()}


def _usable(row: Message) -> bool:
    """A template that was paused meanwhile, or lacks a value, would be refused: it is kept."""
    template = row.template
    if template is None or template.status != MessageTemplate.Status.APPROVED:
        _hold(row, TEMPLATE, _("The provider does not allow this template now."))
        return False
    try:
        templates.components(template, row.values)
    except DeskError as error:
        _hold(row, TEMPLATE, str(error))
        return False
    return True


def _why(rules: Rules, conversation: Conversation) -> str:
    if conversation.last_inbound_at is None:
        return _("This person has not written yet; the provider takes nothing before that.")
    hours = int(rules.window.total_seconds() // 3600) if rules.window else 0
    return _(
        "More than %(hours)d hours have passed since the person's last message. It goes out when"
        " they write again."
    ) % {"hours": hours}


def _end(row: Message, state: Message.State, code: str = "", why: str = "") -> None:
    Message.objects.filter(pk=row.pk).update(state=state, error_code=code, error_text=why[:500])
    Conversation.objects.filter(pk=row.conversation_id).update(changed_at=timezone.now())


def _hold(row: Message, code: str, why: str) -> None:
    kept = Message.objects.filter(pk=row.pk, state=State.QUEUED)
    kept.update(state=State.HELD, error_code=code, error_text=why[:500])
    Conversation.objects.filter(pk=row.conversation_id).update(changed_at=timezone.now())
