"""What people and providers change afterwards: wordings, names, wishes, templates."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone

from chatbot.channels.events import Deletion, Edit, PersonNews, Preference, TemplateNews
from chatbot.dialog.listening import as_edited
from chatbot.waiting import NotYet
from crm.conversations.identities import known, learn_name
from crm.conversations.models import (
    Channel,
    ChannelAddress,
    ChannelIdentity,
    Conversation,
    Message,
    MessageRevision,
    MessageTemplate,
    NotedName,
)
from crm.people.models import Contact, ContactPoint
from crm.people.phones import from_provider
from leads.capture import note_rewording


def apply_edit(channel: Channel, edit: Edit) -> None:
    """The message says something else now; what it said is kept. NotYet if it is unknown."""
    message = _message(channel, edit)
    edit = replace(edit, text=as_edited(message, edit.text))
    at = edit.at or timezone.now()
    superseded = message.deleted_at or message.edited_at
    if message.deleted_at is not None or (superseded is not None and at < superseded):
        _keep_late(message, edit.text)
        return
    if message.text == edit.text:
        # Back to the first wording before that between has come: that one is late, then.
        Message.objects.filter(pk=message.pk).update(edited_at=edit.at or message.edited_at)
        return
    said = message.summary()
    _keep_wording(message)
    message.text, message.edited_at = edit.text, at
    message.save(update_fields=["text", "edited_at"])
    _changed(message, said)


def apply_deletion(channel: Channel, deletion: Deletion) -> None:
    """A tombstone stays; what it said is kept among its earlier wordings."""
    message = _message(channel, deletion)
    if message.deleted_at is not None:
        return
    said = message.summary()
    _keep_wording(message)
    message.text, message.deleted_at = "", deletion.at or timezone.now()
    message.save(update_fields=["text", "deleted_at"])
    _changed(message, said)


def _message(channel: Channel, change: Edit | Deletion) -> Message:
    """The message that is meant. One of this id that is somebody else's is not."""
    rows = Message.objects.select_for_update().filter(channel=channel, provider_id=change.id)
    message = rows.first()
    if message is None or not _is_theirs(message, change):
        raise NotYet
    return message


def _is_theirs(message: Message, change: Edit | Deletion) -> bool:
    is_ours = message.direction == Message.Direction.OUT
    if change.outgoing is not None and change.outgoing != is_ours:
        return False
    values = [address.value for address in change.addresses]
    if not values or message.sender_address in values:
        return True
    identity = message.conversation.identity_id
    return ChannelAddress.objects.filter(identity=identity, value__in=values).exists()


def _keep_wording(message: Message) -> None:
    if message.text:
        MessageRevision.objects.create(message=message, text=message.text)


def _keep_late(message: Message, text: str) -> None:
    """What the message said for a while, told of only after it had changed again."""
    if text and text != message.text and not message.revisions.filter(text=text).exists():
        until = message.deleted_at or message.edited_at or timezone.now()
        MessageRevision.objects.create(message=message, text=text, replaced_at=until)


def _changed(message: Message, said: str) -> None:
    """The page renews itself; lists whose last words were what it `said` say the new ones."""
    rows = Conversation.objects.filter(pk=message.conversation_id)
    rows.update(changed_at=timezone.now())
    rows.filter(last_text=said).update(last_text=message.summary())
    if message.direction == Message.Direction.IN:
        contact = message.conversation.contact
        note_rewording(contact=contact, said=said, says=message.summary())


def apply_preference(channel: Channel, wish: Preference) -> None:
    """Whether they want marketing: the newest wish counts, however late an older one comes.

    Raises NotYet for somebody who wants none and is not known yet.
    """
    at = wish.at or timezone.now()
    people = _who_wishes(channel, wish, at)
    if wish.wanted:
        people.filter(opted_out_at__lt=at).update(opted_out_at=None)
    else:
        people.filter(Q(opted_out_at=None) | Q(opted_out_at__lt=at)).update(opted_out_at=at)


def _who_wishes(channel: Channel, wish: Preference, at: datetime) -> QuerySet[Contact]:
    """Who has a thread here, if this is their newest wish; else whoever has that number."""
    conversation = known(channel, [address.value for address in wish.addresses])
    if conversation is not None:
        newest = ChannelIdentity.objects.filter(
            Q(wished_at=None) | Q(wished_at__lte=at), pk=conversation.identity_id
        ).update(wished_at=at)
        return Contact.objects.filter(pk__in=[conversation.contact_id] if newest else [])
    numbers = [from_provider(one.value) for one in wish.addresses if one.kind == "wa_id"]
    points = ContactPoint.objects.filter(
        kind=ContactPoint.Kind.PHONE, value__in=numbers, contact__merged_into=None
    )
    if wish.wanted:
        # Only who certainly has the number takes back what was said of it.
        points = points.filter(verified_at__isnull=False)
    elif not points.exists():
        raise NotYet
    return Contact.objects.filter(pk__in=points.values("contact"))


def apply_person_news(channel: Channel, news: PersonNews) -> None:
    """A name, or that they can (not) be reached.

    Strangers of an address book stay strangers, but are called by that name should they write.
    """
    conversation = known(channel, [address.value for address in news.addresses])
    if conversation is None:
        if news.name and news.reachable is None:
            _note_name(channel, news)
        return
    if news.name:
        learn_name(conversation, news.name)
    if news.reachable is not None:
        since = None if news.reachable else news.at or timezone.now()
        ChannelIdentity.objects.filter(pk=conversation.identity_id).update(unreachable_at=since)
    Conversation.objects.filter(pk=conversation.pk).update(changed_at=timezone.now())


def _note_name(channel: Channel, news: PersonNews) -> None:
    for address in news.addresses:
        NotedName.objects.update_or_create(
            channel=channel,
            value=address.value,
            defaults={"name": news.name, "noted_at": timezone.now()},
        )


def apply_template_news(channel: Channel, news: TemplateNews) -> None:
    """Write down what the provider says; what it does not say stays, and so does a newer status.

    `at` of what a list says is when it was asked for.
    """
    # Locked before it is compared: a webhook may be handled while the list is written down.
    rows = MessageTemplate.objects.select_for_update(no_key=True)
    with transaction.atomic():
        row, is_new = rows.get_or_create(
            channel=channel,
            name=news.name[:512],
            language=news.language[:12],
            defaults=_told(news),
        )
        if is_new:
            return
        if news.status and news.at and row.status_at and row.status_at > news.at:
            if not news.components:
                return  # it could not be delivered when it was news
            news = replace(news, status="", reason="")  # a webhook was quicker than the list
        MessageTemplate.objects.filter(pk=row.pk).update(**_told(news))


def _told(news: TemplateNews) -> dict[str, Any]:
    """The columns it tells of."""
    said = {
        "external_id": news.id,
        "status": news.status,
        "category": news.category,
        "quality": news.quality,
        "components": news.components,
        "status_at": news.at if news.status else None,
        "changed_at": timezone.now(),
    }
    told = {name: value for name, value in said.items() if value not in ("", None)}
    if news.status or news.reason:
        told["reason"] = news.reason[:500]
    return told
