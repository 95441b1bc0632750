"""From a queued message to its provider: in order, once, and what every failure makes of it."""

import itertools
import json
import os
import threading
import time
from datetime import timedelta

import pytest
from django.db import connections
from django.utils import timezone

from chatbot import outbox
from chatbot.channels.meta import sign
from chatbot.journal import Journal, folder
from chatbot.models import DeliveryAttempt, InboundEvent
from chatbot.tests.conftest import SECRET
from chatbot.tests.graph_stub import envelope
from chatbot.work import Worker, work_off
from crm.conversations import outreach, ownership
from crm.conversations.identities import meet
from crm.conversations.models import Channel, Message
from crm.people.models import User

pytestmark = pytest.mark.django_db

BOT = Message.Author.BOT
PAST = timezone.now() - timedelta(days=1)


@pytest.fixture
def person(channel):
    """person(n) -> the conversation with the n-th made-up person."""

    def known(number=1):
        digits = str(51911000000 + number)
        return meet(
            channel=channel, addresses=[("wa_id", digits)], name=f"Persona {number}", phone=digits
        )

    return known


@pytest.fixture
def queue(person):
    """queue("Uno", "Dos", to=1) -> the messages, queued for one person."""

    def send(*texts, to=1, author=BOT):
        conversation = person(to)
        ownership.open_episode(conversation)
        return [outreach.send(conversation=conversation, text=t, author=author) for t in texts]

    return send


@pytest.fixture
def book():
    journal = Journal()
    yield journal
    journal.close()


def states(*messages):
    rows = dict(Message.objects.values_list("pk", "state"))
    return [rows[message.pk] for message in messages]


def outcomes(message):
    rows = DeliveryAttempt.objects.filter(message=message).order_by("started_at")
    return list(rows.values_list("outcome", flat=True))


def make_due():
    """What was put off is due now."""
    Message.objects.filter(state__in=["queued", "unknown"]).update(due_at=PAST)


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


# --- What the provider says ------------------------------------------------------------------


@pytest.mark.parametrize("code", [1, 2, 4, 80007, 130429, 131000, 131016, 131056, 131057])
def test_a_passing_error_is_tried_again(queue, graph, code):
    graph.errors = [code]
    (message,) = queue("Hola")
    work_off()
    assert (states(message), outcomes(message), graph.sent) == (["queued"], ["retry"], [])
    message.refresh_from_db()
    assert (message.due_at > timezone.now(), message.error_code) == (True, str(code))
    make_due()
    work_off()
    assert (states(message), graph.texts()) == (["sent"], ["Hola"])
    message.refresh_from_db()
    assert (message.error_code, message.error_text) == ("", "")


@pytest.mark.parametrize(("code", "seconds"), [(130429, 1), (131056, 6), (131057, 60), (4, 120)])
def test_each_error_has_its_own_patience(queue, graph, code, seconds):
    graph.errors = [code]
    (message,) = queue("Hola")
    work_off()
    message.refresh_from_db()
    wait = (message.due_at - timezone.now()).total_seconds()
    assert seconds - 1 < wait < seconds * 1.3 + 1


def test_patience_grows_and_ends(queue, graph):
    graph.errors = [131000] * 20
    (message,) = queue("Hola")
    waits = []
    while states(message) == ["queued"]:
        make_due()
        work_off()
        message.refresh_from_db()
        waits.append((message.due_at - timezone.now()).total_seconds())
    assert states(message) == ["failed"]
    assert outcomes(message) == ["retry"] * (outbox.MOST_ATTEMPTS - 1) + ["failed"]
    assert all(later > earlier for earlier, later in itertools.pairwise(waits[:-1]))
    assert message.failed_at is not None


@pytest.mark.parametrize(
    "code", [33, 100, 130472, 130497, 131008, 131009, 131021, 131026, 131030, 131047, 131049, 99]
)
def test_a_lasting_error_is_told_and_not_tried_again(queue, graph, code):
    graph.errors = [code]
    (message,) = queue("Hola")
    work_off()
    make_due()
    work_off()
    message.refresh_from_db()
    assert (message.state, message.error_code) == ("failed", str(code))
    assert "refused" in message.error_text
    assert (outcomes(message), graph.sent) == (["failed"], [])


@pytest.mark.parametrize(
    "code", [0, 3, 10, 190, 200, 299, 368, 131005, 131031, 131042, 131045, 131048]
)
def test_a_refused_account_stops_its_channel_and_keeps_the_queue(queue, channel, graph, code):
    graph.errors = [code]
    first, second = queue("1", "2")
    (other,) = queue("A", to=2)
    work_off()
    channel.refresh_from_db()
    assert channel.stopped_at is not None
    assert (channel.health, "refused" in channel.last_error) == ("red", True)
    assert states(first, second) == ["queued", "queued"]
    assert outcomes(first) == ["not_sent"]
    sent_meanwhile = len(graph.sent)
    make_due()
    work_off()
    assert len(graph.sent) == sent_meanwhile
    Channel.objects.update(stopped_at=None)  # a person mended it
    work_off()
    assert sorted(graph.texts()) == ["1", "2", "A"]
    assert states(first, second, other) == ["sent"] * 3


def test_a_stopped_channel_stops_no_other(queue, channel, graph):
    other = Channel.objects.create(
        name="Otra", provider="meta", mode="live", external_id="9", credentials=channel.credentials
    )
    Channel.objects.filter(pk=channel.pk).update(stopped_at=timezone.now())
    queue("1")
    conversation = meet(channel=other, addresses=[("wa_id", "51911000002")], name="B", phone="")
    outreach.send(conversation=conversation, text="A", author=BOT)
    work_off()
    assert graph.texts() == ["A"]


def test_without_credentials_nothing_is_lost(queue, channel, graph):
    Channel.objects.filter(pk=channel.pk).update(credentials={})
    (message,) = queue("Hola")
    work_off()
    channel.refresh_from_db()
    assert (states(message), graph.sent) == (["queued"], [])
    assert channel.stopped_at is not None and channel.last_error


@pytest.mark.parametrize(
    ("answer", "state"),
    [
        ((400, b"<html>no</html>"), "failed"),
        ((404, {}), "failed"),
        ((429, b""), "queued"),
        ((503, b"<html>later</html>"), "queued"),
        # A gateway that gave up waiting says nothing about whether the message went out.
        ((500, b""), "unknown"),
        ((502, b"<html>bad gateway</html>"), "unknown"),
        ((504, {}), "unknown"),
        ((200, b"not JSON"), "unknown"),
        ((200, {"messages": []}), "unknown"),
        ((200, {"messages": [{"id": None}]}), "unknown"),
        ((200, {"error": {"code": 131047}}), "failed"),
        ((400, {"error": "words"}), "failed"),
        ((400, {"error": {"code": "many", "error_data": "words"}}), "failed"),
        ((400, {"error": {"code": 131047, "message": "\x00\ud800" * 600}}), "failed"),
    ],
    ids=ascii,
)
def test_answers_that_are_not_metas(queue, graph, answer, state):
    graph.errors = [answer]
    (message,) = queue("Hola")
    work_off()
    assert states(message) == [state]


def test_an_id_given_twice_stops_nobody(queue, graph):
    graph.ids = ["wamid.SAME", "wamid.SAME"]
    first, second = queue("1", "2")
    (other,) = queue("A", to=2)
    work_off()
    assert sorted(states(first, other)) == ["sent", "unknown"]
    make_due()
    work_off()
    assert states(second) == ["sent"]
    assert sorted(graph.texts()) == ["1", "2", "A"]


def test_more_than_the_provider_takes_is_refused_and_not_cut(queue, graph):
    (message,) = queue("x" * 4097)
    work_off()
    assert (states(message), graph.sent) == (["failed"], [])
    (message,) = queue("x" * 4096)
    work_off()
    assert states(message) == ["sent"]


# --- Not knowing -----------------------------------------------------------------------------


@pytest.fixture
def impatient(settings, graph):
    """The provider takes the message and answers too late."""
    settings.PROVIDER_TIMEOUT = (1, 0.15)
    graph.latency = 0.4


def test_a_time_out_is_unknown_and_never_sent_again(queue, graph, impatient):
    (message,) = queue("Hola")
    work_off()
    time.sleep(0.5)
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


# --- Not reaching the provider ---------------------------------------------------------------


@pytest.mark.parametrize("url", ["http://127.0.0.1:9", "http://graph.invalid"])
def test_who_cannot_be_reached_got_nothing(queue, graph, settings, url):
    """Connection refused, no such name: it certainly was not sent, so it is tried again."""
    settings.GRAPH_API_URL = url
    (message,) = queue("Hola")
    work_off()
    assert (states(message), outcomes(message)) == (["queued"], ["retry"])
    settings.GRAPH_API_URL = graph.url
    make_due()
    work_off()
    assert (states(message), graph.texts()) == (["sent"], ["Hola"])


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
    assert message.state == "sent" and message.provider_id.startswith("dry.")
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


def test_a_worker_that_was_only_slow_is_believed(queue, graph, book):
    (message,) = queue("Hola")
    claims = outbox.claim(book, 1)
    DeliveryAttempt.objects.update(lease_until=PAST)
    outbox.recover()
    outbox.settle([outbox.send(claim) for claim in claims])
    assert (states(message), outcomes(message)) == (["sent"], ["sent"])
    outbox.recover()
    assert outcomes(message) == ["sent"]


# --- Events that raise -----------------------------------------------------------------------


@pytest.fixture
def broken(say, post):
    """An event that raises whenever it is handled, with two behind it."""
    for text in ("Uno", "Dos", "Tres"):
        say(text, work=False)
    event = InboundEvent.objects.order_by("id").first()
    whole = event.payload
    InboundEvent.objects.filter(pk=event.pk).update(payload="no JSON")
    return event.pk, whole


def heard():
    return list(Message.objects.filter(direction="in").values_list("text", flat=True))


def test_an_event_that_raises_delays_its_lane_and_no_other(broken, say, graph):
    work_off()
    event = InboundEvent.objects.get(pk=broken[0])
    assert (event.state, event.attempts) == ("pending", 1)
    assert "JSONDecodeError" in event.error
    assert timezone.now() < event.due_at < timezone.now() + timedelta(seconds=2)
    assert heard() == []
    say("De otra persona", sender="51911000002")
    assert heard() == ["De otra persona"]


def test_after_its_tries_it_is_set_aside_and_the_lane_goes_on(broken, channel, graph):
    waited = timedelta()
    for _ in range(20):
        work_off()
        event = InboundEvent.objects.get(pk=broken[0])
        if event.state != "pending":
            break
        waited += max(event.due_at - timezone.now(), timedelta())
        InboundEvent.objects.filter(state="pending").update(due_at=PAST)
    assert event.state == "aside"
    assert timedelta(seconds=15) < waited < timedelta(seconds=30)
    assert heard() == ["Dos", "Tres"]
    channel.refresh_from_db()
    assert channel.health == "yellow"
    assert "JSONDecodeError" in channel.last_error and channel.last_error_at


def test_what_was_set_aside_can_be_played_again(broken, graph):
    pk, whole = broken
    event = InboundEvent.objects.filter(pk=pk)
    event.update(state="aside", error="x")
    work_off()
    event.update(state="pending", payload=whole, attempts=0)
    work_off()
    assert sorted(heard()) == ["Dos", "Tres", "Uno"]
    assert len(graph.sent) == 3
