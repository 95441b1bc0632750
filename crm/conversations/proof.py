"""Whose a telephone number is: what a provider proves, and what somebody only typed."""

from __future__ import annotations

from typing import Any

from django.db.models import F
from django.utils import timezone

from crm.conversations import merging, on_file
from crm.conversations.models import ChannelIdentity, Conversation
from crm.people.models import Contact, ContactPoint
from crm.people.phones import from_provider


def prove_phone(conversation: Conversation, digits: str) -> None:
    """The provider itself says that this number is theirs.

    Where we know somebody by it, and nothing yet of who wrote, they are one and the same.
    """
    if number := from_provider(digits):
        identity = ChannelIdentity.objects.filter(pk=conversation.identity_id)
        identity.update(proven_phone=number)
        conversation.identity.proven_phone = number
        prove(conversation, digits)


def prove(conversation: Conversation, digits: str) -> None:
    """Verify the number for who wrote, unless it is somebody's who has a history of their own."""
    number, contact = from_provider(digits), conversation.contact
    if not number:
        return
    owners = ContactPoint.objects.filter(
        kind=ContactPoint.Kind.PHONE, value=number, contact__merged_into=None
    ).select_related("contact")
    points = sorted(owners, key=lambda one: (one.verified_at is None, one.contact != contact))
    owner = points[0].contact if points else contact
    verified = bool(points) and points[0].verified_at is not None
    one: Contact | None = contact
    if owner != contact:
        # What somebody only typed makes nobody who is known one with somebody else.
        may_be_one = verified or merging.is_empty(contact)
        one = merging.one_contact(owner, contact) if may_be_one else None
    if one is not None and one != contact:
        conversation.contact = conversation.identity.contact = one
    if one is not None or not verified:
        kept = conversation.contact
        first = not kept.points.filter(kind=ContactPoint.Kind.PHONE, primary=True).exists()
        _verify(kept, number, digits, primary=first)


def contact_by_phone(number: str, raw: str, proved: bool) -> Contact | None:
    """The contact with this number; `proved`: the channel itself says that it is theirs."""
    points = ContactPoint.objects.filter(
        kind=ContactPoint.Kind.PHONE, value=number, contact__merged_into=None
    )
    point = points.order_by(F("verified_at").desc(nulls_last=True), "id").first()
    if point is None:
        return None
    if proved and point.verified_at is None:
        _verify(point.contact, number, raw, primary=point.primary)
    return point.contact


def _verify(contact: Contact, number: str, raw: str, *, primary: bool) -> None:
    """Of somebody on file it becomes a further number: another one is registered at the desk."""
    before = on_file.remember(contact)
    note_point(contact, number, raw, primary=primary, verified=True)
    on_file.note(contact, before, on_file.proved())


def note_first(contact: Contact, number: str, raw: str, *, verified: bool) -> None:
    """Of a contact that was just made. As `note_point`, of two lanes at once."""
    ContactPoint.objects.create(
        contact=contact,
        kind=ContactPoint.Kind.PHONE,
        value=number,
        raw=raw,
        primary=True,
        verified_at=timezone.now() if verified else None,
    )


def note_point(contact: Contact, number: str, raw: str, *, primary: bool, verified: bool) -> None:
    """Where two lanes prove one number at once, the constraint makes the second come again."""
    proof: dict[str, Any] = {"verified_at": timezone.now()} if verified else {}
    proof |= {"primary": True} if primary else {}
    ContactPoint.objects.update_or_create(
        contact=contact,
        kind=ContactPoint.Kind.PHONE,
        value=number,
        defaults=proof,
        create_defaults={"raw": raw, **proof},
    )
