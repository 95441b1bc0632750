"""Loans from a file: the schedule is the engine's, and what is there is never changed."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.contrib.auth.models import Permission
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from crm.audit.models import AuditEntry
from crm.imports.tests.files import checked, problems, ran, sheet
from partners import ledger
from partners.models import Loan
from partners.tests.conftest import make_loan, make_partner
from partners.tests.loans import column, listed

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("in_english", "media", "product")]
HEAD = (
    "Id;Nro préstamo;Socio;DNI;Producto;Monto;Moneda;Tasa;TEA;Cuotas;Desembolso;Primera cuota;"
    "Estado"
)
GOOD = "9;P-1;S-001;40000001;PERS;100.00;PEN;7;;6;01/01/2024;01/02/2024;"


@pytest.fixture
def media(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path / "media"


def table(*rows):
    return "\n".join([HEAD, *rows])


def test_a_loan_is_what_the_desk_would_have_made(officer, partner, product):
    one = ran("loans", table(GOOD), officer)
    assert (one.state, one.made) == ("done", 1), problems(one)
    loan = Loan.objects.get()
    by_hand = make_loan(partner, product, number="P-2")
    for name in (*ledger.DERIVED, "status", "as_of", "rate", "rate_kind", "method", "order"):
        assert getattr(loan, name) == getattr(by_hand, name), name
    rows = list(loan.installments.all())
    assert column(rows, "principal") == listed("16.43 16.52 16.62 16.72 16.81 16.90")
    assert loan.external_id == "9" and ledger.verify() == (2, [])
    partner.refresh_from_db()
    assert (partner.active_loans, partner.unpaid_since) == (2, date(2024, 2, 1))
    entry = AuditEntry.objects.about(loan).get()
    assert (entry.action, entry.actor, entry.after["principal"]) == (
        "loan_imported",
        officer,
        "100.00",
    )


def test_the_same_file_again_changes_nothing(officer, partner):
    ran("loans", table(GOOD), officer)
    again = ran("loans", table(GOOD), officer)
    assert (again.made, again.same, again.bad) == (0, 1, 0), problems(again)
    assert Loan.objects.count() == 1


def test_the_same_file_again_after_the_products_conditions_changed(manager, partner, product):
    rows = (
        "9;P-1;S-001;40000001;PERS;S/ 100.00;;;;6;01/01/2024;01/02/2024;",
        "8;P-2;S-001;40000001;PERS;100.00;PEN;7;;6;01/01/2024;01/02/2024;",
        "7;P-3;S-001;40000001;PERS;100.00;;;42.58;6;01/01/2024;01/02/2024;",
    )
    ran("loans", table(*rows), manager)
    product.rate, product.rate_kind, product.currency = Decimal(9), "effective", "USD"
    product.save()
    again = ran("loans", table(*rows), manager)
    assert (again.made, again.same, again.bad) == (0, 3, 0), problems(again)
    other = [rows[1].replace(";7;", ";8;"), rows[2].replace("42.58", "42.59")]
    one = checked("loans", table(*other, rows[0].replace("S/", "US$")), manager)
    assert [where for _, where, _ in problems(one)] == ["Tasa", "TEA", "Monto"]


def test_one_that_was_paid_off_meanwhile_is_there_all_the_same(officer, partner):
    ran("loans", table(GOOD), officer)
    Loan.objects.update(status=Loan.Status.CLOSED)
    assert ran("loans", table(GOOD), officer).same == 1


def test_the_document_may_have_its_separators(officer, partner):
    assert ran("loans", table(GOOD.replace("S-001;40000001", ";40.000.001")), officer).made == 1


def test_a_rate_may_be_of_another_kind_than_the_products(manager, partner):
    one = ran("loans", table(GOOD.replace(";7;;", ";;42.58;")), manager)
    loan = Loan.objects.get()
    assert (loan.rate, loan.rate_kind, one.made) == (Decimal("42.58"), "effective", 1)


@pytest.mark.parametrize(("rate", "where"), [(";8;;", "Tasa"), (";;7;", "TEA")])
def test_another_rate_than_the_products_is_a_managers_to_set(officer, partner, rate, where):
    """As in the form of the desk."""
    one = checked("loans", table(GOOD.replace(";7;;", rate)), officer)
    ((_, said, told),) = problems(one)
    assert said == where and "Personal has 7 % Nominal" in told and one.good == 0


def test_another_currency_than_the_products_is_a_managers_to_set(
    officer, manager, partner, product
):
    """And says nothing against the product's most, which is in its own."""
    product.most_principal = Decimal(50)
    product.save()
    row = table(GOOD.replace("PEN", "USD"))
    one = checked("loans", row, officer)
    ((_, where, told),) = problems(one)
    assert where == "Moneda" and told.startswith("Personal is in PEN") and one.good == 0
    assert ran("loans", row, manager).made == 1 and Loan.objects.get().currency == "USD"


def test_who_may_only_note_loans_imports_drafts(officer, partner):
    """At the desk, paying out, writing off and annulling are changes of a loan."""
    for group in officer.groups.all():
        group.permissions.remove(Permission.objects.get(codename="change_loan"))
    only_notes = type(officer).objects.get(pk=officer.pk)
    for word in ("", "vigente", "castigado", "anulado"):
        one = checked("loans", table(GOOD + word), only_notes)
        assert problems(one) == [(2, "Estado", "You may import drafts only: say “draft”.")]
    assert ran("loans", table(GOOD + "borrador"), only_notes).made == 1


def test_what_is_not_said_is_as_the_product_has_it(officer, partner, product):
    ran("loans", table(";P-1;S-001;;Personal;100;;;;6;15/01/2024;;"), officer)
    loan = Loan.objects.get()
    assert (loan.rate, loan.currency, loan.first_due) == (7, "PEN", date(2024, 2, 15))


@pytest.mark.parametrize(
    ("word", "status", "rows"),
    [("borrador", "draft", 0), ("anulado", "cancelled", 0), ("castigado", "written_off", 6)],
)
def test_other_states(officer, partner, word, status, rows):
    ran("loans", table(GOOD + word), officer)
    loan = Loan.objects.get()
    assert loan.status == status and loan.installments.count() == rows
    assert not ledger.verify()[1]


WRONG = [
    ("9;;S-001;;PERS;100;;;;6;01/01/2024;01/02/2024;", "Nro préstamo", "missing"),
    ("9;P-1;;;PERS;100;;;;6;01/01/2024;01/02/2024;", "", "Name the partner"),
    ("9;P-1;S-9;;PERS;100;;;;6;01/01/2024;01/02/2024;", "Socio", "no such partner"),
    ("9;P-1;S-001;49999999;PERS;100;;;;6;01/01/2024;01/02/2024;", "DNI", "no such partner"),
    ("9;P-1;S-001;40000002;PERS;100;;;;6;01/01/2024;01/02/2024;", "", "same person"),
    ("9;P-1;S-001;;AUTO;100;;;;6;01/01/2024;01/02/2024;", "Producto", "no such product"),
    ("9;P-1;S-001;;PERS;0;;;;6;01/01/2024;01/02/2024;", "Monto", "more than zero"),
    ("9;P-1;S-001;;PERS;-1;;;;6;01/01/2024;01/02/2024;", "Monto", "more than zero"),
    ("9;P-1;S-001;;PERS;1.500;;;;6;01/01/2024;01/02/2024;", "Monto", "1500 or 1.500"),
    ("9;P-1;S-001;;PERS;cien;;;;6;01/01/2024;01/02/2024;", "Monto", "no number"),
    ("9;P-1;S-001;;PERS;0.01;;;;6;01/01/2024;01/02/2024;", "", "less than a cent"),
    ("9;P-1;S-001;;PERS;100;XXZ;;;6;01/01/2024;01/02/2024;", "Moneda", "no currency"),
    ("9;P-1;S-001;;PERS;100;;1001;;6;01/01/2024;01/02/2024;", "Tasa", "0 to 1000"),
    ("9;P-1;S-001;;PERS;100;;0.07;;6;01/01/2024;01/02/2024;", "Tasa", "share or percent"),
    ("9;P-1;S-001;;PERS;100;;7;8;6;01/01/2024;01/02/2024;", "TEA", "Two rates"),
    ("9;P-1;S-001;;PERS;100;;;;0;01/01/2024;01/02/2024;", "Cuotas", "whole number"),
    ("9;P-1;S-001;;PERS;100;;;;6.5;01/01/2024;01/02/2024;", "Cuotas", "whole number"),
    ("9;P-1;S-001;;PERS;100;;;;6;29/02/2023;01/04/2023;", "Desembolso", "no such day"),
    ("9;P-1;S-001;;PERS;100;;;;6;01/01/2024;01/01/2024;", "", "after the disbursement"),
    ("9;P-1;S-001;;PERS;100;;;;6;31/01/2024;;", "Primera cuota", "when the first"),
    ("9;P-1;S-001;;PERS;100;;;;6;01/01/2024;01/02/2024;cancelado", "Estado", "anulado"),
    ("9;P-1;S-001;;PERS;100;;;;6;01/01/2024;01/02/2024;pagado", "Estado", "closes by itself"),
]  # fmt: skip


@pytest.mark.parametrize(("row", "said", "words"), WRONG)
def test_what_is_wrong_is_said_by_row_and_column(officer, partner, row, said, words):
    make_partner(name="Luis Ficticio", document="40000002", number="S-002")
    one = checked("loans", table(row), officer)
    ((number, where, told),) = problems(one)
    assert (number, where) == (2, said) and words in told
    assert one.good == 0 and not Loan.objects.exists()


def test_a_day_to_come_is_no_day_of_a_disbursement(officer, partner):
    day = timezone.localdate() + timedelta(days=2)
    due = day + timedelta(days=30)
    one = checked("loans", table(f";P-1;S-001;;PERS;100;;;;6;{day};{due};"), officer)
    assert "has not come" in problems(one)[0][2]
    one = checked("loans", table(f";P-1;S-001;;PERS;100;;;;6;{day};{due};borrador"), officer)
    assert one.good == 1


@pytest.mark.parametrize(
    ("changed", "where", "words"),
    [
        (GOOD.replace("100.00", "101"), "Monto", "with 100"),
        (GOOD.replace(";6;", ";7;"), "Cuotas", "with 6"),
        (GOOD.replace(";7;;", ";8;;"), "Tasa", "with 7"),
        (GOOD.replace("01/02/2024", "02/02/2024"), "Primera cuota", "2024-02-01"),
        (GOOD.replace("S-001;40000001", "S-002;"), "Socio", "Ana Ficticia"),
        (GOOD.replace("P-1", "P-7"), "Nro préstamo", "number is P-1"),
        (GOOD.replace("9;", "8;", 1), "Nro préstamo", "another id"),
        (GOOD + "anulado", "Estado", "as active"),
    ],
)
def test_a_loan_that_is_there_is_never_changed(officer, partner, changed, where, words):
    make_partner(name="Luis Ficticio", document="40000002", number="S-002")
    ran("loans", table(GOOD), officer)
    one = checked("loans", table(changed), officer)
    ((_, said, told),) = problems(one)
    assert said == where and words in told and one.good == 0
    assert Loan.objects.get().principal == 100


@pytest.mark.skipif("not connection.features.has_select_for_update", reason="one writer anyway")
def test_partners_of_a_portion_are_held_until_it_is_written(officer, partner):
    with CaptureQueriesContext(connection) as queries:
        ran("loans", table(GOOD), officer)
    held = [q["sql"] for q in queries if 'OF "partners_partner"' in q["sql"]]
    assert held and all("FOR UPDATE" in sql for sql in held)


@pytest.mark.parametrize(("status", "good"), [("suspended", 1), ("cancelled", 0)])
def test_a_cancelled_partner_has_no_active_loan(officer, partner, status, good):
    type(partner).objects.update(status=status)
    assert checked("loans", table(GOOD), officer).good == good
    assert checked("loans", table(GOOD + "castigado"), officer).good == 1


def test_a_product_lends_within_its_limits(officer, partner, product):
    product.most_principal = Decimal(50)
    product.save()
    one = checked("loans", table(GOOD), officer)
    assert problems(one) == [(2, "Monto", "Personal does not lend this amount.")]


def test_from_a_workbook(officer, partner):
    content = sheet(
        ["Nro préstamo", "DNI", "Producto", "Monto", "Cuotas", "Desembolso", "Primer vencimiento"],
        ["P-1", 40000001, "PERS", 1500.5, 6, ("date", 45292), ("date", 45323)],
    )  # fmt: skip
    one = ran("loans", content, officer)
    loan = Loan.objects.get()
    assert one.made == 1 and loan.principal == Decimal("1500.50")
    assert (loan.disbursed_on, loan.first_due) == (date(2024, 1, 1), date(2024, 2, 1))


@pytest.mark.parametrize(("cell", "rate"), [(("percent", 1.2), "120"), (1.2, "1.2")])
def test_a_rate_of_a_workbook_is_what_its_cell_shows(manager, partner, cell, rate):
    heads = ["Nro préstamo", "Socio", "Producto", "Monto", "TEA", "Cuotas", "Desembolso"]
    row = ["P-1", "S-001", "PERS", 1000, cell, 12, ("date", 45292)]
    one = ran("loans", sheet(heads, row), manager)
    assert one.made == 1 and Loan.objects.get().rate == Decimal(rate), problems(one)


def test_a_portion_costs_few_queries_however_many_rows(
    officer, partner, django_assert_max_num_queries
):
    rows = [GOOD.replace("9;P-1", f"{n};P-{n}") for n in range(90)]
    with django_assert_max_num_queries(85):
        one = ran("loans", table(*rows), officer)
    assert one.made == 90, problems(one)
    partner.refresh_from_db()
    assert partner.active_loans == 90 and not ledger.verify()[1]


def test_what_grew_beyond_all_bounds_is_a_problem_of_its_row(officer, partner, product):
    product.late_kind = "pair"
    product.late_rate, product.late_second_rate = Decimal(800), Decimal(900)
    product.save()
    old = "8;P-2;S-001;40000001;PERS;100.00;PEN;7;;6;01/01/1925;01/02/1925;"
    dry = checked("loans", table(old, GOOD), officer)
    assert (dry.state, dry.good, dry.bad) == ("checked", 1, 1)
    assert problems(dry) == [(2, "", "The amount is too large.")]
    one = ran("loans", table(old, GOOD), officer)
    assert (one.state, one.made) == ("done", 1) and Loan.objects.get().number == "P-1"


@pytest.mark.parametrize("currency", ["PEN", ""])
def test_the_sign_beside_the_principal_is_not_passed_over(officer, partner, currency):
    rows = [GOOD.replace("100.00;PEN", f"{sign} 100.00;{currency}") for sign in ("US$", "S/.")]
    one = ran("loans", table(rows[0], rows[1].replace("9;P-1", "10;P-2")), officer)
    words = "The amount is written with US$, but the currency is PEN."
    assert problems(one) == [(2, "Monto", words)] and Loan.objects.get().number == "P-2"
