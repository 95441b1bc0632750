"""Whether a message may go at all: outside the provider's window only templates may."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from django.utils import timezone
from django.utils.translation import gettext as _

from chatbot import patience
from chatbot.purposes import FOLLOW_UP
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

    The hand-over itself cancels what waits; this is about what was just then under way.
    """
    episode = row.conversation.episode
    if row.author != Message.Author.BOT or episode is None or episode.owner == Episode.Owner.BOT:
        return False
    newest = next(iter(row.attempts.all()), None)
    if newest is None:
        return row.created_at <= episode.owner_since
    return newest.started_at <= episode.owner_since and patience.went_on(newest)


def _stand_in(row: Message) -> TemplatePurpose | None:
    """The template that may take the place of these words now; None: there is none.

    It has no room for a file, shows none, and asks for nothing but words. Marketing is nothing
    for who wants none: the words themselves are not, they wait.
    """
    own = row.author in (Message.Author.BOT, Message.Author.SYSTEM)
    purpose = row.purpose or (FOLLOW_UP if own else "")
    if not purpose or row.kind != Message.Kind.TEXT or row.attachments.all():
        return None
    rows = TemplatePurpose.objects.filter(channel=row.channel_id, purpose=purpose)
    chosen = rows.select_related("template").first()
    if chosen is None or chosen.template.status != MessageTemplate.Status.APPROVED:
        return None
    template = chosen.template
    unwanted = templates.is_unwanted(template, row.conversation.contact)
    unfit = templates.header_file(template) or not templates.is_fillable(template)
    return None if unwanted or unfit else chosen


def _fall_back(row: Message, chosen: TemplatePurpose) -> None:
    """Put the template in the place of the words. DeskError for a value it lacks."""
    portions = _portions(row)
    text = "\n".join([row.text, *(one.text for one in portions)])
    values = _values(chosen, row, text)
    templates.components(chosen.template, values)
    row.template, row.values, row.options = chosen.template, values, []
    row.text = templates.preview(chosen.template, values)
    row.save(update_fields=["template", "values", "text", "options"])
    for one in portions:
        _end(one, State.CANCELLED, TEMPLATE, _("Not sent: a template took its place."))


def _portions(row: Message) -> list[Message]:
    """What was written in one with `row` and stands behind it, being too long for one message."""
    rows = row.conversation.messages.filter(
        direction=Message.Direction.OUT,
        author=row.author,
        purpose=row.purpose,
        kind=Message.Kind.TEXT,
        created_at=row.created_at,
        state__in=(State.QUEUED, State.HELD),
        template=None,
        pk__gt=row.pk,
    )
    return list(rows.order_by("pk"))


def _values(chosen: TemplatePurpose, row: Message, text: str) -> dict[str, str]:
    """Each variable is filled with what its name says: a value of the message, or the person's."""
    contact = row.conversation.contact
    known: Mapping[str, str] = {
        "text": text,
        "contact.name": contact.name,
        "contact.first_name": contact.first_name,
        **{str(name): str(value) for name, value in row.values.items()},
    }
    return {key: known.get(str(source), str(source)) for key, source in chosen.values.items()}


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
