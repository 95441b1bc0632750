"""Who is not in asks for "details", or for how much: of a property, where one is spoken of."""

import pytest

from chatbot.tests.self_service import make_loan
from crm.catalog.models import Property
from leads.models import Lead

pytestmark = [pytest.mark.once, pytest.mark.django_db]


@pytest.mark.parametrize("words", ["quisiera más detalles", "detalles", "infos"])
def test_of_nothing_spoken_of_there_is_the_menu(chat, villa, words):
    (text,) = chat(words)
    assert "puedo hacer" in text and not chat.dialog.name
    chat("villa marina")
    assert "Villa Marina" in chat(words)[0] and chat.dialog.name != "login"


def test_of_those_listed_they_are_asked_which(chat, villa):
    Property.objects.create(code="VM-02", title="Casa Prado", operation="sale", city="Lima")
    chat("qué propiedades tienen en venta en lima?")
    assert "cuál" in chat("en cuánto anda?")[0].lower() and chat.dialog.name != "login"
    chat("villa marina")
    assert "180,000" in chat("en cuánto anda?")[0]
    assert "Villa Marina" in chat("se puede con crédito hipotecario?")[0]


def test_of_a_loan_they_are_asked_who_they_are(chat, villa, each):
    chat("villa marina")
    for words in each(["cuánto debo", "detalle de mi préstamo", "en qué cuota voy"]):
        chat(words)
        assert chat.dialog.name == "login"


def test_a_loan_named_by_its_number_is_no_property(chat, ana, product):
    make_loan(ana, product, "P-000026")
    chat("cuánto debo del préstamo 26")
    assert chat.dialog.name == "login" and not Lead.objects.exists()
    assert "P-000026" in "".join(chat("12345678 1990"))


def test_interest_is_a_loans_to_a_partner(ask, ana, product):
    make_loan(ana, product, "P-000026")
    assert "P-000026" in ask("¿y de intereses?")[0] and not Lead.objects.exists()
