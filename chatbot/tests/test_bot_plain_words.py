"""What people write in a few words of their own, and what it is about by what was said before."""

import pytest

from chatbot.intents.detecting import detect
from chatbot.tests.self_service import make_loan
from crm.people.models import Contact
from tickets.models import Ticket

pytestmark = [pytest.mark.once, pytest.mark.django_db]


@pytest.fixture
def loans(ana, product):
    return [make_loan(ana, product, f"P-0000{number}") for number in (20, 26)]


@pytest.mark.parametrize("before", ["mi deuda", "mis datos"])
def test_the_statements_document_is_asked_for_by_its_name(ask, each, loans, before):
    ask(before)
    for text in each(["pdf", "mándame el pdf", "en pdf porfa", "me lo pasas en PDF?"]):
        (said,) = ask(text)
        assert "en un momento" in said


def test_who_is_not_in_is_not_asked_who_they_are_for_a_pdf(chat):
    chat("Hola")
    assert "12345678 1990" not in chat("tienen el pdf?")[0]


@pytest.mark.parametrize(
    ("text", "intent"),
    [
        ("quiero ver propiedades", "property_inquiry"),
        ("quero ver imóveis", "property_inquiry"),
        ("Hola, quiero ver casas", "property_inquiry"),
        ("👍🏽", "affirm"),
        ("👍👍", "affirm"),
        ("👎", "deny"),
        ("🙏", "thanks"),
        ("👍👎", "unknown"),
        ("😡", "unknown"),
    ],
)
def test_said_in_few_words_or_by_a_sign(text, intent):
    heard = detect(text)
    assert (heard.intent, heard.exact) == (intent, intent != "unknown")


@pytest.mark.parametrize(
    "text", ["No puedo pagar mi cuota", "Hola, no me alcanza para pagar este mes, por favor"]
)
def test_who_cannot_pay_gets_a_ticket_and_the_bot_goes_on(ask, ana, loans, text):
    assert not detect(text).exact
    (asked,) = ask(text)
    assert "asunto" in asked
    ask("Sí")
    ask("Me quedé sin trabajo")
    assert Ticket.objects.get().subject == text
    assert ask.talk.owner == "bot" and "2 préstamos" in ask("mi deuda")[0]


def test_that_one_is_the_loan_spoken_of(ask, loans):
    ask("mi préstamo 26")
    (said,) = ask("cuánto me falta pagar de ese?")
    assert "P-000026" in said and "P-000020" not in said


@pytest.mark.parametrize(
    ("text", "loan"),
    [
        ("y si quiero pagar solo el 26?", "26"),
        ("pagué solo el 26 de noviembre", ""),
        ("solo 2 cuotas", ""),
        ("pagué solo 150 soles", ""),
    ],
)
def test_only_that_one_is_a_loan(text, loan):
    assert detect(text).slots.loan == loan


def test_start_after_stop_brings_messages_back(chat):
    chat("stop")
    assert Contact.objects.get().opted_out_at is not None
    assert "menú" not in chat("START")[0]
    assert Contact.objects.get().opted_out_at is None
    chat("start")
    assert chat.options
