"""Receipts by chat: whose a picture is, and who is told what became of it."""

from decimal import Decimal

import pytest
from django.utils import timezone

from chatbot.dialog import sessions
from chatbot.models import ConfirmedReceipt, Dialog, PartnerSession
from chatbot.tests import desk, receipts_known
from chatbot.tests.receipts_known import CAPTION, kept, yes
from chatbot.tests.self_service import jpeg
from crm.conversations.models import Message
from partners.models import Receipt
from partners.receipts import approve_receipt, reject_receipt

pytestmark = [pytest.mark.once, pytest.mark.django_db]
loan = receipts_known.loan


@pytest.fixture
def officer(db):
    return desk.person("officer")


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


def test_the_outcome_is_told_without_amounts(ask, loan, officer):
    ask.picture(jpeg(), CAPTION)
    yes(ask)
    ask.jobs()
    receipt = Receipt.objects.get()
    facts = {"loan": loan, "amount": Decimal(500), "paid_on": timezone.localdate()}
    approve_receipt(receipt=receipt, by=officer, **facts)
    (told,) = ask.jobs()
    assert f"n.º {receipt.pk}" in told and "aceptado" in told and "500" not in told


def test_the_outcome_is_told_in_portuguese(ask, ana, loan, officer):
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
    officer,
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
