"""Who is speaking: the registered phone enters, by every spelling, and nobody else does."""

import pytest

from chatbot.models import PartnerSession
from chatbot.tests.partners_known import PHONE, make_partner
from crm.conversations.models import Message

pytestmark = pytest.mark.django_db

SPELLINGS = [
    "12345678 1990",
    "DNI 12345678 año 1990",
    "DNI: 12345678 1990",
    "DNI 12345678 anio 1990",
    "12345678, 1990",
    "12.345.678-1990",
    "mi dni es 12345678 y naci en 1990",
    "Mi DNI es 12345678 y nací en 1990",
    "1990 12345678",
]


@pytest.fixture
def partner(graph, channel):
    return make_partner()


@pytest.fixture
def hears(say):
    """hears(text) -> what the bot says to it, from the registered phone unless said otherwise."""

    def send(text, *, sender=PHONE, **options):
        last = Message.objects.order_by("-pk").values_list("pk", flat=True).first() or 0
        say(text, sender=sender, **options)
        rows = Message.objects.filter(pk__gt=last, author=Message.Author.BOT).order_by("pk")
        return [row.text for row in rows if is_of(row, sender)]

    return send


def is_of(message, digits):
    return message.conversation.identity.addresses.filter(value=digits).exists()


def session():
    return PartnerSession.objects.filter(closed_at=None).first()


@pytest.mark.parametrize("text", SPELLINGS)
def test_the_registered_phone_enters_by_every_spelling(partner, hears, text):
    (said,) = hears(text)
    assert "Ana" in said and "Ramos" not in said
    assert session().partner == partner and session().way == "phone"
    menu = Message.objects.filter(author="bot").latest("pk")
    assert menu.options and menu.is_private
