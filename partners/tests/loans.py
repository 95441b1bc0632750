"""Loans the tests speak of, and any loan hypothesis thinks up."""

import os
from datetime import date, timedelta
from decimal import Decimal

from hypothesis import assume, settings
from hypothesis import strategies as st

from partners.lending.dates import DayCount, Every
from partners.lending.errors import LendingError
from partners.lending.money import RoundMode
from partners.lending.schedule import build_schedule
from partners.lending.terms import LoanTerms, Method, RateKind

SOAK = os.environ.get("SOAK") == "1"
# The same examples in every run: what fails, fails again.
ANY = settings(max_examples=500 if SOAK else 25, deadline=None, derandomize=True, database=None)


def loan(principal="100", rate="7", terms=6, **agreed):
    """100 at 7 % nominal, six months from 1 January 2024, unless said otherwise."""
    agreed = {"disbursed": date(2024, 1, 1), "first_due": date(2024, 2, 1)} | agreed
    return LoanTerms(principal=Decimal(principal), rate=Decimal(rate), terms=terms, **agreed)


def column(rows, name):
    return [str(getattr(row, name)) for row in rows]


def listed(amounts):
    return amounts.split()


def amounts(least="0.01", most="5000.00"):
    low, high = int(Decimal(least) * 100), int(Decimal(most) * 100)
    return st.integers(low, high).map(lambda cents: Decimal(cents) / 100)


@st.composite
def any_terms(draw, most_terms=40):
    terms = draw(st.integers(1, most_terms))
    disbursed = draw(st.dates(date(2019, 1, 1), date(2025, 12, 31)))
    asked = {
        "principal": draw(amounts("1.00", "500000.00")),
        "rate": draw(st.integers(0, 9000).map(lambda rate: Decimal(rate) / 100)),
        "terms": terms,
        "disbursed": disbursed,
        "first_due": disbursed + timedelta(days=draw(st.integers(1, 120))),
        "rate_kind": draw(st.sampled_from([RateKind.NOMINAL, RateKind.EFFECTIVE])),
        "day_count": draw(st.sampled_from(DayCount)),
        "method": draw(st.sampled_from(Method)),
        "every": draw(st.sampled_from(Every)),
        "grace_principal": draw(st.integers(0, min(3, terms - 1))),
        "grace_interest": draw(st.integers(0, min(3, terms - 1))),
        "round_to": draw(st.sampled_from(["0.01", "0.10", "1", "5"]).map(Decimal)),
        "round_mode": draw(st.sampled_from(RoundMode)),
    }
    try:
        agreed = LoanTerms(**asked)
        build_schedule(agreed)
    except LendingError:
        assume(False)
    return agreed
