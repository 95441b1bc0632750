"""The page of a partner's statement."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.utils import timezone

from partners.models import PaymentOption
from partners.payments import book_payment
from partners.statement import year_so_far
from partners.tests.conftest import make_loan, make_partner

pytestmark = [pytest.mark.once, pytest.mark.django_db, pytest.mark.usefixtures("in_english")]

DAYS = {"from": "2024-01-01", "to": "2024-03-31"}


def address(partner, name="statement"):
    return f"/partners/{partner.pk}/{name}/"


@pytest.fixture
def shown(browser, officer):
    def ask(partner, **asked):
        answer = browser(officer).get(address(partner), asked)
        assert answer.status_code == 200
        return answer.content.decode()

    return ask


def test_it_shows_each_loan_and_how_to_pay(shown, partner, loan):
    PaymentOption.objects.create(kind="yape", name="Yape", number="+51911000001", currency="PEN")
    book_payment(
        loan=loan,
        amount=Decimal("17.01"),
        paid_on=loan.first_due,
        by=None,
        reference="OP 77",
    )
    page = shown(partner, **DAYS)
    for words in ("Loan P-001", "Opening balance", "OP 77", "84.06", "+51 911 000 001"):
        assert words in page
    assert "S/ 100.00 disbursed on 01/01/2024" in page
    assert "None" not in page


def test_without_days_it_is_of_the_running_year(shown, partner, loan):
    page = shown(partner)
    for day in year_so_far(timezone.localdate()):
        assert f'value="{day.isoformat()}"' in page


def test_one_loan_may_be_asked_for(shown, partner, product, loan):
    make_loan(partner, product, number="P-002")
    both, one = shown(partner, **DAYS), shown(partner, **DAYS, loan=str(loan.pk))
    assert "Loan P-002" in both and "Summary" in both
    assert "Loan P-001" in one and "Loan P-002" not in one


@pytest.mark.parametrize(
    ("asked", "words"),
    [
        ({"from": "2024-02-01", "to": "2024-01-31"}, "ends before it starts"),
        ({"from": "0001-01-01", "to": "2024-01-31"}, "Start in 1950"),
        ({"from": "2024-01-01", "to": "9999-12-31"}, "ends today at the latest"),
        ({"from": "2024-13-45"}, "valid date"),
        ({"from": "20240101000000000000"}, "valid date"),
        ({"from": "\x00", "to": "ayer"}, "valid date"),
        ({"loan": "999999"}, "one of the partner"),
        ({"loan": "9" * 30}, "one of the partner"),
        ({"loan": "x"}, "one of the partner"),
    ],
)
def test_what_makes_no_statement_is_said(browser, officer, partner, loan, asked, words):
    client = browser(officer)
    answer = client.get(address(partner), asked)
    assert answer.status_code == 200 and words in answer.content.decode()
    assert "Opening balance" not in answer.content.decode()
    pdf = client.get(address(partner, "statement/pdf"), asked, follow=True)
    assert pdf.redirect_chain and words in pdf.content.decode()


def test_anothers_loan_is_not_the_partners(shown, partner, product, loan):
    other = make_loan(make_partner("Beto Ficticio", "40000002", "S-002"), product, number="B-1")
    page = shown(partner, **DAYS, loan=str(other.pk))
    assert "one of the partner" in page and "B-1" not in page


def test_a_partner_without_loans_is_told_so(shown, partner):
    assert "No loan was paid out yet" in shown(partner)


def test_days_without_anything_are_told_so(shown, partner, loan):
    page = shown(partner, **{"from": "2023-01-01", "to": "2023-12-31"})
    assert "Nothing in these days" in page and "Overdue today" in page


def test_officers_and_managers_look_and_nobody_else(browser, colleague, partner, loan):
    for name in ("statement", "statement/pdf"):
        for role, status in (("agent", 403), ("marketer", 403), ("manager", 200), ("officer", 200)):
            person = colleague(role, username=f"{role}-{name[-3:]}")
            assert browser(person).get(address(partner, name), DAYS).status_code == status
        stranger = browser().get(address(partner, name), DAYS)
        assert stranger["Location"].startswith("/accounts/login/")


def test_who_may_see_documents_sees_the_number(browser, officer, manager, partner):
    assert "40000001" in browser(officer).get(address(partner)).content.decode()
    masked = browser(manager).get(address(partner)).content.decode()
    assert "40000001" not in masked and "•••••001" in masked


def test_what_people_write_is_only_text(shown, product, loan):
    partner = make_partner("<script>alert(1)</script>", "40000003", "S-<b>")
    own = make_loan(partner, product, number="<i>P")
    book_payment(
        loan=own, amount=Decimal(1), paid_on=own.first_due, by=None, reference="<img src=x>"
    )
    page = shown(partner, **DAYS)
    for tag in ("<script>alert", "S-<b>", "<i>P", "<img src=x"):
        assert tag not in page


def test_twenty_loans_cost_few_queries(
    browser, officer, partner, product, django_assert_max_num_queries
):
    PaymentOption.objects.create(kind="yape", name="Yape", number="+51911000001")
    for number in range(20):
        make_loan(partner, product, number=f"P-{number:03}")
    client = browser(officer)
    client.get(address(partner), DAYS)
    with django_assert_max_num_queries(14):
        client.get(address(partner), DAYS)


def test_more_than_anybody_reads_is_not_listed(shown, partner, loan, monkeypatch):
    monkeypatch.setattr("partners.papers.printing.MOST_LINES", 2)
    page = shown(partner, **DAYS)
    assert "These are 3 movements" in page and "Download PDF" not in page


def test_the_page_offers_the_same_days_as_a_file(shown, partner, loan):
    page = shown(partner, **DAYS, loan=str(loan.pk))
    query = f"from=2024-01-01&amp;to=2024-03-31&amp;loan={loan.pk}"
    assert f'href="/partners/{partner.pk}/statement/pdf/?{query}"' in page


def test_the_day_after_tomorrow_is_refused_everywhere(browser, officer, partner, loan):
    later = (timezone.localdate() + timedelta(days=2)).isoformat()
    answer = browser(officer).get(address(partner, "statement/pdf"), {"to": later})
    assert answer.status_code == 302
