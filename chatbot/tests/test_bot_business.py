"""New business goes to a person at once: nobody is asked to log in for a loan they have not."""

import pytest

from chatbot.models import Dialog
from chatbot.tests.self_service import MOST_QUERIES
from crm.conversations.models import Conversation, Episode
from crm.people.models import Agency
from leads.models import Lead

pytestmark = [pytest.mark.once, pytest.mark.django_db]


def waits(told=""):
    """Whether they wait for a person, who is told what they asked for."""
    episode = Episode.objects.latest("pk")
    is_asked = (episode.owner, episode.reason) == ("queue", Episode.Reason.ASKED)
    return is_asked and told in episode.summary and not Dialog.objects.get().name


@pytest.mark.parametrize(
    ("words", "told"),
    [
        ("¿hacen préstamos?", "préstamo"),
        ("necesito un préstamo de 10000", "préstamo"),
        ("preciso de um empréstimo", "empréstimo"),
        ("I need a loan", "loan"),
        ("¿cuánto interés cobran?", "préstamo"),
        ("quiero ser socio", "préstamo"),
        ("quiero vender mi casa", "propiedad"),
        ("murió mi papá y queremos vender la casa", "pérdida"),
    ],
)
def test_a_stranger_is_a_lead_and_hears_who_answers(chat, words, told):
    (word,) = chat(words)
    assert told in word and "12345678" not in word
    assert len(chat.queries) <= MOST_QUERIES
    assert waits("Pidió: ") and Lead.objects.get().property is None
    assert chat("¿qué requisitos?") == []


@pytest.mark.parametrize("words", ["necesito otro préstamo", "quiero ampliar mi préstamo"])
def test_a_partner_is_no_lead(ask, words):
    (word,) = ask(words)
    assert "préstamo" in word and waits("Pidió: ") and not Lead.objects.exists()


def test_from_the_log_in_too(chat):
    chat("quiero ver mi saldo")
    assert "préstamo" in chat("no, quiero un préstamo")[0] and waits("Pidió: ")


@pytest.mark.parametrize(
    "words", ["quiero pagar mi préstamo", "quiero ver mis créditos", "no quiero otro préstamo"]
)
def test_a_loan_they_have_is_none(ask, words):
    ask(words)
    assert Episode.objects.latest("pk").owner == "bot"


def test_of_a_death_a_person_is_told(ask):
    (word,) = ask("falleció mi esposo, él tenía el préstamo")
    assert "pérdida" in word and waits()


@pytest.mark.parametrize(
    "words",
    [
        "¿dónde queda la oficina?",
        "tienen oficina en lima?",
        "cuál es su dirección?",
        "dónde están?",
    ],
)
def test_where_we_are(chat, villa, words):
    Agency.objects.create(name="Agencia Centro", city="Lima")
    (text,) = chat(words)
    assert "• Agencia Centro, Lima" in text and len(chat.queries) <= MOST_QUERIES
    assert Conversation.objects.get().waiting_since


def test_after_a_propertys_card_it_is_about_that_one(chat, villa):
    chat("villa marina")
    assert "Malecón 100" in chat("¿cuál es su dirección?")[0]


@pytest.mark.parametrize("words", ["no soy socio", "no tengo préstamo", "não sou sócio"])
def test_who_is_no_partner_is_let_off_the_log_in(chat, words):
    chat("quiero ver mi saldo")
    chat(words)
    assert not chat.dialog.name and ("intent:property_inquiry", "Propiedades") in chat.options
