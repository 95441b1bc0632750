"""Whatever is booked when: the same payments make the same account."""

from datetime import date
from decimal import Decimal
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from partners.lending.allocation import Part
from partners.lending.arrears import LateInterest
from partners.lending.book import Book
from partners.lending.errors import LendingError
from partners.lending.ledger import Agreement, Payment, Purpose
from partners.lending.money import cents
from partners.lending.prepayment import pay
from partners.lending.replay import replay
from partners.lending.settlement import settle
from partners.tests.accounts import any_account, charged, paid
from partners.tests.loans import ANY, loan

pytestmark = pytest.mark.once

LATER = date(2024, 7, 15)
AGREED = Agreement(terms=loan("100", "7", 6), late=LateInterest(rate=Decimal(36)))


def test_a_payment_that_comes_late_for_an_earlier_day():
    in_order = [paid(1, "2024-02-01", "17.01"), paid(2, "2024-03-01", "17.01")]
    late = [paid(2, "2024-03-01", "17.01"), paid(1, "2024-02-01", "17.01")]
    assert replay(AGREED, late, LATER) == replay(AGREED, in_order, LATER)


def test_a_reversed_payment_was_never_there():
    kept = [paid(1, "2024-02-01", "17.01"), paid(3, "2024-04-20", "40.00")]
    bounced = paid(2, "2024-03-01", "17.01", reversed=True)
    assert replay(AGREED, [*kept, bounced], LATER) == replay(AGREED, kept, LATER)


def test_what_comes_later_plays_no_part():
    payments = [paid(1, "2024-02-01", "17.01"), paid(2, "2024-08-01", "17.01")]
    assert replay(AGREED, payments, LATER) == replay(AGREED, payments[:1], LATER)


def test_more_than_is_owed_is_kept_as_credit_and_pays_later_charges():
    payments = [paid(1, "2024-02-01", "110.00")]
    closed = replay(AGREED, payments, LATER)
    assert closed.is_closed and closed.credit == Decimal("7.95")  # 100 + 2.05 interest
    reopened = replay(AGREED, payments, LATER, [charged(1, "2024-03-01", "5.00")])
    assert reopened.is_closed and reopened.credit == Decimal("2.95")
    assert reopened.allocations[-1] == (1, 1, Part.FEE, 5)


def closed_in_march():
    day = date(2024, 3, 10)
    total = settle(AGREED, [], day).total
    return Payment(key=1, paid_on=day, amount=total, purpose=Purpose.FEWER)


def test_a_charge_after_the_last_due_date_is_due_at_once():
    """A row of its own: the last installment's day, or that of the payment that closed the loan,
    was earlier."""
    on, later = date(2024, 8, 20), date(2024, 9, 1)
    for payments, rows in (([], 7), ([closed_in_march()], 4)):
        ledger = replay(AGREED, payments, later, [charged(1, str(on), "5.00")])
        row = ledger.rows[-1]
        assert (len(ledger.rows), row.installment.due) == (rows, on)
        assert row.unpaid[Part.FEE] == 5 == row.left and not row.is_agreed
    assert ledger.days_past_due == 12
    assert replay(AGREED, payments, on, [charged(1, str(on), "5.00")]).days_past_due == 0


def test_charges_of_one_day_share_a_row_and_each_day_has_its_own():
    charges = [
        charged(3, "2024-09-01", "2.00"),
        charged(1, "2024-08-20", "5.00"),
        charged(2, "2024-08-20", "1.00", Part.PENALTY),
    ]
    payments = [closed_in_march(), paid(2, "2024-09-02", "7.00")]
    ledger = replay(AGREED, payments, date(2024, 9, 9), charges)
    first, second = ledger.rows[-2:]
    assert (first.left, second.left) == (0, 1) and first.paid_on == date(2024, 9, 2)
    assert (first.owed[Part.PENALTY], first.owed[Part.FEE]) == (1, 5)
    assert ledger.days_past_due == 8 and ledger.left == 1


def test_where_it_stands():
    ledger = replay(AGREED, [paid(1, "2024-02-01", "20.00")], date(2024, 3, 1))
    assert ledger.principal_left == Decimal("81.07")  # 100 - 16.43 - (20 - 17.01 - 0.49)
    assert ledger.rows[0].paid_on == date(2024, 2, 1) and ledger.rows[1].paid_on is None
    assert ledger.due == Decimal("14.02") and ledger.days_past_due == 0
    assert ledger.next_row is ledger.rows[1] and not ledger.is_closed
    assert not ledger.rows[1].is_overdue(date(2024, 3, 1))
    assert ledger.rows[1].is_overdue(date(2024, 3, 2))


def test_nothing_happens_before_the_loan_is_disbursed():
    early = [paid(1, "2023-12-31", "10.00")]
    with pytest.raises(LendingError) as refused:
        replay(AGREED, early, LATER)
    assert refused.value.code == "before_disbursement"
    assert replay(AGREED, [], date(2023, 12, 1)).balance == 0


@pytest.mark.parametrize("amount", ["0", "-1", "NaN", "Infinity", "1.001", "1000000000000"])
def test_amounts_that_are_none(amount):
    with pytest.raises(LendingError):
        paid(1, "2024-02-01", amount)
    with pytest.raises(LendingError):
        charged(1, "2024-02-01", amount)


def test_a_charge_is_a_fee_or_a_penalty():
    with pytest.raises(LendingError):
        charged(1, "2024-02-01", "1.00", Part.PRINCIPAL)


@ANY
@given(any_account(), st.integers(0, 99))
def test_the_order_of_booking_does_not_matter(account, seed):
    agreement, payments, charges, today = account
    shuffled = payments.copy()
    Random(seed).shuffle(shuffled)
    assert replay(agreement, shuffled, today, charges[::-1]) == replay(
        agreement, payments, today, charges
    )


@ANY
@given(any_account())
def test_a_reversal_leaves_what_booking_without_it_gives(account):
    agreement, payments, charges, today = account
    kept = [payment for payment in payments if not payment.reversed]
    book = Book(agreement)
    events = [(one.on, 0, one.key, one) for one in charges]
    events += [(one.paid_on, 1, one.key, one) for one in kept]
    for *_, one in sorted(events, key=lambda event: event[:3]):
        if isinstance(one, Payment):
            pay(book, one)
        else:
            book.charge(one)
    book.accrue_late(today)
    ledger = replay(agreement, payments, today, charges)
    assert ledger.rows == tuple(row.frozen() for row in book.rows)


def total(parts):
    return sum(sum(one.values()) for one in parts)


@ANY
@given(any_account())
def test_no_cent_is_lost_and_nothing_is_paid_twice(account):
    agreement, payments, charges, today = account
    ledger = replay(agreement, payments, today, charges)
    for payment in payments:
        shares = [share.amount for share in ledger.allocations if share.payment == payment.key]
        assert sum(shares) <= (0 if payment.reversed else payment.amount)
    came_in = sum(payment.amount for payment in payments if not payment.reversed)
    assert sum(share.amount for share in ledger.allocations) + ledger.credit == came_in
    assert not (ledger.credit and ledger.left)
    assert total(row.owed for row in ledger.rows) == (
        total(row.unpaid for row in ledger.rows) + came_in - ledger.credit
    )
    for row in ledger.rows:
        for part in Part:
            shares = (
                share.amount
                for share in ledger.allocations
                if (share.position, share.part) == (row.position, part)
            )
            assert sum(shares) == row.owed[part] - row.unpaid[part]
            assert 0 <= row.unpaid[part] <= row.owed[part]


@ANY
@given(any_account())
def test_principal_still_sums_to_the_loan_after_any_prepayment(account):
    agreement, payments, charges, today = account
    rows = [row.installment for row in replay(agreement, payments, today, charges).rows]
    assert sum(row.principal for row in rows) == agreement.terms.principal
    assert rows[-1].balance == 0
    assert sum(row.interest for row in rows) == sum(row.earned for row in rows)
    assert all(amount == cents(amount) >= 0 for row in rows for amount in row[4:8])


@ANY
@given(any_account(purposes=(Purpose.NEXT,)))
def test_without_prepayment_the_schedule_stands(account):
    agreement, payments, charges, today = account
    played = replay(agreement, payments, today, charges).rows
    assert [row.installment for row in played if row.is_agreed] == [
        row.installment for row in replay(agreement, [], today).rows
    ]


@ANY
@given(any_account())
def test_a_charge_is_never_overdue_before_its_own_day(account):
    agreement, payments, charges, today = account
    for row in replay(agreement, payments, today, charges).rows:
        if row.installment.is_charge:
            assert row.installment.due in [one.on for one in charges]
            assert row.installment.total == 0 < row.owed[Part.FEE] + row.owed[Part.PENALTY]
    for charge in charges:
        alone = replay(agreement, payments, charge.on, [charge]).rows
        owed = [row for row in alone if row.owed[charge.part] >= charge.amount]
        assert any(row.installment.due >= charge.on for row in owed)
