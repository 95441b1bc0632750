"""Who writes to a business as it is, and what their messages ask of the database."""

import itertools
import os
from datetime import timedelta
from decimal import Decimal

import pytest
from django.core.files.base import ContentFile
from django.db import connection
from django.utils import timezone

from chatbot.tests import desk
from chatbot.tests.composing import PNG
from chatbot.tests.self_service import MOST_QUERIES, Chat, jpeg, make_loan, make_partner
from crm.catalog.models import Photo, Property
from crm.conversations.models import Conversation
from crm.people.hours import SpecialDay
from crm.people.models import Agency
from partners.models import PaymentOption
from tickets.models import Ticket

numbers = itertools.count(51922000001)
# PostgreSQL is asked one thing more, where somebody's rows are locked: it is the one to count on.
counted = pytest.mark.skipif(
    connection.vendor == "sqlite" and not os.environ.get("SOAK"), reason="counted on PostgreSQL"
)


@pytest.fixture
def office(channel):
    """A business as it is: agencies, officers, an agent's property with a photo, a special day."""
    lima = Agency.objects.create(name="Agencia Lima")
    Agency.objects.create(name="Otra")
    for name in ("clara", "dora", "emilio"):
        desk.person("officer", username=name, agency=lima)
    maria = desk.person("agent", first_name="María", agency=lima)
    villa = Property.objects.create(
        code="VM-01", title="Villa Marina", operation="sale", district="Miraflores", city="Lima",
        address="Malecón 100", bedrooms=3, price=Decimal(180_000), latitude=Decimal("-12.12"),
        longitude=Decimal("-77.03"), responsible=maria,
    )  # fmt: skip
    Photo.objects.create(property=villa, image=ContentFile(PNG, "casa.png"))
    Property.objects.create(code="AL-02", title="Los Álamos", district="Surco", price=900)
    Property.objects.create(code="TS-03", title="Torre Sol", operation="sale", status="closed")
    day = timezone.localdate() + timedelta(days=40)
    SpecialDay.objects.create(name="Feria", first=day, last=day)
    PaymentOption.objects.create(kind="yape", name="Yape", number="+51911000001")
    return lima


@pytest.fixture
def somebody(post, graph, office, django_capture_on_commit_callbacks):
    """somebody() -> who has not written yet."""
    return lambda: Chat(post, graph, django_capture_on_commit_callbacks, str(next(numbers)))


@pytest.fixture
def a_partner(somebody, office, product):
    """a_partner() -> who has not written yet, the partner they are, and what lets them in."""

    def made(loans=2):
        chat = somebody()
        partner = make_partner(document=chat.sender[-8:], phone=chat.sender, agency=office)
        for number in range(loans):
            make_loan(partner, product, f"P-{partner.pk:03}{number + 5}")
        return chat, partner, f"DNI {chat.sender[-8:]} 1990"

    return made


@pytest.fixture
def inside(a_partner):
    """One who is logged in, and wrote before today."""
    chat, partner, _data = a_partner()
    chat.log_in(partner)
    return chat, partner


def many(chat, *steps):
    """Of these messages, one after the other, those that ask too much: {step: queries}."""
    asked = {}
    for number, step in enumerate(steps, 1):
        # A provider's whole seconds: in its first one a conversation is looked at more closely.
        Conversation.objects.update(created_at=timezone.now() - timedelta(days=1))
        chat(step) if isinstance(step, str) else step()
        asked[number, str(step)] = len(chat.queries)
    return {step: count for step, count in asked.items() if count > MOST_QUERIES}


def tap(chat, place=0):
    return lambda: chat.tap(chat.options[place][0])


def picture(chat, caption="", color="white"):
    return lambda: chat.picture(jpeg(color), caption)


def fresh(ticket):
    return Ticket.objects.get(pk=ticket.pk)
