"""Receipts by chat: from a picture to a pending receipt, and all that may come between."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.utils import timezone

from chatbot.models import ConfirmedReceipt
from chatbot.tests import receipts_known
from chatbot.tests.receipts_known import CAPTION, kept, yes
from chatbot.tests.self_service import jpeg, make_loan
from partners.models import Receipt

pytestmark = [pytest.mark.once, pytest.mark.django_db]
loan = receipts_known.loan


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
def test_it_is_left_at_any_step(ask, each, loan, words):
    captions = {"amount": "", "day": "Monto: 500", "confirm": CAPTION}
    rows = ["file", "amount", "day", "confirm"]
    for step in each(rows):
        ask.picture(jpeg(), captions[step]) if step in captions else ask("comprobante")
        assert ask.dialog.step == step
        *told, text = ask(words)
        assert bool(told) == (step != "file" and words != "cancelar")
        expected = {"cancelar": "lo dejamos", "menú": "puedo hacer", "mi deuda": "Estado de cuenta"}
        assert expected[words] in text
        assert ask.dialog.name == ""
        ask.jobs()
        assert not Receipt.objects.exists()
