"""The account in the database is what the engine says, whatever was booked in whatever order."""

import random
from datetime import date, timedelta
from decimal import Decimal
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from crm.audit.models import AuditEntry
from crm.errors import DeskError
from partners import ledger
from partners.loans import cancel, disburse, draft_loan, write_off
from partners.models import Installment, Loan, Payment, PaymentAllocation
from partners.payments import book_payment, reverse_payment
from partners.tests.conftest import make_loan, make_partner
from partners.tests.loans import column, listed

pytestmark = pytest.mark.django_db


def pay(loan, amount, day, **said):
    return book_payment(
        loan=loan, amount=Decimal(amount), paid_on=date.fromisoformat(day), by=None, **said
    )


def state(loan):
    """Everything the account says, but for ids and for which payment paid what."""
    loan.refresh_from_db()
    rows = Installment.objects.filter(loan=loan).values_list("position", *ledger.ROW)
    paid = PaymentAllocation.objects.filter(installment__loan=loan)
    return (
        {name: getattr(loan, name) for name in (*ledger.DERIVED, "status")},
        list(rows),
        sorted(paid.values_list("payment__paid_on", "installment__position", "part", "amount")),
    )


def test_a_loan_begins_with_the_schedule_of_its_terms(loan):
    rows = list(loan.installments.all())
    assert column(rows, "principal") == listed("16.43 16.52 16.62 16.72 16.81 16.90")
    assert column(rows, "interest") == listed("0.58 0.49 0.39 0.29 0.20 0.10")
    assert rows[-1].balance == 0 and rows[0].due == date(2024, 2, 1)
    assert loan.left == Decimal("102.05") and loan.principal_left == 100
    assert loan.unpaid_since == date(2024, 2, 1)
    assert loan.overdue == Decimal("102.05")
    assert loan.days_past_due(date(2024, 2, 11)) == 10


def test_lists_know_how_a_partner_stands(loan, partner):
    partner.refresh_from_db()
    assert (partner.active_loans, partner.unpaid_since) == (1, date(2024, 2, 1))
    pay(loan, "102.05", "2024-02-01")
    partner.refresh_from_db()
    assert (partner.active_loans, partner.unpaid_since) == (0, None)


def test_a_payment_pays_the_oldest_installment(loan):
    payment = pay(loan, "20.00", "2024-02-01")
    paid = [
        (one.installment.number, one.part, str(one.amount)) for one in payment.allocations.all()
    ]
    assert paid == [
        (1, "interest", "0.58"),
        (1, "principal", "16.43"),
        (2, "interest", "0.49"),
        (2, "principal", "2.50"),
    ]
    loan.refresh_from_db()
    assert (loan.paid, loan.rows_paid, loan.next_due) == (20, 1, date(2024, 3, 1))
    assert loan.next_amount == Decimal("14.02")


def test_the_last_cent_closes_it_and_a_reversal_opens_it_again(loan):
    payment = pay(loan, "102.05", "2024-03-05")
    loan.refresh_from_db()
    assert (loan.status, loan.closed_on, loan.left) == ("closed", date(2024, 3, 5), 0)
    reverse_payment(payment=payment, by=None, reason="Bounced")
    loan.refresh_from_db()
    assert (loan.status, loan.closed_on) == ("active", None)
    assert not PaymentAllocation.objects.filter(payment=payment).exists()


def test_in_whatever_order_payments_are_booked_the_account_is_the_same(partner, product):
    booked = [
        ("30.00", "2024-02-03", "next"),
        ("25.00", "2024-02-20", "fewer"),
        ("5.55", "2024-03-01", "next"),
        ("20.00", "2024-04-15", "smaller"),
    ]
    in_order = make_loan(partner, product, number="A")
    for amount, day, purpose in booked:
        pay(in_order, amount, day, purpose=purpose)
    mixed = make_loan(partner, product, number="B")
    shuffled = booked[:]
    random.Random(4).shuffle(shuffled)
    assert shuffled != booked
    mistake = pay(mixed, "20.00", "2024-02-10", purpose="fewer")
    for amount, day, purpose in shuffled:
        pay(mixed, amount, day, purpose=purpose)
    reverse_payment(payment=mistake, by=None, reason="Another's")
    assert state(mixed) == state(in_order)
    assert not list(ledger.differences(mixed))


def test_what_is_overdue_earns_late_interest_until_it_is_paid(partner, product):
    loan = make_loan(
        partner, product, late_kind="interest", late_rate=Decimal("36.5"), late_grace=0
    )
    with transaction.atomic():
        ledger.refresh(ledger.locked(loan), date(2024, 2, 11))
    row = loan.installments.get(position=0)
    assert row.penalty == Decimal("0.17")  # 17.01 · 36.5 % · 10 / 365
    with transaction.atomic():
        ledger.refresh(ledger.locked(loan), date(2024, 2, 21))
    assert loan.installments.get(position=0).penalty == Decimal("0.34")


@pytest.mark.parametrize(
    ("amount", "day", "said", "words"),
    [
        ("0", "2024-02-01", {}, "more than zero"),
        ("-5", "2024-02-01", {}, "more than zero"),
        ("NaN", "2024-02-01", {}, "more than zero"),
        ("1e12", "2024-02-01", {}, "too large"),
        ("1.005", "2024-02-01", {}, "two decimals"),
        ("10", "2023-12-31", {}, "not disbursed yet"),
        ("10", "2999-01-01", {}, "day to come"),
        ("10", "2024-02-01", {"currency": "USD"}, "in PEN, the payment in USD"),
        ("102.06", "2024-02-01", {}, "0.01 more than is owed"),
    ],
)
@pytest.mark.usefixtures("in_english")
def test_what_is_refused_is_said_and_leaves_nothing(loan, amount, day, said, words):
    before = state(loan)
    with pytest.raises(DeskError, match=words):
        pay(loan, amount, day, **said)
    assert state(loan) == before and not Payment.objects.exists()
    assert not AuditEntry.objects.filter(action="payment_booked").exists()


def test_more_than_is_owed_is_kept_as_credit_when_asked_for(loan):
    pay(loan, "110.00", "2024-02-01", keep_rest=True)
    loan.refresh_from_db()
    assert (loan.status, loan.credit) == ("closed", Decimal("7.95"))


@pytest.mark.usefixtures("in_english")
def test_an_operation_is_booked_once_on_a_loan(loan):
    first = pay(loan, "10", "2024-02-01", reference="OP 77")
    with pytest.raises(DeskError, match="OP 77"):
        pay(loan, "12", "2024-02-02", reference=" OP  77 ")
    reverse_payment(payment=first, by=None, reason="Wrong amount")
    pay(loan, "12", "2024-02-02", reference="OP 77")


@pytest.mark.usefixtures("in_english")
def test_a_payment_is_reversed_once_and_with_a_reason(loan):
    payment = pay(loan, "10", "2024-02-01")
    with pytest.raises(DeskError, match="why"):
        reverse_payment(payment=payment, by=None, reason="  ")
    reverse_payment(payment=payment, by=None, reason="Twice")
    with pytest.raises(DeskError, match="already"):
        reverse_payment(payment=payment, by=None, reason="Again")


def test_each_change_of_money_is_on_record(loan, officer):
    payment = book_payment(loan=loan, amount=Decimal("17.01"), paid_on=date(2024, 2, 1), by=officer)
    reverse_payment(payment=payment, by=officer, reason="Another's money")
    undone, booked, *_ = AuditEntry.objects.about(loan)
    assert (booked.action, booked.actor, booked.before["paid"]) == (
        "payment_booked",
        officer,
        "0.00",
    )
    assert booked.after["paid"] == "17.01"
    assert (undone.action, undone.reason) == ("payment_reversed", "Another's money")
    assert (undone.before["left"], undone.after["left"]) == ("85.04", "102.05")


@pytest.mark.usefixtures("in_english")
def test_a_draft_takes_no_payments_until_it_is_paid_out(partner, product):
    loan = make_loan(partner, product, active=False)
    with pytest.raises(DeskError, match="not paid out"):
        pay(loan, "10", "2024-02-01")
    disburse(loan=loan, by=None)
    with pytest.raises(DeskError, match="active now"):
        disburse(loan=loan, by=None)
    pay(loan, "10", "2024-02-01")


@pytest.mark.usefixtures("in_english")
def test_a_loan_is_paid_out_on_its_day_or_later(partner, product):
    tomorrow = timezone.localdate() + timedelta(days=1)
    loan = make_loan(
        partner,
        product,
        active=False,
        disbursed_on=tomorrow,
        first_due=tomorrow + timedelta(days=30),
    )
    with pytest.raises(DeskError, match="has not come"):
        disburse(loan=loan, by=None)


@pytest.mark.usefixtures("in_english")
def test_only_what_took_no_payments_is_cancelled(loan, partner):
    payment = pay(loan, "10", "2024-02-01")
    with pytest.raises(DeskError, match="took payments"):
        cancel(loan=loan, by=None, reason="Error")
    reverse_payment(payment=payment, by=None, reason="Error")
    with pytest.raises(DeskError, match="reason"):
        cancel(loan=loan, by=None, reason=" ")
    assert cancel(loan=loan, by=None, reason="Error").status == "cancelled"
    partner.refresh_from_db()
    assert partner.active_loans == 0 and partner.unpaid_since is None


def test_what_is_written_off_can_still_be_paid(loan):
    write_off(loan=loan, by=None, reason="Left the country")
    pay(loan, "10", "2024-02-01")
    loan.refresh_from_db()
    assert (loan.status, loan.paid) == ("written_off", 10)


@pytest.mark.parametrize(
    ("said", "words"),
    [
        ({"principal": Decimal(-1)}, "more than zero"),
        ({"principal": Decimal(0)}, "more than zero"),
        ({"terms": 0}, "1 to 1200"),
        ({"terms": 1201, "principal": Decimal(10000)}, "1 to 1200"),
        ({"first_due": date(2024, 1, 1)}, "after the disbursement"),
        ({"rate": Decimal(-1)}, "0 to 1000"),
        ({"number": "P-001"}, "taken"),
    ],
)
@pytest.mark.usefixtures("in_english")
def test_figures_that_make_no_loan_are_refused_in_words(loan, partner, product, said, words):
    facts = {
        "principal": Decimal(100),
        "terms": 6,
        "disbursed_on": date(2024, 1, 1),
        "first_due": date(2024, 2, 1),
        "number": "P-002",
    } | said
    with pytest.raises(DeskError, match=words):
        draft_loan(partner=partner, product=product, by=None, **facts)
    assert Loan.objects.count() == 1


@pytest.mark.parametrize(
    "said",
    [
        {"rate": Decimal(0)},
        {"terms": 1},
        {"disbursed_on": date(2024, 2, 29), "first_due": date(2024, 3, 29)},
        {"disbursed_on": date(2023, 12, 31), "first_due": date(2024, 1, 31), "terms": 24},
    ],
    ids=["no-interest", "one-installment", "29-february", "seed-day-31"],
)
def test_loans_at_the_edge(partner, product, said):
    loan = make_loan(partner, product, **said)
    rows = list(loan.installments.all())
    assert sum(row.principal for row in rows) == 100 and rows[-1].balance == 0
    pay(loan, loan.left, "2024-03-30")
    loan.refresh_from_db()
    assert loan.status == "closed"


def test_verify_ledger_says_all_is_well(loan):
    pay(loan, "20", "2024-02-01")
    out = StringIO()
    call_command("verify_ledger", stdout=out)
    assert "1 loan" in out.getvalue()


def test_covered_ahead_then_reduced_then_paid_off(loan):
    for amount, purpose in (("20", "next"), ("30", "fewer"), ("50", "fewer")):
        pay(loan, amount, "2024-01-16", purpose=purpose, keep_rest=True)
        call_command("verify_ledger", stdout=StringIO())
    loan.refresh_from_db()
    assert (loan.status, loan.paid) == ("active", 100)
    # 100.00 and half a month's interest, whatever of it was paid ahead.
    pay(loan, "0.29", "2024-01-16", purpose="fewer")
    loan.refresh_from_db()
    assert (loan.status, loan.credit) == ("closed", 0)
    call_command("verify_ledger", stdout=StringIO())


@pytest.mark.parametrize("where", ["loan", "status", "row", "allocation", "missing", "partner"])
def test_verify_ledger_finds_a_cent(loan, partner, where):
    payment = pay(loan, "20", "2024-02-01")
    if where == "loan":
        Loan.objects.update(left=Decimal("82.04"))
    elif where == "status":
        Loan.objects.update(status="closed")
        partner.__class__.objects.update(active_loans=0, unpaid_since=None)
    elif where == "row":
        loan.installments.filter(position=3).update(unpaid_interest=Decimal("0.28"))
    elif where == "allocation":
        payment.allocations.filter(amount=Decimal("2.50")).update(amount=Decimal("2.49"))
    elif where == "missing":
        loan.installments.filter(position=5).delete()
    else:
        partner.__class__.objects.update(active_loans=7)
    out, error = StringIO(), StringIO()
    with pytest.raises(CommandError):
        call_command("verify_ledger", stdout=out, stderr=error)
    assert loan.number in out.getvalue() or partner.number in out.getvalue()


def test_verify_ledger_looks_again_before_it_says_so(loan):
    """Somebody books after the loan was read, and before its payments are."""
    meanwhile = [lambda: pay(loan, "17.01", "2024-02-01")]

    def book(execute, sql, *rest):
        if 'FROM "partners_payment"' in sql and meanwhile:
            meanwhile.pop()()
        return execute(sql, *rest)

    with connection.execute_wrapper(book):
        assert ledger.verify() == (1, [])
    assert not meanwhile and loan.payments.count() == 1


def test_verify_ledger_knows_no_such_loan(loan):
    with pytest.raises(CommandError, match="NOPE"):
        call_command("verify_ledger", loan="NOPE")
    call_command("verify_ledger", loan=loan.number, stdout=StringIO())


def test_an_installment_stands_once(loan):
    row = loan.installments.first()
    row.pk = None
    with pytest.raises(IntegrityError), transaction.atomic():
        row.save(force_insert=True)


def test_a_loan_costs_few_queries_however_many_payments(loan, django_assert_max_num_queries):
    for day in range(1, 21):
        pay(loan, "1.00", f"2024-02-{day:02}")
    with django_assert_max_num_queries(20):
        pay(loan, "1.00", "2024-02-25")


def test_two_partners_never_share_a_document(partner):
    with pytest.raises(IntegrityError), transaction.atomic():
        make_partner(number="S-002")
