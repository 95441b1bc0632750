"""Workers that die while messages go out."""

import os

import pytest

from chatbot import outbox
from chatbot.inbox import answering
from chatbot.journal import Journal
from chatbot.models import DeliveryAttempt
from chatbot.tests.outgoing import PAST, make_due, outcomes, states
from chatbot.work import work_off

pytestmark = pytest.mark.django_db


@pytest.fixture
def book():
    journal = Journal()
    yield journal
    journal.close()


# --- Workers that die ------------------------------------------------------------------------


def die(book):
    """What the system does with the files of a process that is gone."""
    os.close(book._file)


def test_what_a_dead_worker_never_sent_goes_out(queue, graph):
    (message,) = queue("Hola")
    dead = Journal()
    outbox.claim(dead, 1)
    die(dead)
    assert outbox.recover() == 1
    assert (states(message), outcomes(message)) == (["queued"], ["not_sent"])
    assert not dead.path.exists()
    work_off()
    assert (states(message), graph.texts()) == (["sent"], ["Hola"])


def test_what_a_dead_worker_may_have_sent_is_unknown(queue, graph):
    (message,) = queue("Hola")
    (kept,) = queue("Otra", to=2)
    dead = Journal()
    first, _ = outbox.claim(dead, 2)
    outbox.send(first)
    die(dead)
    assert outbox.recover() == 2
    assert states(message, kept) == ["unknown", "queued"]
    make_due()
    work_off()
    assert states(message, kept) == ["unknown", "sent"]
    assert graph.texts() == ["Hola", "Otra"]


def test_a_living_worker_is_left_alone(queue, graph, book):
    (message,) = queue("Hola")
    outbox.claim(book, 1)
    assert outbox.recover() == 0
    assert states(message) == ["sending"]


def test_a_claim_of_an_unknown_machine_ends_with_its_lease(queue, graph):
    (message,) = queue("Hola")
    dead = Journal()
    outbox.claim(dead, 1)
    dead.close()  # no file speaks for it here
    assert outbox.recover() == 0
    DeliveryAttempt.objects.update(lease_until=PAST)
    assert outbox.recover() == 1
    assert (states(message), outcomes(message)) == (["unknown"], ["unknown"])


@pytest.mark.parametrize(("code", "state"), [(131026, "failed"), (131016, "queued")])
def test_so_is_a_refusal_it_tells_late(queue, graph, book, code, state):
    (message,) = queue("Hola")
    graph.errors = [code]
    results = [outbox.send(claim) for claim in outbox.claim(book, 1)]
    DeliveryAttempt.objects.update(lease_until=PAST)
    outbox.recover()
    assert states(message) == ["unknown"]
    outbox.settle(results)
    assert states(message) == [state]


def test_but_not_about_another_try_that_a_person_began(queue, graph, book):
    (message,) = queue("Hola")
    graph.errors = [131026]
    results = [outbox.send(claim) for claim in outbox.claim(book, 1)]
    DeliveryAttempt.objects.update(lease_until=PAST)
    outbox.recover()
    make_due()
    answering.retry(message=message)
    outbox.claim(book, 1)
    outbox.settle(results)
    assert states(message) == ["sending"]


def test_what_has_waited_beyond_its_lease_leaves_no_more(queue, graph, book, settings):
    """The worker was suspended meanwhile; somebody may have tried again."""
    (message,) = queue("Hola")
    settings.PROVIDER_TIMEOUT = (-60, 0)  # over before it began
    (claim,) = outbox.claim(book, 1)
    outbox.settle([outbox.send(claim)])
    assert (states(message), outcomes(message), graph.sent) == (["queued"], ["retry"], [])


def test_a_worker_that_was_only_slow_is_believed(queue, graph, book):
    (message,) = queue("Hola")
    claims = outbox.claim(book, 1)
    DeliveryAttempt.objects.update(lease_until=PAST)
    outbox.recover()
    outbox.settle([outbox.send(claim) for claim in claims])
    assert (states(message), outcomes(message)) == (["sent"], ["sent"])
    outbox.recover()
    assert outcomes(message) == ["sent"]
