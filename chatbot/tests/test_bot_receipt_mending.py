"""Receipts by chat: what is put right in words, where a wrong amount or day is never guessed."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.utils import timezone

from chatbot.intents.hearing.days import past_days
from chatbot.intents.hearing.slots import find_slots
from chatbot.intents.hearing.words import plain
from chatbot.models import ConfirmedReceipt
from chatbot.tests import receipts_known
from chatbot.tests.receipts_known import CAPTION, heard
from chatbot.tests.self_service import MOST_QUERIES, jpeg, make_loan
from chatbot.tests.test_bot_receipt_files import GIF
from partners.models import Loan, LoanProduct

pytestmark = [pytest.mark.once, pytest.mark.django_db]
loan, loans = receipts_known.loan_26, receipts_known.loans
ANEW, WHAT = "¿Está bien?", "¿Qué corregimos?"
AMOUNT, DAY, WHICH = "¿De cuánto fue", "¿Qué día pagaste?", "¿De cuál préstamo"
LEFT = "Dejé el comprobante sin enviar."


def last(number):
    """The last such day of a month."""
    days = (timezone.localdate() - timedelta(days=ago) for ago in range(62))
    return next(one for one in days if one.day == number).isoformat()


def ago(days):
    return timezone.localdate() - timedelta(days=days)


WEEK = ("lunes", "martes", "miércoles", "jueves", "viernes", "sábado", "domingo")
TWO_AGO = WEEK[ago(2).weekday()]


def test_a_yes_that_corrects_is_no_yes(ask, each, loan):
    ask.picture(jpeg(), CAPTION)
    rows = [
        ("si S/ 500 correcto, fecha incorrecta", DAY),
        ("todo correcto menos la fecha", DAY),
        ("sí, corrige la fecha", DAY),
        ("sí, todo correcto excepto el monto", AMOUNT),
        ("sí, confirmo S/ 500 pero fue en diciembre", ANEW),
        ("sí, US$ 500", AMOUNT),
        ("si esta bien pero el viernes", ANEW),
        ("el 1", ANEW),
        ("fue el primero", ANEW),
        ("el monto está bien, la fecha está mal", DAY),
    ]
    for words, question in each(rows):
        assert question in ask(words)[-1]
        assert not ConfirmedReceipt.objects.exists()


def test_nor_is_one_beside_which_anything_may_be_meant(ask, each, loan):
    ask.picture(jpeg(), CAPTION)
    rows = [
        "sí, 20.11.26",
        "sí, mil soles",
        "ok la fecha",
        "si pagué mil",
        "sí, la fecha es",
        "si la fecha del pago",
    ]
    for words in each(rows):
        ask(words)
        assert ask.dialog.step == "confirm" and not ConfirmedReceipt.objects.exists()


def test_a_yes_that_repeats_what_is_known_is_one(ask, each, loan):
    ask.picture(jpeg(), CAPTION)
    rows = [
        "si esta correcto 500 soles",
        "todo correcto",
        "sí todo correcto, préstamo 26",
        "isso mesmo",
        "ok gracias",
        "todo ok",
        "sí, son 500",
        "confirmo el pago",
        "sí, mil gracias",
        "sí, el día 15, el monto es 500 soles",
        "sí, en soles",
        "sí, es la fecha de pago",
        "si, esa es la fecha de pago",
        "sí, de ese préstamo",
        "si, es de ese credito",
        "sí, préstamo P-000026",
        "si la fecha es 15/01/2025",
        "sí, ese día",
        "si, confirmo el monto y la fecha",
        "perfecto, ese es el monto y la fecha",
    ]
    for words in each(rows):
        assert "guardando" in ask(words)[0]
        assert len(ask.queries) <= MOST_QUERIES


def test_a_yes_takes_up_no_later_day(ask, each, loan):
    day = (timezone.localdate().replace(day=1) - timedelta(days=40)).replace(day=1)
    ask.picture(jpeg(), f"Monto: 500\nFecha: {day}")
    for words in each(["sí, el día 1", "sí, fue el día 1", "si dia 1"]):
        assert "guardando" in ask(words)[0]
        assert ConfirmedReceipt.objects.get().paid_on == day


def test_what_is_denied_is_not_taken(ask, each, loan):
    ask.picture(jpeg(), CAPTION)
    rows = [
        ("no fue el 15 sino el 19", "500.00", 19),
        ("el 19, no el 15", "500.00", 19),
        ("fue 350, no 500", "350.00", "2025-01-15"),
        ("sí, es 350, no 500", "350.00", "2025-01-15"),
        ("500 no, 350", "350.00", "2025-01-15"),
        ("mejor pon 350", "350.00", "2025-01-15"),
        ("era 350 creo", "350.00", "2025-01-15"),
        ("350 y no 500", "350.00", "2025-01-15"),
        ("el día es 16", "500.00", 16),
        ("la fecha es 16", "500.00", 16),
        ("la fecha es 16/01/2025", "500.00", "2025-01-16"),
        ("no fue el 15/01/2025 sino el 19/01/2025", "500.00", "2025-01-19"),
        ("no fue ayer, fue el 19", "500.00", 19),
        ("ayer no, el 19", "500.00", 19),
        (f"el {TWO_AGO}", "500.00", ago(2).isoformat()),
        ("fue hace 2 dias", "500.00", ago(2).isoformat()),
        ("sí, la fecha es el día 20", "500.00", 20),
        ("ok, dia 20", "500.00", 20),
        ("no, fue el día 20", "500.00", 20),
        ("la fecha fue el 20", "500.00", 20),
        ("fue el primero", "500.00", 1),
        ("dejame ver el voucher y te confirmo", "500.00", "2025-01-15"),
        ("ya cancelé", "500.00", "2025-01-15"),
        ("ayer, no, el 19 o el 18", "500.00", None),
    ]
    for words, amount, day in each(rows):
        ask(words)
        assert heard(ask) == (amount, last(day) if isinstance(day, int) else day)
        assert len(ask.queries) <= MOST_QUERIES


def test_asked_what_is_wrong_nor_is_it_taken(ask, loan):
    ask.picture(jpeg(), CAPTION)
    ask("no")
    ask("no fue el 15 sino el 19 y 350")
    assert heard(ask) == ("350.00", last(19))


def test_what_may_be_several_things_is_asked(ask, each, loans):
    ask.picture(jpeg(), f"{CAPTION} préstamo 20")
    rows = [
        "me equivoqué",
        "no es 500",
        "no, del 26",
        "es del 26",
        "no, es el 26",
        "no, 2026",
        "era 2024",
        "2026",
        "26",
        "no, fue el 15, 20",
        "no, 1,500-",
    ]
    for words in each(rows):
        assert WHAT in ask(words)[0]
        assert heard(ask) == ("500.00", "2025-01-15") and len(ask.queries) <= MOST_QUERIES
        assert WHAT in ask(words)[0]


def test_of_two_amounts_none_is_taken(ask, each, loan):
    rows = [
        "pagué S/ 200 y 300 ayer",
        "monto 200 y 300 ayer",
        "yapee 200+50 ayer",
        "pagué 200 y luego 300 ayer",
        "deposité 200, 300 ayer",
        "200 y 300 soles ayer",
        "pagué 430 y la mora 20 ayer",
        "430 soles con 50 céntimos ayer",
        "S/ 5OO ayer",
    ]
    for caption in each(rows):
        (question,) = ask.picture(jpeg(), caption)
        assert AMOUNT in question


def test_beside_an_older_picture_what_is_said_now_counts(chat, loan):
    chat.picture(jpeg(), "pago S/ 430 ayer")
    chat("cerrar sesión")
    chat("pagué 200 y luego 300")
    chat("12345678 1990")
    assert chat.dialog.name == "upload_receipt" and heard(chat)[0] is None


def test_soles_are_no_yes_to_dollars(ask, ana, product):
    make_loan(ana, product, "P-000026", currency="USD")
    ask.picture(jpeg(), CAPTION)
    ask("sí, en soles")
    assert not ConfirmedReceipt.objects.exists()
    ask("sí, 500 soles")
    assert not ConfirmedReceipt.objects.exists() and heard(ask)[0] is None


def test_a_loan_that_is_none_of_theirs_is_told(ask, loan):
    told, question = ask.picture(jpeg(), "S/ 430 ayer del préstamo 99")
    assert "No encuentro ese préstamo" in told and "P-000026" in question
    ask("cancelar")
    told, question = ask.picture(jpeg("red"), "S/ 430 ayer para cancelar cuota del P-000001")
    assert "No encuentro ese préstamo" in told and "P-000026" in question


def test_a_loan_that_was_not_found_is_told_once(ask, loans):
    told, refused = ask.picture(GIF, "430 ayer P-000001", kind="document", mime="image/gif")
    assert "No encuentro ese préstamo" in told and "PDF" in refused
    (question,) = ask.picture(jpeg(), "430 ayer del préstamo P-000020")
    assert "P-000020" in question and ANEW in question


@pytest.mark.parametrize("words", ["quiero enviar otro comprobante", "ya pagué otra cuota"])
def test_another_receipt_leaves_this_one_with_a_word(ask, loan, words):
    ask.picture(jpeg(), CAPTION)
    told, question = ask(words)
    assert told == LEFT and "foto clara" in question


def test_asked_for_the_day_a_number_is_one(ask, each, loan):
    ask.picture(jpeg(), "Monto: 500")
    rows = [
        ("ayer no, el 19", last(19)),
        ("el 1", last(1)),
        ("2", last(2)),
        ("el 15 o el 16", None),
    ]
    for words, day in each(rows):
        ask(words)
        assert heard(ask) == ("500.00", day)


def dated(days):
    return f"{WEEK[ago(days).weekday()]} {ago(days).day}"


def test_asked_for_the_day_it_may_be_said_as_people_do(ask, each, loan):
    ask.picture(jpeg(), "Monto: 500")
    rows = [
        (f"el {dated(3)}", ago(3).isoformat()),
        (f"el {WEEK[ago(2).weekday()]} {ago(3).day}", None),
        ("esta mañana", ago(0).isoformat()),
        ("antes de ayer", ago(2).isoformat()),
        ("creo que fue el 5", last(5)),
        ("el veinte", last(20)),
        ("déjame ver", None),
    ]
    for words, day in each(rows):
        ask(words)
        assert ask.dialog.name == "upload_receipt" and heard(ask) == ("500.00", day)


@pytest.mark.parametrize(
    ("words", "days", "amount"),
    [
        ("el cinco de noviembre", {5}, None),
        ("el veinte y uno de noviembre", set(), None),
        ("el 18 de noviembre 1 200", {18}, 1200),
        ("18 noviembre 1 200 soles", {18}, 1200),
        ("pago de noviembre 1'200 soles", set(), 1200),
        ("pagué 430 noviembre 18", {18}, 430),
        ("pagué el domingo 1 200", set(), None),
        ("pago de noviembre 1 200", set(), None),
    ],
)
def test_the_day_and_the_amount_a_text_names(words, days, amount):
    today = date(2026, 11, 22)
    assert find_slots(plain(words), today).amount == amount
    assert {one.day for one in past_days(plain(words), today)} == days


@pytest.mark.parametrize("words", ["déjame buscarlo", "me equivoqué"])
def test_who_looks_for_the_picture_keeps_what_was_said(ask, loan, words):
    ask("pagué 430 ayer")
    assert "S/ 430.00" in ask(words)[0]


def test_asked_for_the_loan_what_was_listed_names_it(ask, each, ana):
    facts = ((20, "Capital de trabajo", 1000), (26, "Consumo", 5000), (31, "Personal", 1000))
    for its, name, principal in facts:
        product = LoanProduct.objects.create(
            code=f"K{its}", name=name, rate=Decimal(12), rate_kind="nominal"
        )
        make_loan(ana, product, f"P-0000{its}", principal=principal)
    ask.picture(jpeg(), CAPTION)
    rows = [
        ("capital de trabajo", 20),
        ("el de consumo", 26),
        ("el de S/ 5000", 26),
        ("es del 26", 26),
        ("el primero", 20),
        ("el último", 31),
        ("el penúltimo", 26),
        ("el de 1000", None),
        ("el de 5 mil", None),
        ("el de consumo de 5000 soles", 26),
        ("no recuerdo el número, es el de consumo", 26),
        ("no sé el número pero si es el de consumo", 26),
        ("no sé, si el 26 o el préstamo 20", None),
        ("no sé cuál, el 26 o el préstamo 20", None),
        ("no estoy seguro, creo que el 26", 26),
        ("no sé si el 26 o el 20", None),
        ("no estoy seguro si es el personal", None),
        ("no sé si el primero o el segundo", None),
        ("no sé, cuota 20", None),
    ]
    for words, number in each(rows):
        ask(words)
        loan = Loan.objects.filter(pk=ask.dialog.data.get("loan")).first()
        assert (loan and loan.number) == (number and f"P-0000{number}")
        assert heard(ask)[0] == "500.00" and len(ask.queries) <= MOST_QUERIES


def test_asked_for_the_loan_another_amount_is_taken(ask, each, loans):
    ask.picture(jpeg(), CAPTION)
    rows = [
        "el monto es 430 del préstamo 26",
        "no, el pago fue de 430",
        "pagué por 430",
        "el pago es por 430",
        "corrige el monto es de 430",
    ]
    for words in each(rows):
        ask(words)
        assert heard(ask)[0] == "430.00"
    for words in each(["no sé cual de los 2", "no sé cuál, tengo 2", "no sé, la cuota 2"]):
        ask(words)
        assert ask.dialog.data["loan"] == 0


def test_a_day_before_thousands_is_asked_about(ask, each, loan):
    first = WEEK[date.fromisoformat(last(1)).weekday()]
    rows = [f"el {TWO_AGO} 1 200", f"pagué el {first} 1 200", f"no, el {first} 1 200"]
    ask.picture(jpeg())
    for words in each(rows):
        assert AMOUNT in ask(words)[-1] and heard(ask) == (None, None)
        assert ask.dialog.misunderstood == 1
    ask("500")
    ask("15/01/2025")
    for words in each([*rows[1:], "pagué ayer 20 430"]):
        assert AMOUNT in ask(words)[-1] and heard(ask)[0] is None


def test_who_says_again_that_it_was_paid_gives_nothing_up(ask, each, loans):
    rows = ["cancelé por yape", "cancele mi cuota", "cancele en el agente", "pagué del 26"]
    ask.picture(jpeg())
    for words in each(rows):
        assert AMOUNT in ask(words)[-1] and ask.dialog.misunderstood == 1
    ask("500")
    for words in each(rows):
        assert DAY in ask(words)[-1] and heard(ask)[0] == "500.00"
    ask("15/01/2025")
    for words in each([*rows, "pague el 26"]):
        assert WHICH in ask(words)[-1] and heard(ask) == ("500.00", "2025-01-15")
    ask("26")
    for words in each(rows[:3]):
        assert ANEW in ask(words)[-1]
        assert not ConfirmedReceipt.objects.exists() and len(ask.queries) <= MOST_QUERIES


def test_asked_for_the_day_another_number_is_no_amount(ask, loan):
    ask.picture(jpeg(), "Monto: 500")
    (question,) = ask("32")
    assert DAY in question and heard(ask) == ("500.00", None)


def test_a_tap_elsewhere_leaves_with_a_word(ask, loan):
    ask.picture(jpeg())
    told, *_served = ask.tap("intent:next_payment")
    assert told == LEFT
