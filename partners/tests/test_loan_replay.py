"""The verbs against the engine: whatever is booked and reversed, by however many, ends the same."""

import itertools
import threading
from datetime import date, timedelta
from decimal import Decimal
from io import StringIO
from uuid import UUID

import pytest
from django.core.management import call_command
from django.db import connection, transaction
from django.utils import timezone
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from crm.errors import DeskError
from partners import ledger
from partners.charges import cancel_charge, set_charge
from partners.loans import disburse, draft_loan
from partners.models import Charge, Loan, Payment
from partners.payments import book_payment, reverse_payment
from partners.tests.conftest import make_loan
from partners.tests.loans import SOAK, any_terms
from partners.tests.test_ledger import state

LATE = ("none", "interest", "pair", "fee", "fee_on_all")
FEW = settings(
    max_examples=200 if SOAK else 12,
    deadline=None,
    derandomize=True,
    database=None,
    # To shrink an example takes minutes; it is told as it was thought up.
    phases=[Phase.generate],
    # Each example rolls back what it did: the fixtures are as they were.
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)


class RolledBackError(Exception):
    """Leaves an example's transaction."""


@st.composite
def any_story(draw):
    """A loan's terms and conditions, and what is done to it: bookings, reversals, charges."""
    terms = draw(any_terms(most_terms=10))
    conditions = {
        "late_kind": draw(st.sampled_from(LATE)),
        "late_rate": Decimal(20),
        "late_second_rate": Decimal(60),
        "late_grace": draw(st.integers(0, 5)),
        "order": ",".join(draw(st.permutations(["penalty", "interest", "fee", "principal"]))),
    }
    days = st.integers(0, 400)
    share = max(Decimal("0.01"), round(terms.principal / terms.terms, 2))
    amount = st.sampled_from([Decimal("0.01"), share, share * 2, terms.principal * 2])
    book = st.tuples(st.just("book"), days, amount, st.sampled_from(["next", "fewer", "smaller"]))
    charge = st.tuples(st.just("charge"), days, amount, st.sampled_from(["fee", "penalty"]))
    undo = st.tuples(st.sampled_from(["reverse", "cancel"]), st.integers(0, 9))
    return terms, conditions, draw(st.lists(book | book | charge | undo, min_size=1, max_size=8))


def drafted(partner, product, terms, conditions, number):
    names = ("rate", "rate_kind", "day_count", "method", "every", "grace_principal",
             "grace_interest", "round_to", "round_mode")  # fmt: skip
    agreed = {name: getattr(terms, name) for name in names}
    agreed |= {
        name: agreed[name].value
        for name in ("rate_kind", "day_count", "method", "every", "round_mode")
    }
    loan = draft_loan(
        partner=partner, product=product, principal=terms.principal, terms=terms.terms,
        disbursed_on=terms.disbursed, first_due=terms.first_due, number=number, by=None,
        **agreed, **conditions,
    )  # fmt: skip
    return disburse(loan=loan, by=None)


def do(loan, step):
    """One step of a story; what a person would be refused changes nothing."""
    today = timezone.localdate()
    if step[0] in ("book", "charge"):
        day = min(loan.disbursed_on + timedelta(days=step[1]), today)
        if step[0] == "book":
            book_payment(loan=loan, amount=step[2], paid_on=day, purpose=step[3], keep_rest=True,
                         by=None)  # fmt: skip
        else:
            set_charge(loan=loan, part=step[3], amount=step[2], on=day, reason="R", by=None)
        return
    rows = list((Payment if step[0] == "reverse" else Charge).objects.filter(loan=loan))
    if not rows:
        return
    one = rows[step[1] % len(rows)]
    if step[0] == "reverse":
        reverse_payment(payment=one, by=None, reason="R")
    else:
        cancel_charge(charge=one, by=None, reason="R")


def in_order(loan, fresh):
    """What stands of `loan`, booked on `fresh` in the order of days."""
    for one in loan.charges.filter(cancelled_at=None).order_by("on", "id"):
        set_charge(loan=fresh, part=one.part, amount=one.amount, on=one.on,
                   reason=f"R {one.pk}", by=None)  # fmt: skip
    for one in loan.payments.filter(reversed_at=None).order_by("paid_on", "id"):
        book_payment(loan=fresh, amount=one.amount, paid_on=one.paid_on, purpose=one.purpose,
                     keep_rest=True, by=None)  # fmt: skip


@pytest.mark.timeout(1800 if SOAK else 300)
@pytest.mark.django_db
@FEW
@given(story=any_story())
def test_any_story_ends_as_what_stands_of_it_booked_in_order(partner, product, story):
    terms, conditions, steps = story
    numbers = itertools.count()
    with pytest.raises(RolledBackError), transaction.atomic():
        told = drafted(partner, product, terms, conditions, f"H-{next(numbers)}")
        fresh = drafted(partner, product, terms, conditions, f"H-{next(numbers)}")
        for step in steps:
            before = state(told)
            try:
                do(told, step)
            except DeskError:
                assert state(told) == before
            assert not list(ledger.differences(Loan.objects.get(pk=told.pk)))
        in_order(told, fresh)
        assert state(told) == state(fresh)
        raise RolledBackError


def at_once(*jobs):
    """Runs them in threads that start together; what each raised, or None."""
    start, raised = threading.Barrier(len(jobs)), [None] * len(jobs)

    def run(index, job):
        start.wait()
        try:
            job()
        except DeskError as error:
            raised[index] = error
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=pair) for pair in enumerate(jobs)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return raised


def verified():
    out = StringIO()
    call_command("verify_ledger", stdout=out)
    return out.getvalue()


def booking(loan, amount, **said):
    seen = Loan.objects.get(pk=loan.pk)
    day = date(2024, 2, 1)
    return lambda: book_payment(loan=seen, amount=Decimal(amount), paid_on=day, by=None, **said)


@pytest.mark.django_db(transaction=True)
def test_four_who_book_at_once_lose_no_cent(partner, product):
    loan = make_loan(partner, product)
    raised = at_once(*(booking(loan, "17.01", reference=f"OP {n}") for n in range(4)))
    assert raised == [None] * 4
    loan.refresh_from_db()
    assert (loan.paid, loan.left) == (Decimal("68.04"), Decimal("34.01"))
    assert "1 loan" in verified()


@pytest.mark.django_db(transaction=True)
def test_one_payment_sent_four_times_at_once_is_booked_once(partner, product):
    loan = make_loan(partner, product)
    raised = at_once(*(booking(loan, "17.01", form_token=UUID(int=7)) for _ in range(4)))
    assert sum(one is None for one in raised) == 1 and Payment.objects.count() == 1
    verified()


@pytest.mark.django_db(transaction=True)
def test_of_two_who_pay_it_off_at_once_one_is_told(partner, product):
    loan = make_loan(partner, product)
    raised = at_once(booking(loan, "102.05"), booking(loan, "102.05"))
    assert sum(one is None for one in raised) == 1 and Payment.objects.count() == 1
    loan.refresh_from_db()
    assert loan.status == "closed" and loan.credit == 0
    verified()


@pytest.mark.django_db(transaction=True)
def test_booking_while_another_reverses_and_a_third_charges(partner, product):
    loan = make_loan(partner, product)
    first = booking(loan, "40.00")()
    raised = at_once(
        booking(loan, "17.01"),
        lambda: reverse_payment(payment=first, by=None, reason="Bounced"),
        lambda: reverse_payment(payment=first, by=None, reason="Bounced"),
        lambda: set_charge(loan=loan, part="fee", amount=Decimal(5), on=date(2024, 2, 1),
                           reason="Visit", by=None),
    )  # fmt: skip
    assert [one is None for one in raised].count(True) == 3
    loan.refresh_from_db()
    assert (loan.paid, loan.left) == (Decimal("17.01"), Decimal("90.04"))
    verified()


@pytest.mark.django_db(transaction=True)
def test_two_loans_of_one_partner_paid_at_once_keep_the_partner_right(partner, product):
    loans = [make_loan(partner, product, number=f"P-{n}") for n in range(3)]
    assert at_once(*(booking(loan, "102.05") for loan in loans)) == [None] * 3
    partner.refresh_from_db()
    assert (partner.active_loans, partner.unpaid_since) == (0, None)
    verified()
