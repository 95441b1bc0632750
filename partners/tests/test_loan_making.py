"""Making a loan: previewed, saved once as a draft, numbered, and moved on with a confirmation."""

import threading
from datetime import date
from decimal import Decimal

import pytest
from django.db import connection

from crm.audit.models import AuditEntry
from crm.errors import DeskError
from partners import currencies
from partners.loans import draft_loan, next_number
from partners.models import Loan, Partner
from partners.payments import book_payment
from partners.tests.conftest import make_loan, make_partner

pytestmark = [pytest.mark.once, pytest.mark.django_db, pytest.mark.usefixtures("in_english")]

TOKEN = "0f8fad5b-d9cb-469f-a165-70867728950e"


@pytest.fixture
def desk(browser, officer):
    return browser(officer)


def figures(chosen, **said):
    return {
        "token": TOKEN,
        "product": chosen.pk,
        "principal": "100",
        "terms": "6",
        "disbursed_on": "2024-01-01",
        "first_due": "2024-02-01",
        "number": "",
    } | said


def make(client, partner, chosen, **said):
    url = f"/partners/{partner.pk}/loans/new/"
    answer = client.post(url, figures(chosen, **said))
    # The page it leads to is another test's.
    return answer.status_code, answer.content.decode()


def test_a_draft_takes_the_products_conditions_and_the_next_number(desk, partner, product, officer):
    product.late_kind, product.late_rate, product.round_to = "interest", Decimal(36), Decimal(1)
    product.save()
    assert make(desk, partner, product, principal="S/ 1,000.00")[0] == 302
    loan = Loan.objects.get()
    assert (loan.number, loan.status, loan.principal) == ("P-000001", "draft", 1000)
    assert (loan.rate, loan.late_rate, loan.round_to) == (7, 36, 1)
    assert AuditEntry.objects.about(loan).get().actor == officer


def test_sent_twice_it_is_one_draft(desk, partner, product):
    assert make(desk, partner, product)[0] == make(desk, partner, product)[0] == 302
    assert Loan.objects.count() == 1


@pytest.mark.parametrize(
    ("said", "words"),
    [
        ({"principal": "-5"}, "more than zero"),
        ({"principal": "0"}, "more than zero"),
        ({"principal": "mil"}, "plain amount"),
        ({"principal": "1.500"}, "two amounts"),
        ({"principal": "9999999999999999"}, "too large"),
        ({"principal": "999999999999.99"}, "too large"),
        ({"principal": "0.05"}, "less than a cent"),
        ({"terms": "0"}, "greater than or equal to 1"),
        ({"terms": "1201"}, "less than or equal to 1200"),
        ({"terms": "x"}, "whole number"),
        ({"first_due": "2024-01-01"}, "after the disbursement"),
        ({"first_due": "2044-01-01"}, "within ten years"),
        ({"disbursed_on": "1850-01-01", "first_due": "1850-02-01"}, "make no loan"),
        ({"disbursed_on": "2023-02-29"}, "valid date"),
        ({"product": "999"}, "valid choice"),
        ({"number": "x" * 21}, "at most 20 characters"),
    ],
    ids=["negative", "zero", "words", "ambiguous", "absurd", "with-interest", "cents", "no-terms",
         "terms", "terms-words", "due", "late-due", "1850", "29-february", "product",
         "number"],
)  # fmt: skip
def test_figures_that_make_no_loan_are_refused_in_words(desk, partner, product, said, words):
    status, html = make(desk, partner, product, **said)
    assert status == 200 and words in html
    assert not Loan.objects.exists()


@pytest.mark.parametrize(
    "said",
    [
        {"terms": "1"},
        {"disbursed_on": "2024-02-29", "first_due": "2024-03-29"},
        {"disbursed_on": "2023-12-31", "first_due": "2024-01-31", "terms": "26"},
        {"principal": "1.500,00"},
    ],
    ids=["one-installment", "29-february", "seed-day-31", "european"],
)
def test_loans_at_the_edge_are_made(desk, partner, product, said):
    assert make(desk, partner, product, **said)[0] == 302
    assert Loan.objects.count() == 1


def test_a_product_lends_between_its_least_and_its_most(desk, partner, product):
    product.least_principal, product.most_principal = Decimal(500), Decimal(1000)
    product.save()
    for principal, status in (("499.99", 200), ("500", 302)):
        answer = make(desk, partner, product, principal=principal)
        assert answer[0] == status
    assert "does not lend this amount" in make(desk, partner, product, principal="1001")[1]


def test_what_is_no_longer_on_offer_is_not_lent(desk, partner, product):
    product.is_active = False
    product.save()
    assert make(desk, partner, product)[0] == 200
    page = desk.get(f"/partners/{partner.pk}/loans/new/").content.decode()
    assert "No product is on offer" in page and not Loan.objects.exists()


def test_a_cancelled_partner_gets_no_loan(desk, partner, product):
    Partner.objects.update(status="cancelled")
    status, html = make(desk, partner, product)
    assert status == 200 and "gets no loans" in html and not Loan.objects.exists()


def test_a_taken_number_is_refused(desk, partner, product):
    make_loan(partner, product, number="P-77", active=False)
    assert "P-77 is taken" in make(desk, partner, product, number="P-77")[1]
    assert Loan.objects.count() == 1


def test_only_who_sets_products_overrides_the_rate(desk, browser, manager, partner, product):
    make(desk, partner, product, rate="1")
    assert Loan.objects.get().rate == 7
    Loan.objects.all().delete()
    make(browser(manager), partner, product, rate="0,5 %")
    assert Loan.objects.get().rate == Decimal("0.5")
    assert Loan.objects.get().agreement.terms.rate == Decimal("0.5")


def test_a_rate_of_zero_is_an_override_and_blank_is_none(browser, manager, partner, product):
    make(browser(manager), partner, product, rate="0")
    assert Loan.objects.get().rate == 0
    Loan.objects.all().delete()
    make(browser(manager), partner, product, rate="")
    assert Loan.objects.get().rate == 7


def preview(client, partner, product, **said):
    answer = client.get(
        f"/partners/{partner.pk}/loans/new/",
        figures(product, **said),
        headers={"HX-Request": "true", "HX-Target": "preview"},
    )
    assert answer.status_code == 200
    return answer.content.decode()


def test_the_schedule_is_shown_before_it_is_saved(desk, partner, product):
    html = preview(desk, partner, product)
    for words in ("S/ 17.01", "S/ 2.05", "S/ 102.05", "16.43", "83.57"):
        assert words in html, words
    assert "<html" not in html and not Loan.objects.exists()


def test_a_preview_says_what_is_wrong_and_is_quiet_about_what_is_missing(desk, partner, product):
    assert "after the disbursement" in preview(desk, partner, product, first_due="2024-01-01")
    assert "more than zero" in preview(desk, partner, product, principal="-1")
    assert "Fill in the figures" in preview(desk, partner, product, principal="")
    assert "And 6 more" in preview(desk, partner, product, terms="30")


def test_what_was_typed_stays_with_its_preview(desk, partner, product):
    html = make(desk, partner, product, number="x" * 21)[1]
    assert 'value="100"' in html and "S/ 17.01" in html


@pytest.mark.parametrize("role", ["agent", "marketer"])
def test_who_may_not_lend_makes_nothing(browser, colleague, partner, product, role):
    assert make(browser(colleague(role)), partner, product)[0] == 403
    assert not Loan.objects.exists()


# --- Numbers and currencies ----------------------------------------------------------------------


def test_numbers_of_other_systems_do_not_count(partner, product):
    for number in ("P-001", "P-999", "X-900000", "P-0000007", "p-000300"):
        make_loan(partner, product, number=number, active=False)
    assert next_number() == "P-000001"
    make_loan(partner, product, number="P-000041", active=False)
    assert next_number() == "P-000042"
    assert make_loan(partner, product, number="", active=False).number == "P-000042"


def test_after_the_last_of_six_digits_come_seven(partner, product):
    make_loan(partner, product, number="P-999999", active=False)
    numbers = [make_loan(partner, product, number="", active=False).number for _ in range(2)]
    assert numbers == ["P-1000000", "P-1000001"]
    make_loan(partner, product, number="P-9999999", active=False)
    make_loan(partner, product, number="P-10000000", active=False)
    assert next_number() == "P-10000001"


@pytest.mark.parametrize("code", ["PEN", "USD", "EUR", "JPY", "KWD", "BRL"])
def test_any_currency_of_today_is_lent(partner, product, code):
    assert make_loan(partner, product, currency=code).currency == code


@pytest.mark.parametrize("code", ["", "pen", "XYZ", "PEI", "S/"])
def test_what_is_no_currency_is_not(partner, product, code):
    with pytest.raises(DeskError, match="no currency"):
        make_loan(partner, product, currency=code)
    assert not Loan.objects.exists()


def test_the_usual_currencies_come_first():
    assert currencies.codes()[:2] == ("PEN", "USD") and len(currencies.codes()) > 140
    assert dict(currencies.choices())["PEN"] == "PEN · Peruvian Sol"


@pytest.mark.django_db(transaction=True)
def test_two_who_make_a_loan_at_the_same_moment_get_two_numbers(product):
    partners = [make_partner(number=f"S-{n}", document=f"4000000{n}") for n in range(4)]
    start, outcomes = threading.Barrier(4), []

    def draft(partner):
        start.wait()
        try:
            loan = draft_loan(
                partner=partner, product=product, principal=Decimal(100), terms=6,
                disbursed_on=date(2024, 1, 1), first_due=date(2024, 2, 1), by=None,
            )  # fmt: skip
            outcomes.append(loan.number)
        finally:
            connection.close()

    threads = [threading.Thread(target=draft, args=(one,)) for one in partners]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) == ["P-000001", "P-000002", "P-000003", "P-000004"]


# --- From a draft on -----------------------------------------------------------------------------


def test_a_draft_is_disbursed_after_a_question(desk, partner, product):
    loan = make_loan(partner, product, active=False)
    url = f"/partners/loans/{loan.pk}/disburse/"
    assert "Disburse loan P-001?" in desk.get(url).content.decode()
    desk.post(url)
    loan.refresh_from_db()
    assert loan.status == "active" and loan.left == Decimal("102.05")
    assert "active now" in desk.post(url, follow=True).content.decode()
    assert "active now" in desk.get(url, follow=True).content.decode()


@pytest.mark.parametrize(
    ("step", "end"), [("cancel", "cancelled"), ("write-off", "written_off")], ids=["cancel", "off"]
)
def test_an_end_wants_a_reason(desk, loan, step, end):
    url = f"/partners/loans/{loan.pk}/{step}/"
    assert "P-001?" in desk.get(url).content.decode()
    assert "This field is required" in desk.post(url, {"reason": " "}).content.decode()
    loan.refresh_from_db()
    assert loan.status == "active"
    desk.post(url, {"reason": "Agreed with the <partner>"})
    loan.refresh_from_db()
    assert loan.status == end
    html = desk.get(loan.get_absolute_url()).content.decode()
    assert "Agreed with the &lt;partner&gt;" in html


def test_what_took_payments_is_not_cancelled(desk, loan):
    book_payment(loan=loan, amount=Decimal(5), paid_on=date(2024, 2, 1), by=None)
    answer = desk.post(f"/partners/loans/{loan.pk}/cancel/", {"reason": "Error"}, follow=True)
    assert "took payments" in answer.content.decode()
    loan.refresh_from_db()
    assert loan.status == "active"
