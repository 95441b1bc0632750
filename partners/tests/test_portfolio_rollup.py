"""The few rows the portfolio page reads say what the loans themselves say, after anything."""

from datetime import date, timedelta
from decimal import Decimal
from random import Random

import pytest
from django.urls import reverse
from django.utils import timezone
from django_q.models import OrmQ

from crm.people.models import Agency
from partners import arrears
from partners.lending.arrears import bucket_of
from partners.loans import cancel, write_off
from partners.models import Installment, Loan, Payment, Portfolio, PortfolioShare
from partners.payments import book_payment, reverse_payment
from partners.portfolio import rollup
from partners.portfolio.pulse import pulse
from partners.tests.conftest import make_loan, make_partner

pytestmark = pytest.mark.django_db


SUMS = ("principal", "due_week", "open_week", "due_month", "collected", *rollup.RISKS)
PARTS = ("principal", "interest", "fee", "penalty")


def counted_by_hand(today):
    """What the shares should say, one loan at a time."""
    found = {}
    for loan in Loan.objects.select_related("partner").filter(status__in=Loan.WITH_ACCOUNT):
        key = (loan.currency, loan.partner.agency_id, loan.partner.officer_id)
        share = found.setdefault(key, {"loans": 0, "of": set(), "ageing": {}, **NOTHING})
        month = today.replace(day=1)
        paid = loan.payments.filter(reversed_at=None, paid_on__range=(month, today))
        share["collected"] += sum(one.amount for one in paid)
        if loan.status != "written_off":
            count_due(share, loan, month, today)
        if loan.status == "active":
            count_running(share, loan, today)
    return {key: share for key, share in found.items() if says_something(share)}


def count_due(share, loan, month, today):
    monday = today - timedelta(days=today.weekday())
    for row in loan.installments.filter(is_prepayment=False):
        owed = sum(getattr(row, part) for part in PARTS)
        if monday <= row.due <= monday + timedelta(days=6):
            share["due_week"] += owed
            share["open_week"] += sum(getattr(row, f"unpaid_{part}") for part in PARTS)
        if month <= row.due <= today:
            share["due_month"] += owed


def count_running(share, loan, today):
    days = loan.days_past_due(today)
    place = (None, *arrears.buckets()).index(bucket_of(days))
    count, amount = share["ageing"].get(place, (0, 0))
    share["ageing"][place] = count + 1, amount + loan.principal_left
    share["loans"] += 1
    share["of"].add(loan.partner_id)
    share["principal"] += loan.principal_left
    for name, least in rollup.RISKS.items():
        share[name] += loan.principal_left if days > least else 0


NOTHING = dict.fromkeys(SUMS, 0)


def says_something(share):
    return share["loans"] or any(share[name] for name in SUMS)


def kept():
    found = {}
    for one in PortfolioShare.objects.all():
        ageing = {
            place: (loans, Decimal(cents).scaleb(-2))
            for place, (loans, _, cents) in enumerate(one.ageing)
            if loans
        }
        found[one.currency, one.agency_id, one.officer_id] = {
            "loans": one.loans,
            "of": one.partners,
            "ageing": ageing,
        } | {name: getattr(one, name) for name in SUMS}
    return {key: share for key, share in found.items() if says_something(share)}


def check(today):
    rollup.compute(today)
    right = counted_by_hand(today)
    for share in right.values():
        share["of"] = len(share["of"])
    assert kept() == right


@pytest.fixture
def today():
    return timezone.localdate()


def lent(partner, product, number, today, *, ago=120, **said):
    begun = today - timedelta(days=ago)
    return make_loan(
        partner,
        product,
        number=number,
        disbursed_on=begun,
        first_due=begun + timedelta(days=30),
        **said,
    )


def test_an_office_without_loans_has_nothing(today):
    check(today)
    assert Portfolio.objects.get().day == today and not PortfolioShare.objects.exists()


def test_after_any_sequence_it_says_what_the_loans_say(product, officer, manager, today):
    random = Random(11)
    places = [Agency.objects.create(name=name) for name in ("Lima", "Arequipa")]
    partners = [
        make_partner(
            f"Ana Ficticia {n}", f"4000000{n}", f"S-{n}",
            agency=random.choice([None, *places]), officer=random.choice([None, officer, manager]),
        )
        for n in range(6)
    ]  # fmt: skip
    loans = [
        lent(
            random.choice(partners), product, f"P-{n}", today,
            ago=random.choice([5, 30, 35, 65, 100, 130]),
            currency=random.choice(["PEN", "USD"]),
            late_kind="interest", late_rate=Decimal(30),
        )
        for n in range(12)
    ]  # fmt: skip
    check(today)
    for turn in range(30):
        step(random, random.choice(loans), partners, places, officer, today)
        if turn % 3 == 0:
            check(today)
    check(today)
    assert Loan.objects.filter(status="written_off").exists()
    assert Payment.objects.exclude(reversed_at=None).exists()


def step(random, loan, partners, places, officer, today):
    loan.refresh_from_db()
    paid = loan.payments.filter(reversed_at=None).first()
    move = random.choice(["pay", "pay", "pay", "reverse", "move", "write_off", "cancel"])
    if move == "move":
        partner = random.choice(partners)
        partner.agency, partner.officer = random.choice(places), random.choice([None, officer])
        partner.save()
    elif move == "reverse" and paid:
        reverse_payment(payment=paid, by=None, reason="Error")
    elif move == "pay" and loan.left:
        amount = min(loan.left, Decimal(random.randint(5, 60)))
        on = random.choice([loan.disbursed_on, today, today - timedelta(days=3)])
        purpose = random.choice(["next", "fewer"])
        day = max(on, loan.disbursed_on)
        if loan.status in Loan.WITH_ACCOUNT:
            book_payment(
                loan=loan, amount=amount, paid_on=day, by=None, purpose=purpose, keep_rest=True
            )
    elif move == "write_off" and loan.status == "active" and random.random() < 0.5:
        write_off(loan=loan, by=None, reason="Error")
    elif move == "cancel" and loan.status == "active" and not paid:
        cancel(loan=loan, by=None, reason="Error")


def test_a_loan_nobody_has_renewed_yet_is_late_all_the_same(partner, product, today):
    """Between midnight and the nightly job the rows still say how yesterday stood."""
    loan = lent(partner, product, "P-1", today, ago=30)
    assert loan.unpaid_since is None
    rollup.compute(today + timedelta(days=1))
    share = PortfolioShare.objects.get()
    assert (share.late, share.par_30) == (100, 0)
    assert [loans for loans, *_ in share.ageing] == [0, 1, 0, 0, 0, 0]
    rollup.compute(today + timedelta(days=31))
    assert PortfolioShare.objects.get().par_30 == 100


def test_of_two_that_run_side_by_side_the_later_one_remains(partner, product, today):
    rollup.compute(today)
    later = timezone.now() + timedelta(seconds=5)
    Portfolio.objects.update(computed_at=later)
    lent(partner, product, "P-1", today)
    rollup.compute(today)
    assert not PortfolioShare.objects.exists()
    assert Portfolio.objects.get().computed_at == later


def test_who_looks_has_it_computed_once(officer, agent, django_capture_on_commit_callbacks):
    asked = {"portfolio": "?", "portfolio:moment": "?", "leads": "?"}

    def jobs_after(user):
        with django_capture_on_commit_callbacks(execute=True):
            known = pulse(user, asked)
        assert set(known) == ({"portfolio", "portfolio:moment"} if user == officer else set())
        return OrmQ.objects.count()

    assert jobs_after(agent) == 0
    assert jobs_after(officer) == jobs_after(officer) == 1
    rollup.compute()
    assert jobs_after(officer) == 1  # it is fresh
    Portfolio.objects.update(computed_at=timezone.now() - rollup.FRESH - timedelta(seconds=1))
    assert jobs_after(officer) == 1  # asked a moment ago
    Portfolio.objects.update(asked_at=timezone.now() - rollup.PATIENCE - timedelta(seconds=1))
    assert jobs_after(officer) == jobs_after(officer) == 2


def test_the_version_changes_with_the_numbers_alone(partner, product, today):
    rollup.compute(today)
    first = Portfolio.objects.get().version
    rollup.compute(today)
    assert Portfolio.objects.get().version == first
    lent(partner, product, "P-1", today)
    rollup.compute(today)
    assert Portfolio.objects.get().version != first


def test_buckets_are_the_offices_own(partner, product, today, settings):
    settings.AGEING_BUCKETS = (15,)
    lent(partner, product, "P-1", today, ago=50)
    rollup.compute(today)
    assert [loans for loans, *_ in PortfolioShare.objects.get().ageing] == [0, 0, 1]
    assert Portfolio.objects.get().buckets == [15]
    assert [str(one) for one in arrears.buckets()] == ["1–15", "16+"]


def test_what_is_due_this_week_and_still_open(partner, product):
    wednesday = date(2024, 1, 31)
    loan = make_loan(partner, product)  # 17.01 on Thursday, 1 February 2024
    book_payment(loan=loan, amount=Decimal(7), paid_on=date(2024, 1, 30), by=None)
    rollup.compute(wednesday)
    share = PortfolioShare.objects.get()
    assert (share.due_week, share.open_week) == (Decimal("17.01"), Decimal("10.01"))
    assert (share.collected, share.due_month) == (7, 0)
    assert Installment.objects.count() == 6


def test_many_large_loans_add_up_to_more_than_one_loan_may_be(
    partner, product, today, client, officer
):
    for number in ("P-1", "P-2"):
        lent(partner, product, number, today, ago=35, principal=Decimal(600_000_000_000))
    check(today)
    client.force_login(officer)
    page = client.get(reverse("partners:portfolio")).content.decode()
    assert "1,200,000,000,000.00" in page
