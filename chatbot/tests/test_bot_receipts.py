"""Receipts by chat: from a picture to a pending receipt, and all that may come between."""

import base64
from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.db import connection
from django.utils import timezone

from chatbot.dialog import sessions
from chatbot.intents import handing_in
from chatbot.models import ConfirmedReceipt, Dialog, PartnerSession
from chatbot.tests.self_service import *  # noqa: F403
from chatbot.tests.self_service import MOST_QUERIES, at_once, jpeg, make_loan, restarted
from chatbot.work import work_off
from crm.conftest import colleague  # noqa: F401
from crm.conversations.models import Attachment, Message
from crm.errors import DeskError
from partners.models import Receipt
from partners.receipts import approve_receipt, reject_receipt
from partners.tests.conftest import officer  # noqa: F401

pytestmark = [pytest.mark.once, pytest.mark.django_db]

CAPTION = "Monto: 500\nFecha: 2025-01-15"
PNG = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg=="
)
GIF = b"GIF89a" + b"\x01\x00\x01\x00\x80\x00\x00" + b"\x00" * 40


@pytest.fixture
def loan(ana, product):
    return make_loan(ana, product, "P-000005")


def kept(receipt):
    return receipt.status, receipt.amount, receipt.paid_on


def yes(ask):
    """Tap the first of what was offered."""
    return ask.tap(ask.options[0][0], "Sí")


def test_a_picture_with_amount_and_date_is_confirmed_and_stored_pending(ask, loan):
    (question,) = ask.picture(jpeg(), CAPTION)
    assert "S/ 500.00" in question and "15 de enero de 2025" in question
    assert "P-000005" in question
    assert [title for _id, title in ask.options] == ["Sí", "No"]
    assert not Receipt.objects.exists()
    (taken,) = yes(ask)
    assert "guardando" in taken and not Receipt.objects.exists()
    (told,) = ask.jobs()
    receipt = Receipt.objects.get()
    assert kept(receipt) == ("pending", Decimal("500.00"), date(2025, 1, 15))
    assert (receipt.partner, receipt.loan) == (loan.partner, loan)
    assert f"n.º {receipt.pk}" in told and "pendiente de revisión" in told
    assert "500" not in told
    assert ask.dialog.name == ""


@pytest.mark.parametrize(
    ("caption", "amount"),
    [
        ("Monto: 1,500.00", "S/ 1,500.00"),
        ("S/1500", "S/ 1,500.00"),
        ("Monto: S/ 500", "S/ 500.00"),
    ],
)
def test_an_amount_in_the_caption_leaves_only_the_day_to_ask(ask, loan, caption, amount):
    (question,) = ask.picture(jpeg(), caption)
    assert "¿Qué día pagaste?" in question
    (question,) = ask("15/01/2025")
    assert amount in question and "15 de enero de 2025" in question


def test_a_caption_in_a_sentence_is_read_day_first(ask, loan):
    (question,) = ask.picture(jpeg(), "pago S/ 250,50 el 03/02/2025")
    assert "S/ 250.50" in question and "3 de febrero de 2025" in question
    yes(ask)
    ask.jobs()
    assert kept(Receipt.objects.get()) == ("pending", Decimal("250.50"), date(2025, 2, 3))


def test_a_day_that_is_none_keeps_the_amount_and_is_asked_again(ask, loan):
    (question,) = ask.picture(jpeg(), "Monto: 320\nfecha 2025-13-45")
    assert "no existe" in question and "¿Qué día pagaste?" in question
    (question,) = ask("2025-13-46")
    assert "no existe" in question
    (question,) = ask("ayer")
    yesterday = timezone.localdate() - timedelta(days=1)
    assert "S/ 320.00" in question and f"{yesterday.day} de" in question


def test_a_day_to_come_is_refused_and_asked_again(ask, loan):
    ask.picture(jpeg(), "Monto: 320")
    tomorrow = timezone.localdate() + timedelta(days=1)
    (question,) = ask(f"{tomorrow:%d/%m/%Y}")
    assert "todavía no llega" in question
    assert ask.dialog.data["amount"] == "320.00"


@pytest.mark.parametrize("words", ["Comprobante", "Subir boleta", "ya pagué"])
def test_one_by_one(ask, loan, words):
    (question,) = ask(words)
    assert "foto clara" in question and "5 MB" in question
    (question,) = ask.picture(jpeg())
    assert "¿De cuánto fue el pago?" in question
    (question,) = ask("250.50")
    assert "¿Qué día pagaste?" in question
    assert [title for _id, title in ask.options] == ["Hoy", "Ayer"]
    (question,) = yes(ask)
    assert "S/ 250.50" in question
    (taken,) = ask("sí")
    assert "guardando" in taken
    ask.jobs()
    assert kept(Receipt.objects.get()) == ("pending", Decimal("250.50"), timezone.localdate())


def test_small_amounts_are_no_rows_of_the_menu(ask, loan):
    ask("menú")
    ask("Comprobante")
    ask.picture(jpeg())
    (question,) = ask("5")
    assert "¿Qué día pagaste?" in question
    assert ask.dialog.data["amount"] == "5.00"


def test_what_was_said_before_the_picture_is_not_asked_again(ask, loan):
    (question,) = ask("ya pagué 250.50 ayer")
    assert "250.50" in question and "foto clara" in question
    (question,) = ask.picture(jpeg())
    assert "Revisa tu comprobante" in question


def test_of_several_loans_which_is_asked_and_may_stay_open(ask, ana, product, loan):
    second = make_loan(ana, product, "P-000007")
    (question,) = ask.picture(jpeg(), CAPTION)
    assert "¿De cuál préstamo es el pago?" in question
    assert [title for _id, title in ask.options] == ["P-000005", "P-000007", "No sé"]
    (question,) = ask("P-7")
    assert "P-000007" in question and "Revisa" in question
    ask("sí")
    ask.picture(jpeg("red"), CAPTION)
    (question,) = ask("no sé")
    assert "por definir" in question
    ask("sí")
    ask.jobs()
    assert list(Receipt.objects.order_by("id").values_list("loan", flat=True)) == [second.pk, None]


def test_no_asks_what_is_wrong_and_mends_only_that(ask, loan):
    ask.picture(jpeg(), CAPTION)
    (question,) = ask("no")
    assert "¿Qué corregimos?" in question
    ask.tap(ask.options[0][0])
    (question,) = ask("600")
    assert "S/ 600.00" in question and "15 de enero de 2025" in question
    (question,) = ask("no, fueron 650")
    assert "S/ 650.00" in question
    ask("no")
    (question,) = ask("la fecha")
    assert "¿Qué día pagaste?" in question
    (question,) = ask("16/01/2025")
    assert "16 de enero" in question
    ask("no")
    ask.tap(ask.options[2][0])
    assert ask.dialog.name == "" and not ConfirmedReceipt.objects.exists()


@pytest.mark.parametrize("words", ["cancelar", "menú", "mi deuda"])
@pytest.mark.parametrize("step", ["file", "amount", "day", "confirm"])
def test_it_is_left_at_any_step(ask, loan, words, step):
    captions = {"amount": "", "day": "Monto: 500", "confirm": CAPTION}
    ask.picture(jpeg(), captions[step]) if step in captions else ask("comprobante")
    assert ask.dialog.step == step
    (text,) = ask(words)
    expected = {"cancelar": "lo dejamos", "menú": "puedo hacer", "mi deuda": "Estado de cuenta"}
    assert expected[words] in text
    assert ask.dialog.name == ""
    ask.jobs()
    assert not Receipt.objects.exists()


# --- Once ------------------------------------------------------------------------------------


def test_the_same_picture_twice_is_one_receipt(ask, loan):
    for _ in range(2):
        ask.picture(jpeg(), CAPTION)
        yes(ask)
        (told,) = ask.jobs()
    assert Receipt.objects.count() == 1
    assert "ya lo tenía" in told


def test_the_same_webhook_twice_is_one_receipt(ask, loan):
    ask.graph.media["900"] = jpeg()
    image = {"id": "900", "mime_type": "image/jpeg", "sha256": "x", "caption": CAPTION}
    element = {"type": "image", "image": image}
    first = ask.element(element, wamid="wamid.SAME")
    assert len(first) == 1 and ask.element(element, wamid="wamid.SAME") == []
    yes(ask)
    ask.jobs()
    assert Receipt.objects.count() == 1


def test_the_same_button_twice_is_one_receipt(ask, loan):
    ask.picture(jpeg(), CAPTION)
    button = ask.options[0][0]
    assert "guardando" in ask.tap(button)[0]
    assert "Ya me lo confirmaste" in ask.tap(button)[0]
    ask.jobs()
    (text,) = ask.tap(button)
    assert f"n.º {Receipt.objects.get().pk}" in text
    assert ask.jobs() == []


def test_the_job_twice_stores_and_tells_once(ask, loan):
    ask.picture(jpeg(), CAPTION)
    yes(ask)
    (row,) = ConfirmedReceipt.objects.all()
    assert len(ask.jobs()) == 1
    handing_in.hand_in(row.pk)
    handing_in.sweep()
    assert ask.jobs() == [] and Receipt.objects.count() == 1


def test_a_button_of_an_older_picture_confirms_no_other(ask, loan):
    ask.picture(jpeg(), CAPTION)
    old = ask.options[0][0]
    ask("cancelar")
    ask.picture(jpeg("red"), CAPTION)
    ask.tap(old)
    ask.jobs()
    assert not ConfirmedReceipt.objects.exists()


def test_a_second_picture_waits_for_the_first(ask, loan):
    ask.picture(jpeg(), "Monto: 500")
    texts = ask.picture(jpeg("red"))
    assert "uno en uno" in texts[0] and "¿Qué día pagaste?" in texts[1]
    ask("ayer")
    ask("sí")
    ask.jobs()
    assert Receipt.objects.count() == 1


# --- Files -----------------------------------------------------------------------------------


def test_a_pdf_and_a_png_are_taken(ask, loan):
    ask.picture(PNG, CAPTION, kind="document", mime="image/png", filename="voucher.png")
    yes(ask)
    ask.jobs()
    assert Receipt.objects.get().content_type == "image/png"


def test_a_gif_is_refused_at_once_with_the_limits(ask, loan):
    (text,) = ask.picture(GIF, CAPTION, kind="document", mime="image/gif", filename="x.gif")
    assert "PDF, JPEG o PNG" in text and "5 MB" in text
    assert ask.dialog.step == "file"
    (question,) = ask.picture(jpeg())
    assert "S/ 500.00" in question
    yes(ask)
    ask.jobs()
    assert Receipt.objects.count() == 1


def test_a_gif_that_calls_itself_a_jpeg_is_refused_by_its_bytes(ask, loan):
    ask.picture(GIF, CAPTION)
    yes(ask)
    (text,) = ask.jobs()
    assert "PDF, JPEG o PNG" in text and not Receipt.objects.exists()


def test_six_megabytes_are_refused_with_the_limits(ask, loan):
    ask.picture(jpeg() + b"\0" * 6 * 1024 * 1024, CAPTION)
    yes(ask)
    (text,) = ask.jobs()
    assert "5 MB" in text and "PDF, JPEG o PNG" in text
    assert not Receipt.objects.exists()
    assert ConfirmedReceipt.objects.get().settled_at is not None


def test_six_megabytes_known_before_the_question_are_refused_before_it(ask, loan):
    ask.picture(jpeg() + b"\0" * 6 * 1024 * 1024, "Monto: 500")
    assert ask.jobs() == []  # the file comes
    (text,) = ask("ayer")
    assert "5 MB" in text and ask.dialog.step == "file"
    assert ask.dialog.data["amount"] == "500.00"


def test_a_file_that_is_not_here_yet_is_waited_for(ask, loan):
    ask.picture((503, {}), CAPTION)  # the provider does not have it yet
    yes(ask)
    assert ask.jobs() == []
    attachment = Attachment.objects.get()
    assert attachment.state == "pending"
    ask.graph.media[attachment.media_id] = jpeg()
    past = timezone.now() - timedelta(minutes=2)
    Attachment.objects.update(due_at=past)
    ConfirmedReceipt.objects.update(due_at=past)
    handing_in.sweep()
    assert Receipt.objects.count() == 1
    (told,) = ask.jobs()
    assert "pendiente de revisión" in told


def test_a_file_that_never_comes_is_told(ask, loan):
    ask.picture((503, {}), CAPTION)
    button = ask.options[0][0]
    yes(ask)
    ask.jobs()
    Attachment.objects.update(state="failed")
    ConfirmedReceipt.objects.update(due_at=timezone.now())
    handing_in.sweep()
    (told,) = ask.jobs()
    assert "Envíalo otra vez" in told and "5 MB" in told
    assert ConfirmedReceipt.objects.get().settled_at is not None
    assert ask.tap(button, "Sí") == [told]


def test_what_cannot_be_stored_says_so_in_the_end_and_a_retry_makes_one(ask, loan, settings):
    broken, whole = "/proc/nowhere", settings.MEDIA_ROOT
    ask.picture(jpeg(), CAPTION)
    ask.jobs()
    yes(ask)
    settings.MEDIA_ROOT = broken
    for _ in range(handing_in.MOST_FAILURES):
        ConfirmedReceipt.objects.update(due_at=timezone.now())
        handing_in.sweep()
    settings.MEDIA_ROOT = whole
    (told,) = ask.jobs()
    assert "Algo falló" in told
    dialog = ask.dialog
    assert dialog.name == "" and dialog.failed_at is not None
    ask.picture(jpeg(), CAPTION)
    yes(ask)
    ask.jobs()
    assert Receipt.objects.count() == 1


class KilledError(BaseException):
    """What no job lives to count."""


def test_a_file_that_comes_after_it_was_given_up_is_not_blamed(ask, loan):
    ask.picture((503, {}), CAPTION)
    button = ask.options[0][0]
    yes(ask)
    ConfirmedReceipt.objects.update(confirmed_at=timezone.now() - timedelta(minutes=61))
    (told,) = ask.jobs()
    assert "No pude descargar" in told
    Attachment.objects.update(state="ready")
    assert ask.tap(button, "Sí") == [told]


def test_one_refused_after_failures_is_told_why_again(ask, loan, monkeypatch):
    answers = [OSError("disk"), OSError("disk"), DeskError("El archivo tiene contraseña.")]

    def fail(**said):
        raise answers.pop(0)

    ask.picture(jpeg(), CAPTION)
    button = ask.options[0][0]
    yes(ask)
    monkeypatch.setattr(handing_in, "submit_receipt", fail)
    for _ in range(3):
        ConfirmedReceipt.objects.update(due_at=timezone.now())
        handing_in.sweep()
    (told,) = ask.jobs()
    assert "No puedo aceptar" in told and "contraseña" in told
    assert ask.tap(button, "Sí") == [told]


def test_a_picture_that_kills_its_job_is_given_up_and_told(ask, loan, monkeypatch):
    def kill(**said):
        raise KilledError

    ask.picture(jpeg(), CAPTION)
    ask.jobs()
    button = ask.options[0][0]
    yes(ask)
    monkeypatch.setattr(handing_in, "submit_receipt", kill)
    for _ in range(handing_in.MOST_FAILURES):
        ConfirmedReceipt.objects.update(due_at=timezone.now())
        with pytest.raises(KilledError):
            handing_in.sweep()
        assert ConfirmedReceipt.objects.get().due_at > timezone.now() + timedelta(minutes=10)
    ConfirmedReceipt.objects.update(due_at=timezone.now())
    handing_in.sweep()
    (told,) = ask.jobs()
    assert "Algo falló" in told and ask.dialog.failed_at is not None
    assert ConfirmedReceipt.objects.get().settled_at is not None
    assert ask.tap(button, "Sí") == [told]


# --- Whose it is -----------------------------------------------------------------------------


def test_without_a_session_a_picture_is_stored_and_asked_about_and_no_receipt_is_made(chat, ana):
    (question,) = chat.picture(jpeg())
    assert "¿Es un comprobante de pago?" in question
    assert Message.objects.get(kind="image").attachments.count() == 1
    (login,) = chat.tap(chat.options[0][0], "Sí")
    assert "12345678 1990" in login
    chat.jobs()
    assert not Receipt.objects.exists() and not ConfirmedReceipt.objects.exists()
    assert chat.dialog.name == "login"


def test_the_picture_sent_before_the_log_in_is_the_one_meant_after_it(chat, ana, product, loan):
    chat.picture(jpeg())
    chat("sí")
    chat.log_in(ana)
    Dialog.objects.update(name="", step="", data={}, expires_at=None)
    before, question = chat.tap("intent:upload_receipt")
    assert "hace un momento" in before and "¿De cuánto fue el pago?" in question
    chat("300")
    chat("ayer")
    chat("sí")
    chat.jobs()
    assert kept(Receipt.objects.get())[:2] == ("pending", Decimal("300.00"))


def test_from_a_strangers_picture_to_a_receipt_in_one_go(chat, ana, loan):
    chat.picture(jpeg())
    chat("sí")
    welcome, before, question = chat("12345678 1990")
    assert "Ana" in welcome and "hace un momento" in before and "¿De cuánto" in question
    chat("500")
    chat("ayer")
    chat("sí")
    chat.jobs()
    assert Receipt.objects.get().partner == ana


def test_who_says_it_is_none_is_left_alone(chat, ana):
    chat.picture(jpeg())
    (text,) = chat("no")
    assert "queda guardado" in text
    assert chat.dialog.name == ""


def test_a_caption_that_says_receipt_leads_to_the_log_in_at_once(chat, ana):
    (text,) = chat.picture(jpeg(), "mi comprobante de pago")
    assert "12345678 1990" in text
    assert not ConfirmedReceipt.objects.exists()


def test_the_session_may_end_while_a_question_is_open(ask, loan):
    ask.picture(jpeg(), CAPTION)
    button = ask.options[0][0]
    sessions.close(ask.talk, timezone.now())
    (text,) = ask.tap(button)
    assert "12345678 1990" in text and "500" not in text
    ask.jobs()
    assert not ConfirmedReceipt.objects.exists()


def test_nobody_confirms_anothers_picture(ask, other, loan):
    ask.picture(jpeg(), CAPTION)
    other.tap(ask.options[0][0])
    other.jobs()
    assert not ConfirmedReceipt.objects.exists()


def test_two_partners_receipts_are_their_own(ask, other, loan):
    for one in (ask, other):
        one.picture(jpeg(), CAPTION)
        yes(one)
        one.jobs()
    owners = Receipt.objects.order_by("id").values_list("partner__number", flat=True)
    assert list(owners) == [one.talk.contact.partner.number for one in (ask, other)]


def test_the_outcome_is_told_without_amounts(ask, loan, officer):  # noqa: F811
    ask.picture(jpeg(), CAPTION)
    yes(ask)
    ask.jobs()
    receipt = Receipt.objects.get()
    facts = {"loan": loan, "amount": Decimal(500), "paid_on": timezone.localdate()}
    approve_receipt(receipt=receipt, by=officer, **facts)
    (told,) = ask.jobs()
    assert f"n.º {receipt.pk}" in told and "aceptado" in told and "500" not in told


def test_the_outcome_is_told_in_portuguese(ask, ana, loan, officer):  # noqa: F811
    ask.picture(jpeg(), CAPTION)
    yes(ask)
    ask.jobs()
    ana.contact.language = "pt"
    ana.contact.save()
    reject_receipt(receipt=Receipt.objects.get(), by=officer, reason="No se lee")
    (told,) = ask.jobs()
    assert "não foi aceito" in told and "Escríbenos" not in told


def test_the_outcome_is_told_where_it_was_sent_though_the_phone_is_anothers(
    chat,
    ana,
    other,
    loan,
    officer,  # noqa: F811
):
    """Ana, let in by a code, sends it from Beto's phone, and has never written from her own."""
    sessions.open_session(
        conversation=other.talk, partner=ana, way=PartnerSession.Way.CODE, now=timezone.now()
    )
    other.picture(jpeg(), CAPTION)
    yes(other)
    other.jobs()
    receipt = Receipt.objects.get()
    assert receipt.partner == ana
    reject_receipt(receipt=receipt, by=officer, reason="No se lee")
    (told,) = other.jobs()
    assert f"n.º {receipt.pk}" in told and "no fue aceptado" in told


# --- Restarts and two at once ----------------------------------------------------------------


def test_a_restart_in_the_middle_of_every_step(ask, ana, product, loan):
    make_loan(ana, product, "P-000007")
    restarted()
    ask("comprobante")
    restarted()
    ask.picture(jpeg())
    for answer in ("450", "ayer", "P-000007", "no"):
        restarted()
        ask(answer)
    assert ask.dialog.step == "mend"
    restarted()
    ask("el monto")
    restarted()
    ask("460")
    restarted()
    ask("sí")
    restarted()
    ask.jobs()
    receipt = Receipt.objects.get()
    assert (receipt.amount, receipt.loan.number) == (Decimal("460.00"), "P-000007")


def test_a_voice_note_in_the_middle_leaves_the_question_open(ask, loan):
    for step, go_on in (("file", None), ("amount", jpeg), ("day", "500"), ("confirm", "ayer")):
        if go_on is None:
            ask("comprobante")
        elif go_on is jpeg:
            ask.picture(jpeg())
        else:
            ask(go_on)
        assert ask.dialog.step == step
        (text,) = ask.picture(None, kind="audio", mime="audio/ogg")
        assert "escuchar" in text
        assert (ask.dialog.step, ask.dialog.misunderstood) == (step, 0)


def test_queries_of_every_message_are_few(ask, ana, product, loan):
    make_loan(ana, product, "P-000007")
    steps = [lambda: ask("comprobante"), lambda: ask.picture(jpeg())]
    steps += [lambda words=words: ask(words) for words in ("450", "ayer", "P-000007", "no", "no")]
    for step in steps:
        step()
        assert len(ask.queries) <= MOST_QUERIES


@pytest.mark.django_db(transaction=True)
@pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite has one writer")
def test_two_workers_on_one_confirmed_receipt_store_one(ask, loan):
    ask.picture(jpeg(), CAPTION)
    ask.jobs()
    yes(ask)
    (row,) = ConfirmedReceipt.objects.all()
    at_once(lambda: handing_in.hand_in(row.pk), lambda: handing_in.hand_in(row.pk))
    assert Receipt.objects.count() == 1
    assert len(ask.jobs()) == 1


@pytest.mark.django_db(transaction=True)
@pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite has one writer")
def test_two_taps_at_once_confirm_once(ask, loan):
    ask.picture(jpeg(), CAPTION)
    button = ask.options[0][0]
    for number in (1, 2):
        ask.post_tap(button, wamid=f"wamid.BOTH{number}")
    at_once(work_off, work_off)
    assert ConfirmedReceipt.objects.count() == 1
    ask.jobs()
    assert Receipt.objects.count() == 1
