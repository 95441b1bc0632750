"""What a message names: documents and years, loans, amounts, days; and which offered answer."""

import time
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chatbot.intents.detecting import detect
from chatbot.intents.heard import INTENTS
from chatbot.intents.hearing.amounts import as_amount, find_amount
from chatbot.intents.hearing.days import find_day
from chatbot.intents.hearing.loans import find_loan, find_ordinal
from chatbot.intents.hearing.papers import find_papers
from chatbot.intents.hearing.slots import find_slots
from chatbot.intents.hearing.words import plain
from chatbot.intents.picking import pick
from chatbot.tests import desk
from crm.conversations.models import Conversation

pytestmark = pytest.mark.once

TODAY = date(2026, 11, 21)
DEMO = ("12345678", 1990)
OFFERED = [
    {"id": "loan:1", "title": "Préstamo personal"},
    {"id": "loan:2", "title": "Crédito hipotecario"},
    {"id": "loan:3", "title": "Sí, otro"},
]


def slots(text):
    return find_slots(plain(text), TODAY)


@pytest.mark.parametrize(
    "text",
    [
        "12345678 1990",
        "DNI 12345678 año 1990",
        "DNI: 12345678 1990",
        "DNI 12345678 anio 1990",
        "12345678, 1990",
        "12.345.678-1990",
        "mi dni es 12345678 y naci en 1990",
        "1990 12345678",
        "1990-12.345.678",
        "12345678/1990",
        "123456781990",
        "1234 5678 1990",
        "1990 1234 5678",
        "1 2 3 4 5 6 7 8 1990",
        "nací el 15/03/1990, mi DNI: 12345678",
        "DNI\n12345678\n1990",
        "DNI12345678 1990",
        "mi dni12345678, naci en 1990",
    ],
)
def test_a_document_and_a_year_are_found_in_any_order_and_punctuation(text):
    heard = detect(text, today=TODAY)
    assert (heard.slots.document, heard.slots.year) == DEMO
    assert heard.intent == "authenticate" and heard.score > 0.9


@pytest.mark.parametrize(
    ("text", "document", "year"),
    [
        ("CPF 123.456.789-09 ano 1985", "12345678909", 1985),
        ("pasaporte AB123456 1990", "AB123456", 1990),
        ("CE 001234567, 1979", "001234567", 1979),
        ("12345678", "12345678", None),
        ("1990", "", 1990),
    ],
)
def test_documents_of_other_kinds_and_halves_are_found_too(text, document, year):
    assert (slots(text).document, slots(text).year) == (document, year)


@pytest.mark.parametrize(
    "text",
    [
        "mi número es 987654321", "+51 987 654 321", "número de operación 12345678",
        "US$ 1.500.000", "S/ 12345678", "busco depa en Surco",
    ],
)  # fmt: skip
def test_a_telephone_an_operation_or_an_amount_is_no_document(text):
    assert slots(text).document == ""


@pytest.mark.parametrize(
    ("text", "amount"),
    [
        ("Monto: 500", "500.00"),
        ("Monto: 1,500.00", "1500.00"),
        ("S/1500", "1500.00"),
        ("Monto: S/ 500", "500.00"),
        ("pago S/ 250,50 el 03/02/2025", "250.50"),
        ("1.500,00", "1500.00"),
        ("1 500.00", "1500.00"),
        ("S/. 0.50", "0.50"),
        ("250 soles", "250.00"),
        ("depa hasta 200k", "200000.00"),
        ("150 mil dólares", "150000.00"),
        ("Monto: 500\nFecha: 2025-01-15", "500.00"),
        ("comisión S/ 2.50 monto S/ 430.00", "430.00"),
        ("S/ 430.00, comisión S/ 2.50", "430.00"),
        ("300 el 20/11", "300.00"),
        ("430 ayer", "430.00"),
        ("yape 300", "300.00"),
        ("préstamo 26, 430", "430.00"),
        ("pagué el 3 de noviembre 430", "430.00"),
        ("pago cuota 4 P-000026 S/430 del 20 de noviembre", "430.00"),
        ("pago 2 cuotas 860 soles", "860.00"),
        ("pagué el día 5 430 soles", "430.00"),
        ("no fueron 500 sino 450", "450.00"),
        ("son S/ 300 no S/ 200", "300.00"),
        ("no S/ 350", "350.00"),
        ("no, son 350", "350.00"),
        ("1500 20/11", "1500.00"),
        ("te envio 500", "500.00"),
        ("cuota 4 430 soles", "430"),
        ("S/ 430 12345", "430"),
        ("pagué ayer 1 200 soles por yape", "1200"),
        ("ayer 1 200.00 soles", "1200"),
        ("sábado 1 200 soles", "1200"),
        ("yapeé hoy 1 200", "1200"),
        ("2 cuotas 1 430 soles", "1430"),
        ("hasta el 250 000 dolares", "250000"),
        ("cuota nº 4 430 soles", "430"),
        ("Monto S/ 430.00 Mora 0.00", "430"),
        ("pagué 430,operación 123456", "430"),
    ],
)
def test_an_amount_is_read_as_people_write_it(text, amount):
    assert slots(text).amount == Decimal(amount)


@pytest.mark.parametrize(
    "text",
    [
        "12.3456", "Monto: 12.3456", "hola", "S/ 0", "1" * 400, "ya pagué el 5", "pagué el 15",
        "pagué la 4ta cuota", "deposité el 3 de noviembre", "paguei no dia 3 de novembro",
        "son 2 cuotas de 150", "pagué 2 cuotas", "yape 987654321", "S/ 300 y S/ 130",
        "ayer 21 430 soles", "el viernes 20 430 soles", "préstamo 26",
        "ayer 20 430 soles", "viernes 19 430 soles", "ayer el 1 430 soles", "mes 3 430 soles",
        "noviembre 1 200 soles", "pagué noviembre 18 430", "anoche 20 430 soles",
        "pago del mes 1 200 soles", "mes 10 430 soles", "cuotas 4 430 soles ayer",
    ],
)  # fmt: skip
def test_a_day_a_count_or_what_is_unclear_is_no_amount(text):
    assert slots(text).amount is None


@pytest.mark.parametrize(
    ("text", "currency"),
    [
        ("S/1500", "PEN"),
        ("250 soles", "PEN"),
        ("US$ 100", "USD"),
        ("abono 45 dólares", "USD"),
        ("Monto: USD 45", "USD"),
        ("R$ 300", "BRL"),
        ("$ 100 ayer", "$"),
        ("Monto: 500", ""),
        ("pagué en dólares", ""),
    ],
)
def test_an_amount_may_say_its_currency(text, currency):
    assert slots(text).currency == currency


@pytest.mark.parametrize("text", ["S/1500", "S/ 250", "s/350 nomas", "S/. 20"])
def test_the_sign_of_a_currency_is_no_yes(text):
    assert detect(text, today=TODAY).intent not in ("affirm", "authenticate")


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("2025-01-15", date(2025, 1, 15)),
        ("Fecha: 2025-01-15", date(2025, 1, 15)),
        ("03/02/2025", date(2025, 2, 3)),
        ("pago S/ 250,50 el 03/02/2025", date(2025, 2, 3)),
        ("3-2-25", date(2025, 2, 3)),
        ("15 de enero de 2025", date(2025, 1, 15)),
        ("el 15 de enero", date(2027, 1, 15)),
        ("el 20/11", date(2026, 11, 20)),
        ("pagué 300 20/11", date(2026, 11, 20)),
        ("pagué 20/11 300", date(2026, 11, 20)),
        ("hoy", TODAY),
        ("ayer pagué", date(2026, 11, 20)),
        ("anteayer", date(2026, 11, 19)),
        ("mañana por la mañana", date(2026, 11, 22)),
        ("por la mañana", None),
        ("esta misma mañana", None),
        ("antes de anoche", date(2026, 11, 19)),
    ],
)
def test_a_day_is_read_day_first(text, day):
    assert slots(text).day == day


@pytest.mark.parametrize(
    ("text", "wrong"),
    [
        ("fecha 2025-13-45", "2025-13-45"),
        ("31/02/2025", "31/02/2025"),
        ("30 de febrero", "30 de febrero"),
    ],
)
def test_what_looks_like_a_day_and_is_none_is_told(text, wrong):
    assert (slots(text).day, slots(text).wrong_day) == (None, wrong)


def test_an_amount_stays_where_the_day_is_wrong():
    assert slots("Monto: 500, fecha 2025-13-45").amount == Decimal(500)


def test_yesterday_is_the_businesss(time_machine_lima):
    assert detect("ayer").slots.day == time_machine_lima


@pytest.fixture
def time_machine_lima(monkeypatch):
    """Eight in the evening in Lima, when it is the next day in Greenwich."""
    from datetime import UTC, datetime

    from django.utils import timezone

    monkeypatch.setattr(timezone, "now", lambda: datetime(2026, 3, 2, 1, 0, tzinfo=UTC))
    return date(2026, 2, 28)


@pytest.mark.parametrize(
    ("text", "loan"),
    [
        ("préstamo 5", "5"),
        ("Detalle del préstamo 5", "5"),
        ("el crédito 5", "5"),
        ("detalle de prestamo 99", "99"),
        ("crédito P-00012", "P-00012"),
        ("p-00012", "P-00012"),
        ("mi préstamo número 12", "12"),
        ("5", "5"),
        ("el 5", "5"),
        ("préstamo de 5000 soles", ""),
        ("12345678 1990", ""),
    ],
)
def test_a_loans_number_is_read_as_written(text, loan):
    assert slots(text).loan == loan


@pytest.mark.parametrize(
    ("text", "ordinal"),
    [
        ("el segundo", 2),
        ("la segunda", 2),
        ("o terceiro", 3),
        ("the second one", 2),
        ("mi último préstamo", -1),
        ("el primer crédito", 1),
        ("un segundo por favor, espera", 0),
    ],
)
def test_a_place_in_a_list_is_read(text, ordinal):
    assert slots(text).ordinal == ordinal


# The first text waits for the model to be read.
@settings(deadline=None)
@given(st.text(max_size=300))
def test_no_text_makes_the_detector_fail(text):
    heard = detect(text, today=TODAY)
    assert heard.intent in INTENTS and 0 <= heard.score <= 1
    assert heard == detect(text, today=TODAY)


@settings(deadline=None)
@given(st.text(alphabet="0123456789.,-/ sS$kmil:#Pdni°º١²", max_size=60))
def test_no_row_of_digits_and_signs_makes_a_parser_fail(text):
    written = plain(text)
    find_papers(written, 2026)
    find_amount(written)
    find_day(written, TODAY)
    find_loan(written)
    find_ordinal(written)
    pick(text, OFFERED)


@given(st.dates(date(1900, 1, 1), date(2100, 12, 31)))
def test_every_day_comes_back_from_either_spelling(day):
    assert find_day(day.isoformat(), TODAY) == (day, "")
    assert find_day(f"el {day:%d/%m/%Y}", TODAY) == (day, "")


@given(st.integers(1, 10**11))
def test_every_amount_comes_back_from_either_grouping(cents):
    amount = Decimal(cents) / 100
    english = f"{amount:,.2f}"
    latin = english.translate(str.maketrans(",.", ".,"))
    assert as_amount(english) == as_amount(latin) == as_amount(f"{amount:.2f}") == amount


@given(st.integers(10_000_000, 99_999_999), st.integers(1900, 2026), st.sampled_from(" -/,\n"))
def test_every_document_comes_back_with_its_year(number, year, between):
    document = str(number)
    assert find_papers(f"{document}{between}{year}", 2026) == (document, year)
    assert find_papers(f"dni {document}, naci en {year}", 2026) == (document, year)


@pytest.mark.parametrize(
    "words",
    [
        "estado de mi cuenta",
        "estados de cuenta",
        "statement of my account",
        "extrato da minha conta",
    ],
)
def test_a_statement_of_an_account_is_no_accounts_number(words):
    assert find_papers(f"{words}, dni 12345678, 1990", 2026) == ("12345678", 1990)
    assert find_papers(f"{words.split()[-1]} 12345678, 1990", 2026)[1] is None


@pytest.mark.parametrize(
    ("text", "chosen"),
    [
        ("1", "loan:1"),
        ("2.", "loan:2"),
        ("(2)", "loan:2"),
        ("la segunda", "loan:2"),
        ("el último", "loan:3"),
        ("a terceira", "loan:3"),
        ("the second one", "loan:2"),
        ("Crédito hipotecario", "loan:2"),
        ("credito hipotecaio", "loan:2"),
        ("el hipotecario", "loan:2"),
        ("sí", None),
        ("no", None),
        ("cancelar", None),
        ("7", None),
        ("quiero ver mi deuda", None),
        ("", None),
    ],
)
def test_an_offered_answer_is_named_in_many_ways(text, chosen):
    found = pick(text, OFFERED)
    assert (found or {}).get("id") == chosen


def test_nothing_is_picked_where_nothing_was_offered():
    assert pick("1", []) is None


def test_the_day_of_a_payment_is_no_year_of_birth():
    found = slots("pago S/ 250,50 el 03/02/2025, mi DNI es 12345678")
    assert (found.document, found.year, found.day) == ("12345678", None, date(2025, 2, 3))


@pytest.mark.django_db
def test_what_was_last_offered_is_chosen_in_words(say, graph, each):
    say("Hola")
    talk = Conversation.objects.get()
    desk.say(talk, "¿Cuál?", options=OFFERED)
    for words in each(["2", "la segunda", "el hipotecario", "credito hipotecaio"]):
        say(words)
        said = talk.messages.filter(direction="in").latest("id")
        assert said.options == [{"id": "loan:2"}]


@pytest.mark.django_db
def test_what_is_just_being_sent_was_offered_last(say, graph):
    say("Hola")
    talk = Conversation.objects.get()
    desk.say(talk, "¿Cuál?", options=OFFERED)
    newest = [{"id": f"pay:{n}", "title": f"Pago {n}"} for n in (1, 2)]
    desk.say(talk, "¿Cómo?", options=newest, state="sending")
    say("2")
    assert talk.messages.filter(direction="in").latest("id").options == [{"id": "pay:2"}]


@pytest.mark.django_db
def test_a_bare_yes_chooses_nothing(say, graph):
    say("Hola")
    talk = Conversation.objects.get()
    desk.say(talk, "¿Cuál?", options=OFFERED)
    say("sí")
    assert talk.messages.filter(direction="in").latest("id").options == []


@pytest.mark.parametrize("text", ["1 " * 300, "1.1-" * 150, "pago de de de " * 60, "a1" * 300])
def test_a_page_of_digits_costs_little(text):
    detect(text)
    before = time.process_time()
    detect(text)
    assert time.process_time() - before < 0.05
