"""What nobody has confirmed: shown as waiting at first, a person's to decide after ten minutes."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from chatbot.channels.events import StatusUpdate
from chatbot.channels.pages.standing import standings
from chatbot.inbox import answering, unconfirmed
from chatbot.inbox.filters import in_trouble, with_held
from chatbot.outbox import UNKNOWN_HOLDS
from chatbot.statuses import apply_statuses
from chatbot.templatetags.inbox import standing
from chatbot.tests.desk import HTMX, at, browser, conversation, say, words
from chatbot.tests.outgoing import make_due
from chatbot.work import work_off
from crm.conversations.models import Conversation, Message
from crm.errors import DeskError
from crm.jobs.schedules import declared

pytestmark = pytest.mark.django_db
LIST = "/conversations/"


def tried(talk, minutes, state="unknown", **fields):
    """A message whose sending was tried so many minutes ago, and never answered."""
    message = say(talk, "¿Llegó esto?", author="colleague", state=state, provider_id="", **fields)
    due_at = timezone.now() - timedelta(minutes=minutes) + UNKNOWN_HOLDS
    Message.objects.filter(pk=message.pk).update(due_at=due_at)
    message.refresh_from_db()
    return message


def shown(client, **query):
    return [row.record for row in client.get(LIST, query).context["table"].page.object_list]


def test_at_first_it_waits_and_nobody_decides(talk, agent):
    message = tried(talk, 3)
    page = words(browser(agent).get(at("detail", talk.pk)))
    assert message.may_be_confirmed and not message.wants_decision
    assert f">{standing(message)}</span>" in page
    assert standing(message) != message.get_state_display()
    assert at("retry", message.pk) not in page
    assert at("give_up", message.pk) not in page
    assert "tick-unknown" not in page


def test_after_ten_minutes_a_person_decides(talk, agent):
    message = tried(talk, 11)
    page = words(browser(agent).get(at("detail", talk.pk)))
    assert message.wants_decision and not message.may_be_confirmed
    assert at("retry", message.pk) in page
    assert at("give_up", message.pk) in page
    assert "tick-unknown" in page


@pytest.mark.parametrize("name", ["retry", "give_up"])
def test_deciding_too_early_is_refused_with_the_reason(talk, agent, name):
    message = tried(talk, 9)
    browser(agent).post(at(name, message.pk), headers=HTMX)
    message.refresh_from_db()
    assert message.state == "unknown"
    with pytest.raises(DeskError, match=r"confirm"):
        getattr(answering, name)(message=message)


@pytest.mark.parametrize(("name", "state"), [("retry", "queued"), ("give_up", "failed")])
def test_deciding_in_time_is_done_once(talk, agent, name, state):
    message = tried(talk, 11)
    answering_once = getattr(answering, name)
    answering_once(message=message)
    message.refresh_from_db()
    assert message.state == state
    Message.objects.filter(pk=message.pk).update(state="sent")
    with pytest.raises(DeskError):
        answering_once(message=message)


@pytest.mark.parametrize("name", ["retry", "give_up"])
def test_what_failed_is_decided_at_once(talk, name):
    message = tried(talk, 0, state="failed")
    getattr(answering, name)(message=message)


def test_who_does_not_know_when_it_was_tried_does_not_wait(talk):
    message = say(talk, state="unknown")
    assert message.due_at is None and message.wants_decision
    assert Message.objects.filter(Message.wanting_decision()).get() == message


@pytest.mark.parametrize("minutes", [0, 5, 9, 11, 60])
@pytest.mark.parametrize("state", ["unknown", "sending", "failed", "sent"])
def test_the_row_and_the_condition_say_the_same(talk, minutes, state):
    message = tried(talk, minutes, state=state)
    found = Message.objects.filter(Message.wanting_decision(), pk=message.pk).exists()
    assert found == message.wants_decision == (state == "unknown" and minutes > 10)


def test_the_list_and_the_dashboard_count_it_from_then_on(channel, agent):
    new, old = conversation(channel, "Recién"), conversation(channel, "Hace rato")
    tried(new, 2)
    tried(old, 12)
    client = browser(agent)
    assert shown(client, sending="trouble") == [old]
    cards = {card.url: card.value for card in client.get("/").context["cards"]}
    assert cards[f"{LIST}?sending=trouble"] == 1
    by_name = {str(row): row.last_state for row in shown(client)}
    assert by_name == {"Recién": "sending", "Hace rato": "unknown"}
    assert standings()[channel.pk].unconfirmed == 1
    assert standings()[channel.pk].waiting == 1


@pytest.mark.parametrize("state", ["failed", "unknown"])
def test_what_was_given_up_troubles_nobody_more(talk, agent, state):
    message = tried(talk, 30, state=state)
    Message.objects.filter(pk=message.pk).update(error_text="Sin respuesta")
    client = browser(agent)
    client.post(at("give_up", message.pk), headers=HTMX)
    message.refresh_from_db()
    assert (message.state, message.error_code) == ("failed", "given_up")
    assert message.error_text == "Sin respuesta" and message.failed_at
    assert shown(client, sending="trouble") == []
    assert [row.last_state for row in shown(client)] == [""]
    page = words(client.get(at("detail", talk.pk)))
    assert at("retry", message.pk) in page
    assert at("give_up", message.pk) not in page
    client.post(at("retry", message.pk), headers=HTMX)
    message.refresh_from_db()
    assert (message.state, message.error_code) == ("queued", "")


def test_open_pages_renew_when_it_becomes_somebodys_to_decide(talk, agent):
    message = tried(talk, 9)
    client = browser(agent)
    key = f"conversation:{talk.pk}"
    version = client.get("/pulse/", {key: ""}).json()
    bubble = client.get(at("live", talk.pk), headers=HTMX).context["thread"].bubbles[-1].version
    unconfirmed.renew_pages()
    assert client.get("/pulse/", version).status_code == 204
    crossed = timezone.now() - Message.CONFIRMED_WITHIN - timedelta(seconds=20)
    Message.objects.filter(pk=message.pk).update(due_at=crossed)
    Conversation.objects.update(changed_at=crossed)
    version = client.get("/pulse/", {key: ""}).json()
    unconfirmed.renew_pages()
    assert set(client.get("/pulse/", version).json()) == {key}
    after = client.get(at("live", talk.pk), headers=HTMX).context["thread"].bubbles[-1].version
    assert after != bubble
    changed = Conversation.objects.get().changed_at
    unconfirmed.renew_pages()
    assert Conversation.objects.get().changed_at == changed


def test_a_late_confirmation_settles_it_all_the_same(channel, queue):
    (message,) = queue("¿Llegó?")
    Message.objects.filter(pk=message.pk).update(
        state="unknown", due_at=timezone.now() - timedelta(hours=2), provider_id="wamid.LATE"
    )
    update = StatusUpdate(id="wamid.LATE", state=Message.State.DELIVERED, at=None)
    assert apply_statuses(channel, [update]) == [True]
    message.refresh_from_db()
    assert message.state == "delivered" and not message.wants_decision


def test_it_holds_the_next_ones_back_only_for_seconds(graph, queue):
    first, second = queue("Uno", "Dos")
    soon = timezone.now() + UNKNOWN_HOLDS
    Message.objects.filter(pk=first.pk).update(state="unknown", due_at=soon)
    work_off()
    second.refresh_from_db()
    assert second.state == "queued"
    make_due()
    work_off()
    second.refresh_from_db()
    assert second.state == "sent"
    first.refresh_from_db()
    assert first.state == "unknown"


def test_pages_are_renewed_by_the_clock():
    job = next(job for job in declared() if job.name == "renew_unconfirmed")
    assert job.minutes == 1
    assert job.func == "chatbot.inbox.unconfirmed.renew_pages"


@pytest.mark.skipif(connection.vendor != "sqlite", reason="PostgreSQL chooses by the numbers")
def test_the_few_are_found_among_many_by_their_index():
    with CaptureQueriesContext(connection) as asked:
        list(in_trouble(Conversation.objects.order_by()))
        list(with_held(Conversation.objects.order_by()))
        unconfirmed.renew_pages()
    for query in asked.captured_queries:
        with connection.cursor() as cursor:
            cursor.execute("EXPLAIN QUERY PLAN " + query["sql"])
            plan = " ".join(str(row[-1]) for row in cursor.fetchall())
        assert "USING INDEX message_" in plan, plan
