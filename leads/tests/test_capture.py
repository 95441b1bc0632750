"""From messages to leads."""

from datetime import timedelta

import pytest
from django.utils import timezone

from crm.catalog.models import Property
from crm.people.models import Contact
from leads.capture import capture_lead, note_answer
from leads.models import Lead, LeadChange

pytestmark = pytest.mark.django_db


@pytest.fixture
def contact():
    return Contact.objects.create(name="Ana Ficticia")


@pytest.fixture
def villa():
    return Property.objects.create(code="VM-01", title="Villa Marina", operation="sale")


@pytest.fixture
def pinos():
    return Property.objects.create(code="LP7", title="Los Pinos", operation="rent")


def capture(contact, text, **options):
    return capture_lead(contact=contact, text=text, at=timezone.now(), **options)


def test_a_greeting_makes_no_lead(contact):
    assert capture(contact, "Hola, buenos días").lead is None


def test_interest_makes_a_lead_without_a_property(contact):
    captured = capture(contact, "Quisiera información de precios")
    assert captured.is_new
    assert captured.lead.property is None


def test_the_property_named_later_joins_the_open_lead(contact, villa):
    first = capture(contact, "Quisiera información").lead
    captured = capture(contact, "Es por Villa Marina")
    assert (captured.lead, captured.is_new) == (first, False)
    first.refresh_from_db()
    assert first.property == villa
    assert LeadChange.objects.get(lead=first).new == "Villa Marina"


def test_one_open_lead_per_contact_and_property(contact, villa, pinos):
    one = capture(contact, "Villa Marina").lead
    again = capture(contact, "Sigo interesada en Villa Marina").lead
    other = capture(contact, "y también Los Pinos").lead
    assert one == again
    assert other != one
    assert Lead.objects.count() == 2


def test_words_without_a_property_go_to_the_newest_open_lead(contact, villa, pinos):
    capture(contact, "Villa Marina")
    newest = capture(contact, "Los Pinos").lead
    assert capture(contact, "¿Cuándo puedo visitar?").lead == newest


def test_a_closed_lead_does_not_take_messages(contact, villa):
    closed = capture(contact, "Villa Marina").lead
    Lead.objects.filter(pk=closed.pk).update(status="lost", closed_at=timezone.now())
    assert capture(contact, "Villa Marina otra vez").lead != closed


def test_a_lead_of_an_owned_contact_is_its_owners(contact, villa, alice):
    contact.owner = alice
    contact.save()
    assert capture(contact, "Villa Marina").lead.assigned_to == contact.owner


def test_the_named_property_is_found_among_many_open_leads(contact, make_property):
    """However old it is: a second one would be refused."""
    now = timezone.now()
    rows = [make_property(f"Predio {n} Zeta", code=f"PX-{n:03d}") for n in range(52)]
    ages = [(row, timedelta(hours=60 - n)) for n, row in enumerate(rows)] + [(None, timedelta())]
    Lead.objects.bulk_create(
        Lead(contact=contact, property=row, first_message_at=now, last_message_at=now - age)
        for row, age in ages
    )
    captured = capture(contact, "Info del px-000")
    assert (captured.lead.property, captured.is_new) == (rows[0], False)


def test_an_officer_who_answers_a_prospect_takes_no_lead(contact, villa, alice, colleague, browser):
    """They may not see leads: it would be out of every agent's sight."""
    lead = capture(contact, "Villa Marina").lead
    officer, at = colleague("officer"), timezone.now()
    note_answer(contact=contact, user=officer, at=at)
    for one in (lead, contact):
        one.refresh_from_db()
    assert (lead.assigned_to, contact.owner) == (None, None)
    assert (lead.status, lead.first_response_at) == ("contacted", at)
    assert browser(alice).get(lead.get_absolute_url()).status_code == 200
    note_answer(contact=contact, user=alice, at=timezone.now())
    lead.refresh_from_db()
    assert (lead.assigned_to, lead.first_response_at) == (alice, at)


def test_an_officer_who_owns_a_contact_gets_no_leads_of_it(contact, villa, colleague):
    contact.owner = colleague("officer")
    contact.save()
    assert capture(contact, "Villa Marina").lead.assigned_to is None


def test_the_first_answer_is_noted_once(contact, villa, alice, bob):
    lead = capture(contact, "Villa Marina").lead
    at = timezone.now()
    note_answer(contact=contact, user=alice, at=at)
    note_answer(contact=contact, user=bob, at=timezone.now())
    lead.refresh_from_db()
    assert (lead.assigned_to, lead.status, lead.first_response_at) == (alice, "contacted", at)
    assert LeadChange.objects.filter(lead=lead).count() == 2


def test_who_left_gets_no_new_leads(contact, villa, alice):
    alice.is_active = False
    alice.save()
    contact.owner = alice
    contact.save()
    assert capture(contact, "Villa Marina").lead.assigned_to is None


def test_who_answers_first_owns_the_contact(contact, villa, alice):
    capture(contact, "Villa Marina")
    note_answer(contact=contact, user=alice, at=timezone.now())
    contact.refresh_from_db()
    assert contact.owner == alice
