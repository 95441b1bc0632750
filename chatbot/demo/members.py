"""Who borrows at the demo's office: partners whose names, documents and phones say they are not."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from django.utils import timezone

from chatbot.demo.talks import FIRST, LAST
from crm.conversations import ownership
from crm.conversations.identities import meet
from crm.conversations.models import Channel
from crm.people.models import Agency, Contact, ContactPoint, User
from partners.models import Partner

MEMBERS = 33
# Of the members, those who have written on the demo's channel.
TALKERS = (0, 3, 8, 14)
NAME, DOCUMENT, PHONE, BORN = "María de Ejemplo", "12345678", "51987654321", date(1990, 5, 14)


@dataclass(frozen=True, slots=True)
class Person:
    """The partner with this place in the demo."""

    place: int

    @property
    def name(self) -> str:
        if self.place == 0:
            return NAME
        return f"{FIRST[(self.place * 7) % len(FIRST)]} Socio {LAST[self.place % len(LAST)]}"

    @property
    def document(self) -> str:
        return DOCUMENT if self.place == 0 else f"{100 + self.place:08d}"

    @property
    def phone(self) -> str:
        """International digits; but for the first one's nobody can have it."""
        return PHONE if self.place == 0 else f"519000001{self.place:02d}"

    @property
    def born(self) -> date:
        if self.place == 0:
            return BORN
        return date(1958 + self.place * 5 % 44, 1 + self.place % 12, 1 + self.place * 3 % 28)

    @property
    def number(self) -> str:
        return f"S-{self.place + 1:04d}"


PEOPLE = tuple(Person(place) for place in range(MEMBERS))


def build_members(
    channel: Channel, officer: User, agencies: Sequence[Agency], since: Sequence[date]
) -> list[Partner]:
    """The partners, all of them the officer's, at the agencies in turn; `since` says when each
    joined."""
    contacts = [_contact(channel, person, officer) for person in PEOPLE]
    partners = Partner.objects.bulk_create(
        Partner(
            contact=contact,
            number=person.number,
            officer=officer,
            agency=agencies[person.place % len(agencies)],
            joined_on=joined,
        )
        for person, contact, joined in zip(PEOPLE, contacts, since, strict=True)
    )
    for partner in partners:
        partner.contact.agency = partner.agency
    Contact.objects.bulk_update([one.contact for one in partners], ["agency"])
    return partners


def _contact(channel: Channel, person: Person, officer: User) -> Contact:
    facts = {
        "name": person.name,
        "document_type": "dni",
        "document_number": person.document,
        "birthday": person.born,
        "region": "PE",
        "owner": officer,
    }
    if person.place not in TALKERS:
        contact = Contact.objects.create(**facts)
        ContactPoint.objects.create(
            contact=contact, kind="phone", value=f"+{person.phone}", raw=person.phone, primary=True,
            verified_at=timezone.now(),
        )  # fmt: skip
    else:
        address = ("wa_id", person.phone)
        talk = meet(channel=channel, addresses=[address], name=person.name, phone=person.phone)
        ownership.open_episode(talk)
        contact = talk.contact
        Contact.objects.filter(pk=contact.pk).update(**facts)
    if person.place % 3 == 0:
        mail = f"socio{person.place:02d}@ejemplo.test"
        ContactPoint.objects.create(
            contact=contact, kind="email", value=mail, raw=mail, primary=True,
            verified_at=timezone.now(),
        )  # fmt: skip
    return contact
