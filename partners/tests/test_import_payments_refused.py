"""Rows of payments that are refused: what is said of them, and where."""

from datetime import date
from decimal import Decimal

import pytest

from crm.imports.tests.files import checked, problems, ran, sheet
from partners.models import Loan, Payment
from partners.payments import book_payment
from partners.tests import payment_rows
from partners.tests.conftest import make_loan
from partners.tests.payment_rows import GOOD, state, table

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("in_english", "media")]
media, two_a_portion = payment_rows.media, payment_rows.two_a_portion
WRONG = [
    (";P-001;2024-02-01;20;;;;", "", "nothing else tells it"),
    ("1;;2024-02-01;20;;;;", "", "Name the loan"),
    ("1;P-9;2024-02-01;20;;;;", "Préstamo", "no such loan"),
    ("1;P-D;2024-02-01;20;;;;", "", "not paid out"),
    ("1;P-001;;20;;;;", "Fecha de pago", "missing"),
    ("1;P-001;2023-12-31;20;;;;", "Fecha de pago", "not disbursed yet"),
    ("1;P-001;2999-01-01;20;;;;", "Fecha de pago", "day to come"),
    ("1;P-001;2024-02-30;20;;;;", "Fecha de pago", "no such day"),
    ("1;P-001;01/02/24;20;;;;", "Fecha de pago", "four digits"),
    ("1;P-001;2024-02-01;;;;;", "Monto", "missing"),
    ("1;P-001;2024-02-01;0;;;;", "Monto", "more than zero"),
    ("1;P-001;2024-02-01;-20;;;;", "Monto", "more than zero"),
    ("1;P-001;2024-02-01;1.005,123;;;;", "Monto", "two decimals"),
    ("1;P-001;2024-02-01;9999999999999;;;;", "Monto", "too large"),
    ("1;P-001;2024-02-01;20;USD;;;", "Moneda", "in PEN, the payment in USD"),
    ("1;P-001;2024-02-01;20;;;trueque;", "Medio", "Say one of these"),
    ("1;P-001;2024-02-01;20;;OP 1;;", "Nro operación", "booked on this loan already"),
    ("7;P-001;2024-02-01;20;;;;", "Id", "other facts"),
]


@pytest.mark.parametrize(("row", "said", "words"), WRONG)
def test_what_is_wrong_is_said_by_row_and_column(officer, loan, partner, product, row, said, words):
    make_loan(partner, product, number="P-D", active=False)
    book_payment(
        loan=loan, amount=Decimal(5), paid_on=date(2024, 2, 1), by=None, reference="OP 1",
        external_id="7",
    )  # fmt: skip
    before = state(loan)
    one = ran_anyway(table(row), officer)
    ((number, where, told),) = problems(one)
    assert (number, where) == (2, said) and words in told
    assert state(loan) == before


def ran_anyway(content, officer):
    """The check alone: nothing of it is good."""
    one = checked("payments", content, officer)
    assert one.good == 0
    return one


def test_twice_in_one_file(officer, loan):
    one = checked("payments", table(GOOD, GOOD, GOOD.replace("1;", "2;", 1)), officer)
    assert {(row, column) for row, column, _ in problems(one)} == {
        (3, "Id"),
        (3, "Nro operación"),
        (4, "Nro operación"),
    }


def test_twice_in_one_file_by_two_names_of_the_loan(officer, loan):
    Loan.objects.update(external_id="98001")
    content = "\n".join(
        [
            "Id,Préstamo,Id préstamo,Fecha,Monto,Nro operación",
            "1,P-001,,2024-02-01,10,OP 1",
            "2,,98001,2024-02-01,10,OP 1",
        ]
    )
    one = ran("payments", content, officer)
    assert (one.made, problems(one)) == (1, [(3, "Nro operación", "Row 2 says the same.")])


@pytest.mark.usefixtures("two_a_portion")
def test_twice_in_one_file_far_apart_by_two_names_of_the_loan(officer, loan):
    Loan.objects.update(external_id="98001")
    content = "\n".join(
        [
            "Id,Préstamo,Id préstamo,Fecha,Monto,Nro operación",
            *(f"{n},P-001,,2024-02-01,1,OP {n}" for n in range(1, 5)),
            "9,,98001,2024-02-01,1,OP 1",
        ]
    )
    told = problems(checked("payments", content, officer))
    assert told == [(6, "Nro operación", "Row 2 says the same.")]
    one = ran("payments", content, officer)
    assert (one.made, problems(one)) == (4, told)


def test_a_prepayment_that_makes_no_schedule_is_seen_before(officer, partner, product):
    loan = make_loan(partner, product, principal=Decimal("0.07"))
    one = checked("payments", table(f"1;{loan.number};2024-01-02;0.05;;;;reducir cuota"), officer)
    assert one.state == "checked"
    if one.bad:
        assert problems(one)[0][1] == "Destino"


def test_amounts_that_add_up_to_more_than_fits(officer, loan):
    rows = [f"{n};P-001;2024-02-0{n};600000000000;;;;;sí" for n in (1, 2)]
    one = checked("payments", table(*rows), officer)
    assert {(column, words) for _, column, words in problems(one)} == {
        ("Monto", "The amount is too large.")
    }


@pytest.mark.parametrize("cell", ["nan", "inf", "1e999"])
def test_a_spreadsheets_cell_that_is_no_number_is_a_problem_of_its_row(officer, loan, cell):
    heads = ["Id", "Préstamo", "Fecha de pago", "Monto"]
    rows = [["1", "P-001", "2024-02-01", float(cell)], ["2", "P-001", "2024-02-01", 20]]
    one = ran("payments", sheet(heads, *rows), officer)
    assert (one.state, one.made, one.bad) == ("done", 1, 1)
    assert problems(one) == [(2, "Monto", "This is no number such as 1500.50.")]


def test_the_sign_beside_an_amount_is_not_passed_over(officer, loan):
    rows = (
        "1;P-001;2024-02-01;US$ 20.00;;OP 77;efectivo;",
        "2;P-001;2024-02-02;EUR 20.00;PEN;OP 78;efectivo;",
        "3;P-001;2024-02-03;S/ 20.00;PEN;OP 79;efectivo;",
    )
    one = ran("payments", table(*rows), officer)
    words = "The amount is written with %s, but the currency is PEN."
    assert problems(one) == [(2, "Monto", words % "US$"), (3, "Monto", words % "EUR")]
    assert Payment.objects.get().reference == "OP 79"
