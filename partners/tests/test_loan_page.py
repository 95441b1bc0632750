"""The page of a loan: how it stands, its schedule, its picture, its payments, its history."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.urls import reverse
from django.utils import timezone

from partners import ledger
from partners.charges import set_charge
from partners.loans import cancel, write_off
from partners.models import Loan, Receipt
from partners.payments import book_payment, reverse_payment
from partners.tests.conftest import make_loan, make_partner

pytestmark = [pytest.mark.once, pytest.mark.django_db, pytest.mark.usefixtures("in_english")]


def pay(loan, amount, day, **said):
    return book_payment(
        loan=loan, amount=Decimal(amount), paid_on=date.fromisoformat(day), by=None, **said
    )


def page_of(client, loan, asked=""):
    answer = client.get(f"/partners/loans/{loan.pk}/{asked}")
    assert answer.status_code == 200
    return answer.content.decode()


@pytest.fixture
def client_(browser, officer):
    return browser(officer)


@pytest.fixture
def late_product(product):
    product.late_kind, product.late_rate = "interest", Decimal(36)
    product.save()
    return product


def test_it_says_what_is_owed_and_how_late(client_, loan):
    pay(loan, "20.00", "2024-02-01")
    html = page_of(client_, loan)
    days = (timezone.localdate() - date(2024, 3, 1)).days
    for words in ("Loan P-001", "Ana Ficticia", "Personal", "S/ 100.00", "S/ 81.07", "S/ 82.05"):
        assert words in html
    assert f"<dd>{days}</dd>" in html and "Active" in html
    # One says that there is no late interest, one that there is no charge; nothing else.
    assert html.count("<dd>None</dd>") == html.count("None. Late interest") == 1
    assert html.count("None") == 2


def test_rows_are_marked_by_word(client_, partner, product):
    today = timezone.localdate()
    loan = make_loan(
        partner,
        product,
        disbursed_on=today - timedelta(days=100),
        first_due=today - timedelta(days=70),
    )
    pay(loan, "20.00", str(today - timedelta(days=70)))
    html = page_of(client_, loan)
    for words in ("Paid", "Overdue, partly paid", "Due", "To come"):
        assert f"{words}</span>" in html, words


def test_a_partly_paid_installment_to_come_is_marked(client_, partner, product):
    today = timezone.localdate()
    loan = make_loan(partner, product, disbursed_on=today, first_due=today + timedelta(days=30))
    pay(loan, "5.00", str(today))
    assert "Partly paid</span>" in page_of(client_, loan)


def test_a_prepayment_is_a_row_with_its_name(client_, loan):
    pay(loan, "60.00", "2024-02-15", purpose="fewer")
    assert "Prepayment" in page_of(client_, loan)


def test_fees_and_late_interest_stand_on_their_rows(client_, partner, late_product):
    loan = make_loan(partner, late_product)
    pay(loan, "17.01", "2024-03-02")
    set_charge(loan=loan, part="fee", amount=Decimal(20), on=date(2024, 2, 1), reason="Visit",
               by=None)  # fmt: skip
    html = page_of(client_, loan)
    assert "fee 20.00" in html and "late interest " in html and "Visit" in html


def test_a_payment_unfolds_into_what_it_paid(client_, loan, officer):
    book_payment(
        loan=loan, amount=Decimal(20), paid_on=date(2024, 2, 1), by=officer, reference="OP 77",
        means="wallet", note="At the <door>",
    )  # fmt: skip
    html = page_of(client_, loan)
    for words in ("OP 77", "Installment 1", "<b>16.43</b>", "<b>0.49</b>", "Booked by oficial"):
        assert words in html, words
    assert "At the &lt;door&gt;" in html


def test_a_reversed_payment_stays_on_the_page_with_its_reason(client_, loan):
    payment = pay(loan, "20.00", "2024-02-01")
    reverse_payment(payment=payment, by=None, reason="Bounced cheque")
    html = page_of(client_, loan)
    assert "Reversed" in html and "Bounced cheque" in html
    assert reverse("partners:reverse_payment", args=[loan.pk, payment.pk]) not in html


def test_what_is_kept_as_credit_is_named(client_, loan):
    pay(loan, "110.00", "2024-02-01", keep_rest=True)
    html = page_of(client_, loan)
    assert "Kept as credit" in html and "S/ 7.95" in html and "Closed" in html


def test_the_picture_has_an_axis_from_zero_today_and_words_for_who_does_not_see_it(
    client_, partner, product
):
    today = timezone.localdate()
    loan = make_loan(
        partner,
        product,
        disbursed_on=today - timedelta(days=40),
        first_due=today - timedelta(days=10),
    )
    pay(loan, "17.01", str(today - timedelta(days=10)))
    html = page_of(client_, loan)
    assert html.count('role="img"') == 2 and ">S/ 0</text>" in html and ">S/ 100</text>" in html
    loan.refresh_from_db()
    assert ">Today</text>" in html and f"Outstanding today: S/ {loan.principal_left}" in html
    assert 'class="chart-planned" d="M' in html and 'class="chart-real" d="M' in html
    assert "style=" not in html


def test_history_says_who_did_what(client_, loan, officer):
    payment = book_payment(loan=loan, amount=Decimal("17.01"), paid_on=date(2024, 2, 1), by=officer)
    reverse_payment(payment=payment, by=officer, reason="Another's money")
    html = page_of(client_, loan)
    for words in ("Payment booked", "Payment reversed", "Another&#x27;s money", "oficial"):
        assert words in html, words
    assert "S/ 102.05 → S/ 85.04" in html


@pytest.mark.parametrize("end", ["draft", "cancelled", "written_off"])
def test_a_loan_without_a_running_account_has_a_page(client_, partner, product, end):
    loan = make_loan(partner, product, active=end != "draft")
    if end == "cancelled":
        cancel(loan=loan, by=None, reason="A mistake")
    elif end == "written_off":
        write_off(loan=loan, by=None, reason="Left the country")
    html = page_of(client_, loan)
    assert str(Loan.Status(end).label) in html
    assert ("Book a payment" in html) == (end == "written_off")


@pytest.mark.parametrize("method", ["french", "equal_principal", "flat"])
@pytest.mark.parametrize(
    "said",
    [
        {"rate": Decimal(0)},
        {"terms": 1},
        {"disbursed_on": date(2024, 2, 29), "first_due": date(2024, 3, 29)},
        {"principal": Decimal("900000000000.00")},
        {"terms": 3, "principal": Decimal("0.03"), "rate": Decimal(0)},
        {"currency": "JPY"},
    ],
    ids=["no-interest", "one-installment", "29-february", "giant", "three-cents", "yen"],
)
def test_loans_at_the_edge_have_a_page(client_, partner, product, method, said):
    loan = make_loan(partner, product, method=method, **said)
    html = page_of(client_, loan, "?calc-on=2024-03-01&calc-amount=0.02")
    assert "Balance over time" in html and "To be paid" in html


@pytest.mark.parametrize("role", ["agent", "marketer", ""])
def test_who_may_not_see_loans_gets_no_page(browser, colleague, loan, role):
    assert browser(colleague(role)).get(loan.get_absolute_url()).status_code == 403


def test_a_loan_that_is_not_there_is_not_found(client_):
    assert client_.get("/partners/loans/999/").status_code == 404


def test_managers_see_it_too(browser, manager, loan):
    assert browser(manager).get(loan.get_absolute_url()).status_code == 200


def test_a_long_schedule_shows_the_rows_that_matter_until_all_are_asked_for(
    client_, partner, product
):
    loan = make_loan(partner, product, principal=Decimal(100000), terms=360)
    pay(loan, "20000.00", "2024-02-01")
    short, whole = page_of(client_, loan), page_of(client_, loan, "?whole=1")
    assert "Show all 360 installments" in short
    assert short.count('<tr class="row-') == 36 and whole.count('<tr class="row-') == 360
    assert '<tr class="row-paid' in short and '<tr class="row-overdue' in short


def test_rows_and_payments_cost_no_more_queries(
    client_, partner, product, officer, django_assert_max_num_queries
):
    small = make_loan(partner, product, number="P-S")
    large = make_loan(
        make_partner(number="S-2", document="40000002"), product, number="P-L", terms=48
    )
    for day in range(1, 29):
        book_payment(loan=large, amount=Decimal(1), paid_on=date(2024, 2, day), by=officer)
        if day < 10:
            set_charge(loan=large, part="fee", amount=Decimal(day), on=date(2024, 3, day),
                       reason=f"Visit {day}", by=officer)  # fmt: skip
    page_of(client_, small)
    for loan in (small, large):
        with django_assert_max_num_queries(14):
            page_of(client_, loan, "?whole=1")


def test_a_payment_leads_to_its_receipt_and_its_reversal_names_it(client_, loan):
    payment = pay(loan, "20.00", "2024-02-01")
    receipt = Receipt.objects.create(
        partner=loan.partner, loan=loan, amount=20, file="receipts/x", content_type="image/png",
        sha256="0" * 64, status="approved", payment=payment,
    )  # fmt: skip
    assert f'href="{receipt.get_absolute_url()}"' in page_of(client_, loan)
    asked = client_.get(reverse("partners:reverse_payment", args=[loan.pk, payment.pk]))
    assert "The receipt stays approved" in asked.content.decode()


def test_a_charge_on_a_loan_that_was_paid_off_is_late_from_its_own_day(client_, loan, partner):
    pay(loan, loan.left, "2024-07-01")
    today = timezone.localdate()
    set_charge(loan=loan, part="fee", amount=Decimal(10), on=today - timedelta(days=3),
               reason="R", by=None)  # fmt: skip
    loan.refresh_from_db()
    partner.refresh_from_db()
    assert (loan.status, loan.overdue, loan.days_past_due()) == ("active", 10, 3)
    assert partner.unpaid_since == loan.unpaid_since == today - timedelta(days=3)
    assert (loan.rows_paid, loan.rows_all) == (6, 6)
    assert not list(ledger.differences(loan))
    html = page_of(client_, loan)
    assert "Charge by itself" in html and "Overdue" in html
    pay(loan, "10.00", str(today))
    assert "Charge by itself" in page_of(client_, loan)
    assert Loan.objects.get().status == "closed"


@pytest.fixture
def unplayable(loan):
    """Its late interest outgrows every number since it fell due."""
    book_payment(loan=loan, amount=Decimal("5.00"), paid_on=date(2024, 1, 10), by=None)
    Loan.objects.filter(pk=loan.pk).update(
        late_kind="pair", late_rate=Decimal(1000), late_second_rate=Decimal(1000),
        principal=Decimal("999999999999.99"), disbursed_on=date(1950, 1, 1),
        first_due=date(1950, 2, 1),
    )  # fmt: skip
    return Loan.objects.get()


CANNOT = "cannot be reckoned. The amount is too large."


def test_a_loan_that_cannot_be_played_shows_its_facts_and_says_why(client_, unplayable):
    html = client_.get(unplayable.get_absolute_url()).content.decode()
    assert html.count(CANNOT) == 1
    for words in ("P-001", "S/ 5.00", "Conditions", "when it last could be"):
        assert words in html, words
    assert "Balance over time" not in html and "Calculator" not in html
    asked = {"HX-Request": "true", "HX-Target": "reckoned"}
    part = client_.get(unplayable.get_absolute_url(), {"calc-on": "2024-02-01"}, headers=asked)
    assert CANNOT in part.content.decode()


def test_its_payment_can_still_be_looked_at_for_reversal(client_, unplayable):
    payment = unplayable.payments.get()
    url = reverse("partners:reverse_payment", args=[unplayable.pk, payment.pk])
    assert CANNOT in client_.get(url).content.decode()
    assert CANNOT in " ".join(
        client_.post(url, {"reason": "R"}, follow=True).content.decode().split()
    )


def test_a_payment_of_a_loan_whose_conditions_make_none_can_be_looked_at(client_, loan):
    payment = pay(loan, "5.00", "2024-01-10")
    Loan.objects.filter(pk=loan.pk).update(late_kind="interest", late_rate=Decimal(1001))
    url = reverse("partners:reverse_payment", args=[loan.pk, payment.pk])
    assert "must be 0 to 1000" in client_.get(url).content.decode()
    assert client_.post(url, {"reason": "R"}).status_code == 302


@pytest.mark.parametrize("path", ["", "account/", "payments/", "charges/", "cancel/", "write-off/"])
def test_no_page_around_it_fails(client_, unplayable, path):
    where = f"{unplayable.partner.get_absolute_url()}statement/" if path == "account/" else (
        f"{unplayable.get_absolute_url()}{path}"
    )  # fmt: skip
    for answer in (client_.get(where), client_.post(where, {"amount": "5", "reason": "R"})):
        assert answer.status_code in (200, 302, 405)


def test_the_statement_names_the_loan_that_cannot_be_played(client_, unplayable):
    html = client_.get(reverse("partners:statement", args=[unplayable.partner_id])).content.decode()
    assert f"Loan P-001 {CANNOT}" in html
    assert client_.get(unplayable.partner.get_absolute_url()).status_code == 200
