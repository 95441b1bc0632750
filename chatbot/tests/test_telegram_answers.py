"""What each of Telegram's answers makes of a message, by itself and through the outbox."""

from datetime import timedelta

import pytest
from django.utils import timezone
from django.utils.module_loading import import_string
from django_q.models import OrmQ

from chatbot import pacing
from chatbot.channels.errors import ChannelError
from chatbot.channels.events import Address
from chatbot.channels.telegram import Telegram
from chatbot.channels.telegram_api import TelegramClient
from chatbot.tests import telegram_desk
from chatbot.tests.fakes.server import DROP, MALFORMED
from chatbot.tests.fakes.telegram import ANA, GROUP, SUPERGROUP, TOKEN
from chatbot.tests.outgoing import make_due, states
from chatbot.tests.telegram_desk import file
from chatbot.work import work_off
from crm.conversations import outreach, ownership
from crm.conversations.identities import meet
from crm.conversations.models import (
    Channel,
    ChannelAddress,
    ChannelIdentity,
    Conversation,
    Message,
)

pytestmark = pytest.mark.once

fake = telegram_desk.fake
english = telegram_desk.english
row = telegram_desk.row
send = telegram_desk.send
refused = telegram_desk.refused
group = telegram_desk.group

# --- What it answers -------------------------------------------------------------------------


def test_a_slow_answer_is_waited_for(send, fake):
    fake.behaviour = [0.5]
    assert send() == f"{ANA}.9001"


@pytest.mark.parametrize("how", [DROP, MALFORMED, 3.0, 500, 502, 504, (200, {"ok": True})])
def test_what_may_have_been_sent_is_never_repeated_blindly(refused, how, settings):
    if isinstance(how, float):
        settings.PROVIDER_TIMEOUT = (2, 0.3)
    error = refused(how)
    assert (error.unconfirmed, error.stop) == (True, False)


@pytest.mark.parametrize(
    "result", [True, [], {}, {"message_id": 5}, {"chat": {"id": 5}}, {"chat": 1, "message_id": 5}]
)
def test_a_message_without_an_id_may_have_been_sent(refused, result):
    assert refused((200, {"ok": True, "result": result})).code == "no_id"


def test_503_and_nobody_there_are_tried_again(refused, settings):
    error = refused(503)
    assert (error.permanent, error.unconfirmed) == (False, False)
    settings.TELEGRAM_API_URL = "http://127.0.0.1:9"
    error = refused()
    assert (error.permanent, error.unconfirmed, error.code) == (False, False, "connect")


def test_429_waits_as_long_as_telegram_says(refused):
    error = refused(429)
    assert (error.permanent, error.unconfirmed, error.slow) == (False, False, False)
    assert (error.retry_after, error.growth, error.code) == (7, 1, "429")


@pytest.mark.parametrize("wait", [None, "soon", -5, [], 10**400, {}, True])
def test_429_waits_within_reason(refused, wait):
    parameters = {"retry_after": wait}
    answer = {"ok": False, "error_code": 429, "description": "x", "parameters": parameters}
    assert 1 <= refused((429, answer)).retry_after <= 3600
    assert refused((429, b"<html>", {"Retry-After": "9"})).retry_after == 9


@pytest.mark.parametrize("status", [401, 404])
def test_a_refused_token_stops_the_channel(refused, status):
    error = refused(status)
    assert (error.stop, error.permanent, error.code) == (True, False, str(status))


def test_another_token_is_refused_by_telegram(send, row, fake):
    row.credentials = {"access_token": "4711:somebody-elses"}
    with pytest.raises(ChannelError) as raised:
        send()
    assert raised.value.stop


def test_a_blocked_bot_is_told_in_words(refused):
    error = refused(403)
    assert (error.permanent, error.unreachable) == (True, True)
    assert str(error) == "The person has blocked the bot."


@pytest.mark.parametrize(
    ("said", "unreachable"),
    [
        ("Bad Request: chat not found", True),
        ("Bad Request: message text is empty", False),
        ("", False),
        (7, False),
    ],
)
def test_400_is_lasting(refused, said, unreachable):
    error = refused((400, {"ok": False, "error_code": 400, "description": said}))
    assert (error.permanent, error.unreachable, error.code) == (True, unreachable, "400")


@pytest.mark.parametrize("status", [402, 405, 413, 418])
def test_other_refusals_are_lasting(refused, status):
    assert refused(status).permanent


def test_a_conflict_passes(refused):
    error = refused(409)
    assert (error.permanent, error.unconfirmed, error.code) == (False, False, "409")


@pytest.mark.parametrize(
    "answer",
    [
        (200, {"ok": False}),
        (200, {"ok": False, "error_code": "x", "parameters": 7}),
        (400, {"ok": False, "parameters": {"migrate_to_chat_id": [1]}}),
        (400, {"error_code": True, "description": ["x"]}),
        (400, b"\x00"),
        (500, {"ok": False, "error_code": 10**400}),
    ],
    ids=repr,
)
def test_answers_that_are_not_telegrams(refused, answer):
    assert isinstance(refused(answer), ChannelError)


def test_a_group_that_moved_is_written_to_where_it_is_now(send, fake):
    fake.moved = {str(GROUP): SUPERGROUP}
    got = send(to=(Address("group", str(GROUP)),), reply_to=f"{GROUP}.5")
    assert got == f"{SUPERGROUP}.9001"
    assert "reply_parameters" in fake.requests[0].json
    assert "reply_parameters" not in fake.requests[1].json  # it has another number there


def test_a_file_follows_a_group_that_moved(send, fake):
    fake.moved = {str(GROUP): SUPERGROUP}
    to = (Address("group", str(GROUP)),)
    assert send("", to=to, kind="image", file=file()) == f"{SUPERGROUP}.9001"


def test_a_group_that_moves_for_ever_is_given_up(refused, fake):
    fake.moved = {str(GROUP): SUPERGROUP, str(SUPERGROUP): GROUP}
    assert refused(to=(Address("group", str(GROUP)),)).permanent


def fullest_minute(talk):
    """Of a quarter of an hour in which there is always something to say."""
    began, left = timezone.now(), []
    for quarter in range(4 * 60 * 15):
        now = began + timedelta(seconds=quarter / 4)
        if pacing.may_hear(Telegram.rules, talk, now) is None:
            pacing.note_heard([Message(conversation=talk, channel=talk.channel)], now)
            left.append(now)
    return max(sum(one <= at < one + timedelta(minutes=1) for at in left) for one in left)


def test_a_group_gets_twenty_messages_a_minute_and_a_person_one_a_second(group, row):
    there = [("chat_id", str(ANA))]
    person = meet(channel=row, addresses=there, name="Ana Ficticia", phone="")
    assert (fullest_minute(group), fullest_minute(person)) == (20, 62)


def test_what_is_too_much_for_a_group_waits(group, fake):
    for word in ("uno", "dos", "tres", "cuatro"):
        message = outreach.send(conversation=group, text=word, author=Message.Author.BOT)
    for _ in range(5):
        make_due()
        work_off()
    assert [body["text"] for body in fake.sent] == ["uno", "dos", "tres"]
    message.refresh_from_db()
    assert message.state == "queued"
    assert timedelta(0) < message.due_at - timezone.now() < timedelta(seconds=4)


def sent_in(group, text, capture):
    """One message, with the jobs that its sending leaves behind."""
    outreach.send(conversation=group, text=text, author=Message.Author.COLLEAGUE)
    with capture(execute=True):
        make_due()
        work_off()
    for job in OrmQ.objects.all():
        import_string(job.func())(*job.args())
        job.delete()


def ids_of(talk):
    rows = ChannelAddress.objects.filter(identity=talk.identity_id).order_by("id")
    return list(rows.values_list("kind", "value"))


@pytest.mark.parametrize("heard_first", [False, True], ids=["unknown", "heard"])
def test_where_a_group_has_moved_to_is_kept(
    group, row, fake, heard_first, django_capture_on_commit_callbacks
):
    fake.moved = {str(GROUP): SUPERGROUP}
    if heard_first:  # somebody wrote there before we did
        there = [("group", str(SUPERGROUP))]
        meet(channel=row, addresses=there, name="Copropietarios", phone="", is_group=True)
    for text in ("uno", "dos"):
        sent_in(group, text, django_capture_on_commit_callbacks)
    assert sorted(ids_of(group)) == [("group", str(SUPERGROUP)), ("group", str(GROUP))]
    assert Conversation.objects.get() == group
    asked = [request.json["chat_id"] for request in fake.requests if "sendM" in request.path]
    assert asked == [str(GROUP), str(SUPERGROUP), str(SUPERGROUP)]


def test_who_has_not_moved_has_no_new_address(group, row, fake, django_capture_on_commit_callbacks):
    there = [("chat_id", str(ANA))]
    person = meet(channel=row, addresses=there, name="Ana Ficticia", phone="")
    person.last_inbound_at = timezone.now()
    person.save()
    for talk in (group, person):
        sent_in(talk, "Hola", django_capture_on_commit_callbacks)
    assert (ids_of(group), ids_of(person)) == ([("group", str(GROUP))], there)
    assert len(fake.sent) == 2


def test_an_edit_that_changes_nothing_is_none(fake):
    fake.on_editMessageText = lambda given: (
        400,
        {"ok": False, "error_code": 400, "description": "Bad Request: message is not modified: x"},
    )
    assert TelegramClient(TOKEN).call("editMessageText", {"text": "x"}) is None


# --- Through the outbox ----------------------------------------------------------------------


@pytest.fixture
def queue(row, db):
    row.name, row.mode = "Telegram de prueba", Channel.Mode.LIVE
    row.save()
    talk = meet(channel=row, addresses=[("chat_id", str(ANA))], name="Ana Ficticia", phone="")
    ownership.open_episode(talk)
    outreach.note_message(
        talk,
        Message.objects.create(
            conversation=talk,
            channel=row,
            direction="in",
            author="person",
            state="received",
            shown_at=talk.created_at,
            provider_id=f"{ANA}.1",
        ),
    )

    def one(text):
        return outreach.send(conversation=talk, text=text, author=Message.Author.BOT)

    return one


@pytest.mark.parametrize(
    ("how", "state"),
    [
        (None, "sent"),
        (400, "failed"),
        (429, "queued"),
        (500, "unknown"),
        (DROP, "unknown"),
        (MALFORMED, "unknown"),
        (401, "queued"),
    ],
)
def test_each_answer_in_the_outbox(queue, fake, how, state):
    fake.behaviour = [how]
    message = queue("Hola")
    work_off()
    assert states(message) == [state]
    stopped = Channel.objects.get().stopped_at is not None
    assert stopped == (how == 401)


def test_a_blocked_bot_marks_the_person(queue, fake):
    fake.behaviour = [403]
    message = queue("Hola")
    work_off()
    make_due()
    work_off()
    message.refresh_from_db()
    assert (message.state, message.error_text) == ("failed", "The person has blocked the bot.")
    assert ChannelIdentity.objects.get().unreachable_at is not None
    assert fake.sent == []
