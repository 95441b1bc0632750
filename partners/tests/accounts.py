"""Payments the tests speak of, and any account hypothesis thinks up."""

from datetime import date, timedelta
from decimal import Decimal

from hypothesis import strategies as st

from partners.lending.allocation import Part
from partners.lending.arrears import LateFee, LateInterest, LateInterestPair
from partners.lending.ledger import Agreement, Charge, Payment, Purpose
from partners.lending.replay import replay
from partners.tests.loans import amounts, any_terms

LATE_RULES = (
    None,
    LateInterest(rate=Decimal(36)),
    LateInterestPair(grace=3, compensatory=Decimal("16.5"), moratory=Decimal(70)),
    LateFee(grace=2, percent=Decimal("1.5"), on_interest=True),
)


def paid(key, day, amount, purpose=Purpose.NEXT, **said):
    """`day` as YYYY-MM-DD."""
    when = date.fromisoformat(day)
    return Payment(key=key, paid_on=when, amount=Decimal(amount), purpose=purpose, **said)


def charged(key, day, amount, part=Part.FEE):
    return Charge(key=key, on=date.fromisoformat(day), part=part, amount=Decimal(amount))


@st.composite
def any_account(draw, purposes=tuple(Purpose), most=8):
    """An agreement, its payments and charges, and a day after all of them."""
    terms = draw(any_terms(most_terms=12))
    order = tuple(draw(st.permutations(list(Part))))
    agreement = Agreement(terms=terms, order=order, late=draw(st.sampled_from(LATE_RULES)))
    days = st.integers(0, 420).map(lambda days: terms.disbursed + timedelta(days=days))
    share = terms.principal / terms.terms
    some = st.sampled_from([share / 3, share, share * 2, terms.principal * 2]).map(
        lambda amount: max(Decimal("0.01"), round(amount, 2))
    )
    payments = [
        Payment(
            key=key,
            paid_on=draw(days),
            amount=draw(some | amounts()),
            purpose=draw(st.sampled_from(purposes)),
            reversed=draw(st.booleans()) and draw(st.booleans()),
        )
        for key in range(draw(st.integers(0, most)))
    ]
    charges = [
        Charge(
            key=key,
            on=draw(days),
            part=draw(st.sampled_from([Part.FEE, Part.PENALTY])),
            amount=draw(amounts(most="50.00")),
        )
        for key in range(draw(st.integers(0, 2)))
    ]
    return agreement, payments, charges, terms.disbursed + timedelta(days=450)


@st.composite
def nearly_paid(draw):
    """A loan of which all but little is paid on the first day. What is charged in its last period
    stands on an installment that was paid ahead in part. `today` is the day of the charge."""
    terms = draw(any_terms(most_terms=6))
    order = tuple(draw(st.permutations(list(Part))))
    agreement = Agreement(terms=terms, order=order, late=draw(st.sampled_from(LATE_RULES)))
    start = replay(agreement, [], terms.disbursed)
    left = max(Decimal("0.01"), start.left - draw(amounts(most="5.00")))
    last = start.rows[-1].installment
    today = last.start + timedelta(days=draw(st.integers(1, (last.due - last.start).days)))
    part = draw(st.sampled_from([Part.FEE, Part.PENALTY]))
    charge = Charge(key=1, on=today, part=part, amount=draw(amounts("10.00", "50.00")))
    return agreement, [Payment(key=1, paid_on=terms.disbursed, amount=left)], [charge], today
