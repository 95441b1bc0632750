"""Jobs that speak while somebody writes: nothing of what came in meanwhile is taken back."""

import time
from datetime import timedelta
from decimal import Decimal

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection, transaction
from django.utils import timezone

from chatbot.dialog import sessions
from chatbot.dialog.login import delivery
from chatbot.dialog.login.knowing import facts_of, known_by
from chatbot.dialog.timeouts import leave_expired
from chatbot.intents import handing_in, ticket_files
from chatbot.models import ConfirmedReceipt, Dialog, LoginRequest, PartnerSession
from chatbot.tests import desk
from chatbot.tests.events import apply, echoed, heard
from chatbot.tests.partners_known import make_partner
from chatbot.tests.test_claim_races import Beside
from crm.conversations import ownership
from crm.conversations.models import Attachment, Conversation, Message
from tickets.answering import reply
from tickets.files import stored
from tickets.models import TicketMessage
from tickets.opening import open_ticket

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(connection.vendor == "sqlite", reason="SQLite has one writer"),
]
PHONE = "51911000001"


@pytest.fixture
def ana(channel, person, settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path / "media"
    return make_partner(phone=f"+{PHONE}")


def receipt(ana, talk):
    message = desk.hear(talk, kind="image")
    attachment = Attachment.objects.create(message=message, state=Attachment.State.FAILED)
    row = ConfirmedReceipt.objects.create(
        partner=ana, attachment=attachment, amount=Decimal(10), paid_on=timezone.localdate()
    )
    return lambda: handing_in.hand_in(row.pk)


def code(ana, talk, asking):
    request = LoginRequest.objects.create(
        conversation=asking,
        partner=ana,
        known_by=known_by(asking),
        facts=facts_of(ana),
        made_at=timezone.now(),
        wants_code=True,
        expires_at=timezone.now() + LoginRequest.CODE_LASTS,
    )
    return lambda: delivery.deliver(request.pk)


def files(ana, talk):
    ticket = open_ticket(
        contact=ana.contact,
        partner=ana,
        conversation=talk,
        subject="Saldo",
        description="No coincide",
        is_private=True,
    )
    with stored([SimpleUploadedFile("x.pdf", b"%PDF-1.4 made up")]) as given:
        entry = reply(ticket=ticket, by=desk.person("officer"), text="Mira", files=given)
    sessions.open_session(
        conversation=talk, partner=ana, way=PartnerSession.Way.PHONE, now=timezone.now()
    )
    now = timezone.now()
    TicketMessage.objects.update(files_owed_since=now, read_at=now)
    return lambda: ticket_files.send(entry.pk, talk.pk)


@pytest.mark.parametrize("kind", ["receipt", "code", "files"])
def test_who_asks_for_a_person_while_a_job_speaks_goes_on_waiting(channel, ana, person, kind):
    talk = person(1)
    apply(channel, heard("Hola", sender=PHONE))
    talk.refresh_from_db()
    job = code(ana, talk, person(2)) if kind == "code" else globals()[kind](ana, talk)
    Conversation.objects.update(waiting_since=None)
    said = Message.objects.count()
    with transaction.atomic():
        apply(channel, heard("Quiero hablar con un asesor", sender=PHONE))
        beside = Beside(job)
        time.sleep(0.5)
    beside.outcome()
    talk.refresh_from_db()
    newest = talk.messages.filter(direction="in").latest("pk")
    assert talk.waiting_since is not None and talk.last_inbound_at >= newest.created_at
    assert talk.messages.latest("pk").author in ("system", "colleague")
    assert Message.objects.count() > said + 2


@pytest.fixture
def left_open(channel):
    """A conversation with a question whose time is over, in which a person is waited for."""
    apply(channel, heard("crear ticket", sender=PHONE))
    past = timezone.now() - timedelta(seconds=1)
    Dialog.objects.update(name="create_ticket", step="subject", expires_at=past)
    Conversation.objects.update(waiting_since=timezone.now())
    return Conversation.objects.get()


def test_who_is_answered_while_a_question_is_left_waits_no_more(channel, left_open):
    with transaction.atomic():
        apply(channel, echoed("Ya le llamo", sender=PHONE))
        beside = Beside(leave_expired)
        time.sleep(0.5)
    assert beside.outcome() == 1
    left_open.refresh_from_db()
    assert (left_open.waiting_since, left_open.last_text) == (None, "Ya le llamo")
    assert left_open.messages.latest("pk").author == "phone_app"


def test_a_question_is_left_while_somebody_takes_the_conversation(left_open):
    officer = desk.person("officer")
    with transaction.atomic():
        Conversation.objects.select_for_update(no_key=True).get()  # as who takes it begins
        beside = Beside(leave_expired)
        time.sleep(0.5)
        ownership.claim(conversation=left_open, user=officer)
    assert beside.outcome() == 1
    left_open.refresh_from_db()
    assert left_open.owner == "human" and Dialog.objects.get().name == ""


def test_a_dialog_in_other_hands_is_left_another_time(left_open):
    with transaction.atomic():
        Dialog.objects.select_for_update().get()
        assert Beside(leave_expired).outcome() == 0
    assert leave_expired() == 1
