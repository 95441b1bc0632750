"""Paying more than is due, and paying everything."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from partners.lending.allocation import Part
from partners.lending.arrears import LateInterestPair
from partners.lending.errors import LendingError
from partners.lending.ledger import Agreement, Payment, Purpose
from partners.lending.replay import replay
from partners.lending.settlement import settle
from partners.lending.terms import Method
from partners.tests.accounts import any_account, charged, nearly_paid, paid
from partners.tests.loans import ANY, amounts, column, loan

pytestmark = pytest.mark.once

LATER = date(2024, 12, 31)
TWELVE = Agreement(terms=loan("1200", "12", 12))  # 106.62 a month
FIRST = paid(1, "2024-02-01", "106.62")


def installments(agreement, *payments):
    return [row.installment for row in replay(agreement, payments, LATER).rows]


def test_paying_off_half_a_period_after_the_first_installment():
    # Due on the last of each month, so that the 15th of the second month is half a period later.
    terms = loan("100", "7", 6, disbursed=date(2023, 12, 31), first_due=date(2024, 1, 31))
    payments = [paid(1, "2024-01-31", "17.01")]
    settlement = settle(Agreement(terms=terms), payments, date(2024, 2, 15))
    assert (settlement.principal, settlement.interest) == (Decimal("83.57"), Decimal("0.24"))
    assert settlement.total == Decimal("83.81")


def test_paying_off_counts_the_days_of_the_calendar_in_use():
    payments = [paid(1, "2024-02-01", "17.01")]
    agreement = Agreement(terms=loan("100", "7", 6))
    assert settle(agreement, payments, date(2024, 2, 16)).total == Decimal("83.81")  # 15 days
    assert settle(agreement, payments, date(2024, 2, 1)).total == Decimal("83.57")


def test_what_settles_closes():
    payments = [paid(1, "2024-02-01", "17.01"), paid(2, "2024-02-16", "83.81", Purpose.FEWER)]
    ledger = replay(Agreement(terms=loan("100", "7", 6)), payments, LATER)
    assert ledger.is_closed and ledger.credit == 0 and ledger.balance == 0
    assert column([row.installment for row in ledger.rows], "principal") == ["16.43", "83.57"]
    assert [row.installment.prepaid for row in ledger.rows] == [False, True]


def test_a_settlement_names_what_is_overdue_and_charged():
    charges = [charged(1, "2024-02-10", "5.00")]
    settlement = settle(Agreement(terms=loan("100", "7", 6)), [], date(2024, 2, 16), charges)
    assert (settlement.principal, settlement.fee) == (Decimal(100), Decimal(5))
    assert settlement.interest == Decimal("0.58") + Decimal("0.24")


def test_fewer_installments_of_the_same_amount():
    rows = installments(TWELVE, FIRST, paid(2, "2024-03-01", "106.62"), _prepaid(Purpose.FEWER))
    assert [row.number for row in rows] == [1, 2, 3, 3, 4, 5, 6, 7, 8, 9]
    assert (rows[2].prepaid, rows[2].principal, rows[2].interest) == (True, 300, 0)
    assert set(column(rows[3:-1], "total")) == {"106.62"} and rows[-1].total < Decimal("106.62")


def test_as_many_installments_of_a_smaller_amount():
    rows = installments(TWELVE, FIRST, paid(2, "2024-03-01", "106.62"), _prepaid(Purpose.SMALLER))
    assert [row.number for row in rows] == [1, 2, 3, *range(3, 13)]
    assert column(rows, "total")[3] == "74.94"  # 709.80 at 1 % over ten months
    assert len(set(column(rows[3:-1], "total"))) == 1


def test_the_next_installments_covered():
    ledger = replay(TWELVE, [FIRST, _prepaid(Purpose.NEXT)], LATER)
    assert [row.paid_on is not None for row in ledger.rows[:4]] == [True, True, True, False]
    assert len(ledger.rows) == 12 and ledger.next_row is ledger.rows[3]


def _prepaid(purpose):
    return paid(3, "2024-03-01", "300.00", purpose)


def test_a_prepayment_in_the_middle_of_a_period_counts_each_segment():
    agreement = Agreement(terms=loan("1000", "12", 10))
    rows = installments(agreement, paid(1, "2024-01-16", "505.00", Purpose.SMALLER))
    # Half a month on 1000: 5.00, paid at once; half a month on 500: 2.50.
    assert (rows[0].days, rows[0].interest, rows[0].principal) == (15, Decimal("5.00"), 500)
    assert (rows[1].days, rows[1].interest) == (15, Decimal("2.50"))
    assert rows[1].due == date(2024, 2, 1) and len(rows) == 11


def test_what_is_overdue_comes_before_a_prepayment():
    rows = installments(TWELVE, paid(1, "2024-03-01", "213.24", Purpose.SMALLER))
    assert not any(row.prepaid for row in rows)
    ledger = replay(TWELVE, [paid(1, "2024-03-01", "313.24", Purpose.SMALLER)], LATER)
    assert [row.installment.prepaid for row in ledger.rows[:3]] == [False, False, True]
    assert ledger.rows[2].installment.principal == 100


@pytest.mark.parametrize("purpose", [Purpose.FEWER, Purpose.SMALLER])
def test_installments_covered_ahead_stay_covered(purpose):
    """Laid out anew they are cheaper, as the interest of the days to come is."""
    payments = [FIRST, paid(2, "2024-02-01", "106.62"), paid(3, "2024-02-10", "200", purpose)]
    ledger = replay(TWELVE, payments, date(2024, 2, 10))
    rows = ledger.rows
    assert [row.installment.prepaid for row in rows[:4]] == [False, True, False, False]
    # Nine days on 1,105.38.
    assert column([rows[1].installment], "interest") == ["3.32"]
    assert column([rows[1].installment], "principal") == ["196.68"]
    assert rows[2].installment.due == date(2024, 3, 1) and not rows[2].left
    assert {share.payment for share in ledger.allocations if share.position == 2} == {2}
    dues = [row.installment.due for row in rows]
    assert dues == sorted(dues)


def test_what_was_paid_ahead_of_an_installment_still_counts():
    ahead = paid(2, "2024-02-01", "50.00")
    ledger = replay(TWELVE, [FIRST, ahead, paid(3, "2024-02-01", "200", Purpose.SMALLER)], LATER)
    row = ledger.rows[2]
    assert row.installment.total - row.left == 50
    assert {share.payment for share in ledger.allocations if share.position == 2} == {2}


def test_no_more_than_the_interest_so_far_covers_the_next():
    rows = installments(TWELVE, paid(1, "2024-01-16", "6.00", Purpose.SMALLER))
    assert not any(row.prepaid for row in rows)


def test_flat_interest_falls_with_the_principal():
    agreement = Agreement(terms=loan("3000", "12", 3, method=Method.FLAT))
    payments = [paid(1, "2024-02-01", "1030"), paid(2, "2024-02-01", "1000", Purpose.SMALLER)]
    assert column(installments(agreement, *payments), "interest")[2:] == ["15.00", "15.00"]


def test_too_little_left_for_the_rounding_is_laid_out_in_cents():
    terms = loan("1200", "12", 12, round_to=Decimal(100))
    rows = installments(Agreement(terms=terms), paid(1, "2024-01-02", "1100", Purpose.SMALLER))
    assert rows[-1].balance == 0 and len(rows) == 13


def test_a_prepayment_in_the_grace_pays_the_interest_earned_so_far():
    terms = loan("1000", "12", 5, grace_principal=2, grace_interest=2)
    payment = paid(1, "2024-02-16", "515.00", Purpose.SMALLER)  # 10.00 and half of 10.00
    rows = installments(Agreement(terms=terms), payment)
    assert (rows[1].interest, rows[1].principal) == (Decimal("15.00"), 500)
    assert column(rows, "earned")[2:4] == ["2.50", "5.00"]
    assert column(rows, "interest")[2:4] == ["0.00", "7.50"]


def test_no_settlement_before_the_loan():
    with pytest.raises(LendingError):
        settle(TWELVE, [], date(2023, 12, 31))


@ANY
@given(any_account())
def test_a_prepayment_of_the_settlement_closes_any_loan(account):
    agreement, payments, charges, today = account
    day = min(today, agreement.terms.first_due)
    made = [payment for payment in payments if payment.paid_on <= day]
    closes(agreement, made, charges, day)


@ANY
@given(nearly_paid())
def test_it_pays_what_is_charged_where_more_was_paid_ahead(account):
    closes(*account)


def closes(agreement, made, charges, day):
    """A prepayment of what settles pays everything, and no cent goes astray."""
    settlement = settle(agreement, made, day, charges)
    before = replay(agreement, made, day, charges)
    amount = settlement.total or Decimal("0.01")  # nothing to be paid: anything closes it
    last = Payment(key=99, paid_on=day, amount=amount, purpose=Purpose.FEWER)
    ledger = replay(agreement, [*made, last], day, charges)
    assert ledger.is_closed
    assert ledger.credit == before.credit + settlement.credit + amount - settlement.total
    owed = sum(sum(row.owed.values()) for row in ledger.rows)
    assert owed == sum(one.amount for one in ledger.allocations)


def test_the_last_cent_of_the_next_installment_costs_no_interest_of_days_to_come():
    day = date(2024, 2, 10)
    nearly, wholly = (
        settle(TWELVE, [FIRST, paid(2, "2024-02-01", ahead)], day) for ahead in ("106.61", "106.62")
    )
    assert (nearly.principal, nearly.interest) == (Decimal("1105.38"), Decimal("3.32"))
    assert (nearly.total, wholly.total) == (Decimal("1002.09"), Decimal("1002.08"))


def test_grace_on_interest_leaves_no_interest_of_days_to_come():
    agreement, day = Agreement(terms=loan("1000", "12", 4, grace_interest=2)), date(2024, 1, 16)
    first = replay(agreement, [], day).rows[0].left  # of principal alone
    assert settle(agreement, [], day).total == 1005
    assert settle(agreement, [paid(1, "2024-01-10", first)], day).total == 1005 - first
    # The first month's 10.00 were deferred; a day of the second.
    later = settle(agreement, [paid(1, "2024-01-10", first)], date(2024, 2, 2))
    assert later.interest == 10 + round((1000 - first) / 100 / 30, 2)


@ANY
@given(any_account(), st.integers(0, 430), amounts())
def test_what_is_paid_ahead_settles_as_much_as_was_paid(account, days, amount):
    """Whatever happened before: no cent of it buys interest of days that have not passed."""
    agreement, payments, charges, _ = account
    day = agreement.terms.disbursed + timedelta(days=days)
    made = [one for one in payments if one.paid_on <= day]
    charges = [one for one in charges if one.on <= day]
    ahead = [*made, Payment(key=98, paid_on=day, amount=amount)]
    before, after = (settle(agreement, each, day, charges) for each in (made, ahead))
    assert after.total == max(0, before.total - amount)
    if not replay(agreement, ahead, day, charges).is_closed:
        assert after.credit == before.credit + max(0, amount - before.total)
    closes(agreement, ahead, charges, day)
    dues = [row.installment.due for row in replay(agreement, ahead, day, charges).rows]
    assert dues == sorted(dues)


# All but 5.00 of 1,000 over 12 months at 60 %, on the second day: 11 installments are covered.
NEARLY = paid(1, "2024-01-02", "1348.89")
SIXTY = Agreement(terms=loan("1000", "60", 12))


def test_what_was_paid_ahead_may_pay_everything_off():
    day = date(2024, 1, 10)
    assert replay(SIXTY, [NEARLY], day).left == 5
    settlement = settle(SIXTY, [NEARLY], day)
    assert (settlement.total, settlement.credit) == (0, Decimal("333.89"))  # 1,000 and nine days
    ledger = replay(SIXTY, [NEARLY, paid(2, "2024-01-10", "5.00", Purpose.FEWER)], day)
    assert ledger.is_closed and ledger.credit == Decimal("338.89")


def test_what_was_paid_ahead_pays_charges_too():
    day, charges = date(2024, 1, 10), [charged(1, "2024-01-05", "360.00")]
    settlement = settle(SIXTY, [NEARLY], day, charges)
    assert (settlement.total, settlement.credit) == (Decimal("26.11"), 0)
    last = paid(2, "2024-01-10", "26.11", Purpose.FEWER)
    ledger = replay(SIXTY, [NEARLY, last], day, charges)
    assert ledger.is_closed and ledger.credit == 0
    assert not replay(SIXTY, [NEARLY, paid(2, "2024-01-10", "26.10", Purpose.FEWER)], day,
                      charges).is_closed  # fmt: skip


def test_a_charge_that_is_all_there_is_to_pay_gives_back_interest_of_days_to_come():
    day, charges = date(2024, 1, 10), [charged(1, "2024-01-05", "5.00")]
    all_ahead = paid(1, "2024-01-02", "1353.89")
    assert replay(SIXTY, [all_ahead], day).is_closed
    assert settle(SIXTY, [all_ahead], day, charges).credit == Decimal("333.89")
    last = paid(2, "2024-01-10", "5.00", Purpose.FEWER)
    ledger = replay(SIXTY, [all_ahead, last], day, charges)
    assert ledger.is_closed and ledger.credit == Decimal("338.89")


def test_a_fee_on_what_was_paid_ahead_in_part_is_paid_when_the_loan_is_paid_off():
    agreement, day = Agreement(terms=loan("1000", "60", 1)), date(2024, 1, 10)
    ahead, charges = paid(1, "2024-01-02", "1049"), [charged(1, "2024-01-05", "35")]  # of 1,050.00
    assert settle(agreement, [ahead], day, charges).total == 1
    ledger = replay(agreement, [ahead, paid(2, "2024-01-10", "1.00", Purpose.FEWER)], day, charges)
    assert ledger.is_closed and ledger.credit == 0
    assert sum(one.amount for one in ledger.allocations if one.part is Part.FEE) == 35


@pytest.mark.parametrize("purpose", Purpose)
def test_late_interest_is_split_only_where_the_payment_reaches(purpose):
    late = LateInterestPair(compensatory=Decimal("16.5"), moratory=Decimal(70))
    agreement = Agreement(terms=loan("12000", "24", 12), late=late)
    rows = replay(agreement, [paid(1, "2024-05-15", "500", purpose)], date(2024, 6, 20)).rows
    unsplit = replay(agreement, [], date(2024, 6, 20)).rows
    penalties = [[row.owed[Part.PENALTY] for row in each] for each in (rows, unsplit)]
    assert penalties[0][1:] == penalties[1][1:] and penalties[0][0] != penalties[1][0]
