"""What a provider tells of a partner's numbers: noted, and no other phone becomes the registered
one by it, for that is what a session is opened from."""

from datetime import timedelta

import pytest
from django.utils import timezone

from crm.audit.models import AuditEntry
from crm.conversations.identities import meet
from crm.conversations.merging import one_contact
from crm.conversations.models import Channel, Conversation
from crm.conversations.proof import prove_phone
from crm.people.models import Contact, ContactPoint
from partners.identity import registered
from partners.registry import change_partner, register_partner

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("in_english")]

OLD, NEW = "51911000001", "51911000002"


@pytest.fixture
def channel():
    return Channel.objects.create(provider="meta", name="WhatsApp", external_id="1")


@pytest.fixture
def ana(officer):
    return register_partner(
        by=officer,
        name="Ana Ficticia",
        document_type="dni",
        document_number="40000001",
        number="S-001",
        phone=f"+{OLD}",
    ).contact


def wrote(channel, number, **said):
    facts = {"addresses": [("wa_id", number)], "name": "Anita", "phone": number} | said
    return meet(channel=channel, **facts)


def changes_to(channel, old, new):
    both = [("wa_id", new), ("wa_id", old)]
    return wrote(channel, new, addresses=both, left=[("wa_id", old)], at=timezone.now())


def phone_of(contact):
    return registered(Contact.objects.get(pk=contact.pk))


def told(contact):
    return AuditEntry.objects.about(contact).first()


def test_a_changed_number_is_verified_but_registered_at_the_desk(channel, ana, officer):
    wrote(channel, OLD)
    talk = changes_to(channel, OLD, NEW)
    assert talk.contact == ana and phone_of(ana) == ""
    point = ana.points.get()
    assert (point.value, point.primary) == (f"+{NEW}", False) and point.verified_at
    came, went = AuditEntry.objects.about(ana)[:2]
    assert (went.actor, went.action) == (None, "identity_changed")
    assert (went.before, went.after) == ({"phone": f"+{OLD}"}, {"phone": ""})
    assert came.after == {"further_points": f"+{NEW}"} and came.reason and went.reason
    change_partner(partner=ana.partner, by=officer, phone=f"+{NEW}")
    assert phone_of(ana) == f"+{NEW}"


def test_who_is_given_the_old_number_is_nobody_we_know(channel, ana):
    wrote(channel, OLD)
    changes_to(channel, OLD, NEW)
    assert wrote(channel, OLD, name="Beto").contact != ana


def test_a_first_message_from_a_typed_number_registers_nothing(channel, partner):
    contact = partner.contact
    typed = {"kind": "phone", "value": f"+{OLD}", "raw": OLD, "primary": True}
    ContactPoint.objects.create(contact=contact, **typed)
    assert wrote(channel, OLD).contact == contact
    assert phone_of(contact) == ""
    point = contact.points.get()
    assert (point.primary, point.verified_at is not None) == (False, True)
    assert told(contact).after == {"further_points": f"+{OLD}"}


def test_a_further_number_that_is_proved_is_a_further_one(channel, ana):
    talk = wrote(channel, OLD)
    prove_phone(talk, NEW)
    assert phone_of(ana) == f"+{OLD}"
    assert told(ana).after == {"further_points": f"+{NEW}"}


def test_the_number_that_proves_to_be_theirs_once_more_is_no_news(channel, ana):
    before = AuditEntry.objects.count()
    wrote(channel, OLD)
    wrote(channel, OLD)
    assert AuditEntry.objects.count() == before and phone_of(ana) == f"+{OLD}"


def test_a_stranger_who_turns_out_to_be_a_partner_brings_further_numbers(partner):
    stranger = Contact.objects.create(name="Perfil")
    proved = {"verified_at": timezone.now(), "primary": True}
    ContactPoint.objects.create(contact=stranger, kind="phone", value=f"+{NEW}", **proved)
    ContactPoint.objects.create(contact=stranger, kind="email", value="a@b.test", **proved)
    assert one_contact(partner.contact, stranger) == partner.contact
    assert phone_of(partner.contact) == "" == registered(partner.contact, "email")
    entry = told(partner.contact)
    assert entry.after == {"further_points": f"+{NEW}, a@b.test"}
    assert str(stranger.pk) in entry.reason


def test_a_typed_number_that_a_stranger_proved_is_a_further_one(partner):
    typed = {"kind": "phone", "value": f"+{NEW}", "primary": True}
    ContactPoint.objects.create(contact=partner.contact, **typed)
    stranger = Contact.objects.create(name="Perfil")
    ContactPoint.objects.create(contact=stranger, verified_at=timezone.now(), **typed)
    one_contact(partner.contact, stranger)
    assert phone_of(partner.contact) == ""
    assert told(partner.contact).after == {"further_points": f"+{NEW}"}


def test_a_number_that_was_given_to_somebody_else_is_the_partners_no_more(channel, ana):
    wrote(channel, OLD)
    Conversation.objects.update(last_message_at=timezone.now() - timedelta(days=100))
    wrote(channel, NEW, name="Beto")
    changes_to(channel, NEW, OLD)
    assert phone_of(ana) == ""
    assert told(ana).before == {"phone": f"+{OLD}"}


def test_a_name_the_provider_gives_somebody_with_a_document_is_noted(channel):
    contact = Contact.objects.create(document_type="dni", document_number="40000009")
    typed = {"kind": "phone", "value": f"+{OLD}", "primary": True}
    ContactPoint.objects.create(contact=contact, **typed)
    wrote(channel, OLD, name="")
    wrote(channel, OLD, name="Anita")
    assert told(contact).after == {"name": "Anita"}


def test_of_who_has_no_document_nothing_is_noted(channel):
    contact = wrote(channel, OLD).contact
    changes_to(channel, OLD, NEW)
    assert not AuditEntry.objects.exists()
    assert ContactPoint.objects.get(primary=True).value == f"+{NEW}"
    assert contact.points.get().verified_at is not None
