"""What each answer of the provider, or none, makes of a message and of its channel."""

from datetime import timedelta

import pytest
from django.utils import timezone

from chatbot.channels import directory
from chatbot.channels.graph_errors import WORDS
from chatbot.inbox import answering
from chatbot.template_sync import sync_one
from chatbot.tests.errors_known import later, tell
from chatbot.tests.outgoing import make_due, outcomes, states
from chatbot.work import work_off
from crm.conversations import outreach
from crm.conversations.identities import meet
from crm.conversations.models import Channel, Message, MessageTemplate

pytestmark = [pytest.mark.django_db, pytest.mark.once]
BOT = Message.Author.BOT


# --- The table -------------------------------------------------------------------------------

NEVER = {
    33, 100, 130472, 130497, 131008, 131009, 131021, 131026, 131030, 131047, 131050, 131051,
    131052, 131053, 131062, 131063, 132000, 132001, 132005, 132007, 132008, 132012, 132015,
    132016, 132068, 133016, 137000,
}  # fmt: skip


# --- What becomes of a message ---------------------------------------------------------------


@pytest.fixture
def by_template(channel, person):
    """A message by a template, queued."""
    template = MessageTemplate.objects.create(
        channel=channel, name="aviso", language="es", status="APPROVED", category="UTILITY"
    )
    return outreach.send_template(
        conversation=person(1), template=template, values={}, author=Message.Author.SYSTEM
    )


@pytest.mark.parametrize("told", ["at once", "later"])
@pytest.mark.parametrize(
    ("code", "status"),
    [
        (132001, "GONE"),
        (132007, "REJECTED"),
        (132015, "PAUSED"),
        (132016, "DISABLED"),
        (131047, ""),
    ],
)
def test_a_template_that_is_refused_is_used_no_more(by_template, graph, post, told, code, status):
    graph.errors = [code] if told == "at once" else []
    work_off()
    if told == "later":
        tell(post, by_template, "failed", code)
    by_template.template.refresh_from_db()
    assert states(by_template) == ["failed"]
    assert by_template.template.status == (status or "APPROVED")
    assert bool(by_template.template.reason) is bool(status)


@pytest.mark.parametrize("told", ["at once", "later"])
@pytest.mark.parametrize("code", [132000, 132005, 132008, 132012])
def test_a_template_that_is_another_one_by_now_is_read_once_more(
    by_template, graph, post, told, code, monkeypatch, django_capture_on_commit_callbacks
):
    body = {"type": "BODY", "text": "Hola {{1}}"}
    listed = {"name": "aviso", "language": "es", "status": "APPROVED", "components": [body]}
    credentials = {**by_template.channel.credentials, "business_account_id": "777"}
    Channel.objects.update(credentials=credentials)
    graph.listed, jobs = [listed], []
    monkeypatch.setattr("crm.jobs.queue.async_task", lambda *job, **_: jobs.append(job))
    graph.errors = [code] if told == "at once" else []
    with django_capture_on_commit_callbacks(execute=True):
        work_off()
        if told == "later":
            tell(post, by_template, "failed", code)
    by_template.template.refresh_from_db()
    assert states(by_template) == ["failed"]
    assert by_template.template.status == "APPROVED"
    assert by_template.template.reason.startswith(str(WORDS[code]))
    ((_func, *arguments),) = [job for job in jobs if job[0] == "chatbot.template_sync.sync_one"]
    for _time in range(2):  # a second refusal finds it read already
        sync_one(*arguments)
    assert [one.path.rsplit("/")[-1] for one in graph.requests].count("message_templates") == 1
    by_template.template.refresh_from_db()
    assert (by_template.template.components, by_template.template.reason) == ([body], "")


@pytest.mark.parametrize(("said", "state"), [("sent", "queued"), ("delivered", "delivered")])
def test_what_comes_late_of_an_earlier_try_takes_no_place(queue, graph, post, said, state):
    (message,) = queue("Hola")
    work_off()
    tell(post, message, "failed", 131026)
    answering.retry(message=message)
    Channel.objects.update(paced_until=timezone.now() + timedelta(minutes=1))
    tell(post, message, said)
    assert states(message) == [state]
    later()
    work_off()
    assert len(graph.sent) == (2 if said == "sent" else 1)


def test_who_wants_no_marketing_and_who_cannot_be_reached_is_noted(queue, graph):
    graph.errors = [131050, 131026]
    (first,) = queue("1")
    work_off()
    (second,) = queue("2", to=2)
    work_off()
    assert states(first, second) == ["failed", "failed"]
    assert first.conversation.contact.opted_out_at is None
    first.conversation.contact.refresh_from_db()
    second.conversation.identity.refresh_from_db()
    assert first.conversation.contact.opted_out_at is not None
    assert second.conversation.identity.unreachable_at is not None


@pytest.mark.parametrize("code", [*sorted(NEVER), 99])
def test_a_lasting_error_is_told_and_not_tried_again(queue, graph, code):
    graph.errors = [code]
    (message,) = queue("Hola")
    work_off()
    make_due()
    work_off()
    message.refresh_from_db()
    assert (message.state, message.error_code) == ("failed", str(code))
    words = str(WORDS.get(code) or f"(#{code}) refused")
    assert message.error_text.startswith(words)
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
    assert channel.health == "red"
    assert channel.last_error.startswith(str(WORDS[code]))
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
    conversation.last_inbound_at = timezone.now()
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


@pytest.mark.parametrize("token", ["de-prueba\n", "de prueba…", "ключ"], ids=ascii)
def test_a_token_that_no_request_can_carry_stops_the_channel(queue, channel, graph, token):
    Channel.objects.update(credentials={**channel.credentials, "access_token": token})
    directory.forget()
    (message,) = queue("Hola")
    work_off()
    channel.refresh_from_db()
    assert (states(message), outcomes(message)) == (["queued"], ["not_sent"])
    assert channel.stopped_at is not None
    assert token.strip() not in channel.last_error


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


def test_a_message_that_was_paused_with_its_template_failed(by_template, graph):
    held = {"id": "wamid.Q", "message_status": "paused"}
    graph.errors = [(200, {"messages": [held]})]
    work_off()
    by_template.refresh_from_db()
    by_template.template.refresh_from_db()
    assert (by_template.state, by_template.error_code) == ("failed", "132015")
    assert by_template.template.status == "PAUSED"


def test_an_id_given_twice_stops_nobody(queue, graph):
    graph.ids = ["wamid.SAME", "wamid.SAME"]
    first, second = queue("1", "2")
    (other,) = queue("A", to=2)
    work_off()
    assert states(first, other) == ["sent", "sent"]
    make_due()
    work_off()
    assert states(second) == ["sent"]
    assert sorted(graph.texts()) == ["1", "2", "A"]


def test_more_than_the_provider_takes_goes_in_portions_and_is_not_cut(queue, graph):
    queue("x " * 2048 + "y")
    work_off()
    later()
    work_off()
    assert ["".join(graph.texts()).count(letter) for letter in "xy"] == [2048, 1]
    assert all(len(text) <= 4096 for text in graph.texts())


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
