"""From a queued message to its provider: in order, once, and what every failure makes of it."""

import json
import threading
import time
from dataclasses import replace
from datetime import timedelta

import pytest
from django.db import connections
from django.utils import timezone

from chatbot import outbox
from chatbot.channels.errors import ChannelError
from chatbot.channels.meta import sign
from chatbot.inbox import answering
from chatbot.journal import Journal, folder
from chatbot.models import DeliveryAttempt
from chatbot.tests.conftest import SECRET
from chatbot.tests.graph_stub import envelope
from chatbot.tests.outgoing import PAST, make_due, outcomes, states
from chatbot.work import Worker, work_off
from crm.conversations import ownership
from crm.conversations.models import Channel, Conversation, Message, MessageTemplate
from crm.people.models import User

pytestmark = pytest.mark.django_db


@pytest.fixture
def book():
    journal = Journal()
    yield journal
    journal.close()


# --- What cannot be written down ---------------------------------------------------------------


def test_a_failure_of_a_message_that_is_gone_holds_up_nobody(queue, graph, book):
    graph.errors = [131026]
    (gone,), (other,) = queue("Hola"), queue("Hola", to=2)
    claims = outbox.claim(book, 32)
    results = [outbox.send(claim) for claim in claims]
    assert [bool(one.error) for one in results] == [True, False]
    Message.objects.filter(pk=gone.pk).delete()
    outbox.settle(results)
    other.refresh_from_db()
    assert other.state == "sent"


@pytest.mark.parametrize("error", [None, ChannelError("no", permanent=True, code="x")])
def test_what_cannot_be_written_at_all_is_dropped_alone(queue, graph, book, error):
    both = [*queue("Hola"), *queue("Hola", to=2)]
    lost, kept = (outbox.send(claim) for claim in outbox.claim(book, 32))
    message = replace(lost.claim.message, attempt="no attempt")
    lost = replace(lost, error=error, claim=replace(lost.claim, message=message))
    outbox.settle([lost, kept])
    assert states(*both) == ["sending", "sent"]
    DeliveryAttempt.objects.update(lease_until=PAST)
    outbox.recover()
    assert states(*both) == ["unknown", "sent"]


# --- Order -----------------------------------------------------------------------------------


def test_one_message_of_each_conversation_at_a_time(queue, graph, book):
    first, second = queue("1", "2")
    (other,) = queue("A", to=2)
    claims = outbox.claim(book, 32)
    assert [claim.message.message_id for claim in claims] == [first.pk, other.pk]
    assert outbox.claim(book, 32) == []
    outbox.settle([outbox.send(claim) for claim in claims])
    assert [claim.message.message_id for claim in outbox.claim(book, 32)] == [second.pk]


def test_no_more_is_claimed_than_there_are_hands(queue, book):
    for number in range(5):
        queue("Hola", to=number)
    assert len(outbox.claim(book, 3)) == 3
    assert len(outbox.claim(book, 3)) == 2


def test_each_person_gets_theirs_in_order(queue, graph):
    for n in range(6):
        queue(str(n), to=n % 2)
    work_off()
    assert graph.texts("51911000000") == ["0", "2", "4"]
    assert graph.texts("51911000001") == ["1", "3", "5"]


def test_what_is_put_off_holds_back_those_behind_it(queue, graph):
    graph.errors = [131056]
    first, second = queue("1", "2")
    work_off()
    assert states(first, second) == ["queued", "queued"]
    make_due()
    work_off()
    assert graph.texts() == ["1", "2"]


def test_what_is_put_off_for_long_holds_back_nobody(queue, graph):
    graph.errors = [131049]  # not before a day has passed
    (promotion,) = queue("promoción")
    work_off()
    (answer,) = queue("respuesta", author=Message.Author.COLLEAGUE)
    work_off()
    assert states(promotion, answer) == ["queued", "sent"]
    make_due()
    work_off()
    assert graph.texts() == ["respuesta", "promoción"]


@pytest.mark.parametrize(("minutes", "passed"), [(0, False), (9, False), (11, True)])
def test_nor_does_what_has_been_tried_for_long(queue, graph, minutes, passed):
    """A minute before it is due again, whatever it had to wait for till then."""
    graph.errors = [131016]
    first, second = queue("1", "2")
    work_off()
    now = timezone.now()
    Message.objects.filter(pk=first.pk).update(due_at=now + timedelta(minutes=1))
    DeliveryAttempt.objects.update(finished_at=now - timedelta(minutes=minutes))
    work_off()
    assert states(second) == ["sent" if passed else "queued"]


def test_what_fails_for_good_holds_back_nobody(queue, graph):
    graph.errors = [131047]
    first, second = queue("1", "2")
    work_off()
    assert states(first, second) == ["failed", "sent"]


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("latency", [0.0, 0.02])
def test_two_workers_send_each_message_once_and_in_order(queue, graph, latency):
    graph.latency = latency
    for number in range(20):
        queue(*(f"{number}.{n}" for n in range(5)), to=number)
    workers = [Worker(), Worker()]
    threads = [threading.Thread(target=run, args=(worker,)) for worker in workers]
    for thread in threads:
        thread.start()
    deadline = time.monotonic() + 40
    while time.monotonic() < deadline and Message.objects.exclude(state="sent").exists():
        time.sleep(0.1)
    for worker in workers:
        worker.stop()
    for thread in threads:
        thread.join(15)
    assert sorted(graph.texts()) == sorted(f"{m}.{n}" for m in range(20) for n in range(5))
    for number in range(20):
        assert graph.texts(str(51911000000 + number)) == [f"{number}.{n}" for n in range(5)]
    assert set(Message.objects.values_list("state", flat=True)) == {"sent"}
    assert DeliveryAttempt.objects.filter(outcome="sent").count() == 100
    assert list(folder().glob("*.journal")) == []


def run(worker):
    try:
        worker.run()
    finally:
        connections.close_all()


# --- Not knowing -----------------------------------------------------------------------------


@pytest.fixture
def impatient(settings, graph):
    """The provider takes the message and answers too late."""
    settings.PROVIDER_TIMEOUT = (1, 0.15)
    graph.latency = 0.4


def test_a_time_out_is_unknown_and_never_sent_again(queue, graph, impatient):
    (message,) = queue("Hola")
    work_off()
    deadline = time.monotonic() + 10
    while not graph.texts() and time.monotonic() < deadline:
        time.sleep(0.05)
    assert (states(message), outcomes(message)) == (["unknown"], ["unknown"])
    make_due()
    graph.latency = 0
    for _ in range(3):
        work_off()
        outbox.recover()
    assert (states(message), graph.texts()) == (["unknown"], ["Hola"])


def test_a_broken_connection_is_unknown(queue, graph):
    graph.errors = ["drop"]
    (message,) = queue("Hola")
    work_off()
    make_due()
    work_off()
    assert (states(message), graph.texts()) == (["unknown"], ["Hola"])


def test_what_is_unknown_holds_back_those_behind_it_for_seconds_only(queue, graph):
    graph.errors = ["drop"]
    first, second = queue("1", "2")
    work_off()
    assert states(first, second) == ["unknown", "queued"]
    first.refresh_from_db()
    assert (first.due_at - timezone.now()) < outbox.UNKNOWN_HOLDS == timedelta(seconds=15)
    make_due()
    work_off()
    assert states(first, second) == ["unknown", "sent"]


@pytest.mark.parametrize("state", ["sent", "delivered", "read", "failed"])
def test_a_status_that_names_the_attempt_settles_it(queue, post, graph, state):
    graph.errors = ["drop"]
    first, second = queue("1", "2")
    work_off()
    callback = graph.sent[0]["biz_opaque_callback_data"]
    status = {"id": "wamid.REAL", "status": state, "biz_opaque_callback_data": callback}
    post(envelope({"statuses": [status]}))
    work_off()
    first.refresh_from_db()
    assert (first.state, first.provider_id) == (state, "wamid.REAL")
    assert states(second) == ["sent"]  # nothing holds it back any longer
    assert graph.texts() == ["1", "2"]


def test_a_status_faster_than_the_answer_to_the_send(queue, post, graph, book):
    (message,) = queue("Hola")
    claims = outbox.claim(book, 1)
    results = [outbox.send(claim) for claim in claims]
    callback = claims[0].message.attempt
    status = {"status": "delivered", "biz_opaque_callback_data": callback}
    post(envelope({"statuses": [{**status, "id": results[0].provider_id}]}))
    work_off()
    outbox.settle(results)
    message.refresh_from_db()
    assert (message.state, message.provider_id) == ("delivered", results[0].provider_id)
    assert message.sent_at and message.delivered_at


def test_a_callback_of_another_channel_settles_nothing(queue, channel, graph, client):
    other = Channel.objects.create(
        name="Otra", provider="meta", external_id="9", credentials={"app_secret": SECRET}
    )
    graph.errors = ["drop"]
    (message,) = queue("Hola")
    work_off()
    status = {
        "id": "wamid.X",
        "status": "read",
        "biz_opaque_callback_data": graph.sent[0]["biz_opaque_callback_data"],
    }
    raw = json.dumps(envelope({"statuses": [status]})).encode()
    client.post(
        f"/webhooks/meta/{other.uuid}/",
        raw,
        content_type="application/json",
        headers={"X-Hub-Signature-256": sign(SECRET, raw)},
    )
    work_off()
    assert states(message) == ["unknown"]


# --- What never leaves -----------------------------------------------------------------------


def test_who_takes_over_silences_the_bot(queue, person, graph):
    first, second = queue("1", "2")
    (own,) = queue("De una colega", author=Message.Author.COLLEAGUE)
    ownership.claim(conversation=person(), user=User.objects.create_user("alice"))
    work_off()
    assert states(first, second, own) == ["cancelled", "cancelled", "sent"]
    assert graph.texts() == ["De una colega"]


def test_on_a_dry_run_everything_happens_but_the_request(say, channel, graph):
    Channel.objects.update(mode=Channel.Mode.DRY_RUN)
    say("Hola")
    message = Message.objects.get(direction="out")
    assert message.state == "sent" and message.provider_id.startswith("wamid.SIM.")
    assert outcomes(message) == ["sent"]
    assert graph.sent == []


def test_a_channel_switched_off_keeps_its_queue(queue, graph):
    (message,) = queue("Hola")
    Channel.objects.update(is_active=False)
    work_off()
    assert (states(message), graph.sent) == (["queued"], [])
    Channel.objects.update(is_active=True)
    work_off()
    assert states(message) == ["sent"]


def test_what_the_bot_had_to_keep_is_not_said_after_a_person_took_over(queue, person, graph):
    (message,) = queue("Soy el bot")
    Conversation.objects.update(last_inbound_at=PAST - timedelta(days=1))
    work_off()
    assert states(message) == ["held"]
    ownership.claim(conversation=person(), user=User.objects.create_user("alice"))
    assert states(message) == ["cancelled"]


@pytest.mark.parametrize(("code", "state"), [(131016, "cancelled"), (131047, "failed")])
def test_what_is_under_way_when_a_person_takes_over_is_not_repeated(
    queue, person, graph, book, code, state
):
    graph.errors = [code]
    (message,) = queue("Soy el bot")
    claims = outbox.claim(book, 1)
    ownership.claim(conversation=person(), user=User.objects.create_user("alice"))
    outbox.settle([outbox.send(claim) for claim in claims])
    make_due()
    work_off()
    assert (states(message), graph.sent) == ([state], [])
    if state == "failed":  # unless that person wants it to be
        answering.retry(message=message)
        work_off()
        assert states(message) == ["sent"]


# --- One that cannot go is in nobody's way -----------------------------------------------------


def test_a_failure_told_while_it_is_under_way_and_another_try(queue, post, graph, book):
    (message,) = queue("Hola")
    (other,) = queue("Otra", to=2)
    claims = outbox.claim(book, 1)
    callback = claims[0].message.attempt
    status = {"id": "wamid.Z", "status": "failed", "biz_opaque_callback_data": callback}
    post(envelope({"statuses": [{**status, "errors": [{"code": 131026}]}]}))
    work_off()
    assert states(message, other) == ["failed", "sent"]
    answering.retry(message=message)
    assert outbox.claim(book, 4) == []
    outbox.settle([outbox.send(claim) for claim in claims])
    assert states(message) == ["queued"]
    work_off()
    assert states(message) == ["sent"]
    message.refresh_from_db()
    assert message.provider_id not in ("", "wamid.Z")


def test_one_that_cannot_be_made_ready_fails_alone(channel, queue, person, graph):
    template = MessageTemplate.objects.create(
        channel=channel, name="t", language="es", status="APPROVED", components=[{"type": "BODY"}]
    )
    (broken,) = queue("Hola")
    (other,) = queue("Otra", to=2)
    Message.objects.filter(pk=broken.pk).update(template=template, values=[1])
    MessageTemplate.objects.update(components=[{"type": "BODY", "text": "Hola {{1}}"}])
    work_off()
    broken.refresh_from_db()
    assert (broken.state, broken.error_code) == ("failed", "bug")
    assert states(other) == ["sent"]
