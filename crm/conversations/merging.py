"""One person who was known twice: two threads become one, and two contacts where one is empty.

Whoever calls this holds the locks of the identities concerned, taken in the order of their keys.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext as _

from crm.conversations import on_file
from crm.conversations.models import (
    ChannelAddress,
    ChannelIdentity,
    Conversation,
    Episode,
    FormerAddress,
    MergedConversation,
    Message,
)
from crm.people.models import Contact, ContactPoint, Note

# Of two open episodes the one with more of a person in it goes on.
RANK = {Episode.Owner.BOT: 0, Episode.Owner.QUEUE: 1, Episode.Owner.HUMAN: 2}


def join(conversations: Iterable[Conversation]) -> None:
    """All of these are one person's, on one channel: the oldest one takes everything over."""
    first, *others = sorted({one.pk for one in conversations})
    for other in others:
        _take_over(first, other)


def _take_over(kept_pk: int, other_pk: int) -> None:
    """Messages go first: whoever changes one locks it before its conversation."""
    Message.objects.filter(conversation=other_pk).update(conversation=kept_pk)
    rows = Conversation.objects.select_related("identity", "contact", "episode").order_by("pk")
    kept, other = rows.select_for_update(of=("self",)).filter(pk__in=[kept_pk, other_pk])
    # Nobody can add to `other` any more; what somebody added before the lock comes along.
    Message.objects.filter(conversation=other_pk).update(conversation=kept_pk)
    _join_episodes(kept, other)
    _join_columns(kept, other)
    contact = one_contact(kept.contact, other.contact)
    if contact is None:
        _note(kept.contact, other.contact)
        _note(other.contact, kept.contact)
    _join_identities(kept.identity, other.identity)
    MergedConversation.objects.filter(into=other).update(into=kept)
    MergedConversation.objects.create(former=other_pk, into=kept)
    _bring_along(kept, other)
    other.delete()
    other.identity.delete()


def _bring_along(kept: Conversation, other: Conversation) -> None:
    """What a room above hangs on a conversation, and would lose with it, follows it."""
    for relation in Conversation._meta.related_objects:
        model, name = relation.related_model, relation.field.name
        forgets = getattr(relation, "on_delete", None) is models.SET_NULL
        if forgets and relation.one_to_many and isinstance(model, type):
            model._default_manager.filter(**{name: other}).update(**{name: kept})


def _join_episodes(kept: Conversation, other: Conversation) -> None:
    """One stays open; the other ends, and both are history of the conversation that stays."""
    episodes = Episode.objects.select_for_update().order_by("pk")
    both = list(episodes.filter(conversation__in=[kept, other], closed_at=None))
    going_on = max(both, key=lambda one: (RANK[Episode.Owner(one.owner)], one.pk), default=None)
    ended = [one.pk for one in both if one != going_on]
    Episode.objects.filter(pk__in=ended).update(
        closed_at=timezone.now(), outcome=Episode.Outcome.MERGED
    )
    Conversation.objects.filter(pk=other.pk).update(episode=None)
    Episode.objects.filter(conversation=other).update(conversation=kept)
    last, other.episode = kept.episode or other.episode, None
    kept.episode = going_on or last
    if going_on is not None and going_on.owner != Episode.Owner.BOT:
        # As when somebody takes a conversation: from here on a person speaks.
        waiting = (Message.State.QUEUED, Message.State.HELD)
        kept.messages.filter(author=Message.Author.BOT, state__in=waiting).update(
            state=Message.State.CANCELLED
        )


def _join_columns(kept: Conversation, other: Conversation) -> None:
    if _later(other.last_message_at, kept.last_message_at) == other.last_message_at:
        kept.last_text, kept.last_direction = other.last_text, other.last_direction
    for name in ("last_message_at", "last_shown_at", "last_inbound_at", "paced_until"):
        setattr(kept, name, _later(getattr(kept, name), getattr(other, name)))
    waiting = [one for one in (kept.waiting_since, other.waiting_since) if one is not None]
    kept.waiting_since = min(waiting, default=None)
    kept.agency_id = kept.agency_id or other.agency_id
    kept.changed_at = timezone.now()
    kept.save()


def _later(one: datetime | None, other: datetime | None) -> datetime | None:
    return max((at for at in (one, other) if at is not None), default=None)


def _join_identities(kept: ChannelIdentity, other: ChannelIdentity) -> None:
    for addresses in (ChannelAddress.objects, FormerAddress.objects):
        addresses.filter(identity=other).update(identity=kept)
    ChannelIdentity.objects.filter(pk=kept.pk).update(
        name=kept.name or other.name,
        proven_phone=kept.proven_phone or other.proven_phone,
        unreachable_at=kept.unreachable_at and other.unreachable_at,
    )


# --- Contacts --------------------------------------------------------------------------------


def one_contact(mine: Contact, other: Contact) -> Contact | None:
    """The one that both are from now on; None where each has a history, and they stay two.

    A partner is never the one that goes, nor is anybody on whom another room's row hangs.
    """
    if mine == other:
        return mine
    _lock(mine, other)
    if other.merged_into_id == mine.pk or mine.merged_into_id == other.pk:
        return mine if other.merged_into_id else other
    if is_empty(other):
        return _absorb(mine, other)
    return _absorb(other, mine) if is_empty(mine) else None


def _lock(mine: Contact, other: Contact) -> None:
    """Nothing is hung on either (a lead, a partner) between the look and the merge."""
    rows = Contact.objects.select_for_update().filter(pk__in=[mine.pk, other.pk])
    found = {one.pk: one for one in rows.order_by("pk")}
    for one in (mine, other):
        for name in ("name", "owner_id", "document_number", "opted_out_at", "merged_into_id"):
            setattr(one, name, getattr(found[one.pk], name))


def is_empty(contact: Contact) -> bool:
    """Nothing but one conversation and ways to reach them hangs on them, in whatever room."""
    if contact.owner_id or contact.document_number or contact.identities.count() > 1:
        return False
    if contact.tags.exists():
        return False
    return not any(
        model._default_manager.filter(**{relation.field.name: contact}).exists()
        for relation in Contact._meta.related_objects
        if isinstance(model := relation.related_model, type)
        and model not in (ChannelIdentity, Conversation, ContactPoint, Contact)
    )


def _absorb(into: Contact, empty: Contact) -> Contact:
    """`empty` stands for `into` from now on; its points and its wish come along."""
    before = on_file.remember(into)
    known = set(into.points.values_list("kind", "value"))
    reached_by = set(into.points.filter(primary=True).values_list("kind", flat=True))
    for point in empty.points.all():
        if (point.kind, point.value) in known:
            _verify_as(into, point)
            continue
        point.contact, point.primary = into, point.primary and point.kind not in reached_by
        point.save(update_fields=["contact", "primary"])
    into.opted_out_at = _later(into.opted_out_at, empty.opted_out_at)
    into.name = into.name or empty.name
    into.save(update_fields=["opted_out_at", "name"])
    ChannelIdentity.objects.filter(contact=empty).update(contact=into)
    Conversation.objects.filter(contact=empty).update(contact=into)
    Contact.objects.filter(pk=empty.pk).update(merged_into=into)
    on_file.note(into, before, on_file.same_person(empty))
    return into


def _verify_as(into: Contact, point: ContactPoint) -> None:
    """Both have it; only one can have it verified."""
    verified_at = point.verified_at
    point.delete()
    if verified_at is not None:
        same = into.points.filter(kind=point.kind, value=point.value)
        same.update(verified_at=verified_at)


def _note(contact: Contact, other: Contact) -> None:
    text = _("Writes as the same person as contact no. %(number)d, %(name)s.")
    words = text % {"number": other.pk, "name": other}
    if not contact.notes.filter(text=words).exists():
        Note.objects.create(contact=contact, text=words)
