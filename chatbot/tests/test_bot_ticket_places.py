"""Whose ticket gets what is said: made at the desk, in a session, while a colleague speaks."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from chatbot.tests import desk, test_bot_tickets
from chatbot.tests.self_service import *  # noqa: F403
from chatbot.tests.self_service import jpeg, make_partner
from chatbot.tests.test_bot_tickets import BESIDE, answered, fresh
from chatbot.work import work_off
from crm.conversations import ownership
from crm.conversations.models import Message
from tickets.files import stored
from tickets.models import Ticket
from tickets.opening import open_ticket
from tickets.standing import resolve, set_status

pytestmark = [pytest.mark.once, pytest.mark.django_db]
clara, made, done = test_bot_tickets.clara, test_bot_tickets.made, test_bot_tickets.done
prospects, stranger = test_bot_tickets.prospects, test_bot_tickets.stranger


@pytest.fixture
def at_desk(ask, ana, clara):
    """Ana called."""
    return open_ticket(contact=ana.contact, partner=ana, by=clara, subject="Llamada",
                       description="Llamó", is_private=True)  # fmt: skip


def heard_on(ticket):
    return list(ticket.messages.filter(kind="person").values_list("text", flat=True))


def quote(chat, message, words):
    context = {"id": message.provider_id}
    return chat.element({"type": "text", "text": {"body": words}, "context": context})


@pytest.mark.parametrize("words", ["Fue en la agencia del centro, el martes", "sí"])
def test_what_was_made_at_the_desk_hears_the_answer(at_desk, ask, clara, words):
    answered(ask, at_desk, clara, "¿Pagaste en la agencia?")
    set_status(ticket=fresh(at_desk), status="waiting", by=clara)
    ask(words)
    now = fresh(at_desk)
    assert heard_on(now) == [words] and (now.status, now.paused_at) == ("open", None)


def test_what_was_made_at_the_desk_is_opened_again_by_a_word(at_desk, ask, clara):
    resolve(ticket=fresh(at_desk), by=clara)
    work_off()
    (said,) = ask(BESIDE)
    assert at_desk.number in said


def test_that_it_is_not_resolved_counts_while_a_colleague_speaks(done, ask, clara):
    ownership.claim(conversation=ask.talk, user=clara)
    assert ask.tap(f"ticket_reopen:{done.pk}", title="No está resuelto") == []
    assert fresh(done).status == "open" and heard_on(done) == ["No está resuelto"]


def test_which_it_was_about_counts_while_a_colleague_speaks(done, ask, clara):
    ask(BESIDE)
    ((id_, _title), *_rest) = ask.options
    ownership.claim(conversation=ask.talk, user=clara)
    assert ask.tap(id_) == []
    assert heard_on(done) == [BESIDE]


@pytest.mark.parametrize("way", ["written", "quoted"])
def test_what_is_said_in_a_session_is_no_ticket_that_others_read(
    prospects, stranger, clara, ana, way
):
    alice = desk.person("agent", username="alice")
    type(prospects.contact).objects.filter(pk=prospects.contact_id).update(owner=alice)
    answered(stranger, prospects, clara, "¿Qué día fue?")
    asked = Message.objects.latest("pk")
    set_status(ticket=fresh(prospects), status="waiting", by=clara)
    stranger.log_in(ana)
    _say = stranger(BESIDE) if way == "written" else quote(stranger, asked, BESIDE)
    assert Message.objects.get(text=BESIDE).is_private
    assert heard_on(prospects) == [] and prospects in Ticket.objects.visible_to(alice)


def test_two_partners_in_one_thread_stay_two(made, ask, clara):
    """Ana's waits; her phone is lent to Carla, who logs in there."""
    answered(ask, made, clara)
    set_status(ticket=fresh(made), status="waiting", by=clara)
    ask.log_in(make_partner("Carla Inventada", "40000003", "51911000003"))
    ask(BESIDE)
    ask.tap(f"ticket_more:{made.pk}")
    ask(BESIDE)
    assert heard_on(made) == []


def test_who_quotes_the_picture_of_an_answer_speaks_of_its_ticket(made, ask, clara):
    with stored([SimpleUploadedFile("plano.jpg", jpeg())]) as files:
        answered(ask, made, clara, files=files)
    quote(ask, Message.objects.get(kind="image"), "Eso no cuadra con mi voucher")
    assert heard_on(made) == ["Eso no cuadra con mi voucher"]
