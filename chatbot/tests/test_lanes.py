"""Events in order, once, each lane by itself; what one that raises costs."""

import json
import threading
import time
from datetime import timedelta

import pytest
from django.db import connection, connections
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from chatbot import lanes
from chatbot.channels.meta import sign
from chatbot.models import InboundEvent
from chatbot.tests.conftest import SECRET
from chatbot.tests.graph_stub import envelope, message_body, text_body
from chatbot.tests.outgoing import PAST
from chatbot.tests.provider_samples import ANA, NEW_NUMBER
from chatbot.work import Worker, work_off
from crm.conversations import ownership
from crm.conversations.models import Channel, Conversation, Message
from crm.people.models import User

pytestmark = pytest.mark.django_db


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


def test_what_is_set_aside_hides_nothing_that_does_not_work(broken, channel, graph):
    Channel.objects.update(health="red", last_error="The account is locked")
    InboundEvent.objects.update(attempts=len(lanes.RETRIES))
    work_off()
    assert InboundEvent.objects.get(pk=broken[0]).state == "aside"
    channel.refresh_from_db()
    assert (channel.health, channel.last_error) == ("red", "The account is locked")


def test_what_was_set_aside_can_be_played_again(broken, graph):
    pk, whole = broken
    event = InboundEvent.objects.filter(pk=pk)
    event.update(state="aside", error="x")
    work_off()
    event.update(state="pending", payload=whole, attempts=0)
    work_off()
    assert sorted(heard()) == ["Dos", "Tres", "Uno"]
    assert len(graph.sent) == 3


TRIGGER = {
    "sqlite": """CREATE TRIGGER bomb BEFORE INSERT ON conversations_message
        WHEN NEW.text = 'bomb' BEGIN SELECT RAISE(ABORT, 'no'); END""",
    # As for an index row that is too large: the driver calls it an OperationalError.
    "postgresql": """CREATE FUNCTION bomb() RETURNS trigger AS $$ BEGIN
            RAISE EXCEPTION 'no' USING ERRCODE = '54000'; END $$ LANGUAGE plpgsql;
        CREATE TRIGGER bomb BEFORE INSERT ON conversations_message
            FOR EACH ROW WHEN (NEW.text = 'bomb') EXECUTE FUNCTION bomb()""",
}


def test_what_the_database_refuses_is_the_events_own_fault(say, graph):
    with connection.cursor() as cursor:
        cursor.execute(TRIGGER[connection.vendor])
    say("bomb")
    event = InboundEvent.objects.get()
    assert (event.state, event.attempts) == ("pending", 1)
    assert event.error
    say("Hola", sender="51911000002")
    assert heard() == ["Hola"]


# --- What came too early ---------------------------------------------------------------------


@pytest.fixture
def whapi_says(client, db):
    """whapi_says(**body) -> one webhook body of a WHAPI channel, not worked off."""
    row = Channel.objects.create(
        name="WHAPI", provider="whapi", external_id="M", credentials={"webhook_secret": SECRET}
    )

    def knock(**body):
        answer = client.post(
            f"/webhooks/whapi/{row.uuid}/",
            json.dumps({**body, "channel_id": "M"}),
            content_type="application/json",
            headers={"X-Webhook-Secret": SECRET},
        )
        assert answer.status_code == 200

    return knock


def whapi_message(number):
    return {
        "id": f"abcd-efg{number:03}",
        "from_me": False,
        "type": "text",
        "source": "mobile",
        "text": {"body": str(number)},
        "chat_id": "51911000001@s.whatsapp.net",
        "from": "51911000001",
        "timestamp": 1_790_000_000 + number,
    }


def let_pass(events, **length):
    """The worker was away for so long."""
    then = timezone.now() - timedelta(**length)
    events.update(received_at=then, due_at=then)


def test_a_worker_that_was_away_for_hours_takes_nothing_for_too_old(whapi_says):
    whapi_says(messages=[whapi_message(n) for n in range(12)])
    whapi_says(messages_removed=["abcd-efg011"])
    let_pass(InboundEvent.objects.all(), hours=2)
    # The deletion has a lane of its own, and is looked at first.
    deletion = InboundEvent.objects.get(kind="deletion")
    lanes.handle_lane(deletion.lane)
    work_off()
    let_pass(InboundEvent.objects.filter(state="pending"), hours=2)
    work_off()
    assert Message.objects.get(provider_id="abcd-efg011").deleted_at is not None


def test_a_status_waits_for_an_echo_that_lies_behind_others(post, channel):
    at = str(int(timezone.now().timestamp()))
    ours = {"display_phone_number": "15550001111", "phone_number_id": "100200"}
    echo = {"from": "15550001111", "to": "51911000001", "timestamp": at, "type": "text"}
    echoes = [echo | {"id": f"wamid.E{n}", "text": {"body": str(n)}} for n in range(12)]
    post(envelope({"metadata": ours, "message_echoes": echoes}, "smb_message_echoes"))
    read = {"id": "wamid.E11", "status": "read", "timestamp": at, "recipient_id": "51911000001"}
    post(envelope({"metadata": ours, "statuses": [read]}))
    let_pass(InboundEvent.objects.all(), hours=2)
    lanes.handle_lane(f"{channel.pk}:s")
    work_off()
    let_pass(InboundEvent.objects.filter(state="pending"), hours=2)
    work_off()
    assert Message.objects.get(provider_id="wamid.E11").state == "read"


@pytest.mark.parametrize("kind", ["deletion", "status"])
def test_what_is_never_known_is_let_go_after_an_hour_of_looking(whapi_says, kind):
    if kind == "deletion":
        whapi_says(messages_removed=["abcd-never"])
    else:
        whapi_says(statuses=[{"id": "abcd-never", "status": "read", "timestamp": "1790000000"}])
    waited = timedelta()
    for _ in range(40):
        work_off()
        event = InboundEvent.objects.get(kind=kind)
        if event.state != "pending":
            break
        waited += event.due_at - timezone.now()
        InboundEvent.objects.update(due_at=PAST)
    assert (event.state, event.attempts, event.error) == ("ignored", 0, "")
    assert timedelta(minutes=50) < waited < timedelta(minutes=70)


def test_having_waited_does_not_use_up_the_tries_of_what_raises(whapi_says):
    whapi_says(messages_removed=["abcd-efg001"])
    for _ in range(9):
        work_off()
        InboundEvent.objects.update(due_at=PAST)
    InboundEvent.objects.update(payload="no JSON")
    work_off()
    event = InboundEvent.objects.get()
    assert (event.state, event.attempts, event.looks) == ("pending", 1, 9)


def test_what_is_handled_again_waits_as_if_it_had_come_now(whapi_says, admin_client):
    whapi_says(messages_removed=["abcd-efg001"])
    InboundEvent.objects.update(state="aside", looks=22, received_at=PAST)
    event = InboundEvent.objects.get()
    url = "/admin/chatbot/inboundevent/"
    admin_client.post(url, {"action": "replay", "_selected_action": [event.pk]})
    work_off()
    event.refresh_from_db()
    assert (event.state, event.looks) == ("pending", 1)


# --- Several workers -------------------------------------------------------------------------


def run(worker):
    try:
        worker.run()
    finally:
        connections.close_all()


@pytest.mark.django_db(transaction=True)
def test_two_workers_hear_each_message_once_and_in_order(say, graph):
    for n in range(10):
        for person in range(5):
            say(str(n), sender=str(51911000000 + person), work=False)
    workers = [Worker(), Worker()]
    threads = [threading.Thread(target=run, args=(worker,)) for worker in workers]
    for thread in threads:
        thread.start()
    deadline = time.monotonic() + 40
    while time.monotonic() < deadline and Message.objects.filter(state="sent").count() < 50:
        time.sleep(0.1)
    for worker in workers:
        worker.stop()
    for thread in threads:
        thread.join(15)
    assert len(graph.sent) == 50
    assert Conversation.objects.count() == 5
    for conversation in Conversation.objects.all():
        texts = conversation.messages.filter(direction="in").order_by("id")
        assert list(texts.values_list("text", flat=True)) == [str(n) for n in range(10)]


@pytest.mark.django_db(transaction=True)
def test_the_same_body_from_eight_sides_at_once_is_one_message(channel, graph, client):
    raw = json.dumps(text_body("Hola", wamid="wamid.1")).encode()
    headers = {"X-Hub-Signature-256": sign(SECRET, raw)}
    answers = []

    def deliver():
        try:
            door = "/chatbot/webhook/whatsapp/"
            answer = Client().post(door, raw, content_type="application/json", headers=headers)
            answers.append(answer.status_code)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=deliver) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    work_off()
    assert answers == [200] * 8
    assert InboundEvent.objects.count() == 1
    assert Message.objects.filter(direction="in").count() == 1


# --- Fairness --------------------------------------------------------------------------------


def crowd(channel, lanes, events, *, since):
    """So many events in each of these lanes, due since so many seconds."""
    due_at = timezone.now() - timedelta(seconds=since)
    rows = [
        InboundEvent(channel=channel, key=f"{lane}.{n}", lane=lane, kind="notice", payload="{}")
        for n in range(events)
        for lane in lanes
    ]
    for row in rows:
        row.received_at = row.due_at = due_at
    InboundEvent.objects.bulk_create(rows)


def old_messages(count, *, of):
    """A chunk of a phone's history: so many messages of one thread."""
    at = int(timezone.now().timestamp()) - 86_400
    messages = [
        {"from": of, "id": f"wamid.H{n}", "timestamp": str(at + n), "type": "text"}
        | {"text": {"body": str(n)}}
        for n in range(count)
    ]
    chunk = {"metadata": {"phase": 0}, "threads": [{"id": of, "messages": messages}]}
    metadata = {"display_phone_number": "15550001111", "phone_number_id": "100200"}
    return envelope({"metadata": metadata, "history": [chunk]}, "history")


def test_a_phones_whole_history_holds_up_nobody_who_writes_now(say, post, graph):
    assert post(old_messages(1_000, of="51911000001")).status_code == 200
    say("Hola", sender="51911000002", work=False)
    for lane in lanes.due_lanes():
        lanes.handle_lane(lane)
    assert Message.objects.filter(text="Hola").exists()
    assert InboundEvent.objects.filter(state="pending").count() > 900


def test_between_crowds_before_and_behind_everybody_has_their_turn(channel):
    crowd(channel, [f"1:p:a{n}" for n in range(90)], 10, since=90)
    crowd(channel, ["1:p:live"], 1, since=60)
    crowd(channel, [f"1:p:b{n}" for n in range(90)], 10, since=30)
    seen = set()
    for _ in range(181 // lanes.SHARE + 1):
        taken = lanes.due_lanes()
        assert len(taken) == len(set(taken)) == lanes.LANES
        assert taken[0] == "1:p:b89" and "1:p:a0" in taken
        seen.update(taken)
    assert "1:p:live" in seen and len(seen) == 181


def test_whose_turn_it_is_waits_for_nothing_that_is_not_due(channel):
    crowd(channel, ["1:p:a"], lanes.WINDOW, since=60)
    crowd(channel, [f"1:p:b~{n}" for n in range(300)], 1, since=-60)
    crowd(channel, ["1:p:c", "1:s"], 1, since=30)
    crowd(channel, ["1:p:d"], lanes.WINDOW, since=10)
    for _ in range(4):
        taken = lanes.due_lanes()
        assert set(taken) <= {"1:p:a", "1:p:c", "1:p:d", "1:s"}
        if "1:p:c" in taken:
            break
    assert "1:p:c" in taken


def test_where_few_wait_the_longest_waiting_comes_first(channel):
    for n in range(5):
        crowd(channel, [f"1:p:{n}"], 3, since=n)
    with CaptureQueriesContext(connection) as queries:
        assert lanes.due_lanes() == [f"1:p:{n}" for n in (4, 3, 2, 1, 0)]
    assert len(queries) == 1


def test_looking_for_them_walks_indexes_alone(channel):
    crowd(channel, [f"1:p:{n}" for n in range(50)], 100, since=60)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    with CaptureQueriesContext(connection) as queries:
        lanes.due_lanes()
    assert len(queries) == 3
    explain = "EXPLAIN QUERY PLAN " if connection.vendor == "sqlite" else "EXPLAIN "
    for query in queries:
        with connection.cursor() as cursor:
            cursor.execute(explain + query["sql"])
            plan = "\n".join(str(row[-1]) for row in cursor.fetchall())
        assert "event_due" in plan or "event_lane" in plan
        for slow in ("Seq Scan", "Sort", "TEMP B-TREE", "SCAN chatbot", "SCAN e\n"):
            assert slow not in plan, plan


# --- Whose turn it is ------------------------------------------------------------------------


def test_where_a_person_answers_the_bot_is_silent(say, graph):
    say("Hola")
    conversation = Conversation.objects.get()
    user = User.objects.create_user("alice")
    ownership.claim(conversation=conversation, user=user)
    say("¿Sigue ahí?")
    assert len(graph.sent) == 1
    ownership.give_back(conversation=conversation, user=user)
    say("¿Hola?")
    assert len(graph.sent) == 2


def test_a_new_number_is_the_same_person(say, post, graph):
    say("Hola", sender=ANA)
    post(message_body(NEW_NUMBER, sender=ANA))
    work_off()
    say("Este es mi número nuevo", sender="5215550009999")
    conversation = Conversation.objects.get()
    assert conversation.messages.filter(direction="in").count() == 3
    assert graph.sent[-1]["to"] == "5215550009999"
