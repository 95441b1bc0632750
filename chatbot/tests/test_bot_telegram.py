"""The same self-service at Telegram: inline keyboards, photos, documents."""

import itertools

import pytest
from django.utils import timezone

from chatbot.channels import directory
from chatbot.dialog import sessions
from chatbot.models import PartnerSession
from chatbot.tests.fakes import telegram as sample
from chatbot.tests.fakes.telegram import SECRET, TOKEN, TelegramFake, form
from chatbot.tests.outgoing import make_due
from chatbot.tests.self_service import jpeg, make_loan, run_jobs
from chatbot.work import work_off
from crm.conversations import outreach
from crm.conversations.models import Channel, Conversation, Message
from partners.models import Receipt
from partners.papers.press import press

pytestmark = [pytest.mark.once, pytest.mark.django_db]


@pytest.fixture
def telegram(settings):
    with TelegramFake() as fake:
        settings.TELEGRAM_API_URL = fake.url
        yield fake


@pytest.fixture
def tell(telegram, client, ana, django_capture_on_commit_callbacks):
    """tell(update) -> the bodies answered to it; Ana is logged in."""
    Channel.objects.create(
        name="Telegram de prueba",
        provider="telegram",
        mode=Channel.Mode.LIVE,
        default_for="telegram",
        credentials={"access_token": TOKEN, "webhook_secret": SECRET},
    )
    directory.forget()

    numbers = itertools.count(100)

    def send(update):
        if "message" in update:
            update["message"]["message_id"] = next(numbers)
        else:
            update["callback_query"]["id"] = str(next(numbers))
        before = len(telegram.sent)
        headers = {"X-Telegram-Bot-Api-Secret-Token": SECRET}
        with django_capture_on_commit_callbacks(execute=True):
            url = "/chatbot/webhook/telegram/"
            assert client.post(url, update, "application/json", headers=headers).status_code == 200
            work_off()
        with django_capture_on_commit_callbacks(execute=True):
            run_jobs()
            for _ in range(2):  # one a second to a person, after the first few
                make_due()
                Conversation.objects.update(paced_until=None)
                work_off()
        return telegram.sent[before:]

    send(sample.written("Hola"))
    sessions.open_session(
        conversation=Conversation.objects.get(),
        partner=ana,
        way=PartnerSession.Way.CODE,
        now=timezone.now(),
    )
    return send


def keyboard(body):
    rows = body["reply_markup"]["inline_keyboard"]
    return [(one["callback_data"], one["text"]) for row in rows for one in row]


def test_what_the_desk_says_by_itself_is_bold_and_a_colleagues_words_are_theirs(tell, telegram):
    talk = Conversation.objects.get()
    for author in (Message.Author.SYSTEM, Message.Author.COLLEAGUE):
        outreach.send(conversation=talk, text="Listo: *T-000009*", author=author)
        Conversation.objects.update(paced_until=None)
        make_due()
        work_off()
    ours, theirs = telegram.sent[-2:]
    assert ours["text"] == "Listo: T-000009" and ours["entities"][0]["type"] == "bold"
    assert theirs["text"] == "Listo: *T-000009*" and "entities" not in theirs


def test_the_menu_is_a_keyboard_and_each_key_asks(tell, product, ana):
    make_loan(ana, product, "P-000005")
    make_loan(ana, product, "P-000007")
    (body,) = tell(sample.written("Hola"))
    keys = keyboard(body)
    assert "¡Hola, Ana!" in body["text"]
    assert keys[1] == ("intent:list_loans", "Mis préstamos") and len(keys) == 10
    (body,) = tell(sample.tap("intent:list_loans"))
    assert "P-000007" in body["text"]
    second = keyboard(body)[1]
    assert second[1] == "P-000007"
    (body,) = tell(sample.tap(second[0]))
    assert "Préstamo P-000007" in body["text"]


def test_a_photo_becomes_a_receipt(tell, telegram, product, ana):
    make_loan(ana, product, "P-000005")
    telegram.media["F1l"] = jpeg()
    (body,) = tell(
        sample.update(
            message=sample.message(caption="Monto: 500\nFecha: 2025-01-15", photo=sample.PHOTO)
        )
    )
    assert "S/ 500.00" in body["text"]
    confirm = keyboard(body)[0]
    assert confirm[1] == "Sí"
    taken, stored = (one["text"] for one in tell(sample.tap(confirm[0])))
    receipt = Receipt.objects.get()
    assert "guardando" in taken and f"n.º {receipt.pk}" in stored
    assert (receipt.status, receipt.amount) == ("pending", 500)


@pytest.mark.parametrize(
    "file",
    [
        {"file_size": 6 * 1024 * 1024, "mime_type": "application/pdf"},
        {"file_size": 21 * 1024 * 1024, "mime_type": "image/jpeg"},
        {"file_size": 1000, "mime_type": "image/gif"},
    ],
)
def test_what_is_announced_as_no_receipt_is_refused_at_once(tell, telegram, product, ana, file):
    make_loan(ana, product, "P-000005")
    (body,) = tell(
        sample.update(
            message=sample.message(
                caption="Monto: 500\nFecha: 2025-01-15", document=sample.file("D9", **file)
            )
        )
    )
    assert "No puedo aceptar ese archivo" in body["text"] and "hasta 5 MB" in body["text"]
    assert not Receipt.objects.exists()


def test_a_voice_note_is_answered_with_the_menu(tell):
    voice = sample.file(duration=4, mime_type="audio/ogg")
    (body,) = tell(sample.update(message=sample.message(voice=voice)))
    assert "no puedo escuchar" in body["text"]
    assert len(keyboard(body)) == 10


def test_the_statement_comes_as_a_document(tell, telegram, product, ana):
    make_loan(ana, product, "P-000005")
    tell(sample.written("estado de cuenta"))
    coming, paper = tell(sample.tap("statement:pdf"))
    assert "en un momento" in coming["text"]
    name, _mime, content = form(paper)["document"]
    assert name.endswith(".pdf") and content.startswith(b"%PDF-")
    press.stop()
