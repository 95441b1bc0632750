"""Somebody takes a conversation while something is said there beside its messages."""

import time

import pytest
from django.db import connection, transaction
from django.utils import timezone

from chatbot.dialog import sessions
from chatbot.dialog.login import approving
from chatbot.dialog.login.knowing import facts_of, known_by
from chatbot.inbox import answering
from chatbot.intents import statement_paper
from chatbot.models import AskedStatement, LoginRequest, PartnerSession
from chatbot.tests import desk
from chatbot.tests.events import apply, heard
from chatbot.tests.partners_known import make_partner
from chatbot.tests.test_claim_races import Beside
from crm.conversations import ownership
from crm.conversations.models import ChannelIdentity, Conversation, Message
from partners.models import Receipt
from partners.receipts import reject_receipt

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(connection.vendor == "sqlite", reason="SQLite has one writer"),
]
PHONE = "51911000001"
# In this database: other tests wait in theirs.
WAITING = """SELECT count(*) FROM pg_stat_activity
    WHERE wait_event_type = 'Lock' AND datname = current_database()"""


@pytest.fixture
def ana(channel, person, settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path / "media"
    return make_partner(phone=f"+{PHONE}")


@pytest.fixture
def talk(channel, ana, person):
    talk = person(1)
    apply(channel, heard("Hola", sender=PHONE))
    talk.refresh_from_db()
    return talk


def receipt(ana, talk, officer):
    row = Receipt.objects.create(partner=ana, conversation=talk, file="x.jpg", sha256="a" * 64)
    return lambda: reject_receipt(receipt=row, by=officer, reason="No se lee")


def statement(ana, talk, officer):
    sessions.open_session(
        conversation=talk, partner=ana, way=PartnerSession.Way.PHONE, now=timezone.now()
    )
    asking = talk.messages.filter(direction="in").latest("pk")
    row = AskedStatement.objects.create(asking=asking, partner=ana)
    return lambda: statement_paper.send(row.pk)


def login(ana, talk, officer):
    request = LoginRequest.objects.create(
        conversation=talk,
        partner=ana,
        known_by=known_by(talk),
        facts=facts_of(ana),
        made_at=timezone.now(),
    )
    return lambda: approving.approve(request=request, by=officer)


def take(talk, officer):
    with transaction.atomic():
        ownership.claim(conversation=answering.lock(talk), user=officer)


def until_waiting(count):
    deadline = time.monotonic() + 10
    with connection.cursor() as cursor:
        while time.monotonic() < deadline:
            cursor.execute(WAITING)
            if cursor.fetchone()[0] >= count:
                return
            time.sleep(0.02)
            cursor.execute("SELECT pg_stat_clear_snapshot()")
    raise AssertionError("nobody waits")


@pytest.mark.parametrize("kind", ["receipt", "statement", "login"])
def test_who_takes_it_and_what_is_said_wait_for_each_other(talk, ana, kind, caplog):
    officer = desk.person("officer")
    work, said = globals()[kind](ana, talk, officer), Message.objects.count()
    with transaction.atomic():
        Conversation.objects.select_for_update(no_key=True).get()
        speaking = Beside(work)
        until_waiting(1)
        taking = Beside(lambda: take(talk, officer))
        until_waiting(2)
    speaking.outcome()
    taking.outcome()
    talk.refresh_from_db()
    assert talk.owner == "human" and Message.objects.count() == said + 1
    assert "again" not in caplog.text


def test_a_statement_that_the_database_refuses_is_sent_all_the_same(talk, ana, caplog):
    work = statement(ana, talk, None)
    with transaction.atomic():
        Conversation.objects.select_for_update(no_key=True).get()
        speaking = Beside(work)
        until_waiting(1)
        # The other way round than everybody: the one who waits longer is refused.
        ChannelIdentity.objects.select_for_update().get()
    speaking.outcome()
    assert "tried again" in caplog.text
    assert talk.messages.latest("pk").author == "bot" and talk.messages.latest("pk").is_private
