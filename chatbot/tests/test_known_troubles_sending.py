"""Known troubles 17 to 24: sending, fetching, the other providers; see test_known_troubles."""

import json
from datetime import UTC, datetime, timedelta

import pytest
from django.test import Client
from django.utils import timezone
from django.utils.module_loading import import_string
from django_q.models import OrmQ

from chatbot.channels import directory
from chatbot.channels.addresses import webhook_path
from chatbot.media import fetch_attachment
from chatbot.models import InboundEvent
from chatbot.tests import dialects
from chatbot.tests.fakes.maytapi import MaytapiFake
from chatbot.tests.fakes.telegram import TOKEN as BOT
from chatbot.tests.fakes.telegram import TelegramFake
from chatbot.tests.graph_stub import message_body
from chatbot.work import work_off
from crm.conversations import outreach
from crm.conversations.models import Attachment, Channel, Conversation, Message
from crm.people.models import ContactPoint

pytestmark = pytest.mark.django_db
ANA, LUIS = "51911000001", "51911000002"
META, WHAPI, MAYTAPI = (
    dialects.MetaDialect(),
    dialects.WhapiDialect(),
    dialects.MaytapiDialect(),
)
TELEGRAM, INSTAGRAM = dialects.TelegramDialect(), dialects.InstagramDialect()


def tell(dialect, channel, body):
    raw = json.dumps(body).encode()
    answer = Client().post(
        webhook_path(channel),
        raw,
        content_type="application/json",
        headers=dialect.headers(raw),
    )
    work_off()
    return answer


def made(dialect):
    channel = dialect.channel()
    directory.forget()
    return channel


def element(type_, id_="wamid.1", at=1_790_000_000, **block):
    return {"from": ANA, "id": id_, "timestamp": str(at), "type": type_, **block}


def status(id_, state, **more):
    item = {"id": id_, "status": state, "timestamp": "1790000200", **more}
    return META.body(("messages", "statuses", item))


# --- 7 to 10: order and states ---------------------------------------------------------------


@pytest.fixture
def sent(graph, queue):
    (message,) = queue("Buenas")
    work_off()
    message.refresh_from_db()
    return message


# --- 17 to 19: sending and fetching ----------------------------------------------------------


def test_17_too_often_to_one_person_waits_and_the_others_flow(graph, queue):
    graph.errors = [131056]
    (slow,) = queue("Hola", to=1)
    work_off()
    # Queued after the refusal: with it in one claim it would be on its way before that is known.
    (other,) = queue("Hola", to=2)
    work_off()
    slow.refresh_from_db()
    other.refresh_from_db()
    assert (slow.state, other.state) == ("queued", "sent")
    assert slow.due_at > timezone.now()


@pytest.mark.usefixtures("in_english")
def test_17_outside_the_window_a_template_is_asked_for_and_nothing_tried_again(graph, queue):
    graph.errors = [131047]
    (message,) = queue("Hola")
    work_off()
    Message.objects.update(due_at=timezone.now())
    work_off()
    message.refresh_from_db()
    assert (message.state, graph.sent) == ("failed", [])
    assert "only a template can be sent" in message.error_text


def test_17_a_dead_token_stops_the_channel_and_keeps_the_queue(graph, queue, channel):
    graph.errors = [190]
    (message,) = queue("Hola")
    work_off()
    message.refresh_from_db()
    channel.refresh_from_db()
    assert message.state == "queued"
    assert channel.stopped_at is not None


def test_18_a_time_out_is_not_sent_again_and_callback_data_settles_it(graph, queue, post):
    graph.errors = ["drop"]
    (message,) = queue("Hola")
    work_off()
    work_off()
    message.refresh_from_db()
    assert message.state == "unknown"
    assert len(graph.sent) == 1
    callback = graph.sent[0]["biz_opaque_callback_data"]
    post(status("wamid.OUT", "delivered", biz_opaque_callback_data=callback))
    work_off()
    message.refresh_from_db()
    assert (message.state, message.provider_id) == ("delivered", "wamid.OUT")


def attachment_of(post, graph, content, settings, **limits):
    graph.media["501"] = content
    for name, value in limits.items():
        setattr(settings, name, value)
    post(message_body(element("image", image={"id": "501", "mime_type": "image/png"})))
    work_off()
    attachment = Attachment.objects.get()
    fetch_attachment(attachment.pk)
    attachment.refresh_from_db()
    return attachment


def test_19_an_expired_address_is_asked_for_anew(post, graph, settings):
    def lies_at(name):
        return {"url": f"{graph.url}/files/{name}", "mime_type": "image/png", "id": "501"}

    graph.media["expired"] = (404, {"error": {"code": 100}})
    attachment = attachment_of(post, graph, lies_at("expired"), settings)
    assert attachment.state == "pending"
    graph.media["501"] = lies_at("fresh")
    graph.media["fresh"] = b"\x89PNG\r\n\x1a\n" + b"0" * 50
    Attachment.objects.update(due_at=timezone.now())
    fetch_attachment(attachment.pk)
    attachment.refresh_from_db()
    assert attachment.state == "ready"


def test_19_what_is_too_large_or_lies_elsewhere_is_refused(post, graph, settings):
    attachment = attachment_of(post, graph, b"x" * 2_000, settings, MEDIA_MAX_BYTES=1_000)
    assert attachment.state == "failed"
    Attachment.objects.update(state="pending", attempts=0, due_at=timezone.now())
    graph.media["501"] = {"url": "https://otra.ejemplo.test/a.png", "mime_type": "image/png"}
    fetch_attachment(attachment.pk)
    attachment.refresh_from_db()
    assert attachment.state == "failed"


# --- 20 to 24: the other providers -----------------------------------------------------------


def test_20_whapi_prefixes_noise_and_echoes():
    channel = made(WHAPI)
    button = {"type": "buttons_reply", "buttons_reply": {"id": "ButtonsV3:menu:saldo"}}
    button["buttons_reply"]["title"] = "Mi saldo"
    tell(WHAPI, channel, WHAPI.body(WHAPI._message("R1-AAAA", ANA, "reply", reply=button)))
    assert Message.objects.get(direction="in").options == [{"id": "menu:saldo"}]
    before = Message.objects.count()
    noise = WHAPI._message("X1-AAAA", ANA, "unknown")
    noise[1]["source"] = "system"
    tell(WHAPI, channel, WHAPI.body(noise))
    assert Message.objects.count() == before
    assert Message.objects.filter(author="bot").count() == 1
    tell(WHAPI, channel, WHAPI.body(WHAPI.echo("E1-AAAA", ANA, "Le marco")))
    assert Message.objects.get(provider_id="E1-AAAA").direction == "out"
    assert Message.objects.count() == before + 1


def test_21_maytapi_acks_failures_and_blank_phones(settings):
    channel = made(MAYTAPI)
    assert Client().get(webhook_path(channel)).status_code == 200
    blank = MAYTAPI.text("false_51911000001@c.us_3EB0A1", ANA)
    blank["user"]["phone"], blank["conversation"] = "", ""
    tell(MAYTAPI, channel, blank)
    talk = Conversation.objects.get()
    assert talk.identity.addresses.first().value == ANA
    Message.objects.filter(author="bot").update(provider_id="uuid-1")
    reaction = {"chatId": f"{ANA}@c.us", "msgId": "uuid-1", "reaction": "👍", "reactorId": None}
    acks = [
        {**reaction, "time": 1_790_000_000},
        {"msgId": "x", "options": [{"id": 1, "name": "Sí", "votes": 1}]},
        {"msgId": "x"},
        {},
    ]
    for data in (acks, [], None):
        body = {"type": "ack", "phone_id": 1150, "data": data}
        assert tell(MAYTAPI, channel, body).status_code == 200
    kept = Message.objects.get(kind="reaction")
    assert (kept.conversation, kept.text, kept.reply_to) == (talk, "👍", "uuid-1")
    assert Message.objects.count() == 3
    assert not InboundEvent.objects.exclude(error="").exists()


def test_21_maytapi_says_200_and_means_no(settings):
    with MaytapiFake() as maytapi:
        settings.MAYTAPI_BASE_URL = maytapi.url
        channel = made(MAYTAPI)
        tell(MAYTAPI, channel, MAYTAPI.text("uno", ANA))
        Channel.objects.update(mode="live", paced_until=None)
        directory.forget()
        maytapi.behaviour = [(200, {"success": False, "message": "Invalid number"})]
        talk = Conversation.objects.get()
        message = outreach.send(conversation=talk, text="Hola", author=Message.Author.BOT)
        work_off()
        message.refresh_from_db()
        assert message.state == "failed"


def test_21_a_maytapi_error_marks_the_message_failed():
    channel = made(MAYTAPI)
    tell(MAYTAPI, channel, MAYTAPI.text("uno", ANA))
    Message.objects.filter(author="bot").update(state="sent", provider_id="uuid-1")
    tell(MAYTAPI, channel, MAYTAPI.status("uuid-1", "failed"))
    assert Message.objects.get(provider_id="uuid-1").state == "failed"


def test_22_telegram_secret_contact_callback_album_and_block(settings):
    channel = made(TELEGRAM)
    raw = json.dumps(TELEGRAM.body(TELEGRAM.text("uno", ANA))).encode()
    wrong = {"X-Telegram-Bot-Api-Secret-Token": "otro"}
    answer = Client().post(
        webhook_path(channel), raw, content_type="application/json", headers=wrong
    )
    assert answer.status_code == 403
    card = {"phone_number": "51911000009", "first_name": "Otra", "user_id": 999}
    forged = TELEGRAM._message("dos", ANA, contact=card)
    tell(TELEGRAM, channel, {"update_id": 1, "message": forged})
    assert not ContactPoint.objects.filter(verified_at__isnull=False).exists()
    own = TELEGRAM._message("tres", ANA, contact={**card, "user_id": int(ANA)})
    tell(TELEGRAM, channel, {"update_id": 2, "message": own})
    assert ContactPoint.objects.get(verified_at__isnull=False).value == "+51911000009"
    for number in range(3):
        photo = [{"file_id": f"F{number}", "file_unique_id": f"u{number}", "width": 9, "height": 9}]
        part = TELEGRAM._message(f"foto{number}", ANA, photo=photo, media_group_id="g1")
        tell(TELEGRAM, channel, {"update_id": 10 + number, "message": part})
    assert Attachment.objects.count() == 3
    kicked = {
        "chat": {"id": int(ANA), "type": "private"},
        "from": {"id": int(ANA), "is_bot": False, "first_name": "Ana"},
        "date": 1_790_000_030,
        "new_chat_member": {"status": "kicked", "user": {"id": 99, "is_bot": True}},
    }
    tell(TELEGRAM, channel, {"update_id": 20, "my_chat_member": kicked})
    assert Conversation.objects.get().identity.unreachable_at is not None


def test_22_a_telegram_button_is_answered(settings, django_capture_on_commit_callbacks):
    with TelegramFake() as telegram:
        settings.TELEGRAM_API_URL = telegram.url
        channel = made(TELEGRAM)
        channel.credentials = {**channel.credentials, "access_token": BOT}
        channel.mode = "live"
        channel.save()
        directory.forget()
        query = {
            "id": "4382",
            "from": {"id": int(ANA), "is_bot": False, "first_name": "Ana"},
            "data": "menu:saldo",
        }
        with django_capture_on_commit_callbacks(execute=True):
            tell(TELEGRAM, channel, {"update_id": 5, "callback_query": query})
        assert Message.objects.get(direction="in").options == [{"id": "menu:saldo"}]
        for job in OrmQ.objects.all():
            import_string(job.func())(*job.args())
        assert ("answerCallbackQuery", {"callback_query_id": "4382"}) in telegram.calls


def test_23_instagram_echo_deletion_dashboard_test_and_milliseconds():
    channel = made(INSTAGRAM)
    tell(INSTAGRAM, channel, INSTAGRAM.body(INSTAGRAM.text("m_1", "9001")))
    message = Message.objects.get(direction="in")
    assert message.provider_at == datetime.fromtimestamp(dialects.AT, UTC) or (
        abs(message.provider_at - timezone.now()) < timedelta(minutes=1)
    )
    tell(INSTAGRAM, channel, INSTAGRAM.body(INSTAGRAM.echo("m_3", "9001", "Le ayudo")))
    assert Message.objects.get(provider_id="m_3").direction == "out"
    tell(INSTAGRAM, channel, INSTAGRAM.body(INSTAGRAM.deletion("m_1", "9001")))
    message.refresh_from_db()
    assert message.deleted_at is not None
    value = {
        "sender": {"id": "9002"},
        "recipient": {"id": "178414"},
        "timestamp": "1527459824",
        "message": {"mid": "m_test", "text": "random_text"},
    }
    entry = {"id": "178414", "time": 1, "changes": [{"field": "messages", "value": value}]}
    assert tell(INSTAGRAM, channel, {"object": "instagram", "entry": [entry]}).status_code == 200
    assert Message.objects.filter(text="random_text").count() == 1


@pytest.mark.parametrize("dialect", dialects.DIALECTS[:6], ids=lambda one: one.slug)
def test_24_what_nobody_knows_is_answered_200_and_kept(dialect):
    channel = made(dialect)
    body = dialect.body(dialect.text("uno", ANA))
    for strange in ({"novedad": {"x": 1}}, {**body, "novedad": [1]}, dialect.body(
        dialect.unknown("dos", ANA)
    )):  # fmt: skip
        assert tell(dialect, channel, strange).status_code == 200
    kept = " ".join(InboundEvent.objects.values_list("payload", flat=True))
    assert "novedad" in kept and "hologram" in kept
    assert Message.objects.filter(direction="in", text="Hola").count() == 1
    assert not InboundEvent.objects.exclude(error="").exists()


def test_24_a_field_nobody_knows_costs_the_one_beside_it_nothing():
    channel = made(META)
    body = META.body(META.text("uno", ANA))
    strange = {"field": "holograms", "value": {"hologram": {"x": 1}}}
    body["entry"][0]["changes"].insert(0, strange)
    assert tell(META, channel, body).status_code == 200
    assert Message.objects.get(direction="in").text == "Hola"
    notice = InboundEvent.objects.get(kind="notice")
    assert "holograms" in notice.payload and '"hologram": {"x": 1}' in notice.payload
    assert (notice.state, notice.error) == ("ignored", "")
