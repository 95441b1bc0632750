"""What the demo's office lends, how it is paid, and a loan of every kind.

Dates are counted back from today, so that there is always one in each ageing bucket.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

from django.contrib.contenttypes.models import ContentType
from django.utils import timezone

from chatbot.demo.members import MEMBERS, build_members
from chatbot.demo.office import CITIES, agency_name
from crm.audit.models import AuditEntry
from crm.conversations.models import Channel
from crm.people.models import Agency, User
from partners import ledger
from partners.lending.dates import add_months
from partners.loans import planned
from partners.models import Loan, LoanProduct, Partner, Payment, PaymentOption
from partners.models.conditions import COPIED
from partners.portfolio import rollup

Status = Loan.Status
PRODUCTS: tuple[dict[str, Any], ...] = (
    {
        "code": "CONSUMO", "name": "Crédito de consumo", "currency": "PEN", "method": "french",
        "rate": Decimal(42), "rate_kind": "effective", "terms": 12, "late_kind": "interest",
        "late_rate": Decimal(30), "least_principal": Decimal(300),
    },
    {
        "code": "CAPITAL", "name": "Capital de trabajo", "currency": "PEN",
        "method": "equal_principal", "rate": Decimal(30), "rate_kind": "nominal", "terms": 9,
        "late_kind": "fee_on_all", "late_rate": Decimal("1.5"), "late_grace": 3,
        "least_principal": Decimal(500),
    },
    {
        "code": "DOLARES", "name": "Crédito en dólares", "currency": "USD", "method": "french",
        "rate": Decimal(14), "rate_kind": "effective", "day_count": "actual/360", "terms": 18,
        "late_kind": "pair", "late_rate": Decimal("16.5"), "late_second_rate": Decimal(70),
        "least_principal": Decimal(500),
    },
)  # fmt: skip
HOLDER = "Ventanilla de Demostración (ficticia)"
OPTIONS: tuple[dict[str, Any], ...] = (
    {
        "kind": "bank", "name": "Banco de Ejemplo", "holder": HOLDER, "currency": "PEN",
        "number": "000-0000000-0-01", "cci": "00000000000000000108", "weight": 10,
        "instructions": "Escribe tu número de préstamo como referencia.",
    },
    {
        "kind": "bank", "name": "Banco de Ejemplo", "holder": HOLDER, "currency": "USD",
        "number": "000-0000000-0-02", "cci": "00000000000000000206", "weight": 20,
    },
    {"kind": "yape", "name": "Yape", "holder": HOLDER, "currency": "PEN", "number": "+51900000190",
     "weight": 30},
    {"kind": "cash", "name": "Ventanilla de la agencia", "weight": 40,
     "instructions": "Inventada: lunes a viernes de 9:00 a 18:00."},
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Plan:
    """A loan as it stands today: `row` is its first unpaid installment (one more than `terms`:
    none), due in `days` (less than zero: so many days ago)."""

    member: int
    product: int
    principal: int
    terms: int
    row: int
    days: int
    status: str = Status.ACTIVE
    part: int = 0  # paid of that installment, in percent

    def due(self, today: date) -> date:
        """Never after the 28th, so that a month back it is the same day: rather later than
        earlier for what is to come, and the other way round."""
        day = today + timedelta(days=self.days)
        if day.day <= 28:
            return day
        return day.replace(day=28) if self.days < 0 else (day + timedelta(days=4)).replace(day=1)

    def first_due(self, today: date) -> date:
        return add_months(self.due(today), 1 - self.row)


# The first member's: one in time, one overdue, some of it paid.
OWN = (Plan(0, 0, 5000, 12, 6, 12), Plan(0, 1, 2400, 6, 3, -20, part=40))
LATE = (3, 5, 15, 24, 40, 52, 70, 80, 112, 190)
PRINCIPALS, TERMS = (800, 1500, 2400, 3600, 5000, 8000, 12000), (6, 9, 12, 18)


def plans() -> list[Plan]:
    """Every member's: in time, late for so many days, closed, and what never was or will be."""
    found = list(OWN)
    for member in range(1, MEMBERS):
        principal = PRINCIPALS[member * 3 % len(PRINCIPALS)]
        terms, product = TERMS[member % len(TERMS)], (0, 1, 0, 2)[member % 4]
        row = 2 + member % (terms - 3)
        if member <= len(LATE):
            part = 50 if member % 3 == 0 else 0
            found.append(Plan(member, product, principal, terms, row, -LATE[member - 1], part=part))
        elif member <= 25:
            found.append(Plan(member, product, principal, terms, row, 1 + member * 5 % 27))
        elif member <= 28:
            found.append(Plan(member, product, principal, terms, terms + 1, 15, Status.ACTIVE))
        else:
            status = (Status.DRAFT, Status.DRAFT, Status.CANCELLED, Status.WRITTEN_OFF)[member - 29]
            days = {Status.DRAFT: 35, Status.CANCELLED: 20}.get(status, -260)
            found.append(
                Plan(member, product, principal, terms, 1 if days > 0 else 3, days, status)
            )
    # Some who pay have been here before.
    again = [Plan(member, 0, 1500, 6, 7, -150 - member * 9) for member in (12, 15, 18, 21)]
    return found + again


def build_lending(channel: Channel, officer: User) -> list[Partner]:
    """Products, ways to pay, partners, their loans and what they paid; the partners."""
    today = timezone.localdate()
    products = LoanProduct.objects.bulk_create(LoanProduct(**one) for one in PRODUCTS)
    PaymentOption.objects.bulk_create(PaymentOption(**one) for one in OPTIONS)
    lent = sorted(plans(), key=lambda plan: plan.first_due(today))
    begun = {plan.member: plan.first_due(today) for plan in reversed(lent)}
    since = [begun[member] - timedelta(days=40) for member in range(MEMBERS)]
    places = {one.city: one for one in Agency.objects.filter(name__in=map(agency_name, CITIES))}
    agencies = [places[city] for city in CITIES]
    partners = build_members(channel, officer, agencies, since)
    loans = Loan.objects.bulk_create(
        _loan(number, plan, partners[plan.member], products[plan.product], today)
        for number, plan in enumerate(lent, 1)
    )
    for plan, loan in zip(lent, loans, strict=True):
        _pay(plan, loan, officer, today)
    for loan in loans:
        if loan.status in Loan.WITH_ACCOUNT:
            ledger.refresh(loan, today)
    _record(loans, officer)
    rollup.compute(today)
    return partners


def _loan(number: int, plan: Plan, partner: Partner, product: LoanProduct, today: date) -> Loan:
    first_due = plan.first_due(today)
    return Loan(
        number=f"P-{number:06d}",
        partner=partner,
        product=product,
        principal=Decimal(plan.principal),
        terms=plan.terms,
        disbursed_on=add_months(first_due, -1),
        first_due=first_due,
        status=plan.status,
        **{name: getattr(product, name) for name in COPIED},
    )


def _pay(plan: Plan, loan: Loan, officer: User, today: date) -> None:
    """What is paid of it, each installment on its day or some days before."""
    if plan.status in (Status.DRAFT, Status.CANCELLED):
        return
    rows, of = planned(loan), int(loan.number.removeprefix("P-"))
    payments = [
        Payment(
            loan=loan,
            amount=row.total,
            paid_on=min(row.due - timedelta(days=(row.number + of) % 4), today),
            means=("transfer", "wallet", "cash")[(row.number + of) % 3],
            reference=f"OP-{of:03d}{row.number:02d}",
            booked_by=officer,
        )
        for row in rows[: plan.row - 1]
    ]
    if plan.part:
        row = rows[plan.row - 1]
        some = (row.total * plan.part / 100).quantize(Decimal(1))
        paid_on = row.due + timedelta(days=1)
        payments.append(
            Payment(loan=loan, amount=some, paid_on=paid_on, means="cash", booked_by=officer)
        )
    made = Payment.objects.bulk_create(payments)
    for one in made:
        one.booked_at = at_noon(one.paid_on)
    Payment.objects.bulk_update(made, ["booked_at"])


def at_noon(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, time(12, 20)))


def _record(loans: Sequence[Loan], officer: User) -> None:
    """The audit log, as if each had been written down on its day."""
    kind = ContentType.objects.get_for_model(Loan)
    told: list[tuple[datetime, AuditEntry]] = []

    def tell(on: date, loan: Loan, action: str, reason: str = "", **after: Any) -> None:
        entry = AuditEntry(
            actor=officer, action=action, subject_type=kind, subject_id=loan.pk,
            named=loan.number, after=after, reason=reason,
        )  # fmt: skip
        told.append((at_noon(on), entry))

    today = timezone.localdate()
    for loan in loans:
        drafted = min(loan.disbursed_on - timedelta(days=1), today)
        tell(drafted, loan, "loan_drafted", principal=loan.principal, currency=loan.currency)
        if loan.status in Loan.WITH_ACCOUNT:
            tell(loan.disbursed_on, loan, "loan_disbursed", status="active")
        for one in loan.payments.all():
            facts = {"payment": one.pk, "amount": one.amount, "paid_on": one.paid_on}
            tell(one.paid_on, loan, "payment_booked", **facts)
        if loan.status == Status.WRITTEN_OFF:
            reason = "Sin pagos desde hace ocho meses (inventado)"
            tell(today - timedelta(days=9), loan, "loan_written_off", reason, status="written_off")
        if loan.status == Status.CANCELLED:
            tell(drafted, loan, "loan_cancelled", "Desistió (inventado)", status="cancelled")
    told.sort(key=lambda one: one[0])
    entries = AuditEntry.objects.bulk_create(entry for _, entry in told)
    for entry, (moment, _) in zip(entries, told, strict=True):
        entry.at = moment
    AuditEntry.objects.bulk_update(entries, ["at"], batch_size=100)
