"""What is told by chat of a ticket that was merged, and of answers that were only announced."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from chatbot.models import PartnerSession
from chatbot.tests import tickets_known
from chatbot.tests.self_service import MOST_QUERIES, jpeg
from chatbot.tests.tickets_known import ANSWER, answered, fresh
from chatbot.work import work_off
from tickets.files import stored
from tickets.merging import merge
from tickets.models import Ticket, TicketMessage
from tickets.opening import open_ticket
from tickets.standing import resolve

pytestmark = [pytest.mark.once, pytest.mark.django_db]
clara, made = tickets_known.clara, tickets_known.made


def out_of_session():
    PartnerSession.objects.update(closed_at=timezone.now())


@pytest.fixture
def part(made, ask, ana):
    return open_ticket(
        contact=ana.contact,
        partner=ana,
        conversation=ask.talk,
        subject="Otro",
        description="Más",
        is_private=True,
    )


@pytest.fixture
def public(made, ask, ana):
    return open_ticket(
        contact=ana.contact, conversation=ask.talk, subject="Visita", description="Nadie vino"
    )


def test_what_is_private_of_a_merged_ticket_is_not_told_outside_a_session(made, public, ask, clara):
    answered(ask, made, clara)
    out_of_session()
    merge(ticket=fresh(made), into=public, by=clara)
    for said in (ask("mis tickets"), ask.tap(f"ticket:{made.pk}")):
        assert "250" not in "".join(said)
    # As it was merged before the whole became private by it.
    Ticket.objects.filter(pk=public.pk).update(is_private=False, partner=None)
    for said in (ask("mis tickets"), ask.tap(f"ticket:{public.pk}")):
        assert public.number in "".join(said) and "250" not in "".join(said)


def test_every_answer_that_was_only_announced_is_told(made, ask, clara, ana):
    out_of_session()
    for number in range(5):
        answered(ask, made, clara, text=f"Respuesta número {number}")
    ask.log_in(ana)
    (said,) = ask("mis tickets")
    assert [f"Respuesta número {number}" in said for number in range(5)] == [True] * 5
    assert len(ask.queries) <= MOST_QUERIES
    assert not made.messages.filter(is_veiled=True, read_at=None).exists()


def test_what_is_too_much_to_be_shown_is_not_read_but_told_the_next_time(made, ask):
    TicketMessage.objects.bulk_create(
        TicketMessage(ticket=made, kind="public", text=f"Número {number}.", is_veiled=True)
        for number in range(15)
    )
    (said,) = ask("mis tickets")
    assert "Número 0." in said and "Número 14." in said and "Número 11." not in said
    (said,) = ask("mis tickets")
    assert "Número 11." in said and "Número 0." not in said


def test_the_answer_of_a_part_is_opened_by_its_own_button(made, part, ask, clara, ana):
    out_of_session()
    answered(ask, part, clara)
    ((button, _title),) = ask.options
    merge(ticket=fresh(part), into=fresh(made), by=clara)
    ask.log_in(ana)
    (said,) = ask.tap(button)
    assert made.number in said and ANSWER in said


def test_the_files_of_a_parts_answer_are_sent_once(made, part, ask, clara, ana):
    out_of_session()
    with stored([SimpleUploadedFile("plano.jpg", jpeg())]) as files:
        answered(ask, part, clara, files=files)
    merge(ticket=fresh(part), into=fresh(made), by=clara)
    ask.log_in(ana)
    sent = []
    for _ in range(2):
        ask("mis tickets")
        sent.append(len(ask.jobs()))
    assert sent == [1, 0]


def test_what_is_added_to_a_part_is_the_wholes(made, part, ask, clara):
    merge(ticket=fresh(part), into=fresh(made), by=clara)
    (said,) = ask.tap(f"ticket_more:{part.pk}")
    assert made.number in said
    (said,) = ask("Fue el martes en la agencia")
    assert made.number in said and made.messages.get().text.startswith("Fue el martes")


def test_a_mark_without_a_number_is_none(made, ask, clara, each):
    resolve(ticket=fresh(made), by=clara)
    work_off()
    for value in each(["", ".", ".12", ".x"]):
        (said,) = ask.tap(f"ticket_rating:{made.pk}{value}")
        assert "No encontré" in said and fresh(made).satisfaction is None
