"""What each answer of the provider, or none, makes of a message and of its channel."""

import itertools

import pytest
from django.utils import timezone

from chatbot import outbox
from chatbot.tests.outgoing import make_due, outcomes, states
from chatbot.work import work_off
from crm.conversations import outreach
from crm.conversations.identities import meet
from crm.conversations.models import Channel, Message

pytestmark = pytest.mark.django_db

BOT = Message.Author.BOT


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
