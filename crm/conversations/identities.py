"""Who wrote: from a provider's addresses to a contact and the one thread with them."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime, timedelta
from operator import attrgetter

from django.db.models import Q
from django.utils import timezone

from crm.conversations import merging, on_file, proof
from crm.conversations.models import (
    Channel,
    ChannelAddress,
    ChannelIdentity,
    Conversation,
    FormerAddress,
    NotedName,
)
from crm.people.models import Contact, ContactPoint
from crm.people.phones import from_provider, region_of

# (kind, value) of an address, both in the words of the provider's module.
Pair = tuple[str, str]
# Whoever had a number and was silent for so long is not the one who changes to it now: numbers
# that nobody uses are given to other people.
SILENCE = timedelta(days=30)


def meet(
    *,
    channel: Channel,
    addresses: Iterable[Pair],
    name: str,
    phone: str,
    is_group: bool = False,
    proved: bool = True,
    left: Collection[Pair] = (),
    at: datetime | None = None,
) -> Conversation:
    """The conversation with whoever is known on `channel` by one of `addresses`, or a new one.

    All of `addresses` are known afterwards, so that one person stays one thread when a provider
    changes what it calls them; who was known as two people is one from then on. Those in `left`
    were theirs until `at`: they lead to them once more, and are anybody's afterwards.
    `phone` are the provider's international digits, or ""; `proved` says that the person wrote
    from there. Call it inside a transaction: the identity stays locked to its end.
    """
    pairs, phone, left = _of_today(channel, list(addresses), phone, left, at)
    known = _held(channel, pairs, is_group)
    if former := _had_it_then(channel, pairs, known, at):
        return former
    known = _without_predecessor(known, left, at or timezone.now())
    if merged := len({one.pk for one in known.values()}) > 1:
        merging.join(known.values())
        known = _held(channel, pairs, is_group)
    new = [pair for pair in pairs if pair not in left]
    if not known:
        return _new_conversation(channel, new or pairs, name, phone, is_group, proved)
    conversation = next(iter(known.values()))
    # What they wrote with is the newest of their addresses, which they are written to.
    _add(conversation, new, [] if merged else list(known))
    if left:
        _leave(conversation, left, phone, at or timezone.now())
    elif proved and phone and (phone not in known or conversation.last_inbound_at is None):
        proof.prove(conversation, phone)
    if name:
        learn_name(conversation, name)
    return conversation


def _held(channel: Channel, pairs: Sequence[Pair], is_group: bool) -> dict[str, Conversation]:
    """Who is known by these, by address; the identities are locked, in the order of their keys."""
    values = {value for _, value in pairs}
    asked = Q(channel=channel, value__in=values)
    whose = ChannelAddress.objects.filter(asked).order_by().values("identity")
    lanes = ChannelIdentity.objects.select_for_update().filter(pk__in=whose).order_by("pk")
    locked = {one.pk for one in lanes}
    talk = "identity__conversation"
    all_theirs = ChannelAddress.objects.filter(asked | Q(identity__in=locked)).select_related(
        f"{talk}__contact", f"{talk}__channel", f"{talk}__episode__human"
    )
    rows = sorted(all_theirs.order_by(), key=attrgetter("pk"))  # cheaper with so many columns
    for row in rows:
        mine = (one for one in rows if one.identity_id == row.identity_id)
        row.identity.told = [(one.kind, one.value) for one in mine]
    found = {row.value: row.identity.conversation for row in rows if row.value in values}
    if {one.identity_id for one in found.values()} != locked:
        # While this waited for the lock they became one, or an address became somebody else's.
        return _held(channel, pairs, is_group)
    return {value: one for value, one in found.items() if one.is_group == is_group}


def _add(conversation: Conversation, pairs: Iterable[Pair], known: Collection[str]) -> None:
    missing = {value: kind for kind, value in pairs if value not in known}
    if not missing:
        return
    conversation.identity.told = None
    rows = ChannelAddress.objects.filter(channel=conversation.channel_id, value__in=missing)
    rows.filter(identity=conversation.identity_id).delete()
    ChannelAddress.objects.bulk_create(
        ChannelAddress(
            channel_id=conversation.channel_id,
            identity_id=conversation.identity_id,
            kind=kind,
            value=value,
        )
        for value, kind in missing.items()
    )


# --- Addresses that go from one person to another --------------------------------------------


def _had_it_then(
    channel: Channel, pairs: Sequence[Pair], known: dict[str, Conversation], at: datetime | None
) -> Conversation | None:
    """Whose an address was when this was written, if it has another owner, or none, by now."""
    if at is None or (known and all(one.created_at <= at for one in known.values())):
        return None
    rows = FormerAddress.objects.filter(channel=channel, until__gt=at)
    values = [value for _, value in pairs]
    former = rows.filter(value__in=values).order_by("until", "pk").first()
    if former is None:
        return None
    ChannelIdentity.objects.select_for_update().get(pk=former.identity_id)
    talks = Conversation.objects.with_people().select_related("identity")
    return talks.get(identity=former.identity_id)


def _of_today(
    channel: Channel, pairs: list[Pair], phone: str, left: Collection[Pair], at: datetime | None
) -> tuple[list[Pair], str, Collection[Pair]]:
    """The addresses, the number and what was left, less what has been exchanged since."""
    outdated = _left_since(channel, pairs, left, at) if left and at is not None else set()
    if not outdated:
        return pairs, phone, left
    # This change, or the next one, is known already.
    current = [pair for pair in pairs if pair[1] not in outdated] or pairs[:1]
    return current, "" if phone in outdated else phone, ()


def _left_since(
    channel: Channel, pairs: Sequence[Pair], left: Collection[Pair], at: datetime
) -> set[str]:
    """Which of these somebody is known to have exchanged then, or has exchanged since."""
    old = [value for _, value in left]
    new = [value for _, value in pairs if value not in old]
    known = Q(value__in=old, until__gte=at) | Q(value__in=new, until__gt=at)
    rows = FormerAddress.objects.filter(known, channel=channel)
    return set(rows.values_list("value", flat=True))


def _without_predecessor(
    known: dict[str, Conversation], left: Collection[Pair], at: datetime
) -> dict[str, Conversation]:
    """Without who had the new address before, and is somebody else: it is not theirs any more."""
    before = {value for _, value in left}
    mine = {one.pk for value, one in known.items() if value in before}
    gone = {
        value: one
        for value, one in known.items()
        if mine and one.pk not in mine and at - (one.last_message_at or one.created_at) > SILENCE
    }
    for value, one in gone.items():
        _forget(one, [value], at)
    return {value: one for value, one in known.items() if value not in gone}


def _leave(conversation: Conversation, left: Collection[Pair], phone: str, at: datetime) -> None:
    """They have other addresses now; with the number their contact's own changes."""
    numbers = _forget(conversation, [value for _, value in left], at)
    if phone and numbers:
        identity = ChannelIdentity.objects.filter(pk=conversation.identity_id)
        identity.filter(proven_phone__in=numbers).update(proven_phone=from_provider(phone))
        proof.prove(conversation, phone)


def _forget(conversation: Conversation, values: Sequence[str], at: datetime) -> list[str]:
    """None of these leads to them any more; the telephone numbers among them."""
    conversation.identity.told = None
    rows = ChannelAddress.objects.filter(identity=conversation.identity_id, value__in=values)
    had = list(rows.values_list("kind", "value"))
    rows.delete()
    # Also of what was never theirs here: an earlier change to it may come yet.
    FormerAddress.objects.bulk_create(
        FormerAddress(
            channel_id=conversation.channel_id,
            identity_id=conversation.identity_id,
            value=value,
            until=at,
        )
        for value in values
    )
    numbers = [number for kind, v in had if kind == "wa_id" and (number := from_provider(v))]
    phones = conversation.contact.points.filter(kind=ContactPoint.Kind.PHONE)
    if numbers and phones.filter(value__in=numbers).exists():
        before = on_file.remember(conversation.contact)
        phones.filter(value__in=numbers).delete()
        on_file.note(conversation.contact, before, on_file.no_longer_theirs())
    return numbers


def known(channel: Channel, values: Iterable[str]) -> Conversation | None:
    """The conversation with whoever is known by one of these addresses, if there is one."""
    address = ChannelAddress.objects.filter(channel=channel, value__in=list(values))
    rows = Conversation.objects.with_people().select_related("identity")
    return rows.filter(identity__addresses__in=address).order_by("id").first()


def _new_conversation(
    channel: Channel,
    pairs: Sequence[Pair],
    name: str,
    phone: str,
    is_group: bool,
    proved: bool,
) -> Conversation:
    name = name or _noted_name(channel, pairs)
    number = from_provider(phone)
    contact = proof.contact_by_phone(number, phone, proved) if number else None
    if contact is None:
        contact = Contact.objects.create(
            name=name,
            agency_id=channel.agency_id,
            is_group=is_group,
            region=region_of(phone) if phone else "",
        )
        if number:
            proof.note_first(contact, number, phone, verified=proved)
    identity = ChannelIdentity.objects.create(channel=channel, contact=contact, name=name)
    ChannelAddress.objects.bulk_create(
        ChannelAddress(channel=channel, identity=identity, kind=kind, value=value)
        for kind, value in pairs
    )
    identity.told = pairs
    made = Conversation.objects.create(
        identity=identity,
        channel=channel,
        contact=contact,
        agency_id=contact.agency_id,
        is_group=is_group,
    )
    made.is_new = True
    return made


def _noted_name(channel: Channel, pairs: Sequence[Pair]) -> str:
    """What our own phone's address book calls them, if it told before they wrote."""
    values = [value for _, value in pairs]
    noted = NotedName.objects.filter(channel=channel, value__in=values).first()
    return noted.name if noted else ""


def learn_name(conversation: Conversation, name: str) -> None:
    """What the provider calls them now; a name somebody typed at the desk stays, and so does that
    of somebody who showed a document."""
    identity, contact = conversation.identity, conversation.contact
    if identity.name != name:
        if not contact.name or (contact.name == identity.name and not contact.document_type):
            before = on_file.remember(contact)
            contact.name = name
            contact.save(update_fields=["name"])
            on_file.note(contact, before, on_file.named())
        identity.name = name
        identity.save(update_fields=["name"])
