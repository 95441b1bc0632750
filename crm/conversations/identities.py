"""Who wrote: from a provider's addresses to a contact and the one thread with them."""

from __future__ import annotations

from collections.abc import Iterable

from django.db.models import F
from django.utils import timezone

from crm.conversations.models import Channel, ChannelAddress, ChannelIdentity, Conversation
from crm.people.models import Contact, ContactPoint
from crm.people.phones import from_provider


def meet(
    *,
    channel: Channel,
    addresses: Iterable[tuple[str, str]],
    name: str,
    phone: str,
    is_group: bool = False,
) -> Conversation:
    """The conversation with whoever is known on `channel` by one of `addresses`, or a new one.

    `addresses` are (kind, value); all of them are known afterwards, so that one person stays one
    thread when a provider changes what it calls them. `phone` are the provider's international
    digits, or "". Call it inside a transaction: the identity stays locked to its end.
    """
    pairs = list(addresses)
    values = [value for _, value in pairs]
    found = (
        ChannelAddress.objects.filter(channel=channel, value__in=values)
        .order_by("id")
        .values_list("identity_id", "value")
    )
    known = {value: identity for identity, value in found}
    if not known:
        return _new_conversation(channel, pairs, name, phone, is_group)
    identity_id = next(known[value] for value in values if value in known)
    ChannelIdentity.objects.select_for_update().get(pk=identity_id)
    conversation = (
        Conversation.objects.with_people().select_related("identity").get(identity_id=identity_id)
    )
    for kind, value in pairs:
        if value not in known:
            ChannelAddress.objects.create(
                channel=channel, identity_id=identity_id, kind=kind, value=value
            )
    if name:
        learn_name(conversation, name)
    return conversation


def known(channel: Channel, values: Iterable[str]) -> Conversation | None:
    """The conversation with whoever is known by one of these addresses, if there is one."""
    address = ChannelAddress.objects.filter(channel=channel, value__in=list(values))
    rows = Conversation.objects.with_people().select_related("identity")
    return rows.filter(identity__addresses__in=address).order_by("id").first()


def prove_phone(conversation: Conversation, digits: str) -> None:
    """The provider itself says that this number is theirs.

    Where we know somebody by it, and nothing yet of who wrote, they are one and the same.
    """
    number = from_provider(digits)
    if not number:
        return
    ChannelIdentity.objects.filter(pk=conversation.identity_id).update(proven_phone=number)
    owner = _contact_by_phone(number, digits)
    if owner is None:
        _verify_point(conversation.contact, number, digits, not conversation.contact.phone)
    elif owner != conversation.contact and _is_blank(conversation.contact):
        _same_person(conversation, owner)


def _is_blank(contact: Contact) -> bool:
    """Nothing but this one conversation hangs on them, in whatever room."""
    if contact.owner_id or contact.document_number or contact.identities.count() > 1:
        return False
    return not any(
        model._default_manager.filter(**{relation.field.name: contact}).exists()
        for relation in Contact._meta.related_objects
        if isinstance(model := relation.related_model, type)
        and model not in (ChannelIdentity, Conversation)
    )


def _same_person(conversation: Conversation, owner: Contact) -> None:
    """The conversation is theirs; the blank contact it had stands for them from now on."""
    Contact.objects.filter(pk=conversation.contact_id).update(merged_into=owner)
    ChannelIdentity.objects.filter(pk=conversation.identity_id).update(contact=owner)
    Conversation.objects.filter(pk=conversation.pk).update(contact=owner)
    conversation.contact = conversation.identity.contact = owner


def _new_conversation(
    channel: Channel, pairs: list[tuple[str, str]], name: str, phone: str, is_group: bool
) -> Conversation:
    contact = _contact_by_phone(from_provider(phone), phone) if phone else None
    if contact is None:
        contact = Contact.objects.create(name=name, agency_id=channel.agency_id, is_group=is_group)
        if number := from_provider(phone):
            _verify_point(contact, number, phone, primary=True)
    identity = ChannelIdentity.objects.create(channel=channel, contact=contact, name=name)
    ChannelAddress.objects.bulk_create(
        ChannelAddress(channel=channel, identity=identity, kind=kind, value=value)
        for kind, value in pairs
    )
    return Conversation.objects.create(
        identity=identity,
        channel=channel,
        contact=contact,
        agency_id=contact.agency_id,
        is_group=is_group,
    )


def _contact_by_phone(number: str, raw: str) -> Contact | None:
    """The contact with this number; the channel itself has proved that it is theirs."""
    points = ContactPoint.objects.filter(
        kind=ContactPoint.Kind.PHONE, value=number, contact__merged_into=None
    )
    point = (
        points.order_by(F("verified_at").desc(nulls_last=True), "id").first() if number else None
    )
    if point is None:
        return None
    if point.verified_at is None:
        _verify_point(point.contact, number, raw, point.primary)
    return point.contact


def _verify_point(contact: Contact, number: str, raw: str, primary: bool) -> None:
    """Where two lanes prove one number at once, the constraint makes the second come again."""
    now = timezone.now()
    ContactPoint.objects.update_or_create(
        contact=contact,
        kind=ContactPoint.Kind.PHONE,
        value=number,
        defaults={"verified_at": now},
        create_defaults={"raw": raw, "primary": primary, "verified_at": now},
    )


def learn_name(conversation: Conversation, name: str) -> None:
    """What the provider calls them now; a name somebody typed at the desk stays."""
    identity, contact = conversation.identity, conversation.contact
    if identity.name != name:
        if contact.name in ("", identity.name):
            contact.name = name
            contact.save(update_fields=["name"])
        identity.name = name
        identity.save(update_fields=["name"])
