"""What people and providers change afterwards: wordings, names, wishes, templates."""

from __future__ import annotations

from django.utils import timezone

from chatbot.channels.events import Deletion, Edit, PersonNews, Preference, TemplateNews
from chatbot.waiting import NotYet
from crm.conversations.identities import known, learn_name
from crm.conversations.models import (
    Channel,
    ChannelIdentity,
    Conversation,
    Message,
    MessageRevision,
    MessageTemplate,
)
from crm.people.models import Contact
from leads.capture import note_rewording


def apply_edit(channel: Channel, edit: Edit) -> None:
    """The message says something else now; what it said is kept. NotYet if it is unknown."""
    message = _message(channel, edit.id)
    at = edit.at or timezone.now()
    late = message.edited_at is not None and at < message.edited_at
    if late or message.deleted_at is not None or message.text == edit.text:
        return
    said = message.summary()
    _keep_wording(message)
    message.text, message.edited_at = edit.text, at
    message.save(update_fields=["text", "edited_at"])
    _changed(message, said)


def apply_deletion(channel: Channel, deletion: Deletion) -> None:
    """A tombstone stays; what it said is kept among its earlier wordings."""
    message = _message(channel, deletion.id)
    if message.deleted_at is not None:
        return
    said = message.summary()
    _keep_wording(message)
    message.text, message.deleted_at = "", deletion.at or timezone.now()
    message.save(update_fields=["text", "deleted_at"])
    _changed(message, said)


def _message(channel: Channel, provider_id: str) -> Message:
    rows = Message.objects.select_for_update().filter(channel=channel, provider_id=provider_id)
    message = rows.first()
    if message is None:
        raise NotYet
    return message


def _keep_wording(message: Message) -> None:
    if message.text:
        MessageRevision.objects.create(message=message, text=message.text)


def _changed(message: Message, said: str) -> None:
    """The page renews itself; lists whose last words were what it `said` say the new ones."""
    rows = Conversation.objects.filter(pk=message.conversation_id)
    rows.update(changed_at=timezone.now())
    rows.filter(last_text=said).update(last_text=message.summary())
    if message.direction == Message.Direction.IN:
        contact = message.conversation.contact
        note_rewording(contact=contact, said=said, says=message.summary())


def apply_preference(channel: Channel, wish: Preference) -> None:
    """Whether they want marketing. Of somebody we do not know there is nothing to write down."""
    conversation = known(channel, [address.value for address in wish.addresses])
    if conversation is not None:
        opted_out_at = None if wish.wanted else wish.at or timezone.now()
        Contact.objects.filter(pk=conversation.contact_id).update(opted_out_at=opted_out_at)


def apply_person_news(channel: Channel, news: PersonNews) -> None:
    """A name, or that they can (not) be reached; strangers of an address book stay strangers."""
    conversation = known(channel, [address.value for address in news.addresses])
    if conversation is None:
        return
    if news.name:
        learn_name(conversation, news.name)
    if news.reachable is not None:
        since = None if news.reachable else news.at or timezone.now()
        ChannelIdentity.objects.filter(pk=conversation.identity_id).update(unreachable_at=since)
    Conversation.objects.filter(pk=conversation.pk).update(changed_at=timezone.now())


def apply_template_news(channel: Channel, news: TemplateNews) -> None:
    """Write down what the provider says; what it does not say stays."""
    said = {
        "external_id": news.id,
        "status": news.status,
        "category": news.category,
        "quality": news.quality,
        "reason": news.reason[:500],
        "components": news.components,
    }
    values = {name: value for name, value in said.items() if value not in ("", None)}
    if news.status:
        values["reason"] = news.reason[:500]
    MessageTemplate.objects.update_or_create(
        channel=channel,
        name=news.name[:512],
        language=news.language[:12],
        defaults={**values, "changed_at": timezone.now()},
    )
