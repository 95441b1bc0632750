"""Tickets made by chat, a partner's and a prospect's, and the officer who answers them."""

import pytest

from chatbot.models import Dialog
from chatbot.tests import desk
from chatbot.tests.self_service import BETO, Chat
from chatbot.work import work_off
from crm.people.models import Agency
from tickets.answering import reply
from tickets.models import Ticket
from tickets.opening import open_ticket
from tickets.standing import resolve

PROBLEM, WORDS = "Problema con pago", "No puedo pagar mi cuota"
# About nothing that the bot knows.
BESIDE = "el perro de mi vecina ladra mucho"
ANSWER = "Tu cuota de S/ 250.00 quedó registrada."


@pytest.fixture
def clara(ana):
    """The officer of Ana's agency; Emilio's is another one."""
    ana.agency = Agency.objects.create(name="Agencia Lima")
    ana.save()
    desk.person("officer", username="emilio", agency=Agency.objects.create(name="Otra"))
    return desk.person("officer", username="clara", agency=ana.agency)


@pytest.fixture
def made(ask, ana, clara):
    """As the chat leaves it: `test_bot_tickets.py` has it made there."""
    told = desk.hear(ask.talk, WORDS, is_private=True)
    ticket = open_ticket(
        contact=ana.contact,
        partner=ana,
        conversation=ask.talk,
        origin=told,
        subject=PROBLEM,
        description=WORDS,
        is_private=True,
    )
    picture = {"id": f"ticket_picture:{ticket.pk}", "title": "Añadir imagen"}
    desk.say(ask.talk, f"Listo: {ticket}", is_private=True, options=[picture])
    Dialog.objects.update(topic={"ticket": ticket.pk})
    return ticket


@pytest.fixture
def stranger(post, graph, channel, django_capture_on_commit_callbacks):
    """Somebody who is no partner."""
    return Chat(post, graph, django_capture_on_commit_callbacks, BETO)


@pytest.fixture
def prospects(stranger, clara):
    for words in ("tengo un problema", "Visita", "Nadie llegó a mi visita"):
        stranger(words)
    return Ticket.objects.get()


def fresh(ticket):
    return Ticket.objects.get(pk=ticket.pk)


def answered(chat, ticket, by, text=ANSWER, files=()):
    """What the person gets of a colleague's answer."""
    before = len(chat.graph.sent)
    reply(ticket=fresh(ticket), by=by, text=text, files=files)
    work_off()
    return chat.graph.sent[before:]


def is_over(chat):
    dialog = chat.dialog
    return (dialog.name, dialog.step) == ("", "")


@pytest.fixture
def done(made, ask, clara):
    before = len(ask.graph.sent)
    resolve(ticket=made, by=clara)
    work_off()
    (ask.told,) = ask.graph.sent[before:]
    return fresh(made)
