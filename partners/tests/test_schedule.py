"""Schedules, by the numbers they are known by."""

from datetime import date
from decimal import Decimal
from itertools import pairwise

import pytest
from hypothesis import given

from partners.lending.dates import DayCount, Every
from partners.lending.errors import LendingError
from partners.lending.money import RoundMode
from partners.lending.schedule import build_schedule
from partners.lending.terms import Method, RateKind
from partners.tests.loans import ANY, any_terms, column, listed, loan

pytestmark = pytest.mark.once


def test_a_hundred_at_seven_percent_in_six_months():
    rows = build_schedule(loan("100", "7", 6))
    assert column(rows, "principal") == ["16.43", "16.52", "16.62", "16.72", "16.81", "16.90"]
    assert column(rows, "interest") == ["0.58", "0.49", "0.39", "0.29", "0.20", "0.10"]
    assert column(rows, "total") == ["17.01"] * 5 + ["17.00"]
    assert column(rows, "balance") == ["83.57", "67.05", "50.43", "33.71", "16.90", "0.00"]
    assert sum(row.interest for row in rows) == Decimal("2.05")


def test_twelve_thousand_at_two_percent_a_month():
    rows = build_schedule(loan("12000", "2", 4, rate_kind=RateKind.PERIOD))
    assert column(rows, "principal") == ["2911.49", "2969.72", "3029.11", "3089.68"]
    assert column(rows, "interest") == ["240.00", "181.77", "122.38", "61.79"]
    assert column(rows, "total") == ["3151.49"] * 3 + ["3151.47"]


def test_an_installment_rounded_to_whole_units():
    rows = build_schedule(loan("5000", "12", 18, round_to=Decimal(1)))
    assert column(rows, "principal") == listed(
        "255.00 257.55 260.13 262.73 265.35 268.01 270.69 273.39 276.13 278.89 281.68 284.50 "
        "287.34 290.21 293.12 296.05 299.01 300.22"
    )
    assert column(rows, "total") == ["305.00"] * 17 + ["303.22"]
    assert sum(row.interest for row in rows) == Decimal("488.22")


def test_flat_interest():
    rows = build_schedule(loan("3000", "12", 3, method=Method.FLAT))
    assert column(rows, "principal") == ["1000.00"] * 3
    assert column(rows, "interest") == ["30.00"] * 3


def test_an_installment_rounded_up_to_whole_units():
    terms = loan("280000", "8.4", 20, round_to=Decimal(1), round_mode=RoundMode.UP)
    assert column(build_schedule(terms), "total")[:19] == ["15052.00"] * 19


def test_an_installment_in_exact_cents():
    assert column(build_schedule(loan("100000", "9.99", 36)), "total")[:35] == ["3226.25"] * 35


def test_a_published_peruvian_sheet():
    rows = build_schedule(loan("10000", "2.4000129", 12, rate_kind=RateKind.PERIOD))
    assert column(rows, "total")[:11] == ["968.98"] * 11
    # The sheet has 782.73 in its fourth row, which its own total contradicts.
    assert column(rows, "principal")[:6] == [
        "728.98",
        "746.47",
        "764.39",
        "782.74",
        "801.52",
        "820.76",
    ]
    assert column(rows, "interest")[:6] == [
        "240.00",
        "222.51",
        "204.59",
        "186.24",
        "167.46",
        "148.22",
    ]


def test_equal_principal():
    rows = build_schedule(loan("1000", "12", 3, method=Method.EQUAL_PRINCIPAL))
    assert column(rows, "principal") == ["333.33", "333.33", "333.34"]
    assert column(rows, "interest") == ["10.00", "6.67", "3.33"]


def test_what_is_rounded_is_the_whole_installment_whatever_the_method():
    whole = {"round_to": Decimal(10), "round_mode": RoundMode.UP}
    equal = build_schedule(loan("1000", "12", 3, method=Method.EQUAL_PRINCIPAL, **whole))
    assert column(equal, "total") == ["350.00", "340.00", "329.87"]
    assert column(equal, "principal") == ["340.00", "333.40", "326.60"]
    flat = build_schedule(loan("1000", "12", 3, method=Method.FLAT, **whole))
    assert column(flat, "total") == ["350.00", "350.00", "330.00"]
    nearest = loan("1000", "12", 3, method=Method.EQUAL_PRINCIPAL, round_to=Decimal(10))
    assert column(build_schedule(nearest), "total") == ["340.00", "340.00", "340.07"]


def test_due_dates_keep_the_seed_day():
    terms = loan("1200", "12", 14, disbursed=date(2022, 12, 31), first_due=date(2023, 1, 31))
    rows = build_schedule(terms)
    assert column(rows, "due")[:4] == ["2023-01-31", "2023-02-28", "2023-03-31", "2023-04-30"]
    assert column(rows, "due")[12:] == ["2024-01-31", "2024-02-29"]
    assert {row.days for row in rows} == {30}


def test_a_loan_made_on_29_february():
    terms = loan(terms=13, disbursed=date(2024, 2, 29), first_due=date(2024, 3, 29))
    assert column(build_schedule(terms), "due")[10:12] == ["2025-01-29", "2025-02-28"]


@pytest.mark.parametrize(
    ("day_count", "interest"),
    [
        (DayCount.THIRTY_360, "10.00"),  # 1000 · 12 % · 30 / 360
        (DayCount.ACTUAL_360, "10.33"),  # · 31 / 360
        (DayCount.ACTUAL_365, "10.19"),  # · 31 / 365
    ],
)
def test_day_counts(day_count, interest):
    first, *_ = build_schedule(loan("1000", "12", 12, day_count=day_count))
    assert str(first.interest) == interest


def test_an_effective_rate_compounds_to_itself_in_a_year():
    terms = loan("1000", "24", 2, rate_kind=RateKind.EFFECTIVE, first_due=date(2025, 1, 1))
    assert build_schedule(terms)[0].interest == Decimal("240.00")
    monthly = build_schedule(loan("1000", "24", 12, rate_kind=RateKind.EFFECTIVE))
    assert monthly[0].interest == Decimal("18.09")  # 1.24^(30/360) - 1 = 1.8088 %


@pytest.mark.parametrize(("every", "days"), [(Every.WEEK, 7), (Every.FORTNIGHT, 14)])
def test_weeks_and_fortnights(every, days):
    terms = loan("1000", "36", 10, every=every, first_due=date(2024, 1, 1 + days))
    rows = build_schedule(terms)
    assert {row.days for row in rows} == {days}
    assert {(after.due - before.due).days for before, after in pairwise(rows)} == {days}
    assert rows[0].interest == Decimal(days).quantize(Decimal("0.01"))  # 1000 · 36 % · 7 / 360


def test_a_longer_first_period_spreads_its_interest():
    rows = build_schedule(loan("1000", "12", 6, first_due=date(2024, 2, 16)))
    assert rows[0].days == 45 and rows[0].interest == Decimal("15.00")
    assert len(set(column(rows, "total")[:5])) == 1
    assert abs(rows[-1].total - rows[0].total) < Decimal("0.05")


def test_unequal_periods_have_one_installment_that_leaves_nothing():
    terms = loan("1000", "12", 4, day_count=DayCount.ACTUAL_365)
    rates = [Decimal(12) * days / 36500 for days in (31, 29, 31, 30)]
    product, paid = 1 + rates[0], Decimal(1)
    for rate in rates[1:]:
        product, paid = product * (1 + rate), paid * (1 + rate) + 1
    level = str((1000 * product / paid).quantize(Decimal("0.01")))
    assert column(build_schedule(terms), "total")[:3] == [level] * 3


def test_a_shorter_first_period():
    rows = build_schedule(loan("1000", "12", 6, first_due=date(2024, 1, 16)))
    assert rows[0].days == 15 and rows[0].interest == Decimal("5.00")


def test_a_period_rate_is_shared_out_over_an_odd_first_period():
    terms = loan("1000", "2", 6, rate_kind=RateKind.PERIOD, first_due=date(2024, 2, 16))
    assert column(build_schedule(terms), "interest")[0] == "30.00"  # 45 of 30 days
    terms = loan("1000", "2", 6, rate_kind=RateKind.PERIOD, day_count=DayCount.ACTUAL_365)
    rows = build_schedule(terms)
    assert rows[1].interest == (rows[0].balance * 2 / 100).quantize(Decimal("0.01"))


def test_a_first_period_that_earns_more_than_an_installment_is_interest_only():
    rows = build_schedule(loan("1000", "12", 12, first_due=date(2026, 1, 1)))
    assert (rows[0].principal, rows[0].interest) == (Decimal(0), Decimal("240.00"))
    assert len(rows) == 12 and len(set(column(rows, "total")[1:11])) == 1


def test_grace_on_principal_brings_interest_only():
    rows = build_schedule(loan("1000", "12", 5, grace_principal=2))
    assert column(rows, "principal")[:2] == ["0.00", "0.00"]
    assert column(rows, "total") == ["10.00", "10.00", "340.02", "340.02", "340.03"]


def test_grace_on_interest_makes_it_due_with_the_first_installment_after():
    rows = build_schedule(loan("1000", "12", 5, grace_principal=2, grace_interest=2))
    assert column(rows, "interest")[:3] == ["0.00", "0.00", "30.00"]
    assert column(rows, "earned")[:3] == ["10.00"] * 3
    assert column(rows, "total") == ["0.00", "0.00", "360.02", "340.02", "340.03"]


def test_no_interest():
    rows = build_schedule(loan("100", "0", 3))
    assert column(rows, "principal") == ["33.33", "33.33", "33.34"]
    assert column(rows, "interest") == ["0.00"] * 3


def test_one_installment():
    (row,) = build_schedule(loan("100", "7", 1))
    assert (row.principal, row.interest, row.balance) == (100, Decimal("0.58"), 0)


def test_half_a_cent_goes_to_the_even_cent():
    # 150 · 7 % / 12 = 0.875; 90 · 7 % / 12 = 0.525
    assert build_schedule(loan("150", "7", 1))[0].interest == Decimal("0.88")
    assert build_schedule(loan("90", "7", 1))[0].interest == Decimal("0.52")


def test_an_installment_rounded_up_far_repays_the_loan_early():
    rows = build_schedule(loan("100", "7", 6, round_to=Decimal(50), round_mode=RoundMode.UP))
    assert column(rows, "total") == ["50.00", "50.00", "0.89"]


@pytest.mark.parametrize(
    ("agreed", "code"),
    [
        ({"principal": "0"}, "not_positive"),
        ({"principal": "-100"}, "not_positive"),
        ({"principal": "NaN"}, "not_positive"),
        ({"principal": "Infinity"}, "not_positive"),
        ({"principal": "1000000000000"}, "too_large"),
        ({"principal": "100.005"}, "too_fine"),
        ({"principal": "0.05"}, "less_than_a_cent"),
        ({"rate": "-1"}, "rate"),
        ({"rate": "NaN"}, "rate"),
        ({"rate": "1000.01"}, "rate"),
        ({"rate": "7.12345678901"}, "rate"),
        ({"terms": 0}, "terms"),
        ({"terms": 1201}, "terms"),
        ({"grace_principal": 6}, "grace"),
        ({"grace_interest": -1}, "grace"),
        ({"first_due": date(2024, 1, 1)}, "first_due"),
        ({"first_due": date(2023, 12, 1)}, "first_due"),
        ({"first_due": date(2042, 1, 1)}, "first_due"),
        ({"disbursed": date(1024, 1, 1), "first_due": date(1024, 2, 1)}, "dates"),
        ({"round_to": Decimal("0")}, "not_positive"),
        ({"round_to": Decimal("0.001")}, "too_fine"),
        ({"round_to": Decimal(100)}, "rounding"),
        ({"round_to": Decimal(100), "method": Method.EQUAL_PRINCIPAL}, "rounding"),
    ],
)
def test_what_makes_no_loan(agreed, code):
    with pytest.raises(LendingError) as refused:
        build_schedule(loan(**agreed))
    assert refused.value.code == code and "\n" not in str(refused.value)


@ANY
@given(any_terms())
def test_principal_sums_to_the_loan_and_the_balance_ends_at_zero(terms):
    rows = build_schedule(terms)
    assert sum(row.principal for row in rows) == terms.principal
    assert str(rows[-1].balance) == "0.00"
    assert sum(row.interest for row in rows) == sum(row.earned for row in rows)
    balance = terms.principal
    for row in rows:
        balance -= row.principal
        assert row.balance == balance
        assert row.principal >= 0 and row.interest >= 0
        for amount in (row.principal, row.interest, row.earned, row.balance):
            assert amount.as_tuple().exponent == -2


@ANY
@given(any_terms())
def test_periods_join_and_due_dates_grow(terms):
    rows = build_schedule(terms)
    assert rows[0].start == terms.disbursed and rows[0].due == terms.first_due
    assert all(before.due == after.start for before, after in pairwise(rows))
    assert all(row.start < row.due for row in rows)
    assert len(rows) <= terms.terms


@ANY
@given(any_terms())
def test_every_installment_but_the_last_is_a_multiple(terms):
    """But for those in grace, and the one that bears the interest of a grace. A French one has
    interest alone before it, too, where the first period is longer than an installment pays."""
    after = max(terms.grace_interest + 1, terms.grace_principal)
    for row in build_schedule(terms)[:-1]:
        if row.number > after and (row.principal or terms.method is not Method.FRENCH):
            assert row.total % terms.round_to == 0 and row.principal > 0


ROUNDED = {"round_to": Decimal(100), "method": Method.EQUAL_PRINCIPAL}


def test_equal_principal_is_refused_only_where_a_whole_installment_repays_nothing():
    rows = build_schedule(loan("1000", "36", 24, **ROUNDED))  # 71.67: 100
    assert set(column(rows[:-1], "total")) == {"100.00"} and rows[-1].total <= 100
    with pytest.raises(LendingError, match="no more than its interest"):
        build_schedule(loan("4000", "120", 100, **ROUNDED))  # 440.00: 400, its interest


@pytest.mark.parametrize("grace", [0, 2])
def test_a_flat_loan_is_refused_where_a_whole_installment_repays_nothing(grace):
    agreed = {"method": Method.FLAT, "round_to": Decimal(1000), "grace_principal": grace}
    with pytest.raises(LendingError, match="no more than its interest"):
        build_schedule(loan("1200", "24", 12, **agreed))  # 124.00: 0
