"""Alice owns, Bob is another agent, Charlie a stranger with no role, Greta the manager."""

import itertools
from datetime import timedelta

import pytest
from django.utils import timezone

from crm.catalog.models import Property
from crm.people.models import Contact, ContactPoint
from leads.models import Lead

_numbers = itertools.count(100)


@pytest.fixture
def alice(colleague):
    return colleague("agent", username="alice", first_name="Alicia", last_name="Ramos")


@pytest.fixture
def bob(colleague):
    return colleague("agent", username="bob", first_name="Bruno", last_name="Salas")


@pytest.fixture
def charlie(colleague):
    return colleague("", username="charlie")


@pytest.fixture
def greta(colleague):
    return colleague("manager", username="greta", first_name="Greta", last_name="Paz")


@pytest.fixture
def make_property(db):
    def make(title="Villa Marina", code=None, **fields):
        code = code or f"P-{next(_numbers)}"
        return Property.objects.create(
            title=title, code=code, operation=fields.pop("operation", "sale"), **fields
        )

    return make


@pytest.fixture
def make_lead(db):
    def make(name="María Quispe", *, contact=None, ago=0, phone=None, **fields):
        """A lead whose last message came `ago` minutes ago."""
        if contact is None:
            contact = Contact.objects.create(name=name)
            ContactPoint.objects.create(
                contact=contact,
                kind="phone",
                value=phone or f"+51987654{next(_numbers)}",
                primary=True,
            )
        moment = timezone.now() - timedelta(minutes=ago)
        fields.setdefault("first_message_at", moment)
        return Lead.objects.create(contact=contact, last_message_at=moment, **fields)

    return make
