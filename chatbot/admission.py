"""Whether a message may go at all: outside the provider's window only templates may."""

from __future__ import annotations

from datetime import datetime

from django.utils import timezone
from django.utils.translation import gettext as _

from chatbot import patience
from crm.conversations import outreach, standing_in, templates, window
from crm.conversations.models import (
    Conversation,
    Message,
    MessageTemplate,
    TemplatePurpose,
)
from crm.conversations.rules import Rules
from crm.errors import DeskError

State = Message.State
WINDOW, TEMPLATE, UNWANTED = "window", "template", "unwanted"


def admit(row: Message, rules: Rules, now: datetime) -> bool:
    """Whether `row` may be sent now; the bot's not once somebody else has taken over.

    Where only a template may, the one configured for the message's purpose takes its place;
    without one the message is kept, and says why.
    """
    if _is_silenced(row):
        _end(row, State.CANCELLED)
        return False
    if row.template_id is not None:
        return _usable(row)
    if window.open_under(rules, row.conversation, now):
        return True
    stand_in = _stand_in(row) if rules.templates else None
    if stand_in is None:
        _hold(row, WINDOW, _why(rules, row.conversation))
        return False
    try:
        _fall_back(row, stand_in)
    except DeskError as error:
        # The words stay as they are, all portions of them: they go out when the person writes.
        for one in (row, *_portions(row)):
            _hold(one, TEMPLATE, str(error))
        return False
    return True


def _is_silenced(row: Message) -> bool:
    """Whether the bot wrote it before somebody took over, and no person has sent it on since.

    The hand-over itself cancels what waits; this is about what was just then under way. Another
    program is no answer: what they asked before it wrote is answered.
    """
    episode = row.conversation.episode
    if row.author != Message.Author.BOT or episode is None or episode.lets_bot_finish:
        return False
    newest = next(iter(row.attempts.all()), None)
    if newest is None:
        return row.created_at <= episode.owner_since
    return newest.started_at <= episode.owner_since and patience.went_on(newest)


def _stand_in(row: Message) -> TemplatePurpose | None:
    """The template that may take the place of these words now; None: there is none, and they wait.

    It has no room for a file.
    """
    if row.kind != Message.Kind.TEXT or row.attachments.all():
        return None
    return standing_in.chosen_for(row.conversation, standing_in.purpose_of(row))


def _fall_back(row: Message, chosen: TemplatePurpose) -> None:
    """Put the template in the place of the words. DeskError for a value it lacks."""
    portions = _portions(row)
    text = "\n".join([row.text, *(one.text for one in portions)])
    values = standing_in.fill(chosen, row.conversation, text, row.values)
    row.template, row.values, row.options = chosen.template, values, []
    row.text = templates.preview(chosen.template, values)
    row.save(update_fields=["template", "values", "text", "options"])
    for one in portions:
        _end(one, State.CANCELLED, TEMPLATE, _("Not sent: a template took its place."))


def _portions(row: Message) -> list[Message]:
    """What was written in one with `row` and stands behind it, being too long for one message."""
    rows = outreach.portions(row).filter(
        purpose=row.purpose,
        kind=Message.Kind.TEXT,
        state__in=(State.QUEUED, State.HELD),
        template=None,
        pk__gt=row.pk,
    )
    return list(rows)


def _usable(row: Message) -> bool:
    """A template that was paused meanwhile, or lacks a value, would be refused: it is kept.

    Marketing for who has stopped it since never goes.
    """
    template = row.template
    if template is not None and templates.is_unwanted(template, row.conversation.contact):
        _end(row, State.FAILED, UNWANTED, _("This person wants no marketing."))
        return False
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
    now = timezone.now()
    failed_at = now if state == State.FAILED else None
    Message.objects.filter(pk=row.pk).update(
        state=state, error_code=code, error_text=why[:500], failed_at=failed_at
    )
    Conversation.objects.filter(pk=row.conversation_id).update(changed_at=now)


def _hold(row: Message, code: str, why: str) -> None:
    kept = Message.objects.filter(pk=row.pk, state=State.QUEUED)
    kept.update(state=State.HELD, error_code=code, error_text=why[:500])
    Conversation.objects.filter(pk=row.conversation_id).update(changed_at=timezone.now())
