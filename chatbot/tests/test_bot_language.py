"""The bot answers in the language somebody plainly writes, unless the desk chose one."""

import pytest

from chatbot.intents.hearing.language import _TELLING, LANGUAGES, language_of
from chatbot.tests.self_service import MOST_QUERIES
from crm.catalog.models import Property
from crm.people.models import Contact

pytestmark = [pytest.mark.once, pytest.mark.django_db]


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("hi", "en"),
        ("Good morning!", "en"),
        ("good morning, what do you have in Miraflores?", "en"),
        ("What do you have in Los Olivos", "en"),
        ("I want to know my balance", "en"),
        ("bom dia", "pt"),
        ("Olá, bom dia! Quero ver imóveis", "pt"),
        ("quanto devo?", "pt"),
        ("você tem apartamento no Surco?", "pt"),
        ("Hola", "es"),
        ("quiero mi estado de cuenta", "es"),
        ("¿Cuánto debo y cuándo vence mi cuota?", "es"),
        ("quiero cancelar la visita", "es"),
        ("quero visitar a casa", "pt"),
        ("I want La Molina", "en"),
        ("La Molina, Los Olivos", ""),
        ("ok", ""),
        ("the house", "en"),
        ("Villa Marina", ""),
        ("12345678 1990", ""),
        ("Help", ""),
        ("bye", ""),
        ("ola", ""),
        ("Olá!", "pt"),
        ("obrigado", "pt"),
        ("mis datos", "es"),
        ("mi correo esta mal", "es"),
        ("abrir um chamado", "pt"),
        ("meu telefone está errado", "pt"),
        ("S/ 250,50 el 03/02/2025 9 am", ""),
        ("thanks, quiero mi saldo", ""),
        ("the.house@what.com", ""),
        ("precio de lote ate", ""),
        ("terreno para Ate", ""),
        ("casa de Boa Vista", ""),
        ("boa noite", "pt"),
        ("quero ver até amanhã", "pt"),
    ],
)
def test_which_language_it_plainly_is(text, language):
    assert language_of(text) == language


def test_no_word_tells_of_two():
    for one in LANGUAGES:
        others = frozenset().union(*(_TELLING[other] for other in LANGUAGES if other != one))
        assert not _TELLING[one] & others


def test_the_bot_follows_and_turns_back(chat):
    assert "How can I help?" in chat("hi")[0]
    assert "year of birth" in chat("12345678")[0]  # tells nothing: it stays
    assert "tu año de nacimiento" in chat("¿cuánto debo? quiero mi saldo")[0]
    assert "Olá" in chat("bom dia")[0]
    assert Contact.objects.get().language == ""


def test_what_the_desk_chose_stays(chat, each):
    chat("Hola")
    for chosen in each(["es", "pt", "qu"]):
        Contact.objects.update(language=chosen)
        chat("hi")
        assert Contact.objects.get().spoken == ("pt" if chosen == "pt" else "es")


def test_what_is_tapped_is_our_own_words(chat):
    chat("hi")
    chat.tap("intent:property_inquiry", "quiero ver mis propiedades")
    assert Contact.objects.get().spoken == "en"


def test_it_costs_one_statement_and_only_when_it_changes(chat):
    chat("Hola")
    chat("good evening")
    assert sum('"heard_language" =' in sql for sql in chat.queries) == 1
    assert len(chat.queries) <= MOST_QUERIES
    chat("good morning")
    assert not any('"heard_language" =' in sql for sql in chat.queries)


def test_a_propertys_title_tells_no_language(chat):
    Property.objects.create(code="TH-01", title="The House", operation="sale")
    chat("info de The House")
    assert Contact.objects.get().spoken == "es"
