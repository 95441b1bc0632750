"""What the bot understands: the acceptance list's words, and the corpus nobody tuned it to."""

import pytest

from chatbot.intents.detecting import detect
from chatbot.intents.hearing import model
from chatbot.intents.hearing.training import fingerprint

WRITTEN = {
    "authenticate": ["12345678 1990", "DNI: 12345678 1990", "mi dni es 12345678 y naci en 1990"],
    "greeting": ["Hola", "Buenos días", "Buenas tardes"],
    "help": ["ayuda", "Help", "menú", "menu", "opciones"],
    "personal_info": ["mis datos", "Mi información"],
    "account_statement": [
        "estado de cuenta",
        "mi deuda",
        "saldo",
        "cuanto debo",
        "¿Cuánto debo?",
        "hola, quiero mi estado de cuenta",
    ],
    "list_loans": ["mis préstamos", "Listar créditos", "mis creditos", "mis prestamos"],
    "loan_detail": [
        "Detalle de préstamo 5",
        "Detalle del préstamo 5",
        "el crédito 5",
        "detalle de préstamo",
        "¿en qué cuota voy?",
    ],
    "create_ticket": [
        "crear ticket",
        "Soporte",
        "tengo un reclamo por mi saldo",
        "Necesito ayuda con un pago",
    ],
    "upload_receipt": ["Comprobante", "Subir boleta", "ya pagué"],
    "settlement": ["¿puedo cancelar todo mi préstamo?"],
    "cancel": ["cancelar"],
    "affirm": ["sí"],
    "deny": ["no"],
    "goodbye": ["Adiós", "Chao", "bye"],
    "logout": ["cerrar sesión"],
    "unknown": ["menudo lío", "el préstamo del libro de la biblioteca", "5", "la segunda", ""],
}


@pytest.mark.parametrize(
    ("intent", "text"), [(intent, text) for intent, texts in WRITTEN.items() for text in texts]
)
def test_the_acceptance_lists_words_mean_what_it_says(intent, text):
    assert detect(text).intent == intent


def test_the_model_in_use_is_made_from_the_corpus_as_it_is():
    assert model.current().made_from == fingerprint(), "run manage.py train_intents"
