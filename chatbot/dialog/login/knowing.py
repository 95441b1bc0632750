"""What is known of who writes: by what the provider knows them, and whose phone and document it is.

Nothing here says yes or no. Each function asks the same queries whatever it finds, so that no time
tells one answer from another.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.crypto import salted_hmac

from chatbot.channels.events import InboundMessage
from crm.conversations.models import ChannelAddress, Conversation
from crm.people.documents import DocumentType, clean_document
from crm.people.models import Contact, ContactPoint
from crm.people.phones import from_provider
from partners.models import Partner

# An address of a conversation: its kind and value, as JSON keeps them.
Known = list[list[str]]
# The kind of what is no address: a number the provider has proved to be theirs.
PROVEN = "proven"
LONGEST_DOCUMENT = 20
# What a way to reach somebody is: it stands on file where it is primary and verified.
OF_POINT = ("kind", "value", "primary", "verified_at")


@dataclass(frozen=True, slots=True)
class Given:
    """A document and a year of birth, as somebody gave them."""

    document: str
    year: int

    @property
    def key(self) -> str:
        """A keyed hash of the document: the same for every way to write it."""
        return keyed_hash("document", self.document)

    @classmethod
    def of(cls, document: str, year: int) -> Given:
        """A DNI's check digit may be there or not."""
        compact = "".join(sign for sign in document if sign.isalnum()).upper()[:LONGEST_DOCUMENT]
        return cls(_canonical(compact), year)


def _canonical(compact: str) -> str:
    try:
        return clean_document(DocumentType.DNI, compact)
    except ValidationError:
        return compact


def keyed_hash(purpose: str, text: str) -> str:
    """Of no use to who has the database and not the installation's secret key."""
    return salted_hmac(f"chatbot.login.{purpose}", text, algorithm="sha256").hexdigest()


def known_by(conversation: Conversation) -> Known:
    """By what the provider knows who writes here, now: addresses, and a proven number."""
    identity = conversation.identity
    if identity.told is not None:
        found = [(kind, value, identity.proven_phone) for kind, value in sorted(identity.told)]
    else:
        rows = ChannelAddress.objects.filter(identity=conversation.identity_id)
        columns = ("kind", "value", "identity__proven_phone")
        found = sorted(rows.values_list(*columns))  # whatever order the database has for signs
    proven = sorted({number for _kind, _value, number in found if number})
    known = [[kind, value] for kind, value, _number in found]
    return known + [[PROVEN, number] for number in proven]


def is_same(then: Sequence[Sequence[str]], now: Sequence[Sequence[str]]) -> bool:
    """Whether it is who was known by `then`: of no kind has an address gone, or another one come.

    An address of a kind that was not known then (an id besides a number) is no change.
    """
    return all(_of(kind, then) == _of(kind, now) for kind in {one[0] for one in then})


def _of(kind: str, known: Sequence[Sequence[str]]) -> set[str]:
    return {value for one, value in known if one == kind}


def numbers_of(inbound: InboundMessage, known: Sequence[Sequence[str]]) -> set[str]:
    """The numbers the provider itself proves for who wrote this, in E.164.

    That is the one the message came from, as long as it is theirs still. A message that came
    under an id alone has the number that is known beside it, where only one of each is.
    """
    numbers = _of(PROVEN, known)
    left = {one.value for one in inbound.left}
    written = {one.value for one in inbound.addresses if one.kind == "wa_id"}
    digits = (written & _of("wa_id", known)) - left
    if not written and all(len(_of(kind, known)) <= 1 for kind, _value in known):
        digits = _of("wa_id", known)
    return numbers | {number for one in digits if (number := from_provider(one))}


def holder_of(numbers: Iterable[str]) -> Partner | None:
    """The partner whose registered phone one of these is."""
    phones = ContactPoint.objects.filter(
        kind=ContactPoint.Kind.PHONE,
        value__in=list(numbers) or [""],
        primary=True,
        verified_at__isnull=False,
        contact__merged_into=None,
    )
    rows = Partner.objects.select_related("contact").filter(contact__in=phones.values("contact"))
    return rows.order_by("pk").first()


def match(given: Given, holder: Partner | None) -> tuple[Partner | None, Partner | None]:
    """Who has this document and this year of birth, and whose the document is; None: nobody.

    A number may be in documents of several kinds: `holder` comes before anybody else, and who is
    one of several is none. Nobody without a birthday, nor who was cancelled.
    """
    rows = Partner.objects.select_related("contact").filter(
        contact__document_number=given.document, contact__merged_into=None
    )
    owners = list(rows.order_by("pk"))
    found = [one for one in owners if fits(one, given)]
    sole = found[0] if len(found) == 1 else None
    matched = next((one for one in found if one == holder), sole)
    return matched, matched or next(iter(owners), None)


def fits(partner: Partner, given: Given) -> bool:
    """Whether these open their door, the document being theirs."""
    birthday = partner.contact.birthday
    same_year = birthday is not None and birthday.year == given.year
    return same_year and partner.status != Partner.Status.CANCELLED


def facts_of(partner: Partner | None) -> str:
    """A hash of what on file says who the partner is: with another one they are asked again.

    One query, whatever is on file, and for nobody too.
    """
    columns = ("document_type", "document_number", "birthday", "merged_into", "partner__status")
    contact = Contact.objects.filter(pk=partner.contact_id if partner else 0)
    of_points = [f"points__{one}" for one in OF_POINT]
    rows = list(contact.order_by("points__kind").values_list(*columns, *of_points))
    on_file = [list(row[: len(columns)]) for row in rows[:1]]
    return _hashed(on_file, [row[len(columns) :] for row in rows])


def facts_read(partner: Partner, points: Iterable[Sequence[Any]]) -> str:
    """The same of one who was just read, with the OF_POINT of their points, by kind."""
    one = partner.contact
    on_file = [one.document_type, one.document_number, one.birthday, one.merged_into_id]
    return _hashed([[*on_file, partner.status]], points)


def _hashed(on_file: list[list[Any]], points: Iterable[Sequence[Any]]) -> str:
    # As `partners.identity.registered` has it.
    reached = [[kind, value] for kind, value, primary, verified in points if primary and verified]
    return keyed_hash("facts", json.dumps([on_file, reached], default=str))
