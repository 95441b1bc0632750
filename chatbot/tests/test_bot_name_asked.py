"""Name and e-mail are asked for: what is one, what is none, and what comes instead."""

import pytest

from chatbot.models import Dialog
from chatbot.tests.self_service import at
from crm.conversations.models import Conversation
from crm.people.models import Contact

pytestmark = [pytest.mark.once, pytest.mark.django_db]


@pytest.fixture
def asked_who(chat, villa):
    """Asked for name and e-mail, with no name on file."""
    chat("quiero visitar Villa Marina")
    Contact.objects.update(name="")
    chat("1")
    assert at(chat) == ("who", "tell")
    return chat


def name_of(chat):
    return chat.talk.contact.name


def test_what_is_no_name_is_not_kept_as_one(asked_who, each):
    texts = [
        "es para mi mamá", "ok espero su respuesta", "tiene cochera", "mañana te aviso",
        "esta bonito", "y el precio", "acepta mascotas", "qué incluye", "donde queda",
        "Puedo ir sola", "jaja", "muy caro", "sí me interesa", "Hola buenas", "Villa Marina",
        "Muchas Gracias", "luz y agua", "soy de Lima", "Y EL PRECIO", "sí por favor",
    ]  # fmt: skip
    for text in each(texts):
        said = asked_who(text)
        assert name_of(asked_who) == "" and not any("Lo anoté" in one for one in said)


def test_a_name_is_kept(asked_who, each):
    rows = [
        ("Rosa Ficticia", "Rosa Ficticia"),
        ("rosa ficticia", "rosa ficticia"),
        ("juan", "juan"),
        ("ROSA FICTICIA", "ROSA FICTICIA"),
        ("soy Yulisa", "Yulisa"),
        ("me llamo ñusta ficticia", "ñusta ficticia"),
        ("Yulisa de la Cruz, yulisa@example.org", "Yulisa de la Cruz"),
    ]
    for text, name in each(rows):
        assert "Lo anoté" in asked_who(text)[0]
        assert name_of(asked_who) == name


def test_with_a_name_on_file_only_an_e_mail_is_taken_and_the_rest_waits(asked_who, each):
    Contact.objects.update(name="Ana Ficticia")
    for text in each(["y el precio", "donde queda", "Rosa Ficticia"]):
        assert "asesor" in asked_who(text)[0]
        assert name_of(asked_who) == "Ana Ficticia" and asked_who.talk.waiting_since is not None


def test_who_will_tell_is_asked_once_more(asked_who):
    assert "nombre" in asked_who("sí por favor")[0]
    assert "Lo anoté" in asked_who("Rosa, rosa@example.org")[0]


def test_who_declined_is_not_asked_again_after_a_log_in(chat, ana, villa):
    chat("quiero visitar Villa Marina")
    chat("1")
    for words in ("no gracias", "mi deuda", "12345678 1990", "cerrar sesión"):
        chat(words)
    chat("quiero visitar Villa Marina")
    (said,) = chat("1")
    assert "correo" not in said and at(chat) == ("", "")


def test_a_question_beside_an_e_mail_waits_for_an_answer(asked_who):
    Conversation.objects.update(waiting_since=None)
    asked_who("rosa@example.org, ¿y tiene ascensor?")
    assert asked_who.talk.waiting_since is not None


@pytest.mark.parametrize("asked", ["who", "nothing"])
def test_who_was_promised_a_person_waits_on_after_thanks(chat, each, villa, asked):
    chat("quiero visitar Villa Marina")
    chat("el lunes después del trabajo")
    since = chat.talk.waiting_since
    assert at(chat) == ("who", "tell") and since is not None
    if asked == "nothing":
        Dialog.objects.update(name="", step="", expires_at=None)
    texts = ["gracias", "Hola", "chau", "ok", "no gracias", "cancelar", "ana@example.org"]
    for words in each(texts):
        chat(words)
        assert chat.talk.waiting_since == since


def test_who_was_promised_nobody_waits_for_nobody_after_thanks(chat, each):
    chat("menú")
    for words in each(["gracias", "Hola", "chau", "ok", "cancelar"]):
        chat(words)
        assert chat.talk.waiting_since is None


@pytest.mark.parametrize("first", ["mi nombre es Rosa Ficticia", "y el precio"])
def test_an_e_mail_that_comes_later_is_kept(asked_who, each, first):
    Contact.objects.update(name="Ana Ficticia")
    asked_who(first)
    for then in each(["rosa@example.org", "mi correo es rosa@example.org"]):
        assert "Lo anoté" in asked_who(then)[0]
        assert asked_who.talk.contact.points.get(kind="email").value == "rosa@example.org"
        assert "Lo anoté" not in asked_who("otra@example.org")[0]
