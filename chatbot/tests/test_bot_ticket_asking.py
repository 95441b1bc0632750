""" "Is it about that ticket?": which yes or no is one to that, and when it is asked again."""

from datetime import timedelta

import pytest
from django.utils import timezone

from chatbot.tests import tickets_known
from chatbot.tests.tickets_known import fresh
from crm.conversations.models import Message
from tickets.models import Ticket, TicketMessage

pytestmark = [pytest.mark.once, pytest.mark.django_db]
clara, made = tickets_known.clara, tickets_known.made
done = tickets_known.done
NOT_THAT = ("ticket_new:", "intent:help")


def said_of(ticket):
    rows = ticket.messages.filter(kind="person").order_by("pk")
    return list(rows.values_list("text", flat=True))


def refuse(ask):
    """Tapped on the answer that it is not about that ticket."""
    return ask.tap(next(id_ for id_, _title in ask.options if id_.startswith(NOT_THAT)))


def a_while_ago():
    before = timezone.now() - timedelta(minutes=16)
    Message.objects.update(created_at=before)


# --- Asked again -------------------------------------------------------------------------------


@pytest.mark.parametrize("typed", ["", "no"])
def test_words_of_something_new_are_never_the_old_ones(done, ask, typed):
    ask("no me han devuelto nada")
    if typed:
        ask(typed)
    else:
        refuse(ask)
    ask("Pedí la devolución en marzo")
    said = ask("sí") + ask("sí")
    assert f"*{done.number}*?" not in "".join(said)
    assert fresh(done).is_done and said_of(done) == []


@pytest.mark.parametrize("answer", ["", "no", "sí"])
def test_a_question_that_was_answered_is_not_asked_again(made, ask, answer):
    ask("la app")
    if answer:
        ask(answer)
    else:
        refuse(ask)
    for words in ("sí", "hola", "sí"):
        assert f"*{made.number}*?" not in "".join(ask(words)), words
    assert said_of(made) == (["la app"] if answer == "sí" else [])


@pytest.mark.parametrize("no", ["no, es otra cosa", "no es sobre eso", "nada que ver", "not that"])
def test_a_no_with_a_reason_is_not_asked_about(made, ask, no):
    ask("la app")
    for words in (no, "sí"):
        assert f"*{made.number}*?" not in "".join(ask(words)), words
    assert said_of(made) == []


@pytest.mark.parametrize("no", ["nop", "negativo", "no señorita", "no, es otra cosa", "no es eso"])
def test_nor_are_the_words_of_a_complaint_lost(done, ask, no):
    ask("no me han devuelto nada")
    (said,) = ask(no)
    assert "Asunto: *no me han devuelto nada*" in said and fresh(done).is_done


def test_a_yes_to_a_visit_is_one_to_that(made, ask, villa):
    for words in ("la app", "info de Villa Marina", "me interesa"):
        ask(words)
    said = ask("sí")
    assert made.number not in "".join(said) and ask.dialog.name == "visit"


@pytest.mark.parametrize("answer", ["sí", "no"])
def test_who_answers_late_is_heard(done, ask, answer):
    ask("me devolvieron de menos, me cobraron doble")
    a_while_ago()
    ask(answer)
    if answer == "sí":
        assert said_of(done) and not fresh(done).is_done
    else:
        assert (ask.dialog.name, ask.dialog.step) == ("create_ticket", "description")


@pytest.mark.parametrize("wrong", ["está mal", "no está bien"])
def test_what_is_no_mere_no_is_more_of_the_same(done, ask, wrong):
    ask("no me han devuelto nada")
    (said,) = ask(wrong)
    assert f"*{done.number}*?" in said and not ask.dialog.name
    assert ask.options[1][0].startswith("ticket_new:")  # of the first words
    ask("sí")
    assert said_of(done) == ["no me han devuelto nada", wrong]


@pytest.mark.parametrize("words", ["no gracias", "para nada"])
def test_who_wants_nothing_begins_nothing(done, ask, words):
    ask("no me han devuelto nada")
    ask(words)
    assert not ask.dialog.name and fresh(done).is_done and said_of(done) == []


def test_no_more_is_asked_about_than_one_yes_reaches(made, ask):
    row = ["la app", "no abre", "desde ayer en la noche", "en mi celular", "y en el de mi hijo"]
    asked = [words for words in row if f"*{made.number}*?" in "".join(ask(words))]
    assert asked == row[:4] and ask.talk.owner == "queue"
    assert not TicketMessage.objects.exists() and Ticket.objects.count() == 1
