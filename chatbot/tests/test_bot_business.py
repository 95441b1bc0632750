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
        ("hola, quisiera información sobre préstamos", "préstamo"),
        ("requisitos para el préstamo", "préstamo"),
        ("¿qué requisitos piden para un préstamo?", "préstamo"),
        ("¿me podrían dar un préstamo?", "préstamo"),
        ("ocupo un préstamo", "préstamo"),
        ("¿dan préstamos a jubilados?", "préstamo"),
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


def test_what_sounds_like_their_own_is_a_strangers_wish(chat, each):
    rows = [
        "informes de préstamos, qué documentos debo llevar",
        "deseo información sobre sus préstamos. ¿Debo ir a la oficina?",
        "información de préstamos, debo a otro banco",
        "quiero saber sobre préstamos y cuánto debo ganar",
        "quiero consultar un crédito para mi negocio",
        "quiero detalles de un préstamo para mi negocio",
        "what about loans? i owe money to a bank",
        "informação sobre empréstimos, o que devo fazer?",
        "info about loans, do I need a minimum balance?",
        "hacen préstamos a la cuenta o en efectivo?",
        "dan créditos a mi cuenta bancaria?",
    ]
    for words in each(rows):
        chat(words)
        assert waits("Pidió: ") and Lead.objects.exists()


@pytest.mark.parametrize(
    "words",
    [
        "quiero consultar mis préstamos",
        "info sobre mis préstamos",
        "about my loans",
        "quero consultar meus empréstimos",
        "saber cuánto debo de un préstamo",
        "quiero detalles de un préstamo",
    ],
)
def test_who_asks_of_their_own_from_anywhere_logs_in(chat, words):
    chat(words)
    assert chat.dialog.name == "login" and not Lead.objects.exists()


@pytest.mark.parametrize(
    "words",
    [
        "necesito otro préstamo",
        "quiero ampliar mi préstamo",
        "qué documentos necesito para sacar un préstamo",
        "requisitos para un préstamo 10000",
        "requisitos para un préstamo 500 soles",
    ],
)
def test_a_partner_is_no_lead(ask, words):
    (word,) = ask(words)
    assert "préstamo" in word and waits("Pidió: ") and not Lead.objects.exists()


def test_from_the_log_in_too(chat):
    chat("quiero ver mi saldo")
    assert "préstamo" in chat("no, quiero un préstamo")[0] and waits("Pidió: ")


@pytest.mark.parametrize(
    "words",
    [
        "quiero pagar mi préstamo",
        "no quiero otro préstamo",
        "quiero préstamo P-000026",
        "i need a loan statement",
        "¿tienen créditos míos?",
        "el préstamo que me prestan, ¿cuánto es?",
        "¿me prestas tu número?",
        "¿por qué me reportaron a la SBS?",
        "puede dar crédito al pago que hice ayer?",
        "qué piden para préstamo 26",
    ],
)
def test_a_loan_they_have_is_none(ask, words):
    ask(words)
    assert Episode.objects.latest("pk").owner == "bot"


@pytest.mark.parametrize(
    "words",
    [
        "falleció mi esposo, él tenía el préstamo",
        "falleció mi esposo, ¿alguien me puede ayudar con su préstamo?",
        "mi esposo falleció, él era dueño del préstamo ¿qué debo hacer?",
    ],
)
def test_of_a_death_a_person_is_told(ask, words):
    (word,) = ask(words)
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
    assert not Lead.objects.exists()
    assert Conversation.objects.get().waiting_since


def test_after_a_propertys_card_it_is_about_that_one(chat, villa):
    chat("villa marina")
    assert "Malecón 100" in chat("¿cuál es su dirección?")[0]


@pytest.mark.parametrize(
    "words",
    [
        "¿falleció la dueña? su hija me dijo que se vende",
        "¿me podrían prestar las llaves?",
        "está cara, es un robo el precio",
    ],
)
def test_who_asks_for_a_property_is_answered_by_the_bot(chat, villa, words):
    chat("villa marina")
    chat(words)
    assert Episode.objects.latest("pk").owner == "bot"


def test_a_mortgage_for_what_was_shown_is_no_loan_they_have(chat, villa):
    chat("villa marina")
    assert "Villa Marina" in chat("¿dan créditos hipotecarios?")[0] and not chat.dialog.name
    assert "préstamo" in chat("¿hacen préstamos?")[0] and waits("Pidió: ")


@pytest.mark.parametrize("words", ["no soy socio", "no tengo préstamo", "não sou sócio"])
def test_who_is_no_partner_is_let_off_the_log_in(chat, words):
    chat("quiero ver mi saldo")
    chat(words)
    assert not chat.dialog.name and ("intent:property_inquiry", "Propiedades") in chat.options
