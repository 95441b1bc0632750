"""What a partner says is wrong in their data is put right by a colleague."""

import pytest

from chatbot.models import Dialog
from chatbot.tests.self_service import MOST_QUERIES
from tickets.models import Ticket

pytestmark = [pytest.mark.once, pytest.mark.django_db]


def test_what_is_wrong_becomes_a_ticket_and_what_is_right_is_added(ask, ana):
    assert "lo corrige un asesor" in ask("mis datos")[0]
    (said,) = ask("mi correo está mal")
    assert len(ask.queries) <= MOST_QUERIES
    ticket = Ticket.objects.get()
    assert ticket.number in said and "dato correcto" in said
    assert (ticket.partner, ticket.subject) == (ana, "Corregir mis datos")
    assert ticket.description == "mi correo está mal" and ticket.is_private
    ask("es ana@example.org")
    assert ticket.messages.get().text == "es ana@example.org"


@pytest.mark.parametrize("first", ["mis datos", "menú"])
def test_however_it_is_said(ask, ana, first):
    for words in (
        "mi telefono ya no es ese",
        "ese no es mi correo",
        "quiero cambiar mi telefono",
        "mi email cambió",
        "quiero actualizar mi correo, es ana@example.org",
        "mi dni esta mal",
        "meu e-mail mudou",
    ):
        Ticket.objects.all().delete()  # what is said after one may be about that
        Dialog.objects.update(name="", step="", topic={})
        ask(first)
        said = ask(words)
        ticket = Ticket.objects.get(description=words)
        assert ticket.number in said[0] and ("@" in words) != ("dato correcto" in said[0]), words


def test_after_the_data_a_word_is_enough(ask, ana):
    for words in ("está mal", "el correo", "eso no es correcto"):
        Ticket.objects.all().delete()
        Dialog.objects.update(name="", step="", topic={})
        ask("mis datos")
        ask(words)
        assert Ticket.objects.filter(description=words).exists(), words


def test_who_wants_something_else_or_nothing_makes_no_ticket(ask, ana):
    for words, answer in (
        ("ok gracias", ""),
        ("está bien", "Entendido"),
        ("no", "Entendido"),
        ("mi deuda", "préstamos"),
        ("mis datos", "Tus datos"),
        ("asdf qwer", "entendí"),
    ):
        ask("mis datos")
        assert answer in ask(words)[0], words
    ask("el monto de la cuota está mal en mi cuenta")
    assert not Ticket.objects.exists()


def test_who_is_not_in_is_asked_who_they_are_and_shown_what_there_is(chat, ana):
    for words in ("mi correo está mal", "mi numero 999888777 está mal, es mi dato viejo"):
        assert "quién eres" in chat(words)[0], words
        welcome, shown = chat("12345678 1990")
        assert "Ana" in welcome and "Ana Ficticia" in shown and not Ticket.objects.exists()
        chat("cerrar sesión")


def test_that_it_is_new_does_not_say_what_it_is(ask):
    ask("mi telefono es nuevo")
    assert ask.dialog.step == "more"
    assert "T-" in ask("999888777")[0] and Ticket.objects.count() == 1
    assert "999888777" in Ticket.objects.get().messages.latest("pk").text


def test_that_it_is_wrong_does_not_say_what_is_right(ask, each):
    texts = [
        "mi dirección es incorrecta",
        "mi correo es antiguo",
        "mi nombre es erróneo",
        "mi dirección es errónea",
        "mi teléfono es equivocado",
        "mi dirección es diferente",
    ]
    for words in each(texts):
        assert "dato correcto" in ask(words)[0]
        assert Ticket.objects.get().description == words


def test_a_new_number_is_no_log_in_of_who_is_in(ask, each):
    texts = [
        "mi numero nuevo es 999888777",
        "cambié de número, es 999888777",
        "mi nueva dirección es Av. Sol 123",
    ]
    for words in each(texts):
        (said,) = ask(words)
        assert "T-" in said and "dato correcto" not in said
        assert Ticket.objects.get().description == words
        assert ask.talk.messages.filter(text=words).exists()


@pytest.mark.parametrize("words", ["mi dni nuevo es 87654321", "cambié de número, mi dni 12345678"])
def test_what_was_struck_out_is_asked_for(ask, words):
    (said,) = ask(words)
    assert "dato correcto" in said and "•" in Ticket.objects.get().description
    ask("87654321")
    assert Ticket.objects.get().messages.filter(text="87654321").exists()


def test_a_prospect_called_by_another_name_is_not_asked_who_they_are(chat):
    chat("Hola")
    assert "quién eres" not in chat("no es mi nombre")[0] and chat.dialog.name == ""


ADDRESSES = [
    "por favor actualizar a ana@x.com",
    "update it to ana@x.com",
    "es ana@x.com, no me llegan mis recibos",
    "el correcto es ana@x.com, no me llega mi estado de cuenta",
    "ana@x.com para que me llegue mi estado de cuenta",
    "ana@x.com, gracias y mi saldo?",
]


def test_what_was_said_to_be_wrong_is_known_after_the_log_in(chat, each, ana):
    chat("mi correo está mal")
    assert "dato correcto" in chat("12345678 1990")[1]
    rows = [
        ("es ana@example.org", "correo: es ana@example.org"),
        ("mi correo es ana@example.org", "mi correo es ana@example.org"),
        ("999888777", "correo: 999888777"),
        ("ok, el correcto es ana@x.com", "correo: ok, el correcto es ana@x.com"),
        *((words, f"correo: {words}") for words in ADDRESSES),
    ]
    for answer, description in each(rows):
        (said,) = chat(answer)
        assert Ticket.objects.get().description == description
        assert "T-" in said and "dato correcto" not in said


def test_who_has_to_look_it_up_is_asked_again(chat, each, ana):
    chat("mi correo está mal")
    chat("12345678 1990")
    for words in each(["un momento", "no sé"]):
        assert "dato correcto" in chat(words)[0] and len(chat.queries) <= MOST_QUERIES
        chat("es ana@x.com")
        assert Ticket.objects.get().description == "correo: es ana@x.com"


def test_who_then_gives_no_datum_makes_no_ticket(chat, each, ana):
    chat("mi correo está mal")
    chat("12345678 1990")
    mailed = "envíame mi estado de cuenta a ana@x.com"
    for words in each(["ok gracias", "no", "mi saldo", "menú", "no sé", mailed]):
        chat(words)
        assert not Ticket.objects.exists()
