"""Payments from a file: the account is what booking them one by one would have made."""

import random
from datetime import date, timedelta
from decimal import Decimal
from unittest.mock import ANY

import pytest
from django.db import transaction
from django.utils import timezone

from crm.audit.models import AuditEntry
from crm.imports import verbs, work
from crm.imports.guessing import guess_columns
from crm.imports.models import ImportRehearsal
from crm.imports.tests.files import begun, checked, problems, ran, uploaded
from partners import ledger
from partners.imports.accounts import refresh_all
from partners.models import Charge, Loan, Payment
from partners.payments import book_payment, reverse_payment
from partners.registry import change_status
from partners.tests import payment_rows
from partners.tests.conftest import make_loan, make_partner
from partners.tests.payment_rows import GOOD, state, table

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("in_english", "media")]
media, two_a_portion = payment_rows.media, payment_rows.two_a_portion


def test_a_payment_is_booked(officer, loan):
    one = ran("payments", table(GOOD), officer)
    assert (one.state, one.made) == ("done", 1), problems(one)
    payment = Payment.objects.get()
    assert (payment.amount, payment.reference, payment.means) == (20, "OP 77", "cash")
    assert (payment.external_id, payment.booked_by) == ("1", officer)
    loan.refresh_from_db()
    assert (loan.paid, loan.rows_paid) == (20, 1) and not ledger.verify()[1]
    entry = AuditEntry.objects.about(loan).filter(action="payment_booked").get()
    assert (entry.actor, entry.before["paid"], entry.after["paid"]) == (officer, "0.00", "20.00")
    assert entry.after["amount"] == "20.00" and "row 2" in entry.reason


def test_many_are_what_booking_one_by_one_makes(officer, partner, product):
    draw = random.Random(4)
    booked = [
        (draw.choice(["next", "next", "fewer", "smaller"]), f"{draw.randint(100, 1500) / 100:.2f}")
        for _ in range(12)
    ]
    days = [date(2024, 1, 5) + timedelta(days=draw.randint(0, 200)) for _ in booked]
    by_hand = make_loan(partner, product, number="H", late_kind="interest", late_rate=Decimal(30))
    imported = make_loan(partner, product, number="I", late_kind="interest", late_rate=Decimal(30))
    Charge.objects.create(loan=by_hand, on=date(2024, 2, 10), amount=3, reason="Fee")
    Charge.objects.create(loan=imported, on=date(2024, 2, 10), amount=3, reason="Fee")
    for (purpose, amount), day in zip(booked, days, strict=True):
        book_payment(
            loan=by_hand, amount=Decimal(amount), paid_on=day, by=None, purpose=purpose,
            keep_rest=True,
        )  # fmt: skip
    words = {"next": "", "fewer": "reducir plazo", "smaller": "reducir cuota"}
    rows = [
        f"{n};I;{day:%d/%m/%Y};{amount};;;;{words[purpose]};sí"
        for n, ((purpose, amount), day) in enumerate(zip(booked, days, strict=True))
    ]
    half = len(rows) // 2
    for part in (rows[half:], rows[:half]):
        one = ran("payments", table(*part), officer)
        assert one.bad == 0, problems(one)
    assert state(imported) == state(by_hand) and not ledger.verify()[1]


def test_the_same_file_again_books_nothing(officer, loan):
    rows = table(GOOD, "2;P-001;2024-03-01;17.01;;;;")
    ran("payments", rows, officer)
    before = state(loan)
    again = ran("payments", rows, officer)
    assert (again.made, again.same, again.bad) == (0, 2, 0), problems(again)
    assert state(loan) == before and Payment.objects.count() == 2


def test_without_ids_the_operation_says_which_it_is(officer, loan):
    row = ";P-001;2024-02-01;20.00;;OP 77;;"
    ran("payments", table(row), officer)
    assert ran("payments", table(row), officer).same == 1
    assert Payment.objects.count() == 1


def test_what_was_booked_by_hand_is_not_booked_again(officer, loan):
    book_payment(
        loan=loan, amount=Decimal(20), paid_on=date(2024, 2, 1), by=None, reference="OP 77",
        means="cash",
    )  # fmt: skip
    one = ran("payments", table(GOOD), officer)
    assert one.same == 1 and Payment.objects.count() == 1


@pytest.mark.parametrize("row", [GOOD, GOOD[1:]], ids=["id", "operation"])
def test_what_was_reversed_is_not_booked_again(officer, loan, row):
    ran("payments", table(row), officer)
    reverse_payment(payment=Payment.objects.get(), by=None, reason="Another's")
    again = ran("payments", table(row), officer)
    loan.refresh_from_db()
    assert (again.made, again.same, loan.paid) == (0, 1, 0)


def test_more_than_is_owed_stays_as_credit_where_the_row_says_so(officer, loan, partner):
    one = ran("payments", table("1;P-001;2024-02-01;110.00;;;;;sí"), officer)
    assert (one.made, one.bad) == (1, 0), problems(one)
    loan.refresh_from_db()
    partner.refresh_from_db()
    assert (loan.status, loan.credit, partner.active_loans) == ("closed", Decimal("7.95"), 0)


@pytest.mark.parametrize("said", ["", ";;;;;no"])
def test_more_than_is_owed_is_a_problem_that_names_how_much(officer, loan, said):
    one = checked("payments", table(f"1;P-001;2024-02-01;4,685,000{said}"), officer)
    ((row, where, words),) = problems(one)
    assert (row, where, one.good) == (2, "Monto", 0)
    assert "S/ 4,684,897.95 more than is owed" in words and "Keep the rest as credit" in words


def test_of_several_payments_those_that_fit_are_booked(officer, partner, product):
    """In the order of the file: the one that goes beyond is told, and what fits after it goes."""
    loan = make_loan(partner, product)
    make_loan(partner, product, number="P-002")
    rows = (
        "1;P-001;2024-02-01;60.00",
        "2;P-002;2024-02-01;102.05",
        "3;P-001;2024-03-01;60.00",
        "4;P-001;2024-01-15;42.05",
        "5;P-001;2024-04-01;0.01;;;;;x",
    )
    one = ran("payments", table(*rows), officer)
    ((row, where, words),) = problems(one)
    assert (row, where) == (4, "Monto") and "S/ 17.95 more" in words
    loan.refresh_from_db()
    assert (loan.status, loan.paid, loan.credit) == ("closed", Decimal("102.05"), Decimal("0.01"))
    assert not ledger.verify()[1]


@pytest.mark.usefixtures("two_a_portion")
def test_the_dry_run_knows_what_rows_far_above_would_have_booked(officer, partner, product):
    """As the import itself does, of whatever was booked before by portions of the same file."""
    loan = make_loan(partner, product)
    make_loan(partner, product, number="P-002")
    rows = (
        "1;P-001;2024-02-01;60.00",
        "2;P-002;2024-02-01;102.05",
        "3;P-002;2024-02-01;5;;;;;si",
        "4;P-001;2024-03-01;60.00",
        "5;P-001;2024-01-15;42.05",
        "6;P-002;2024-02-02;3;;;;;si",
        "7;P-002;2024-02-03;1",
        "8;P-001;2024-04-01;0.01;;;;;x",
        "9;P-001;2024-01-31;2;;;;reducir cuota",
    )
    told = problems(checked("payments", table(*rows), officer))
    assert [(row, where) for row, where, _ in told] == [(5, "Monto"), (8, "Monto"), (10, "Monto")]
    assert [words[:16] for *_, words in told] == ["This is S/ 17.95", "This is S/ 1.00 ", ANY]
    assert not ImportRehearsal.objects.exists() and not Payment.objects.exists()
    one = ran("payments", table(*rows), officer)
    assert problems(one) == told and (one.made, one.bad) == (6, 3)
    loan.refresh_from_db()
    assert (loan.status, loan.paid, loan.credit) == ("closed", Decimal("102.05"), Decimal("0.01"))
    assert not ledger.verify()[1]


@pytest.mark.usefixtures("two_a_portion")
def test_a_dry_run_broken_off_and_done_again_knows_the_same(officer, loan, monkeypatch):
    rows = [f"{n};P-001;2024-02-0{n};30" for n in range(1, 6)]
    one = uploaded("payments", table(*rows), officer)
    monkeypatch.setattr(work, "TURN", -1)
    for _ in range(2):
        mapping = guess_columns(one.importer.columns, one.headings)
        verbs.name_columns(one=one, mapping=mapping)
        work.go_on(one.pk)
        verbs.cancel(one=one)
    verbs.name_columns(one=one, mapping=mapping)
    for _ in range(3):
        work.go_on(one.pk)
    one.refresh_from_db()
    assert (one.state, [row for row, *_ in problems(one)]) == ("checked", [5, 6])


def test_what_a_charge_asks_for_is_owed_too(officer, loan):
    Charge.objects.create(loan=loan, on=date(2024, 1, 10), amount=20, reason="Fee")
    one = checked("payments", table("1;P-001;2024-02-01;122.05", "2;P-001;2024-02-01;1"), officer)
    assert [row for row, _, words in problems(one)] == [3]


def test_the_loan_may_be_named_by_its_other_id(officer, loan):
    Loan.objects.update(external_id="98001")
    content = "Id;Id préstamo;Fecha;Monto\n1;98001;2024-02-01;10"
    assert ran("payments", content, officer).made == 1


def test_someone_books_the_same_between_check_and_import(officer, loan):
    one = begun(checked("payments", table(GOOD, "2;P-001;2024-03-01;5;;;;"), officer))
    book_payment(loan=loan, amount=Decimal(9), paid_on=date(2024, 2, 1), by=None, reference="OP 77")
    work.go_on(one.pk)
    one.refresh_from_db()
    assert (one.state, one.made, one.bad) == ("done", 1, 1)
    assert "booked on this loan already" in problems(one)[0][2] and not ledger.verify()[1]


def test_many_loans_are_refreshed_as_one_is(partner, product):
    loans = [
        make_loan(partner, product, number=f"L-{n}", principal=Decimal(100 + n)) for n in range(5)
    ]
    for n, loan in enumerate(loans):
        Payment.objects.create(loan=loan, amount=10 + n, paid_on=date(2024, 2, 1 + n))
    day = timezone.localdate()
    with transaction.atomic():
        refresh_all([ledger.locked(loan) for loan in loans], day)
    found = [state(loan) for loan in loans]
    with transaction.atomic():
        for loan in loans:
            ledger.refresh(ledger.locked(loan), day)
    assert [state(loan) for loan in loans] == found and ledger.verify() == (5, [])


def test_a_portion_costs_few_queries_however_many_payments(
    officer, loan, django_assert_max_num_queries
):
    rows = [f"{n};P-001;2024-02-{1 + n % 28:02};1.00;;;;" for n in range(90)]
    with django_assert_max_num_queries(80):  # three jobs, a portion in two of them
        one = ran("payments", table(*rows), officer)
    assert one.made == 90, problems(one)


def test_two_partners_loans_in_one_portion(officer, loan, product):
    second = make_loan(
        make_partner(name="Luis Ficticio", document="40000002", number="S-002"),
        product,
        number="P-002",
    )
    ran("payments", table("1;P-002;2024-02-01;102.05;;;;", "2;P-001;2024-02-01;5;;;;"), officer)
    second.refresh_from_db()
    second.partner.refresh_from_db()
    assert (second.status, second.partner.active_loans) == ("closed", 0)


def test_a_loan_in_dollars_takes_dollars(officer, partner, product):
    make_loan(partner, product, currency="USD")
    one = ran("payments", table("1;P-001;2024-02-01;$ 20.00;;OP 77;efectivo;"), officer)
    assert (one.made, one.bad) == (1, 0), problems(one)


def test_a_payment_that_reopens_a_deregistered_partners_loan_is_told(officer, partner, product):
    loan = make_loan(partner, product, terms=2, rate=Decimal(12))
    for day, amount, purpose in ((10, "6.12", "fewer"), (11, "95.28", "next")):
        book_payment(
            loan=loan, amount=Decimal(amount), paid_on=date(2024, 1, day), by=None, purpose=purpose
        )
    change_status(partner=partner, status="cancelled", by=officer, reason="Moved away")
    one = ran("payments", table("1;P-001;2024-01-10;0.01;;;;reducir cuota;"), officer)
    assert one.made == 1, problems(one)
    loan.refresh_from_db()
    entry = AuditEntry.objects.about(partner).filter(action="loan_reopened").get()
    assert (loan.status, entry.after) == ("active", {"loan": "P-001"}) and entry.reason
