"""A partner's statement: what the page, the PDF and the bot read."""

from datetime import date, timedelta
from decimal import Decimal
from io import StringIO

import pytest
from django.core.management import call_command
from django.utils import timezone

from crm.errors import DeskError
from partners.lending.ledger import EntryKind
from partners.loans import cancel, write_off
from partners.models import Charge, PaymentOption
from partners.payments import book_payment, reverse_payment
from partners.statement import presets, statement_of
from partners.tests.conftest import make_loan, make_partner

pytestmark = pytest.mark.django_db

YEAR = date(2024, 1, 1), date(2024, 12, 31)


def pay(loan, amount, day, **said):
    return book_payment(
        loan=loan, amount=Decimal(amount), paid_on=date.fromisoformat(day), by=None, **said
    )


def lines(section):
    return [
        (
            one.on.isoformat(),
            one.words,
            one.reference,
            str(one.debit - one.credit),
            str(one.balance),
        )
        for one in section.movements
    ]


@pytest.mark.usefixtures("in_english")
def test_movements_say_what_they_are(partner, loan):
    pay(loan, "17.01", "2024-02-01", reference="OP 77", means="cash")
    Charge.objects.create(loan=loan, on=date(2024, 2, 9), amount=Decimal(5), reason="Notary")
    account = statement_of(partner, date(2024, 1, 1), date(2024, 3, 1))
    (section,) = account.sections
    assert lines(section) == [
        ("2024-01-01", "Disbursement", "", "100.00", "100.00"),
        ("2024-02-01", "Interest, installment 1", "", "0.58", "100.58"),
        ("2024-02-01", "Payment: cash", "OP 77", "-17.01", "83.57"),
        ("2024-02-09", "Fee: Notary", "", "5.00", "88.57"),
        ("2024-03-01", "Interest, installment 2", "", "0.49", "89.06"),
    ]
    assert (section.opening, section.closing) == (0, Decimal("89.06"))
    assert (section.debit, section.credit) == (Decimal("106.07"), Decimal("17.01"))


@pytest.mark.usefixtures("in_english")
def test_late_interest_and_prepayments_name_their_installment(partner, product):
    loan = make_loan(
        partner, product, late_kind="interest", late_rate=Decimal("36.5"), late_grace=0
    )
    pay(loan, "17.18", "2024-02-11")
    pay(loan, "40.00", "2024-02-16", purpose="fewer")
    (section,) = statement_of(partner, date(2024, 2, 1), date(2024, 3, 1)).sections
    assert [line[:2] for line in lines(section)] == [
        ("2024-02-01", "Interest, installment 1"),
        ("2024-02-11", "Late interest, installment 1"),
        ("2024-02-11", "Payment: bank transfer"),
        ("2024-02-16", "Interest up to the prepayment"),
        ("2024-02-16", "Payment: bank transfer"),
        ("2024-03-01", "Interest, installment 2"),
    ]


def test_any_two_adjacent_statements_join(partner, product):
    loan = make_loan(partner, product, late_kind="interest", late_rate=Decimal(36))
    other = make_loan(partner, product, number="P-002", terms=12)
    pay(loan, "17.01", "2024-02-01")
    pay(loan, "30.00", "2024-03-20", purpose="smaller")
    pay(other, "8.00", "2024-02-20")
    whole = statement_of(partner, date(2024, 1, 1), date(2024, 6, 30))
    for cut in range(1, 181, 7):
        middle = date(2024, 1, 1) + timedelta(days=cut)
        one = statement_of(partner, date(2024, 1, 1), middle)
        two = statement_of(partner, middle + timedelta(days=1), date(2024, 6, 30))
        for first, second, both in zip(one.sections, two.sections, whole.sections, strict=True):
            assert first.opening == 0 and second.opening == first.closing
            assert second.closing == both.closing
            assert first.debit + second.debit == both.debit
            assert first.credit + second.credit == both.credit


def test_drafts_cancelled_loans_and_reversed_payments_do_not_count(partner, product, loan):
    before = statement_of(partner, *YEAR)
    make_loan(partner, product, number="P-002", active=False)
    gone = make_loan(partner, product, number="P-003")
    cancel(loan=gone, by=None, reason="Error")
    reverse_payment(payment=pay(loan, "9.00", "2024-02-02"), by=None, reason="Bounced")
    after = statement_of(partner, *YEAR)
    assert [one.loan.number for one in after.sections] == ["P-001"]
    assert (after.sections[0].movements, after.totals) == (
        before.sections[0].movements,
        before.totals,
    )


def test_a_loan_that_was_written_off_still_has_its_account(partner, loan):
    write_off(loan=loan, by=None, reason="Moved away")
    assert [one.loan.number for one in statement_of(partner, *YEAR).sections] == ["P-001"]


def test_what_was_paid_off_before_is_left_out_unless_named(partner, loan):
    pay(loan, "102.05", "2024-02-01")
    later = date(2025, 1, 1), date(2025, 12, 31)
    assert statement_of(partner, *later).sections == () == statement_of(partner, *later).dues
    assert len(statement_of(partner, *later, loan).sections) == 1


def test_two_currencies_are_never_added(partner, product):
    make_loan(partner, product, number="A")
    make_loan(partner, product, number="B")
    make_loan(partner, product, number="C", currency="USD")
    soles, dollars = sorted(statement_of(partner, *YEAR).totals, key=lambda one: one.currency)
    assert (soles.currency, soles.closing, soles.overdue) == (
        "PEN",
        Decimal("204.10"),
        Decimal("204.10"),
    )
    assert (dollars.currency, dollars.closing) == ("USD", Decimal("102.05"))


def test_what_is_due_is_of_today_whatever_the_days(partner, product):
    today = timezone.localdate()
    due = today + timedelta(days=10)
    loan = make_loan(
        partner, product, disbursed_on=today - timedelta(days=60), first_due=due - timedelta(31)
    )
    (owed,) = statement_of(partner, date(2024, 1, 1), date(2024, 1, 31)).dues
    assert owed.loan == loan and owed.next_on > today
    assert owed.overdue_since == due - timedelta(31) and owed.days_late == 21
    assert owed.overdue_rows == 1 and owed.overdue > owed.next_amount - 1


def test_how_to_pay_is_in_the_loans_currencies(partner, product):
    make_loan(partner, product, currency="USD")
    for name, currency in (("Soles", "PEN"), ("Dollars", "USD"), ("Any", "")):
        PaymentOption.objects.create(name=name, currency=currency, kind="other")
    PaymentOption.objects.create(name="Old", kind="other", is_active=False)
    assert [way.title for way in statement_of(partner, *YEAR).ways] == ["Dollars", "Any"]


@pytest.mark.usefixtures("in_english")
@pytest.mark.parametrize(
    ("start", "end", "words"),
    [
        (date(2024, 2, 1), date(2024, 1, 31), "ends before it starts"),
        (date(1, 1, 1), date(2024, 1, 31), "Start in 1950"),
        (date(2024, 1, 1), date(9999, 12, 31), "ends today at the latest"),
    ],
)
def test_days_that_make_no_statement(partner, start, end, words):
    with pytest.raises(DeskError, match=words):
        statement_of(partner, start, end)


@pytest.mark.usefixtures("in_english")
def test_anothers_loan_and_a_draft_get_the_same_answer(partner, product):
    other = make_partner("Beto Ficticio", "40000002", "S-002")
    for named in (
        make_loan(other, product, number="B-1"),
        make_loan(partner, product, number="B-2", active=False),
    ):
        with pytest.raises(DeskError, match="one of the partner's loans"):
            statement_of(partner, *YEAR, named)


def test_twenty_loans_cost_as_many_queries_as_one(partner, product, django_assert_num_queries):
    for number in range(20):
        pay(make_loan(partner, product, number=f"P-{number:03}"), "17.01", "2024-02-01")
    with django_assert_num_queries(4):
        account = statement_of(partner, *YEAR)
        assert len(account.sections) == 20 and account.sections[0].loan.product.name


def test_the_statement_closes_with_what_the_ledger_says_is_left(partner, loan):
    pay(loan, "30.00", "2024-03-05")
    loan.refresh_from_db()
    (section,) = statement_of(partner, date(2024, 1, 1), timezone.localdate()).sections
    assert section.closing == loan.left - loan.credit
    assert section.movements[0].kind is EntryKind.DISBURSEMENT
    call_command("verify_ledger", stdout=StringIO())


def test_usual_ranges_are_statements(partner, loan):
    for today in (date(2024, 1, 1), date(2024, 3, 31), date(2024, 12, 31), date(2024, 2, 29)):
        for _words, start, end in presets(today, date(2024, 1, 1)):
            assert start <= end <= today
            statement_of(partner, start, end)
    _last_month, start, end = presets(date(2024, 3, 31), None)[1]
    assert (start, end) == (date(2024, 2, 1), date(2024, 2, 29))
