"""What somebody else does in a conversation while its next message is being claimed."""

import threading
import time
from datetime import timedelta

import pytest
from django.db import connection, connections, transaction
from django.utils import timezone

from chatbot import alarms, outbox
from chatbot.channels.events import AccountNews
from chatbot.journal import Journal
from chatbot.tests.events import apply, heard
from chatbot.tests.outgoing import make_due, states
from crm.conversations.models import Conversation, Message

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(connection.vendor == "sqlite", reason="SQLite has one writer"),
]


@pytest.fixture
def book():
    journal = Journal()
    yield journal
    journal.close()


class Beside(threading.Thread):
    """A piece of work on a connection of its own; `outcome()` is its result, or raises."""

    def __init__(self, work):
        super().__init__()
        self.work, self.result, self.error = work, None, None
        self.start()

    def run(self):
        try:
            self.result = self.work()
        except Exception as error:
            self.error = error
        finally:
            connections.close_all()

    def outcome(self):
        self.join(20)
        assert not self.is_alive()
        if self.error:
            raise self.error
        return self.result


def test_who_writes_while_their_message_is_put_aside_gets_it(channel, queue, book):
    (message,) = queue("Uno")
    Conversation.objects.update(last_inbound_at=timezone.now() - timedelta(hours=25))
    with transaction.atomic():
        assert outbox.claim(book, 4) == []
        assert states(message) == ["held"]
        writing = Beside(lambda: apply(channel, heard("Volví", sender="51911000001")))
        time.sleep(0.5)
    writing.outcome()
    assert states(message) == ["queued"]


def test_a_conversation_in_other_hands_is_claimed_later(channel, queue, book):
    (message,) = queue("Soy el bot")
    with transaction.atomic():
        Conversation.objects.update(changed_at=timezone.now())
        assert Beside(lambda: outbox.claim(book, 4)).outcome() == []
        # As who takes over does next; neither waits for the other.
        Message.objects.filter(pk=message.pk).update(due_at=timezone.now())
    make_due()
    assert len(outbox.claim(book, 4)) == 1


def test_news_of_the_account_keep_no_message_from_coming_in(channel):
    with transaction.atomic():
        alarms.note_account(channel, AccountNews(channel.Health.YELLOW, "Conectando"))
        Beside(lambda: apply(channel, heard("Hola"))).outcome()
    assert Message.objects.filter(text="Hola").exists()
