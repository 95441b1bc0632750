"""Payments and charges through the page: booked once, refused in words, taken back."""

import re
from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.utils import timezone

from crm.audit.models import AuditEntry
from crm.errors import DeskError
from partners import ledger
from partners.charges import cancel_charge, set_charge
from partners.history import history_of
from partners.models import Charge, Loan, Payment
from partners.payments import book_payment
from partners.registry import change_status
from partners.tests.conftest import make_loan, make_partner

pytestmark = [pytest.mark.once, pytest.mark.django_db, pytest.mark.usefixtures("in_english")]

TOKEN = "0f8fad5b-d9cb-469f-a165-70867728950e"


@pytest.fixture
def desk(browser, officer):
    return browser(officer)


def book(client, loan, **said):
    """The answer's HTML, after any redirect."""
    facts = {
        "token": TOKEN,
        "amount": "17.01",
        "paid_on": "2024-02-01",
        "means": "cash",
        "purpose": "next",
        "reference": "",
        "note": "",
        "currency": "PEN",
    } | said
    answer = client.post(f"/partners/loans/{loan.pk}/payments/", facts, follow=True)
    assert answer.status_code == 200
    return answer.content.decode()


def test_a_payment_is_booked_from_the_page(desk, loan, officer):
    html = book(desk, loan, amount="S/ 17.01", reference="OP 5", note="Counter")
    payment = Payment.objects.get()
    assert (payment.amount, payment.means, payment.booked_by) == (Decimal("17.01"), "cash", officer)
    assert (payment.reference, payment.note) == ("OP 5", "Counter")
    loan.refresh_from_db()
    assert loan.paid == Decimal("17.01") and "The payment of S/ 17.01 was booked" in html


def test_a_double_click_books_once(desk, loan):
    book(desk, loan)
    html = book(desk, loan)
    assert Payment.objects.count() == 1 and "was booked already" in html
    assert not list(ledger.differences(Loan.objects.get()))


def test_every_page_has_a_token_of_its_own(desk, loan):
    pages = [desk.get(loan.get_absolute_url()).content.decode() for _ in range(2)]
    tokens = {re.search(r'name="token" value="([^"]+)"', page)[1] for page in pages}
    assert len(tokens) == 2


def test_what_is_wrong_keeps_the_token_and_what_was_typed(desk, loan):
    html = book(desk, loan, amount="cien", note="Kept words")
    assert TOKEN in html and "Kept words" in html and "plain amount" in html


@pytest.mark.parametrize(
    ("said", "words"),
    [
        ({"amount": "-5"}, "more than zero"),
        ({"amount": "0"}, "more than zero"),
        ({"amount": "0.00"}, "more than zero"),
        ({"amount": ""}, "This field is required"),
        ({"amount": "cien soles"}, "plain amount"),
        ({"amount": "NaN"}, "plain amount"),
        ({"amount": "1e3"}, "plain amount"),
        ({"amount": "1.005"}, "two amounts"),
        ({"amount": "0.005"}, "two decimals"),
        ({"amount": "99999999999999"}, "too large"),
        ({"amount": "US$ 17.01"}, "must be in PEN"),
        ({"currency": "USD"}, "The loan is in PEN, the payment in USD"),
        ({"paid_on": "2023-12-31"}, "not disbursed yet"),
        ({"paid_on": "2999-01-01"}, "day to come"),
        ({"paid_on": "2024-02-30"}, "valid date"),
        ({"paid_on": ""}, "This field is required"),
        ({"means": "gold"}, "Select a valid choice"),
        ({"purpose": "never"}, "Select a valid choice"),
        ({"reference": "x" * 61}, "at most 60 characters"),
        ({"amount": "102.06"}, "S/ 0.01 more than is owed"),
        ({"token": "nonsense"}, ""),
    ],
    ids=["negative", "zero", "cents", "empty", "words", "nan", "exponent", "ambiguous", "fine",
         "absurd", "dollars", "currency", "before", "future", "30-february", "no-day", "means",
         "purpose", "reference", "too-much", "token"],
)  # fmt: skip
def test_bad_input_is_refused_and_nothing_is_written(desk, loan, said, words):
    html = book(desk, loan, **said)
    assert words in html
    assert not Payment.objects.exists()
    assert AuditEntry.objects.about(loan).filter(action="payment_booked").count() == 0
    loan.refresh_from_db()
    assert loan.paid == 0 and not list(ledger.differences(loan))


@pytest.mark.parametrize(
    ("typed", "amount"), [("1,500.00", 1500), ("1.500,00", 1500), ("1500", 1500), ("1,500", 1500)]
)
def test_amounts_as_people_write_them(desk, partner, product, typed, amount):
    loan = make_loan(partner, product, principal=Decimal(10000))
    book(desk, loan, amount=typed)
    assert Payment.objects.get().amount == amount


def test_more_than_is_owed_is_kept_as_credit_once_confirmed(desk, loan):
    assert 'name="keep_rest"' not in desk.get(loan.get_absolute_url()).content.decode()
    html = book(desk, loan, amount="110")
    assert 'name="keep_rest"' in html and "S/ 7.95 more than is owed" in html
    book(desk, loan, amount="110", keep_rest="on")
    loan.refresh_from_db()
    assert (loan.status, loan.credit) == ("closed", Decimal("7.95"))


def test_an_operation_is_booked_once_on_a_loan(desk, loan):
    book(desk, loan, reference="OP 9")
    html = book(desk, loan, reference=" OP  9", token="7c9e6679-7425-40de-944b-e07fc1f90ae7")
    assert "OP 9 was booked on this loan already" in html
    assert Payment.objects.count() == 1


def test_a_token_of_one_loan_books_nothing_on_another(desk, loan, product):
    other = make_loan(make_partner(number="S-2", document="40000002"), product, number="P-2")
    book(desk, loan)
    assert "was booked already" in book(desk, other)
    assert Payment.objects.count() == 1


def test_a_draft_takes_no_payment(desk, partner, product):
    loan = make_loan(partner, product, active=False)
    answer = desk.post(
        f"/partners/loans/{loan.pk}/payments/",
        {"token": TOKEN, "amount": "5", "paid_on": "2024-02-01", "means": "cash",
         "purpose": "next"},
    )  # fmt: skip
    assert answer.status_code == 200 and not Payment.objects.exists()


def test_a_reversal_says_what_happens_and_wants_a_reason(desk, loan, officer):
    payment = book_payment(loan=loan, amount=Decimal(110), paid_on=date(2024, 2, 1), by=None,
                           keep_rest=True)  # fmt: skip
    url = f"/partners/loans/{loan.pk}/payments/{payment.pk}/reverse/"
    asked = desk.get(url).content.decode()
    assert "S/ 110.00" in asked and "S/ 100.00" in asked and "cannot be put back" in asked
    assert "This field is required" in desk.post(url, {"reason": "  "}).content.decode()
    payment.refresh_from_db()
    assert payment.reversed_at is None
    desk.post(url, {"reason": "Bounced"})
    payment.refresh_from_db()
    assert (payment.reversed_by, payment.reversal_reason) == (officer, "Bounced")
    again = desk.post(url, {"reason": "Bounced"}, follow=True).content.decode()
    assert "reversed already" in again
    assert AuditEntry.objects.about(loan).filter(action="payment_reversed").count() == 1
    assert not list(ledger.differences(Loan.objects.get()))


def test_anothers_payment_is_not_found_under_this_loan(desk, loan, product):
    other = make_loan(make_partner(number="S-2", document="40000002"), product, number="P-2")
    payment = book_payment(loan=other, amount=Decimal(5), paid_on=date(2024, 2, 1), by=None)
    url = f"/partners/loans/{loan.pk}/payments/{payment.pk}/reverse/"
    assert desk.get(url).status_code == 404 and desk.post(url, {"reason": "x"}).status_code == 404


@pytest.mark.parametrize("path", ["payments", "charges"])
def test_a_refused_form_opened_again_leads_to_the_loan(desk, loan, path):
    answer = desk.get(f"/partners/loans/{loan.pk}/{path}/")
    assert answer.status_code == 302 and answer["Location"] == loan.get_absolute_url()


@pytest.mark.parametrize("role", ["agent", "marketer"])
def test_who_may_not_book_books_nothing(browser, colleague, loan, role):
    client = browser(colleague(role))
    for path in ("payments/", "charges/", "payments/1/reverse/", "cancel/", "charges/1/take-back/"):
        assert client.post(f"/partners/loans/{loan.pk}/{path}").status_code == 403
    assert not Payment.objects.exists()


# --- Charges ------------------------------------------------------------------------------------


def charge(client, loan, **said):
    facts = {"part": "fee", "amount": "20", "on": "2024-02-10", "reason": "Visit"} | said
    posted = {f"charge-{name}": value for name, value in facts.items()}
    answer = client.post(f"/partners/loans/{loan.pk}/charges/", posted, follow=True)
    assert answer.status_code == 200
    return answer.content.decode()


def test_a_charge_is_set_and_taken_back(desk, loan, officer):
    charge(desk, loan, amount="S/ 20.00")
    made = Charge.objects.get()
    loan.refresh_from_db()
    assert (made.by, loan.left) == (officer, Decimal("122.05"))
    url = f"/partners/loans/{loan.pk}/charges/{made.pk}/take-back/"
    assert "S/ 20.00" in desk.get(url).content.decode()
    assert "This field is required" in desk.post(url, {"reason": ""}).content.decode()
    desk.post(url, {"reason": "He was at home"})
    loan.refresh_from_db()
    assert loan.left == Decimal("102.05") and not list(ledger.differences(loan))
    assert "taken back already" in desk.post(url, {"reason": "x"}, follow=True).content.decode()
    back, made_, *_ = AuditEntry.objects.about(loan)
    assert (back.action, back.reason, made_.action) == (
        "charge_cancelled", "He was at home", "charge_set",
    )  # fmt: skip


@pytest.mark.parametrize(
    ("said", "words"),
    [
        ({"amount": "-1"}, "more than zero"),
        ({"amount": "mucho"}, "plain amount"),
        ({"on": "2023-12-31"}, "not disbursed yet"),
        ({"on": str(date(2999, 1, 1))}, "day to come"),
        ({"reason": " "}, "This field is required"),
        ({"part": "principal"}, "Select a valid choice"),
    ],
    ids=["negative", "words", "before", "future", "reason", "kind"],
)
def test_a_bad_charge_is_refused_and_nothing_is_written(desk, loan, said, words):
    assert words in charge(desk, loan, **said)
    assert not Charge.objects.exists()


def test_the_same_charge_twice_is_a_double_click(desk, loan):
    charge(desk, loan)
    assert "set already" in charge(desk, loan)
    assert Charge.objects.count() == 1


def test_the_verbs_refuse_what_the_page_cannot_send(loan, partner, product):
    draft = make_loan(partner, product, number="P-9", active=False)
    good = {"part": "fee", "amount": Decimal(5), "on": date(2024, 2, 1), "reason": "R", "by": None}
    for said, words in [
        ({"part": "interest"}, "fee or a penalty"),
        ({"amount": Decimal("0.001")}, "two decimals"),
        ({"reason": " "}, "reason"),
        ({"on": timezone.localdate() + timedelta(days=1)}, "to come"),
        ({"loan": draft}, "not paid out"),
    ]:
        with pytest.raises(DeskError, match=words):
            set_charge(**{"loan": loan} | good | said)
    made = set_charge(loan=loan, **good)
    with pytest.raises(DeskError, match="reason"):
        cancel_charge(charge=made, by=None, reason=" ")


def test_a_charge_paid_and_taken_back_pays_something_else(loan):
    made = set_charge(
        loan=loan, part="penalty", amount=Decimal(5), on=date(2024, 1, 15), reason="R", by=None
    )
    book_payment(loan=loan, amount=Decimal("22.01"), paid_on=date(2024, 2, 1), by=None)
    cancel_charge(charge=made, by=None, reason="Wrong")
    loan.refresh_from_db()
    assert loan.left == Decimal("102.05") - Decimal("22.01") and not list(ledger.differences(loan))


def test_credit_that_pays_a_later_penalty_beside_an_earlier_one_is_no_difference(partner, product):
    loan = make_loan(
        partner, product, terms=1, late_kind="fee", late_rate=Decimal(20), rate=Decimal(0)
    )
    book_payment(loan=loan, amount=Decimal(200), paid_on=date(2024, 3, 1), by=None, keep_rest=True)
    set_charge(
        loan=loan, part="penalty", amount=Decimal(5), on=date(2024, 4, 1), reason="R", by=None
    )
    loan.refresh_from_db()
    assert loan.credit == 75 and not list(ledger.differences(loan))


def test_reversing_what_paid_off_a_deregistered_partners_loan_is_told(desk, officer, loan):
    payment = book_payment(loan=loan, amount=loan.left, paid_on=date(2024, 1, 10), by=officer)
    url = f"/partners/loans/{loan.pk}/payments/{payment.pk}/reverse/"
    assert "is deregistered" not in desk.get(url).content.decode()
    change_status(partner=loan.partner, status="cancelled", by=officer, reason="Moved away")
    assert "Ana Ficticia is deregistered" in desk.get(url).content.decode()
    desk.post(url, {"reason": "Bounced"})
    loan.refresh_from_db()
    assert loan.status == "active"
    entry = AuditEntry.objects.about(loan.partner).first()
    assert (entry.action, entry.after, entry.reason) == (
        "loan_reopened", {"loan": "P-001"}, "Bounced",
    )  # fmt: skip
    (event,) = history_of(loan.partner, officer, 1)
    assert "runs again" in event.what and event.changes[0].after == "P-001"


def test_a_deregistered_partners_loan_that_is_paid_off_takes_no_charge(desk, officer, loan):
    book_payment(loan=loan, amount=loan.left, paid_on=date(2024, 1, 10), by=officer)
    change_status(partner=loan.partner, status="cancelled", by=officer, reason="Moved away")
    assert "Reactivate the partner first" in charge(desk, loan)
    loan.refresh_from_db()
    assert loan.status == "closed" and not Charge.objects.exists()
    change_status(partner=loan.partner, status="active", by=officer, reason="Came back")
    charge(desk, loan)
    loan.refresh_from_db()
    assert loan.status == "active" and Charge.objects.count() == 1


def left(loan, officer):
    """Paid off to the cent, and its partner deregistered."""
    loan.refresh_from_db()
    assert loan.status == "closed" and loan.credit == 0
    change_status(partner=loan.partner, status="cancelled", by=officer, reason="Moved away")


def reopened(loan):
    """The loan runs again: the number and reason that the partner's history tells."""
    loan.refresh_from_db()
    entry = AuditEntry.objects.about(loan.partner).filter(action="loan_reopened").get()
    assert loan.status == "active" and not list(ledger.differences(loan))
    return entry.after["loan"], entry.reason


def pay(loan, on, amount, purpose, **said):
    book_payment(loan=loan, amount=Decimal(amount), paid_on=on, purpose=purpose, by=None, **said)


def test_a_payment_dated_earlier_that_reopens_a_deregistered_partners_loan_is_told(
    officer, partner, product
):
    loan = make_loan(partner, product, terms=2, rate=Decimal(12))
    pay(loan, date(2024, 1, 10), "6.12", "fewer")
    pay(loan, date(2024, 1, 11), "95.28", "next")
    left(loan, officer)
    # The rest is reckoned anew, in smaller installments: two cents more of interest.
    pay(loan, date(2024, 1, 10), "0.01", "smaller", note="Found later")
    assert reopened(loan) == ("P-001", "Found later")


def test_a_charge_taken_back_that_reopens_a_paid_off_loan_is_told(desk, officer, partner, product):
    loan = make_loan(partner, product, rate=Decimal(12))
    pay(loan, date(2024, 1, 10), "20.53", "fewer")
    charge(desk, loan, amount="0.01", on="2024-01-11")
    pay(loan, date(2024, 2, 1), "17.26", "smaller")
    pay(loan, date(2024, 2, 2), "64.60", "next")
    left(loan, officer)
    url = f"/partners/loans/{loan.pk}/charges/{Charge.objects.get().pk}/take-back/"
    assert "it runs again now" in desk.post(url, {"reason": "Wrong"}, follow=True).content.decode()
    assert reopened(loan) == ("P-001", "Wrong")
