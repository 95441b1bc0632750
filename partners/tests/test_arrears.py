"""How late, and what it costs."""

from datetime import date
from decimal import Decimal

import pytest

from partners.lending.allocation import Part
from partners.lending.arrears import (
    DEFAULT_BUCKETS,
    LateFee,
    LateInterest,
    LateInterestPair,
    bucket_of,
    days_past_due,
    delinquent_days,
    read_buckets,
)
from partners.lending.errors import LendingError
from partners.lending.ledger import Agreement
from partners.lending.replay import replay
from partners.lending.schedule import build_schedule
from partners.lending.settlement import settle
from partners.lending.terms import Method
from partners.tests.accounts import paid
from partners.tests.loans import loan

pytestmark = pytest.mark.once

DUE = date(2024, 2, 1)


@pytest.mark.parametrize(
    ("today", "late"), [(date(2024, 1, 31), 0), (DUE, 0), (date(2024, 2, 2), 1)]
)
def test_overdue_starts_the_day_after_the_due_date(today, late):
    assert days_past_due(DUE, today) == late


def test_nothing_unpaid_is_never_late():
    assert days_past_due(None, DUE) == 0


def test_delinquent_days_are_counted_after_grace():
    assert [delinquent_days(days, 3) for days in (0, 3, 4, 10)] == [0, 0, 1, 7]


@pytest.mark.parametrize(
    ("days", "name"),
    [(0, "None"), (1, "1–8"), (8, "1–8"), (9, "9–30"), (31, "31–60"), (90, "61–90"), (91, "91+")],
)
def test_default_buckets(days, name):
    assert str(bucket_of(days)) == name


def test_buckets_are_data():
    assert [str(bucket) for bucket in read_buckets([30])] == ["1–30", "31+"]
    assert [str(bucket) for bucket in DEFAULT_BUCKETS] == ["1–8", "9–30", "31–60", "61–90", "91+"]


@pytest.mark.parametrize("lasts", [[], [0], [30, 8], [8, 8]], ids=str)
def test_buckets_must_grow(lasts):
    with pytest.raises(LendingError):
        read_buckets(lasts)


def test_a_late_fee_of_each_overdue_installment():
    terms = loan("3000", "12", 3, method=Method.FLAT)
    for on_interest, fee in ((False, "15.00"), (True, "15.45")):
        late = LateFee(percent=Decimal("1.5"), on_interest=on_interest)
        ledger = replay(Agreement(terms=terms, late=late), [], date(2024, 3, 15))
        penalties = [str(row.unpaid[Part.PENALTY]) for row in ledger.rows]
        assert penalties == [fee, fee, "0.00"]


def test_the_peruvian_pair_of_late_interest():
    rule = LateInterestPair(compensatory=Decimal("16.5"), moratory=Decimal(70))
    owed = Decimal("176.97")
    assert owed + rule.between(owed, Decimal(0), 0, 5) == Decimal("178.65")


def test_late_interest_by_a_yearly_rate():
    # (1000 + 10) · 36.5 % · 10 / 365, counted from the end of five days' grace
    rule = LateInterest(grace=5, rate=Decimal("36.5"))
    agreement = Agreement(terms=loan("1000", "12", 1), late=rule)
    ledger = replay(agreement, [], date(2024, 2, 16))
    assert ledger.rows[0].unpaid[Part.PENALTY] == Decimal("10.10")
    assert replay(agreement, [], date(2024, 2, 6)).rows[0].unpaid[Part.PENALTY] == 0


def test_late_interest_counts_on_what_is_unpaid_from_day_to_day():
    agreement = Agreement(terms=loan("1000", "0", 1), late=LateInterest(rate=Decimal("36.5")))
    # 10 days of 1000: 10.00, paid first; then 10 days of 500: 5.00
    ledger = replay(agreement, [paid(1, "2024-02-11", "510")], date(2024, 2, 21))
    (row,) = ledger.rows
    assert row.owed[Part.PENALTY] == Decimal("15.00")
    assert (row.unpaid[Part.PENALTY], row.unpaid[Part.PRINCIPAL]) == (5, 500)
    assert ledger.days_past_due == 20


def test_a_rate_must_be_one():
    with pytest.raises(LendingError):
        LateInterest(rate=Decimal("NaN"))
    with pytest.raises(LendingError):
        LateFee(percent=Decimal(-1))


@pytest.mark.parametrize("rate", ["400", "1000"])
def test_what_outgrows_all_digits_is_refused(rate):
    """300 years late: the account, what would settle it, and the schedule by itself."""
    late = LateInterestPair(compensatory=Decimal(rate), moratory=Decimal(70))
    agreed = Agreement(terms=loan("100", "7", 6), late=late)
    for ask in (replay, settle):
        with pytest.raises(LendingError) as refused:
            ask(agreed, [], date(2324, 1, 1))
        assert refused.value.code == "too_large" and "beyond all bounds" in str(refused.value)


def test_a_schedule_that_outgrows_all_digits_is_refused():
    # Interest of a grace of a century, at a thousand percent a month.
    terms = loan("999999999999.99", "1000", 1200, rate_kind="period", grace_interest=1199)
    with pytest.raises(LendingError):
        build_schedule(terms)
