"""Leaving a ticket that was begun: in any words that say so, or by asking for something else."""

import pytest

from chatbot.tests import tickets_known
from chatbot.tests.self_service import make_loan, options_of
from chatbot.tests.tickets_known import PROBLEM, WORDS, fresh, is_over
from tickets.models import Ticket

pytestmark = [pytest.mark.once, pytest.mark.django_db]
clara, made = tickets_known.clara, tickets_known.made
done = tickets_known.done
STEPS = pytest.mark.parametrize("before", [(), (PROBLEM,)], ids=["subject", "description"])


NO_MORE = ("ya no quiero", "no gracias", "cancelar ticket", "quiero volver al menu", "mejor no")
ELSE = {
    "mis préstamos": "P-000026",
    "no mejor no, mis prestamos": "P-000026",
    "mejor quiero ver mis préstamos": "P-000026",
    "¿cuánto debo?": "S/ ",
    "cómo pago?": "",
    "préstamo 26": "P-000026",
    "chau": "Ana",
}


@STEPS
def test_who_wants_none_any_more_gets_none(ask, clara, before):
    for words in NO_MORE:
        for one in ("crear ticket", *before, words):
            ask(one)
        assert is_over(ask) and not Ticket.objects.exists(), words


@STEPS
def test_what_is_something_elses_own_words_is_served(ask, ana, product, before):
    make_loan(ana, product, "P-000026")
    for words, told in ELSE.items():
        for one in ("crear ticket", *before):
            ask(one)
        left, *said = ask(words)
        assert said and "sin enviar" in left and told in "".join(said), words
        assert is_over(ask) and not Ticket.objects.exists(), words


def test_if_it_was_the_subject_it_is_tapped_on(ask, clara):
    ask("crear ticket")
    before = len(ask.graph.sent)
    ask("mis préstamos")
    (this, _title) = options_of(ask.graph.sent[before])[0]
    ask.tap(this)
    ask(WORDS)
    assert Ticket.objects.get().subject == "mis préstamos"


def test_what_may_be_the_subject_is(ask, clara):
    for words in ("ya pagué", "mi deuda está mal", "T-000001"):
        ask("crear ticket")
        (said,) = ask(words)
        assert f"Asunto: *{words}*" in said
        ask("cancelar")


SMALL_TALK = ("un momento", "hola", "gracias", "ok")


def test_small_talk_is_no_subject(ask, clara):
    for words in ("crear ticket", *SMALL_TALK):
        ask(words)
        assert ask.dialog.step == "subject" and "said" not in ask.dialog.data, words


def test_nor_is_it_what_is_still_wrong(done, ask):
    ask.tap(f"ticket_reopen:{done.pk}")
    for words in SMALL_TALK:
        ask(words)
        assert ask.dialog.step == "more" and fresh(done).is_done, words


def test_but_a_yes_is_an_answer(made, ask):
    ask.tap(f"ticket_more:{made.pk}")
    ask("sí")
    assert made.messages.get().text == "sí"


@STEPS
def test_who_asks_for_one_again_is_asked_again(ask, clara, before):
    for one in ("crear ticket", *before, "crear ticket"):
        (said,) = ask(one)
    assert ("Asunto" if before else "asunto") in said and not Ticket.objects.exists()


def test_no_to_their_own_words_asks_the_subject_anew(ask, clara):
    ask("tengo un reclamo por mi saldo")
    (said,) = ask("no")
    assert "asunto" in said and "tu mensaje" not in said
    ask(PROBLEM)
    ask(WORDS)
    assert Ticket.objects.get().subject == PROBLEM


def test_what_is_to_be_added_is_left_too_but_a_no_is_an_answer(made, ask):
    for words, kept in (("mis préstamos", 0), ("no", 1)):
        ask.tap(f"ticket_more:{made.pk}")
        ask(words)
        assert made.messages.count() == kept and is_over(ask)
