"""Who gets a payment: the oldest installment first, inside it the product's order."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from partners.lending.allocation import DEFAULT_ORDER, Part, Share, allocate, read_order
from partners.lending.errors import LendingError
from partners.lending.ledger import Agreement
from partners.lending.replay import replay
from partners.tests.accounts import charged, paid
from partners.tests.loans import ANY, amounts, loan

pytestmark = pytest.mark.once


class Owed:
    def __init__(self, position, unpaid):
        self.position, self.unpaid = position, unpaid


def owed(position=0, penalty="0", interest="0", fee="0", principal="0"):
    given_amounts = (penalty, interest, fee, principal)
    return Owed(position, dict(zip(Part, map(Decimal, given_amounts), strict=True)))


def test_a_loan_paid_in_three_payments_by_its_own_order():
    order = read_order("penalty,interest,principal,fee")
    agreement = Agreement(terms=loan("1000", "12", 1), order=order)
    charges = [charged(1, "2024-01-02", "20"), charged(2, "2024-01-02", "20", Part.PENALTY)]
    payments = [
        paid(1, "2024-01-10", "20"),
        paid(2, "2024-01-11", "500"),
        paid(3, "2024-01-12", "530"),
    ]
    ledger = replay(agreement, payments, payments[-1].paid_on, charges)
    assert ledger.allocations == (
        (1, 0, Part.PENALTY, 20),
        (2, 0, Part.INTEREST, 10),
        (2, 0, Part.PRINCIPAL, 490),
        (3, 0, Part.PRINCIPAL, 510),
        (3, 0, Part.FEE, 20),
    )
    assert ledger.is_closed and ledger.credit == 0


def test_the_default_order():
    rows = [owed(0, "1", "2", "3", "4")]
    shares, left = allocate(Decimal(100), rows)
    assert [(share.part, share.amount) for share in shares] == [
        (Part.PENALTY, 1),
        (Part.INTEREST, 2),
        (Part.FEE, 3),
        (Part.PRINCIPAL, 4),
    ]
    assert left == 90


def test_the_oldest_installment_first_and_a_part_of_the_next():
    rows = [owed(4, principal="10"), owed(5, interest="3", principal="10")]
    shares, left = allocate(Decimal(15), rows)
    assert shares == [
        Share(4, Part.PRINCIPAL, Decimal(10)),
        Share(5, Part.INTEREST, Decimal(3)),
        Share(5, Part.PRINCIPAL, Decimal(2)),
    ]
    assert left == 0


@pytest.mark.parametrize("text", ["", "penalty", "penalty,interest,fee,fee", "a,b,c,d"])
def test_an_order_names_each_part_once(text):
    with pytest.raises(LendingError):
        read_order(text)


def test_an_order_as_configuration():
    assert read_order(",".join(DEFAULT_ORDER)) == DEFAULT_ORDER
    assert read_order("principal, fee, interest, penalty") == DEFAULT_ORDER[::-1]


@ANY
@given(amounts(), st.lists(st.tuples(*[amounts("0.00", "90.00")] * 4)), st.permutations(list(Part)))
def test_never_more_than_is_owed_and_no_cent_lost(amount, owing, order):
    rows = [Owed(at, dict(zip(Part, unpaid, strict=True))) for at, unpaid in enumerate(owing)]
    shares, left = allocate(amount, rows, tuple(order))
    assert sum(share.amount for share in shares) + left == amount
    assert all(0 < share.amount <= rows[share.position].unpaid[share.part] for share in shares)
    assert len({share[:2] for share in shares}) == len(shares)
    assert left >= 0 and (left == 0 or len(shares) == sum(map(bool, sum(owing, ()))))
