"""Two contacts turn out to be one person: a partner stays one, whoever is kept."""

import pytest

from crm.conversations.identities import meet
from crm.conversations.merging import one_contact
from crm.conversations.models import Channel
from crm.people.models import Contact, ContactPoint
from partners.models import Partner
from partners.registry import register_partner
from partners.tests.conftest import make_partner

pytestmark = pytest.mark.django_db


def empty(name="Perfil", phone="+51911000009"):
    contact = Contact.objects.create(name=name)
    ContactPoint.objects.create(contact=contact, kind="phone", value=phone)
    return contact


@pytest.mark.parametrize("first", [True, False])
def test_the_partner_is_kept_whichever_way_round(partner, first):
    other = empty()
    pair = (partner.contact, other) if first else (other, partner.contact)
    assert one_contact(*pair) == partner.contact
    other.refresh_from_db()
    assert other.merged_into == partner.contact
    partner.refresh_from_db()
    assert partner.contact.merged_into_id is None
    assert partner.contact.name == "Ana Ficticia"
    assert partner.contact.points.get().value == "+51911000009"


def test_a_partner_made_after_the_look_is_kept_too(partner):
    """What was read before the lock does not decide."""
    looked_at = empty()
    stale = Contact.objects.get(pk=looked_at.pk)
    second = register_partner(
        by=None,
        contact=looked_at,
        name="Beto Ficticio",
        document_type="dni",
        document_number="40000002",
        number="S-002",
    )
    assert one_contact(partner.contact, stale) is None
    assert Contact.objects.get(pk=second.contact_id).merged_into_id is None


def test_two_partners_stay_two():
    one, two = make_partner(), make_partner("Beto Ficticio", "40000002", "S-002")
    assert one_contact(one.contact, two.contact) is None
    assert Partner.objects.filter(contact__merged_into=None).count() == 2


def test_a_partner_who_writes_from_the_registered_phone_is_that_partner():
    partner = register_partner(
        by=None,
        name="Ana Ficticia",
        document_type="dni",
        document_number="40000001",
        number="S-001",
        phone="911 000 001",
    )
    channel = Channel.objects.create(name="WhatsApp", provider="meta", external_id="1")
    talk = meet(
        channel=channel,
        addresses=[("phone", "51911000001")],
        name="Anita 🌻",
        phone="51911000001",
    )
    assert talk.contact == partner.contact
    # What the phone calls them does not change who they are.
    meet(channel=channel, addresses=[("phone", "51911000001")], name="Otra", phone="51911000001")
    assert Contact.objects.get(pk=partner.contact_id).name == "Ana Ficticia"


def test_a_partners_name_is_not_what_their_profile_says_next():
    """Registered from the conversation, under the very name of the profile."""
    channel = Channel.objects.create(name="WhatsApp", provider="meta", external_id="1")
    said = {"addresses": [("phone", "51911000001")], "phone": "51911000001"}
    contact = meet(channel=channel, name="Ana Ficticia", **said).contact
    register_partner(
        by=None,
        contact=contact,
        name="Ana Ficticia",
        document_type="dni",
        document_number="40000001",
        number="S-001",
        phone="+51911000001",
    )
    meet(channel=channel, name="La Jefa", **said)
    assert Contact.objects.get(pk=contact.pk).name == "Ana Ficticia"
