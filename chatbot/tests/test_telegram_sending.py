"""What leaves for Telegram, and what each of its answers makes of it."""

import logging
import traceback
from datetime import timedelta

import pytest
from django.utils import timezone, translation
from django.utils.module_loading import import_string
from django_q.models import OrmQ

from chatbot import pacing
from chatbot.channels.base import Outgoing, OutgoingFile
from chatbot.channels.errors import ChannelError
from chatbot.channels.events import Address
from chatbot.channels.telegram import Telegram
from chatbot.channels.telegram_api import TelegramClient
from chatbot.tests.fakes.server import DROP, MALFORMED
from chatbot.tests.fakes.telegram import (
    ANA,
    GROUP,
    SECRET,
    SUPERGROUP,
    TOKEN,
    TelegramFake,
    form,
)
from chatbot.tests.outgoing import make_due, states
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
from crm.logs import redact

pytestmark = pytest.mark.once

TO = (Address("chat_id", str(ANA)),)
MENU = (("menu:saldo", "Mi saldo"), ("menu:asesor", "Un asesor"))


@pytest.fixture(autouse=True)
def fake(settings):
    with TelegramFake() as started:
        settings.TELEGRAM_API_URL = started.url
        settings.PROVIDER_TIMEOUT = (2, 2)
        yield started


@pytest.fixture(autouse=True)
def english():
    with translation.override("en"):
        yield


@pytest.fixture
def row():
    given = {"access_token": TOKEN, "webhook_secret": SECRET}
    return Channel(provider="telegram", credentials=given)


@pytest.fixture
def send(row):
    def one(text="Hola", to=TO, **fields):
        return Telegram(row).send(Outgoing(1, "a-1", to, text, **fields))

    return one


@pytest.fixture
def refused(send, fake):
    """refused(behaviour) -> the ChannelError of one send that is treated so."""

    def one(*how, **fields):
        fake.behaviour = list(how)
        with pytest.raises(ChannelError) as raised:
            send(**fields)
        return raised.value

    return one


def file(kind="image/jpeg", name="casa.jpg"):
    return OutgoingFile(name, kind, 3, lambda: b"abc", lambda: "https://example.org/f/1")


# --- What leaves -----------------------------------------------------------------------------


def test_a_text(send, fake):
    left = []
    assert send("Hola *a todos*", leaving=lambda: left.append(len(fake.sent))) == f"{ANA}.9001"
    assert fake.sent == [
        {
            "chat_id": str(ANA),
            "text": "Hola *a todos*",
            "link_preview_options": {"is_disabled": True},
        }
    ]
    assert left == [0]


def test_answers_stand_as_buttons_one_a_row(send, fake):
    send("¿Qué desea?", options=MENU)
    assert fake.sent[0]["reply_markup"] == {
        "inline_keyboard": [
            [{"text": "Mi saldo", "callback_data": "menu:saldo"}],
            [{"text": "Un asesor", "callback_data": "menu:asesor"}],
        ]
    }


@pytest.mark.parametrize("id_", ["x" * 64, "ñ" * 32])
def test_sixty_four_bytes_fit_behind_a_button(send, fake, id_):
    send("¿Qué?", options=((id_, "Una"),))
    (button,) = fake.sent[0]["reply_markup"]["inline_keyboard"][0]
    assert button["callback_data"] == id_


@pytest.mark.parametrize("id_", ["x" * 65, "ñ" * 33, ""])
def test_answers_whose_id_does_not_fit_are_numbered(send, fake, id_):
    """The desk understands "2" as the second of the answers last offered."""
    send("¿Qué?", options=(("menu:saldo", "Mi saldo"), (id_, "Otra")))
    assert fake.sent[0]["text"] == "¿Qué?\n\n1. Mi saldo\n2. Otra"
    assert "reply_markup" not in fake.sent[0]


def test_a_quoted_message_may_be_gone(send, fake):
    send(reply_to=f"{ANA}.5")
    assert fake.sent[0]["reply_parameters"] == {
        "message_id": 5,
        "allow_sending_without_reply": True,
    }


@pytest.mark.parametrize("quoted", ["callback.4382", "7002.5", "derived.abc", f"{ANA}.x"])
def test_what_cannot_be_quoted_is_not(send, fake, quoted):
    send(reply_to=quoted)
    assert "reply_parameters" not in fake.sent[0]


def test_a_group_is_written_to_by_its_newest_id(send, fake):
    to = (Address("group", str(GROUP)), Address("group", str(SUPERGROUP)))
    assert send(to=to) == f"{SUPERGROUP}.9001"


@pytest.mark.parametrize(
    ("kind", "mime", "method", "field"),
    [
        ("image", "image/jpeg", "sendPhoto", "photo"),
        ("image", "image/tiff", "sendDocument", "document"),
        ("document", "application/pdf", "sendDocument", "document"),
        ("audio", "audio/ogg", "sendVoice", "voice"),
        ("audio", "audio/ogg; codecs=opus", "sendVoice", "voice"),
        ("audio", "audio/mpeg", "sendAudio", "audio"),
        ("audio", "audio/amr", "sendDocument", "document"),
        ("video", "video/mp4", "sendVideo", "video"),
        ("video", "video/3gpp", "sendDocument", "document"),
    ],
)
def test_a_file_is_uploaded(send, fake, kind, mime, method, field):
    got = send("La casa", kind=kind, file=file(mime), options=MENU[:1], reply_to=f"{ANA}.5")
    assert got == f"{ANA}.9001"
    (request,) = fake.requests
    assert request.path.endswith(f"/{method}")
    fields = form(request)
    assert fields[field] == ("casa.jpg", mime.split(";")[0], b"abc")
    assert (fields["chat_id"], fields["caption"]) == (str(ANA), "La casa")
    assert '"message_id": 5' in fields["reply_parameters"]
    assert "menu:saldo" in fields["reply_markup"]


def test_a_sticker_says_nothing(send, fake):
    send("", kind="sticker", file=file("image/webp"))
    send("Mira", kind="sticker", file=file("image/webp"))
    assert [one.path.rsplit("/", 1)[1] for one in fake.requests] == ["sendSticker", "sendDocument"]
    assert "caption" not in form(fake.requests[0])


def test_a_file_without_name_or_type_goes_all_the_same(send, fake):
    send("", kind="document", file=file("", ""))
    assert form(fake.requests[0])["document"] == ("file", "application/octet-stream", b"abc")


@pytest.mark.parametrize(("length", "extra"), [(4097, {}), (1025, {"file": file()})])
def test_more_than_telegram_takes_is_refused_and_not_cut(refused, fake, length, extra):
    error = refused(text="x" * length, kind="document" if extra else "text", **extra)
    assert (error.permanent, error.code, fake.requests) == (True, "length", [])


def test_nobody_is_no_address(refused):
    assert refused(to=(Address("wa_id", "51911000001"),)).permanent


# --- What it answers -------------------------------------------------------------------------


def test_a_slow_answer_is_waited_for(send, fake):
    fake.behaviour = [0.5]
    assert send() == f"{ANA}.9001"


@pytest.mark.parametrize("how", [DROP, MALFORMED, 3.0, 500, 502, 504, (200, {"ok": True})])
def test_what_may_have_been_sent_is_never_repeated_blindly(refused, how):
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


@pytest.fixture
def group(db, row):
    row.mode = Channel.Mode.LIVE
    row.save()
    there = [("group", str(GROUP))]
    talk = meet(channel=row, addresses=there, name="Copropietarios", phone="", is_group=True)
    talk.last_inbound_at = timezone.now()
    talk.save()
    return talk


def fullest_minute(talk):
    """Of a quarter of an hour in which there is always something to say."""
    began, left = timezone.now(), []
    for quarter in range(4 * 60 * 15):
        now = began + timedelta(seconds=quarter / 4)
        if pacing.may_hear(Telegram.rules, talk, now) is None:
            pacing.note_heard([talk], now)
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


# --- The token stands in every address -------------------------------------------------------


@pytest.mark.parametrize(
    "how", [DROP, MALFORMED, 3.0, 400, 401, 403, 404, 429, 500, 503, (302, {}, {"Location": "/x"})]
)
def test_no_error_and_no_log_shows_the_token(refused, how, caplog, capfd):
    caplog.set_level(logging.DEBUG)
    logging.getLogger("urllib3").setLevel(logging.WARNING)  # as in the settings
    error = refused(how)
    told = "".join(traceback.format_exception(error)) + str(error) + repr(error) + error.code
    assert TOKEN not in told + caplog.text + "".join(capfd.readouterr())
    assert TOKEN.partition(":")[2] not in told


@pytest.mark.parametrize("url", ["http://127.0.0.1:9", "http://telegram.invalid", "http://[::1"])
def test_nor_where_nobody_can_be_reached(refused, settings, url):
    settings.TELEGRAM_API_URL = url
    error = refused()
    assert TOKEN not in "".join(traceback.format_exception(error))


def test_nor_where_telegram_itself_says_it(refused):
    said = f"Not found: /bot{TOKEN}/sendMessage"
    assert TOKEN not in str(refused((400, {"ok": False, "error_code": 400, "description": said})))


def test_nor_a_log_line_that_has_the_address():
    assert "AAfict" not in redact(f"GET https://api.telegram.org/file/bot{TOKEN}/documents/x.pdf")


@pytest.mark.parametrize("token", ["", "x", "4711:", "4711:a b", "4711:a/../b", "ñ:x", "4711:a\n"])
def test_what_is_no_token_is_never_sent(send, row, fake, token):
    row.credentials = {"access_token": token}
    with pytest.raises(ChannelError) as raised:
        send()
    assert (raised.value.stop, raised.value.code, fake.requests) == (True, "unconfigured", [])


def test_another_bots_token_is_refused(send, row, fake):
    """It counts its messages from one again: they would be taken for old ones, and dropped."""
    row.external_id = "4712"
    with pytest.raises(ChannelError) as raised:
        send()
    assert (raised.value.stop, fake.requests) == (True, [])
    row.external_id = "4711"
    send()


# --- Files that came in ----------------------------------------------------------------------


def fetch(row, id_="F1", limit=10_000):
    return Telegram(row).fetch_media(id_, limit)


def test_a_file_is_fetched_by_its_id(row, fake):
    fake.media["F1"] = b"abc"
    assert fetch(row) == (b"abc", "image/png")
    assert fake.requests[-1].path == f"/file/bot{TOKEN}/documents/F1"


def test_what_every_file_is_called_says_nothing(row, fake):
    fake.media["F1"] = (200, b"abc", {"Content-Type": "application/octet-stream"})
    assert fetch(row) == (b"abc", "")


def test_a_file_over_twenty_megabytes_is_refused_in_words(row, fake):
    fake.on_getFile = lambda given: (
        400,
        {"ok": False, "error_code": 400, "description": "Bad Request: file is too big"},
    )
    with pytest.raises(ChannelError, match="20 MB") as raised:
        fetch(row)
    assert raised.value.permanent


def test_a_file_over_our_own_limit_is_refused(row, fake):
    fake.media["F1"] = b"x" * 100
    with pytest.raises(ChannelError) as raised:
        fetch(row, limit=10)
    assert (raised.value.permanent, raised.value.code) == (True, "size")


@pytest.mark.parametrize("result", [None, {}, {"file_path": 7}, "x"])
def test_a_file_without_a_path_is_tried_again(row, fake, result):
    fake.on_getFile = lambda given: result
    with pytest.raises(ChannelError) as raised:
        fetch(row)
    assert not raised.value.permanent


def test_an_address_that_ran_out_shows_no_token(row, fake):
    fake.media["F1"] = (404, {"ok": False})
    with pytest.raises(ChannelError) as raised:
        fetch(row)
    assert TOKEN not in "".join(traceback.format_exception(raised.value))
    assert not raised.value.permanent


# --- What else is asked ----------------------------------------------------------------------


def test_check_says_which_bot_it_is(row):
    assert Telegram(row).check() == "Oficina Demo · @demo_bot"


def test_typing_is_shown(row, fake):
    Telegram(row).show_typing("7001.5", TO)
    assert fake.calls == [("sendChatAction", {"chat_id": str(ANA), "action": "typing"})]


def test_a_tap_too_old_to_be_answered_is_let_go(row, fake):
    said = "Bad Request: query is too old and response timeout expired or query ID is invalid"
    late = {"ok": False, "error_code": 400, "description": said}
    fake.on_answerCallbackQuery = lambda given: (400, late)
    Telegram(row).acknowledge("4382")
    fake.on_answerCallbackQuery = lambda given: (401, fake.refusal(401))
    with pytest.raises(ChannelError):
        Telegram(row).acknowledge("4382")


def test_registering_tells_telegram_the_secret(row, fake):
    url = "https://oficina.example/webhooks/telegram/1/"
    Telegram(row).register(url)
    ((method, given),) = fake.calls
    assert (method, given["url"], given["secret_token"]) == ("setWebhook", url, SECRET)
    assert given["max_connections"] == 1  # one after the other: in order
    assert {"message", "edited_message", "callback_query", "message_reaction"} < set(
        given["allowed_updates"]
    )


@pytest.mark.parametrize("secret", ["", "ñ", "a b", "a\n", "x" * 257])
def test_no_webhook_without_a_fit_secret(row, fake, secret):
    row.credentials = {"access_token": TOKEN, "webhook_secret": secret}
    with pytest.raises(ChannelError, match="secret"):
        Telegram(row).register("https://oficina.example/")
    assert fake.requests == []


def test_what_telegram_has_on_record(row, fake):
    assert Telegram(row).on_record() == "No webhook is set."
    fake.webhook = {
        "url": f"https://oficina.example/{TOKEN}",
        "pending_update_count": 10,
        "last_error_date": 1790000000,
        "last_error_message": "Wrong response from the webhook: 403 Forbidden",
    }
    known = Telegram(row).on_record()
    assert known.startswith("https://oficina.example/*** · 10 updates wait · ")
    assert known.endswith(" Wrong response from the webhook: 403 Forbidden")


@pytest.mark.parametrize("result", [None, [], {"url": 7, "last_error_date": "x"}])
def test_a_record_that_is_none(row, fake, result):
    fake.webhook = result
    assert Telegram(row).on_record() == "No webhook is set."


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
