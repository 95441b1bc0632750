"""Echoes of what we send ourselves: however late, and in whatever order, one message stays one."""

from datetime import timedelta

import pytest
from django.utils import timezone

from chatbot import outbox
from chatbot.channels.events import Edit, StatusUpdate
from chatbot.journal import Journal
from chatbot.models import DeliveryAttempt
from chatbot.statuses import apply_statuses
from chatbot.tests.events import apply, echoed
from chatbot.tests.outgoing import outcomes
from chatbot.waiting import NotYet
from crm.conversations.models import Message

pytestmark = pytest.mark.django_db


@pytest.fixture
def claimed(queue):
    """claimed("Hola") -> the message, and the claim of who is sending it."""
    book = Journal()

    def claim(text, to=1):
        (message,) = queue(text, to=to)
        Message.objects.filter(pk=message.pk).update(created_at=ago(days=2))
        (claim,) = outbox.claim(book, 1)
        return message, claim

    yield claim
    book.close()


def ago(**length):
    return timezone.now() - timedelta(**length)


def echo_of(text, id_, at=None):
    return echoed(text, id=id_, by_api=True, at=at or timezone.now())


def test_however_long_a_message_waited_to_be_sent_its_echo_waits_for_it(channel, claimed):
    message, claim = claimed("Hola")
    with pytest.raises(NotYet):
        apply(channel, echo_of("Hola", "E1"))
    outbox.settle([outbox.Result(claim, provider_id="E1")])
    apply(channel, echo_of("Hola", "E1"))
    assert Message.objects.get().pk == message.pk


def test_however_long_it_waited_its_echo_confirms_it(channel, claimed):
    message, _ = claimed("Hola")
    Message.objects.update(state="unknown")
    apply(channel, echo_of("Hola", "E1"))
    message.refresh_from_db()
    assert (message.state, message.provider_id) == ("sent", "E1")
    assert Message.objects.count() == 1


def test_an_echo_that_waited_for_us_confirms_what_was_tried_then(channel, claimed):
    message, _ = claimed("Hola")
    Message.objects.update(state="unknown")
    DeliveryAttempt.objects.update(started_at=ago(hours=5))
    apply(channel, echo_of("Hola", "E1", at=ago(hours=5)))
    message.refresh_from_db()
    assert (message.state, message.provider_id) == ("sent", "E1")


def test_the_same_words_hours_later_are_another_programs(channel, claimed):
    message, _ = claimed("Hola")
    Message.objects.update(state="unknown")
    DeliveryAttempt.objects.update(started_at=ago(hours=5))
    apply(channel, echo_of("Hola", "E1"))
    message.refresh_from_db()
    assert message.state == "unknown"
    assert Message.objects.count() == 2


# --- Stored before anybody knew whose it was -------------------------------------------------


@pytest.fixture
def twins(channel, claimed):
    """A message that is being sent, whose echo was stored as one of the phone's."""
    message, claim = claimed("Hola *Ana*")
    Message.objects.update(state="unknown")
    apply(channel, echo_of("Hola Ana", "E1"))
    assert Message.objects.count() == 2
    return message, claim


def test_when_the_sending_comes_back_the_two_are_one(twins):
    message, claim = twins
    outbox.settle([outbox.Result(claim, provider_id="E1")])
    kept = Message.objects.get()
    assert (kept.pk, kept.state, kept.provider_id) == (message.pk, "sent", "E1")
    assert (kept.text, kept.author, kept.error_code) == ("Hola *Ana*", "bot", "")
    assert outcomes(message) == ["sent"]


def test_what_was_told_of_the_echo_meanwhile_is_told_of_the_message(channel, twins):
    message, claim = twins
    told = StatusUpdate("E1", Message.State.READ, timezone.now(), pricing={"category": "utility"})
    assert apply_statuses(channel, [told]) == [True]
    apply(channel, Edit("E1", "Hola, Ana", timezone.now()))
    outbox.settle([outbox.Result(claim, provider_id="E1")])
    message.refresh_from_db()
    assert (message.state, message.text) == ("read", "Hola, Ana")
    assert message.read_at and message.edited_at and message.pricing == {"category": "utility"}
    assert [one.text for one in message.revisions.all()] == ["Hola Ana"]


def test_its_neighbours_are_settled_as_ever(twins, claimed):
    message, claim = twins
    other, its_claim = claimed("Buenas", to=2)
    results = [outbox.Result(claim, provider_id="E1"), outbox.Result(its_claim, provider_id="E2")]
    outbox.settle(results)
    assert set(Message.objects.values_list("pk", "state")) == {
        (message.pk, "sent"),
        (other.pk, "sent"),
    }


def test_an_id_that_is_another_persons_is_nobodys_echo(channel, claimed):
    apply(channel, echoed("Hola", id="E1", sender="51911000009"))
    message, claim = claimed("Hola")
    outbox.settle([outbox.Result(claim, provider_id="E1")])
    message.refresh_from_db()
    # It went out all the same, and its channel says that its statuses cannot be told apart.
    assert (message.state, message.provider_id) == ("sent", "")
    assert Message.objects.count() == 2
    channel.refresh_from_db()
    assert channel.health == "yellow"
