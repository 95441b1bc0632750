"""The night: every active loan says how it stands today."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.utils import timezone

from crm.jobs.schedules import declared
from partners import arrears, jobs, ledger
from partners.lending.errors import LendingError
from partners.models import Loan, Payment, Portfolio
from partners.payments import book_payment
from partners.tests.conftest import make_loan, make_partner

pytestmark = pytest.mark.django_db
TODAY = timezone.localdate


def lent(partner, product, number, *, ago, **said):
    begun = TODAY() - timedelta(days=ago)
    # Without interest, so that no amount depends on how long the months are.
    free = {"rate": Decimal(0), "late_kind": "interest", "late_rate": Decimal("36.5")}
    return make_loan(
        partner,
        product,
        number=number,
        disbursed_on=begun,
        first_due=begun + timedelta(days=30),
        **(free | said),
    )


def test_late_interest_grows_and_installments_fall_due(partner, product):
    late = lent(partner, product, "P-1", ago=40)
    due_today = lent(partner, product, "P-2", ago=30)
    quiet = lent(partner, product, "P-3", ago=1)
    tomorrow = TODAY() + timedelta(days=1)
    assert arrears.renew_loans(tomorrow) == (3, True)
    before = {one.pk: one for one in (late, due_today, quiet)}
    now = {one.pk: one for one in Loan.objects.all()}
    assert {one.as_of for one in now.values()} == {tomorrow}
    assert now[late.pk].overdue == before[late.pk].overdue + Decimal("0.01")
    assert now[due_today.pk].unpaid_since == TODAY()
    assert now[due_today.pk].overdue == Decimal("16.67") + Decimal("0.02")
    assert now[quiet.pk].left == before[quiet.pk].left
    partner.refresh_from_db()
    assert partner.unpaid_since == now[late.pk].unpaid_since


@pytest.mark.parametrize("days", [1, 29, 30, 31, 95])
def test_what_it_writes_is_what_the_engine_says(partner, product, days):
    """Also where nothing seemed to happen and the account was carried over as it was."""
    paid = lent(partner, product, "P-1", ago=40)
    book_payment(loan=paid, amount=Decimal("20"), paid_on=TODAY(), by=None)
    lent(partner, product, "P-2", ago=1)
    charged = lent(partner, product, "P-3", ago=1)
    charged.charges.create(
        on=TODAY() + timedelta(days=2), part="fee", amount=Decimal(5), reason="Fee"
    )
    arrears.renew_loans(TODAY() + timedelta(days=days))
    for loan in Loan.objects.all():
        assert loan.as_of == TODAY() + timedelta(days=days)
        assert not list(ledger.differences(loan))


def test_killed_halfway_the_next_run_does_the_rest(partner, product, monkeypatch):
    monkeypatch.setattr(arrears, "CHUNK", 2)
    for number in range(5):
        lent(partner, product, f"P-{number}", ago=40)
    tomorrow = TODAY() + timedelta(days=1)
    assert arrears.renew_loans(tomorrow, seconds=0) == (0, False)
    key = Loan.objects.order_by("pk").values_list("pk", flat=True)[1]
    arrears._renew(key, tomorrow)
    assert arrears.renew_loans(tomorrow) == (4, True)
    assert arrears.renew_loans(tomorrow) == (0, True)


def test_a_second_time_changes_nothing(partner, product):
    lent(partner, product, "P-1", ago=40)
    day = TODAY() + timedelta(days=3)
    arrears.renew_loans(day)
    first = list(Loan.objects.values()), list(Loan.objects.get().installments.values())
    arrears.renew_loans(day)
    assert first == (list(Loan.objects.values()), list(Loan.objects.get().installments.values()))


def test_an_earlier_day_is_never_written_over_a_later_one(partner, product):
    lent(partner, product, "P-1", ago=40)
    assert arrears.renew_loans(TODAY() - timedelta(days=1)) == (0, True)
    assert Loan.objects.get().as_of == TODAY()


def test_what_is_not_active_stays_as_it_was(partner, product):
    lent(partner, product, "P-1", ago=40, active=False)
    assert arrears.renew_loans(TODAY() + timedelta(days=1)) == (0, True)


def test_one_that_cannot_be_played_stops_no_other(product, caplog):
    broken = lent(make_partner(), product, "P-1", ago=40)
    lent(make_partner("Beto de Prueba", "40000002", "S-2"), product, "P-2", ago=40)
    # As a hand in the database would leave it: a payment before there was a loan.
    Payment.objects.create(
        loan=broken, amount=Decimal(1), paid_on=broken.disbursed_on - timedelta(days=1)
    )
    with pytest.raises(LendingError):
        ledger.play(broken)
    assert arrears.renew_loans(TODAY() + timedelta(days=1)) == (1, True)
    assert "cannot be brought" in caplog.text and "Ficticia" not in caplog.text


def test_one_that_outgrew_all_digits_stops_no_other(product, caplog):
    broken = lent(make_partner(), product, "P-1", ago=40)
    lent(make_partner("Beto de Prueba", "40000002", "S-2"), product, "P-2", ago=40)
    # As a hand in the database would leave it: 120 years late, at a thousand percent twice.
    rate = Decimal(1000)
    Loan.objects.filter(pk=broken.pk).update(
        disbursed_on=date(1900, 1, 1), first_due=date(1900, 2, 1),
        late_kind="pair", late_rate=rate, late_second_rate=rate,
    )  # fmt: skip
    assert arrears.renew_loans(TODAY() + timedelta(days=1)) == (1, True)
    assert "beyond all bounds" in caplog.text
    _, found = ledger.verify(broken.number)
    assert [one.what for one in found] == ["the account"]


def test_the_job_adds_up_when_all_are_done(partner, product, settings):
    lent(partner, product, "P-1", ago=40)
    Loan.objects.update(as_of=TODAY() - timedelta(days=1))
    jobs.new_day()
    assert Loan.objects.get().as_of == TODAY()
    assert Portfolio.objects.get().computed_at is not None


def test_it_runs_at_midnight():
    (job,) = (one for one in declared() if one.name == "loans-new-day")
    assert job.hour == 0 and job.func == "partners.jobs.new_day"


def test_those_that_fell_due_come_first(partner, product):
    late = lent(partner, product, "P-1", ago=40)
    due_today = lent(partner, product, "P-2", ago=30)
    first, rest = arrears._outdated(TODAY() + timedelta(days=1))
    assert (first, rest) == ([due_today.pk], [late.pk, due_today.pk])
