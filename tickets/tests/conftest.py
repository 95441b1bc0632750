"""Made-up people: Ana Ficticia is a partner of Lima, Clara and Dora officers there, Emilio one in
Arequipa; Paula Prospecta is nobody's partner."""

from datetime import date

import pytest
from django.db import transaction
from django.utils import timezone

from crm.conversations import ownership
from crm.conversations.identities import meet
from crm.conversations.models import Channel
from crm.people.models import Agency, Contact
from partners.models import Partner
from partners.tests.conftest import product  # noqa: F401  (a fixture)
from tickets.opening import open_ticket
from tickets.tests import speaking


@pytest.fixture
def lima(db):
    return Agency.objects.create(name="Agencia Lima")


@pytest.fixture
def arequipa(db):
    return Agency.objects.create(name="Agencia Arequipa")


@pytest.fixture
def clara(colleague, lima):
    return colleague("officer", username="clara", first_name="Clara", agency=lima)


@pytest.fixture
def dora(colleague, lima):
    return colleague("officer", username="dora", first_name="Dora", agency=lima)


@pytest.fixture
def emilio(colleague, arequipa):
    return colleague("officer", username="emilio", first_name="Emilio", agency=arequipa)


@pytest.fixture
def greta(colleague, lima):
    return colleague("manager", username="greta", first_name="Greta", agency=lima)


@pytest.fixture
def alice(colleague, lima):
    return colleague("agent", username="alice", first_name="Alicia", agency=lima)


@pytest.fixture
def channel(db):
    return Channel.objects.create(
        name="Mostrador",
        provider="simulator",
        external_id="mostrador",
        mode=Channel.Mode.LIVE,
        credentials={"app_secret": "x", "verify_token": "y"},
    )


def make_partner(name="Ana Ficticia", document="40000001", number="S-001", **fields):
    contact = Contact.objects.create(
        name=name, document_type="dni", document_number=document, birthday=date(1985, 5, 17)
    )
    return Partner.objects.create(contact=contact, number=number, **fields)


@pytest.fixture
def ana(lima):
    return make_partner(agency=lima)


@pytest.fixture
def talk_with(channel):
    """talk_with(contact) -> a conversation of theirs, in which they wrote a moment ago."""

    def make(contact, digits="51911000001", on=channel):
        with transaction.atomic():
            talk = meet(channel=on, addresses=[("wa_id", digits)], name=contact.name, phone=digits)
        talk.contact = contact
        talk.last_inbound_at = timezone.now()
        talk.save()
        ownership.open_episode(talk)
        return talk

    return make


@pytest.fixture
def paula(db):
    return Contact.objects.create(name="Paula Prospecta")


@pytest.fixture
def ticket(clara, ana, talk_with):
    """Ana's, made in her session."""
    return open_ticket(
        contact=ana.contact,
        partner=ana,
        conversation=talk_with(ana.contact),
        subject="Problema con pago",
        description="No puedo pagar mi cuota",
        is_private=True,
    )


@pytest.fixture
def open_one(clara, paula, talk_with):
    """Paula's, made without a session."""
    return open_ticket(
        contact=paula,
        conversation=talk_with(paula, "51911000002"),
        subject="Visita",
        description="Nadie llegó a mi visita",
    )


@pytest.fixture(autouse=True)
def speaks(settings):
    settings.PARTNER_SPEAKS = "tickets.tests.speaking.is_partner_speaking"
    yield
    speaking.known.clear()


@pytest.fixture
def in_session():
    """in_session(talk, partner): they have proved who they are there."""

    def enter(talk, partner):
        speaking.known.add((talk.pk, partner.pk))

    return enter
