"""Statements: opening, debits, credits, closing."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from partners.lending.arrears import LateInterest
from partners.lending.errors import LendingError
from partners.lending.ledger import Agreement, EntryKind
from partners.lending.replay import replay
from partners.lending.statement import statement
from partners.tests.accounts import any_account, charged, paid
from partners.tests.loans import ANY, loan

pytestmark = pytest.mark.once

LOAN = Agreement(terms=loan("100", "7", 6))
PAYMENTS = [paid(1, "2024-02-01", "17.01"), paid(2, "2024-03-05", "17.01")]


def lines(made):
    return [
        (line.on.isoformat(), line.kind.name, str(line.debit), str(line.credit), str(line.balance))
        for line in made.lines
    ]


def test_a_loan_from_its_first_day():
    made = statement(LOAN, PAYMENTS, date(2024, 1, 1), date(2024, 3, 31))
    assert made.opening == 0
    assert lines(made) == [
        ("2024-01-01", "DISBURSEMENT", "100.00", "0.00", "100.00"),
        ("2024-02-01", "INTEREST", "0.58", "0.00", "100.58"),
        ("2024-02-01", "PAYMENT", "0.00", "17.01", "83.57"),
        ("2024-03-01", "INTEREST", "0.49", "0.00", "84.06"),
        ("2024-03-05", "PAYMENT", "0.00", "17.01", "67.05"),
    ]
    assert made.closing == Decimal("67.05")


def test_the_opening_is_counted_from_the_first_day():
    made = statement(LOAN, PAYMENTS, date(2024, 3, 1), date(2024, 3, 31))
    assert made.opening == Decimal("83.57") and len(made.lines) == 2


def test_a_month_in_which_nothing_happened():
    made = statement(LOAN, PAYMENTS, date(2024, 2, 5), date(2024, 2, 20))
    assert made.lines == () and made.opening == made.closing == Decimal("83.57")


def test_late_interest_that_goes_on_over_two_statements():
    agreement = Agreement(terms=loan("1000", "0", 1), late=LateInterest(rate=Decimal("36.5")))
    before = statement(agreement, [], date(2024, 1, 1), date(2024, 2, 11))
    after = statement(agreement, [], date(2024, 2, 12), date(2024, 2, 21))
    assert (before.closing, after.opening) == (Decimal(1010), Decimal(1010))
    assert [(line.kind, line.debit) for line in after.lines] == [(EntryKind.LATE, 10)]


def test_reversed_payments_do_not_count():
    bounced = [*PAYMENTS, paid(3, "2024-03-06", "50.00", reversed=True)]
    days = date(2024, 1, 1), date(2024, 12, 31)
    assert statement(LOAN, bounced, *days) == statement(LOAN, PAYMENTS, *days)


def test_charges_are_debits():
    made = statement(LOAN, [], date(2024, 1, 2), date(2024, 1, 31), [charged(9, "2024-01-09", "5")])
    assert lines(made) == [("2024-01-09", "CHARGE", "5.00", "0.00", "105.00")]


def test_it_must_not_end_before_it_starts():
    with pytest.raises(LendingError):
        statement(LOAN, [], date(2024, 2, 1), date(2024, 1, 31))


@ANY
@given(any_account(), st.integers(0, 400), st.integers(0, 200))
def test_adjacent_statements_join(account, first, second):
    agreement, payments, charges, _ = account
    start = agreement.terms.disbursed - timedelta(days=5)
    middle = start + timedelta(days=first)
    end = middle + timedelta(days=1 + second)
    one = statement(agreement, payments, start, middle, charges)
    two = statement(agreement, payments, middle + timedelta(days=1), end, charges)
    both = statement(agreement, payments, start, end, charges)
    assert one.opening == 0 and two.opening == one.closing and two.closing == both.closing
    assert both.closing == replay(agreement, payments, end, charges).balance
    for made in (one, two, both):
        total = sum(line.debit - line.credit for line in made.lines)
        assert made.opening + total == made.closing
        assert all(made.start <= line.on <= made.end for line in made.lines)


@ANY
@given(any_account())
def test_a_closed_loan_owes_nothing_but_its_credit(account):
    agreement, payments, charges, today = account
    end = today + timedelta(days=700)
    ledger = replay(agreement, payments, end, charges)
    assert ledger.balance == ledger.left - ledger.credit
