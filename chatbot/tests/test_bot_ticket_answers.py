"""Tickets by chat: what colleagues answer, what is said to it, and how it ends."""

from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.utils import timezone

from chatbot.models import PartnerSession
from chatbot.tests import tickets_known
from chatbot.tests.self_service import at_once, jpeg
from chatbot.tests.tickets_known import ANSWER, BESIDE, answered, fresh, is_over
from chatbot.work import work_off
from crm.conversations import ownership
from crm.conversations.models import Message
from tickets.files import stored
from tickets.models import Ticket
from tickets.standing import set_status

pytestmark = [pytest.mark.once, pytest.mark.django_db]
clara, made = tickets_known.clara, tickets_known.made
stranger, prospects = tickets_known.stranger, tickets_known.prospects
done = tickets_known.done


# --- Answered ---------------------------------------------------------------------------------


def test_in_the_session_the_answer_comes_whole(made, ask, clara):
    (sent,) = answered(ask, made, clara)
    assert ANSWER in sent["text"]["body"]
    assert Message.objects.latest("pk").is_private


def test_outside_it_number_and_that_there_is_one_and_the_rest_once_they_are_in(made, ask, clara):
    PartnerSession.objects.update(closed_at=timezone.now())
    (sent,) = answered(ask, made, clara)
    assert made.number in str(sent) and "250.00" not in str(sent)
    (said,) = ask.tap(f"ticket:{made.pk}")
    assert "1990" in said and "250" not in said
    ask.log_in(made.partner)
    (said,) = ask.tap(f"ticket:{made.pk}")
    assert ANSWER in said
    assert made.messages.get().read_at is not None


def test_files_of_such_an_answer_come_once_they_are_in(made, ask, clara):
    PartnerSession.objects.update(closed_at=timezone.now())
    with stored([SimpleUploadedFile("plano.jpg", jpeg())]) as files:
        (sent,) = answered(ask, made, clara, files=files)
    assert sent["type"] != "image"
    ask.log_in(made.partner)
    ask.tap(f"ticket:{made.pk}")
    before = len(ask.graph.sent)
    ask.jobs()
    (picture,) = ask.graph.sent[before:]
    assert picture["type"] == "image" and Message.objects.latest("pk").is_private
    ask.tap(f"ticket:{made.pk}")
    assert ask.jobs() == []


def test_an_answer_without_a_session_goes_to_who_asked_without_one(prospects, stranger, clara):
    (sent,) = answered(stranger, prospects, clara, "Te llamamos hoy.")
    assert "Te llamamos hoy." in sent["text"]["body"]


def test_what_the_person_adds_while_it_waits_for_them_is_the_tickets(made, ask, clara):
    set_status(ticket=made, status="waiting", by=clara)
    (said,) = ask("Fue en la agencia del centro, el martes")
    assert made.number in said
    now = fresh(made)
    assert now.status == "open" and now.messages.get().text.startswith("Fue en la agencia")
    set_status(ticket=now, status="waiting", by=clara)
    ask.picture(jpeg())
    assert fresh(made).files.count() == 1


def test_what_is_said_to_a_colleagues_question_answers_it(made, ask, clara, each):
    answered(ask, made, clara, "¿Pagaste en la agencia?")
    set_status(ticket=fresh(made), status="waiting", by=clara)
    for words in each(["sí", "no", "pagué con un yape el martes pasado en la tarde"]):
        ask(words)
        assert made.messages.get(kind="person").text == words and fresh(made).status == "open"


def test_a_yes_to_something_else_is_not_the_tickets(made, ask, clara):
    answered(ask, made, clara, "¿Pagaste en la agencia?")
    set_status(ticket=fresh(made), status="waiting", by=clara)
    ask("menú")
    ask("sí")
    assert not made.messages.filter(kind="person").exists()


def test_what_asks_for_something_else_is_served_all_the_same(made, ask, clara):
    set_status(ticket=made, status="waiting", by=clara)
    (said,) = ask("¿Cuánto debo?")
    assert made.number not in said and fresh(made).status == "waiting"


def test_a_message_that_quotes_the_answer_is_the_tickets(made, ask, clara):
    answered(ask, made, clara)
    wamid = Message.objects.filter(direction="out").latest("pk").provider_id
    ask.element(
        {"type": "text", "text": {"body": "Eso no cuadra con mi voucher"}, "context": {"id": wamid}}
    )
    assert made.messages.filter(kind="person").count() == 1


def test_while_a_colleague_speaks_it_is_added_without_a_word(made, ask, clara):
    set_status(ticket=made, status="waiting", by=clara)
    ownership.claim(conversation=ask.talk, user=clara)
    assert ask("Fue en la agencia del centro, el martes") == []
    assert made.messages.get().kind == "person"


# --- Resolved ---------------------------------------------------------------------------------


def test_they_hear_it_is_resolved_and_how_they_were_served_is_asked(done, ask):
    assert done.number in str(ask.told) and "resuelto" in str(ask.told)
    assert len(ask.options) == 6


def test_a_tap_is_a_mark_and_pressed_twice_it_is_one(done, ask):
    for _ in range(2):
        (said,) = ask.tap(f"ticket_rating:{done.pk}.4")
        assert "Gracias" in said
    assert fresh(done).satisfaction == 4
    assert done.changes.filter(field="satisfaction").count() == 1


def test_a_number_is_a_mark_too_and_outside_a_session(done, ask):
    PartnerSession.objects.update(closed_at=timezone.now())
    ask("5")
    assert fresh(done).satisfaction == 5


def test_another_number_is_none(done, ask, each):
    for score in each(["0", "6", "x", "", "12"]):
        ask.tap(f"ticket_rating:{done.pk}.{score}")
        assert fresh(done).satisfaction is None


def test_a_low_mark_offers_to_go_on_and_a_word_opens_it_again(done, ask):
    ask.tap(f"ticket_rating:{done.pk}.1")
    assert [id_ for id_, _title in ask.options] == [f"ticket_reopen:{done.pk}"]
    ask.tap(f"ticket_reopen:{done.pk}")
    (said,) = ask("Me siguen cobrando doble")
    assert done.number in said and fresh(done).status == "open" and is_over(ask)


def test_after_a_week_it_is_a_new_one(done, ask):
    long_ago = timezone.now() - timedelta(days=8)
    Ticket.objects.update(resolved_at=long_ago)
    ask.tap(f"ticket_reopen:{done.pk}")
    (said,) = ask("Me siguen cobrando doble")
    second = Ticket.objects.latest("pk")
    assert second.follows == done and second.number in said and fresh(done).is_done


def test_a_word_that_may_be_about_it_is_asked_of_and_added(done, ask):
    (said,) = ask(BESIDE)
    assert done.number in said
    ((id_, _title), *_rest) = ask.options
    ask.tap(id_)
    again = fresh(done)
    assert again.status == "open"
    assert again.messages.get(kind="person").text.startswith("el perro")


def test_while_a_colleague_speaks_a_mark_is_taken(done, ask, clara):
    ownership.claim(conversation=ask.talk, user=clara)
    assert ask.tap(f"ticket_rating:{done.pk}.3") == []
    assert fresh(done).satisfaction == 3


# --- Restarts, and two at once ----------------------------------------------------------------


@pytest.mark.skipif(connection.vendor == "sqlite", reason="SQLite has one writer")
@pytest.mark.django_db(transaction=True)
def test_a_mark_pressed_twice_with_two_workers_is_one(done, ask):
    for number in range(2):
        ask.post_tap(f"ticket_rating:{done.pk}.4", wamid=f"wamid.mark{number}")
    at_once(work_off, work_off)
    assert fresh(done).satisfaction == 4
    assert done.changes.filter(field="satisfaction").count() == 1
