"""The calculator: what settles a loan, what an amount would leave; and nothing is written."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.utils import timezone

from partners.account import calculator
from partners.account.page import LoanPage
from partners.charges import set_charge
from partners.models import Loan, Payment
from partners.payments import MoreThanOwedError, book_payment
from partners.tests.conftest import make_loan

pytestmark = [pytest.mark.once, pytest.mark.django_db, pytest.mark.usefixtures("in_english")]


@pytest.fixture
def desk(browser, officer):
    return browser(officer)


def ask(client, loan, on, amount=""):
    answer = client.get(
        loan.get_absolute_url(),
        {"calc-on": on, "calc-amount": amount},
        headers={"HX-Request": "true", "HX-Target": "reckoned"},
    )
    assert answer.status_code == 200
    return " ".join(answer.content.decode().split())


def pay(loan, amount, day, **said):
    return book_payment(
        loan=loan, amount=Decimal(amount), paid_on=date.fromisoformat(day), by=None, **said
    )


def test_what_settles_a_loan_in_the_middle_of_a_period(desk, loan):
    """Half a period of 30/360 after the first installment was paid: 83.57 + 0.24 = 83.81."""
    pay(loan, "17.01", "2024-02-01")
    html = ask(desk, loan, "2024-02-16")
    for words in ("<dd>83.57</dd>", "<dd>0.24</dd>", "<dd>S/ 83.81</dd>", "16/02/2024"):
        assert words in html, words
    assert "<html" not in html


def test_fees_late_interest_and_what_was_paid_ahead_stand_by_themselves(desk, partner, product):
    product.late_kind, product.late_rate = "interest", Decimal(36)
    product.save()
    loan = make_loan(partner, product)
    set_charge(loan=loan, part="fee", amount=Decimal(20), on=date(2024, 1, 10), reason="R",
               by=None)  # fmt: skip
    late = ask(desk, loan, "2024-03-02")
    assert "Fees</dt><dd>20.00" in late and "Late interest</dt><dd>0.52" in late
    pay(loan, "60.00", "2024-01-20")
    ahead = ask(desk, loan, "2024-01-25")
    assert "Paid ahead</dt><dd>−" in ahead


@pytest.mark.parametrize("purpose", ["next", "fewer", "smaller"])
@pytest.mark.parametrize("amount", ["1.00", "30.00", "80.00", "83.81", "200.00"])
def test_it_tells_what_booking_would_leave(loan, officer, purpose, amount):
    pay(loan, "17.01", "2024-02-01")
    page = LoanPage(Loan.objects.get(), officer)
    on = date(2024, 2, 16)
    found = calculator.outcomes(page.account, on, Decimal(amount))
    (told,) = (one for one in found if one.purpose == purpose)
    before = sum(row.interest for row in loan.installments.all())
    pay(loan, amount, "2024-02-16", purpose=purpose, keep_rest=True)
    loan.refresh_from_db()
    rows = loan.installments.all()
    assert told.left == loan.left and told.credit == loan.credit
    assert (told.next_due, told.next_amount) == (loan.next_due, loan.next_amount)
    assert told.installments == loan.rows_all - loan.rows_paid
    assert told.saved == before - sum(row.interest for row in rows)
    assert told.last_due == (max(row.due for row in rows) if loan.left else None)


def test_the_settlement_closes_the_loan(loan, officer):
    pay(loan, "17.01", "2024-02-01")
    on = date(2024, 2, 16)
    total = calculator.settlement(LoanPage(Loan.objects.get(), officer).account, on).total
    pay(loan, total, "2024-02-16", purpose="fewer")
    loan.refresh_from_db()
    assert (loan.status, loan.credit) == ("closed", 0)


def test_what_was_paid_ahead_may_settle_it_and_what_remains_is_told(desk, partner, product):
    """1,000 over 12 months at 60 %, all but 5.00 paid on the second day."""
    loan = make_loan(partner, product, principal=Decimal(1000), terms=12, rate=Decimal(60))
    pay(loan, loan.left - 5, "2024-01-02")
    html = ask(desk, loan, "2024-01-10")
    for words in ("<dd>S/ 0.00</dd>", "pays everything off", "With it S/ 333.89"):
        assert words in html, words
    with pytest.raises(MoreThanOwedError, match=r"paid ahead this is S/ 338\.89 more"):
        pay(loan, "5.00", "2024-01-10", purpose="fewer")
    pay(loan, "5.00", "2024-01-10", purpose="fewer", keep_rest=True)
    loan.refresh_from_db()
    assert (loan.status, loan.credit) == ("closed", Decimal("338.89"))
    assert "pays everything off" not in ask(desk, loan, "2024-01-10")


def test_three_purposes_side_by_side(desk, loan):
    pay(loan, "17.01", "2024-02-01")
    html = ask(desk, loan, "2024-02-16", "S/ 30.00")
    for words in ("S/ 30.00 on", "Next ones paid", "Fewer of them", "Smaller ones",
                  "Interest saved"):  # fmt: skip
        assert words in html, words


@pytest.mark.parametrize(
    ("on", "amount", "words"),
    [
        ("2023-12-31", "", "not disbursed yet"),
        ("9999-12-31", "5", "within ten years"),
        ("2024-02-30", "", "valid date"),
        ("", "", "required"),
        ("2024-02-16", "-5", "more than zero"),
        ("2024-02-16", "cien", "plain amount"),
        ("2024-02-16", "1.500", "two amounts"),
        ("2024-02-16", "99999999999999", "too large"),
    ],
    ids=["before", "far", "30-february", "no-day", "negative", "words", "ambiguous", "absurd"],
)
def test_bad_input_is_told(desk, loan, on, amount, words):
    html = ask(desk, loan, on, amount)
    assert words in html and "To be paid" not in html


def test_a_day_too_far_off_is_told_whatever_late_interest_would_be(desk, partner, product):
    product.late_kind = "pair"
    product.late_rate, product.late_second_rate = Decimal(800), Decimal(900)
    product.save()
    loan = make_loan(partner, product)
    assert "within ten years" in ask(desk, loan, "2160-01-01")
    far = make_loan(partner, product, number="P-2", terms=1200, principal=Decimal(100_000))
    assert "too large" in ask(desk, far, "2100-01-01")


def test_a_day_to_come_can_be_reckoned(desk, loan):
    day = timezone.localdate() + timedelta(days=400)
    assert "To be paid" in ask(desk, loan, str(day), "50")


def test_the_page_itself_answers_without_scripts_and_writes_nothing(desk, loan):
    before = Loan.objects.values().get()
    html = desk.get(
        loan.get_absolute_url(), {"calc-on": "2024-02-16", "calc-amount": "30"}
    ).content.decode()
    assert "would leave" in html and "<html" in html
    assert Loan.objects.values().get() == before and not Payment.objects.exists()


def test_a_draft_has_no_calculator(desk, partner, product):
    loan = make_loan(partner, product, active=False)
    html = desk.get(loan.get_absolute_url()).content.decode()
    assert "Calculator" not in html
    assert "To be paid" not in ask(desk, loan, "2024-02-16")
