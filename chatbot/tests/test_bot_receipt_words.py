"""Receipts by chat: an amount, a day and a loan as people say them, and what became of them."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.core.files.base import ContentFile
from django.utils import timezone

from chatbot.models import ConfirmedReceipt
from chatbot.tests import receipts_known
from chatbot.tests.receipts_known import CAPTION, heard
from chatbot.tests.self_service import MOST_QUERIES, jpeg, make_loan
from partners.models import Receipt

pytestmark = [pytest.mark.once, pytest.mark.django_db]
loan, loans = receipts_known.loan_26, receipts_known.loans
RIGHT = "12345678 1990"


# --- Confirmed, or put right -------------------------------------------------------------------


def test_another_amount_is_no_yes(ask, each, loan):
    ask.picture(jpeg(), CAPTION)
    rows = [
        ("S/1500", "S/ 1,500.00"),
        ("S/ 350", "S/ 350.00"),
        ("s/350 nomas", "S/ 350.00"),
        ("sí, pero fueron 350", "S/ 350.00"),
        ("no, S/350", "S/ 350.00"),
        ("no fueron 500 sino 350", "S/ 350.00"),
        ("350", "S/ 350.00"),
    ]
    for words, amount in each(rows):
        (question,) = ask(words)
        assert amount in question and "¿Está bien?" in question
        assert not ConfirmedReceipt.objects.exists()


def test_what_is_put_right_in_few_words(ask, each, loan):
    ask.picture(jpeg(), CAPTION)
    rows = [
        ("no, fue el 19/01/2025 y 350", "350.00", "2025-01-19"),
        ("350 y el 19/01/2025", "350.00", "2025-01-19"),
        ("del préstamo 26 y 350", "350.00", "2025-01-15"),
        ("it was 350", "350.00", "2025-01-15"),
        ("500 no, 350", "350.00", "2025-01-15"),
        ("me equivoqué, es 5000", "5000.00", "2025-01-15"),
        ("el monto está mal", None, "2025-01-15"),
        ("fueron 3 cuotas", None, "2025-01-15"),
        ("pagué 200 y 300", None, "2025-01-15"),
    ]
    for words, amount, day in each(rows):
        ask(words)
        assert ask.dialog.name == "upload_receipt" and heard(ask) == (amount, day)
        assert len(ask.queries) <= MOST_QUERIES


@pytest.mark.parametrize(
    ("words", "amount"), [("perdón, fue el 19/01/2025 y 350", "350.00"), ("pagué 200 y 300", None)]
)
def test_asked_what_is_wrong_few_words_put_it_right(ask, loan, words, amount):
    ask.picture(jpeg(), CAPTION)
    ask("no")
    ask(words)
    assert ask.dialog.name == "upload_receipt" and heard(ask)[0] == amount


def test_a_day_of_the_month_puts_right_the_day(ask, loan):
    ask.picture(jpeg(), CAPTION)
    ask("no, fue el 15")
    amount, day = heard(ask)
    assert amount == "500.00" and day > "2025-01-15" and day.endswith("15")


@pytest.mark.parametrize("words", ["pagué 200 y 300", "yapee 200 + 300"])
def test_two_amounts_are_asked_about(ask, loan, words):
    (question,) = ask(words)
    assert "Anotado" not in question and "foto clara" in question


@pytest.mark.parametrize("words", ["sí", "si todo bien gracias"])
def test_a_plain_yes_is_one(ask, loan, words):
    ask.picture(jpeg(), CAPTION)
    (taken,) = ask(words)
    assert "guardando" in taken


@pytest.mark.parametrize("words", ["mis préstamos", "villa marina"])
def test_what_leaves_a_receipt_says_so(ask, loan, words):
    ask.picture(jpeg(), CAPTION)
    told, *served = ask(words)
    assert told == "Dejé el comprobante sin enviar." and ask.dialog.name != "upload_receipt"
    assert served and len(ask.queries) <= MOST_QUERIES


def test_a_yes_with_a_figure_nobody_understands_is_asked_again(ask, loan):
    ask.picture(jpeg(), CAPTION)
    ask("si 2 cuotas")
    assert not ConfirmedReceipt.objects.exists()


@pytest.mark.parametrize("words", ["S/1500", "Monto: 1,500.00", "S/ 1500 el 03/02/2025"])
def test_an_amount_alone_begins_a_receipt(ask, loan, words):
    (question,) = ask(words)
    assert "S/ 1,500.00" in question and "foto clara" in question


# --- The amount --------------------------------------------------------------------------------


@pytest.mark.parametrize("caption", ["300 ayer", "yape 300 ayer", "préstamo 26, 300, ayer"])
def test_a_short_caption_says_amount_and_day(ask, loan, caption):
    (question,) = ask.picture(jpeg(), caption)
    assert "S/ 300.00" in question and "¿Está bien?" in question


@pytest.mark.parametrize("words", ["300 el 20/01/2025", "S/ 300 el 20 de enero de 2025"])
def test_amount_and_day_in_one_answer(ask, loan, words):
    ask.picture(jpeg())
    (question,) = ask(words)
    assert "S/ 300.00" in question and "20 de enero de 2025" in question


@pytest.mark.parametrize("words", ["ya pagué el 5", "pagué el 15", "ya pagué 2 cuotas"])
def test_a_day_or_a_count_is_no_amount(ask, loan, words):
    (question,) = ask(words)
    assert "Anotado" not in question and "foto clara" in question
    (question,) = ask.picture(jpeg())
    assert "¿De cuánto" in question


def test_what_may_be_several_amounts_is_asked_again(ask, loan):
    ask.picture(jpeg())
    (question,) = ask("son 2 cuotas de 150")
    assert "¿De cuánto" in question and ask.dialog.misunderstood == 1


def test_one_is_an_amount_where_there_are_buttons(ask, loan):
    ask.picture(jpeg())
    ask("1")
    assert heard(ask)[0] == "1.00"


@pytest.mark.parametrize("caption", ["1", "la primera"])
def test_what_stands_beside_a_picture_is_no_answers_number(ask, loans, caption):
    ask.picture(jpeg(), "Monto: 20")
    ask("cancelar")
    (question,) = ask.picture(jpeg("red"), caption)
    assert "¿De cuánto" in question and ask.dialog.name == "upload_receipt"


@pytest.mark.parametrize("said", ["15", "el 15", "fue el día 15"])
def test_a_number_is_a_day_where_that_is_asked(ask, loan, said):
    ask.picture(jpeg(), "Monto: 320")
    ask(said)
    amount, day = heard(ask)
    then = date.fromisoformat(day)
    assert (amount, then.day) == ("320.00", 15)
    assert timezone.localdate() - timedelta(days=31) <= then <= timezone.localdate()


@pytest.mark.parametrize("caption", ["$ 100 ayer", "US$ 100 ayer", "abono 100 dólares ayer"])
def test_another_currency_than_the_loans_is_not_taken(ask, loans, caption):
    (question,) = ask.picture(jpeg(), caption)
    assert question.startswith("Necesito el monto en soles") and "¿De cuánto" in question
    assert "amount" not in ask.dialog.data
    ask("370")
    assert heard(ask)[0] == "370.00"
    assert len(ask.queries) <= MOST_QUERIES


@pytest.mark.parametrize("caption", ["$ 100 ayer", "US$ 100 ayer"])
def test_the_loans_own_currency_is_taken(ask, ana, product, caption):
    make_loan(ana, product, "P-000030", currency="USD")
    (question,) = ask.picture(jpeg(), caption)
    assert "US$ 100.00" in question and "¿Está bien?" in question


def test_the_loan_named_later_decides_of_the_currency(ask, ana, product, loan):
    make_loan(ana, product, "P-000030", currency="USD")
    (question,) = ask.picture(jpeg(), "US$ 100 ayer")
    assert "¿De cuál préstamo" in question
    (question,) = ask("P-000026")
    assert "Necesito el monto en soles" in question


def test_much_more_than_was_ever_lent_is_not_taken(ask, loans):
    (question,) = ask.picture(jpeg(), "S/ 99999999999 ayer")
    assert "mucho mayor" in question and "¿De cuánto" in question
    assert heard(ask)[0] is None


def test_who_is_asked_whether_it_is_a_receipt_and_says_what_was_paid_says_yes(chat, loan):
    chat.picture(jpeg())
    (text,) = chat("S/ 500")
    assert "necesito saber quién eres" in text and chat.dialog.data == {"then": "upload_receipt"}


# --- The loan ----------------------------------------------------------------------------------


def test_the_loan_in_the_caption_is_not_asked(ask, loans):
    (question,) = ask.picture(jpeg(), "pago cuota 4 P-000026 S/430 del 20 de enero de 2025")
    assert "P-000026" in question and "S/ 430.00" in question and "¿Está bien?" in question
    assert len(ask.queries) <= MOST_QUERIES


def test_the_loan_said_before_the_picture_is_kept(ask, loans):
    (question,) = ask("ya pagué mi préstamo 26")
    assert "Anotado: P-000026" in question
    (question,) = ask.picture(jpeg(), CAPTION)
    assert "P-000026" in question and "¿Está bien?" in question


def test_another_loan_is_asked_about_again(ask, each, loans):
    ask.picture(jpeg(), f"{CAPTION} préstamo 20")
    rows = ["si, del prestamo 26", "no, es del préstamo 26", "P-000026", "el otro prestamo"]
    for words in each(rows):
        (question,) = ask(words)
        assert "P-000026" in question and "¿Está bien?" in question
        ask("sí")
        assert ConfirmedReceipt.objects.get().loan == loans[1]


@pytest.mark.parametrize("caption", ["430 ayer P-000001", "S/ 430 ayer del préstamo P-000001"])
def test_anothers_loan_is_no_place_in_a_list(ask, loans, caption):
    texts = ask("mis préstamos")
    assert "P-000020" in texts[0]
    told, question = ask.picture(jpeg(), caption)
    assert "No encuentro ese préstamo" in told and "¿De cuál préstamo" in question
    told, question = ask("P-000002")
    assert "No encuentro ese préstamo" in told and "¿De cuál préstamo" in question
    assert heard(ask)[0] == "430.00" and not ask.dialog.data.get("loan")


def test_anothers_loan_is_none_of_ones_only_one(ask, loan):
    told, question = ask.picture(jpeg(), "430 ayer P-000001")
    assert "No encuentro ese préstamo" in told and "P-000026" in question
    told, question = ask("si, del P-000001")
    assert "No encuentro ese préstamo" in told and "P-000026" in question
    assert not ConfirmedReceipt.objects.exists()


def test_asked_for_the_loan_one_may_put_right_the_rest(ask, loans):
    ask.picture(jpeg(), CAPTION)
    ask("fueron S/ 350")
    (question,) = ask("16/01/2025")
    assert "¿De cuál préstamo" in question and heard(ask) == ("350.00", "2025-01-16")


def test_which_loan_can_be_put_right_by_a_tap(ask, loans):
    ask.picture(jpeg(), f"{CAPTION} préstamo 20")
    ask("no")
    assert [title for _id, title in ask.options] == [
        "El monto",
        "La fecha",
        "El préstamo",
        "Dejarlo",
    ]
    which = ask.options[2][0]
    assert "¿De cuál préstamo" in ask.tap(which)[0]
    assert "¿De cuál préstamo" in ask.tap(which)[0]
    (question,) = ask("2")
    assert "P-000026" in question and "S/ 500.00" in question


def test_to_ask_for_a_loan_leaves_the_receipt(ask, loans):
    ask.picture(jpeg(), f"{CAPTION} préstamo 20")
    _told, text = ask("detalle del préstamo 26")
    assert "P-000026" in text and "¿Está bien?" not in text and ask.dialog.name == ""


def test_nobody_elses_loan_is_taken(ask, other, loans, product, beto):
    make_loan(beto, product, "P-000077")
    _told, question = ask.picture(jpeg(), f"{CAPTION} P-000077")
    assert "¿De cuál préstamo" in question and "77" not in question


# --- What became of them -----------------------------------------------------------------------


@pytest.fixture
def sent(ana, loan):
    rows = []
    for number in range(1, 8):
        status = "rejected" if number == 7 else "pending"
        rows.append(
            Receipt.objects.create(
                partner=ana, loan=loan, amount=Decimal(100 + number), paid_on=date(2025, 1, number),
                file=ContentFile(b"x", "x"), content_type="image/jpeg", sha256=str(number),
                status=status,
            )
        )  # fmt: skip
    return rows


@pytest.mark.parametrize(
    "words", ["dónde veo mis comprobantes", "ya revisaron mi voucher?", "estado de mi comprobante"]
)
def test_what_became_of_the_newest_few(ask, sent, words):
    (text,) = ask(words)
    _head, first, *rest = text.splitlines()
    newest = sent[-1]
    assert first == f"• n.º {newest.pk} · 7 de enero de 2025 · S/ 107.00 · no aceptado"
    assert len(rest) == 4 and "S/ 103.00 · pendiente de revisión" in rest[-1]
    assert [title for _id, title in ask.options] == ["Enviar comprobante"]
    assert len(ask.queries) <= MOST_QUERIES


def test_who_sent_none_is_told_so(ask, loan):
    (text,) = ask("mis comprobantes")
    assert "Todavía no tengo" in text


def test_outside_of_a_session_nothing_is_told_before_the_log_in(chat, sent):
    (text,) = chat("mis comprobantes")
    assert "necesito saber quién eres" in text and "S/" not in text
    _welcome, text = chat(RIGHT)
    assert "S/ 107.00 · no aceptado" in text


@pytest.mark.parametrize("words", ["quiero enviar mi comprobante", "aquí van mis comprobantes"])
def test_to_send_one_is_still_to_send_one(ask, sent, words):
    (text,) = ask(words)
    assert "foto clara" in text
