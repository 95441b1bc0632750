"""Partners and loans by the hundred thousand, for measuring.

Every second partner has a loan. There are few kinds of loan, each played once by the engine; its
rows are then copied for every loan of the kind, so that each account is right to the cent.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from random import Random
from typing import Any

from django.contrib.auth.hashers import make_password
from django.contrib.auth.models import Group
from django.db import connection, models, transaction
from django.utils import timezone

from chatbot.demo.bulk import SPAN, Say, fake_phone, moment
from chatbot.demo.loading import Value, first_key, load
from chatbot.demo.talks import FIRST, LAST
from crm.people.models import Agency, Contact, ContactPoint, User
from partners import ledger
from partners.lending.dates import add_months
from partners.lending.ledger import Payment as LendingPayment
from partners.lending.replay import replay
from partners.loans import planned
from partners.models import Installment, Loan, LoanProduct, Partner, Payment, PaymentAllocation
from partners.models.conditions import COPIED

OFFICERS, AGENCIES = 20, 5
PORTION = 50_000  # partners that are made in one transaction
PRINCIPALS = (1000, 2500, 6000, 15000)
TERMS = (6, 12)
# Days until the first unpaid installment is due, and how many loans of ten are such; None: closed.
DAYS: tuple[tuple[int | None, int], ...] = (
    (4, 20), (11, 20), (18, 15), (26, 15), (None, 12), (-4, 6), (-19, 5), (-45, 3), (-75, 2),
    (-130, 2),
)  # fmt: skip
CONTACT = (
    "id", "name", "document_type", "document_number", "region", "language", "owner_id", "agency_id",
    "created_at",
)  # fmt: skip
POINT = ("id", "contact_id", "kind", "value", "raw", "primary")
PARTNER = (
    "id", "contact_id", "number", "officer_id", "agency_id", "unpaid_since", "active_loans",
    "created_at",
)  # fmt: skip
TERMS_OF_LOAN = (
    "principal", "terms", "disbursed_on", "first_due", "status", "as_of", *COPIED, *ledger.DERIVED,
)  # fmt: skip
LOAN = ("id", "number", "partner_id", "product_id", "created_at", *TERMS_OF_LOAN)
ROW = ("id", "loan_id", "position", *ledger.ROW)
PAYMENT = ("id", "loan_id", "paid_on", "amount", "booked_at")
ALLOCATION = ("id", "payment_id", "installment_id", "part", "amount")


@dataclass(frozen=True, slots=True)
class Kind:
    """A loan as it stands today, in plain values: its columns, its rows, its payments, and what
    each paid: (number of the payment, position of the row, part, amount)."""

    product: int
    columns: tuple[Value, ...]
    rows: list[tuple[Value, ...]]
    payments: list[tuple[Value, ...]]
    allocations: list[tuple[int, int, str, Value]]
    unpaid_since: Value
    is_active: int


def make_partners(count: int, say: Say) -> int:
    """`count` partners, half of them with a loan; how many loans."""
    today = timezone.localdate()
    officers, agencies = make_officers(), make_agencies()
    kinds, weights = make_kinds(make_products(), today)
    made = loans = 0
    while made < count:
        portion = min(PORTION, count - made)
        with transaction.atomic():
            loans += Portion(portion, officers, agencies, kinds, weights).load()
        made += portion
        say(f"{made:,} partners")
    return loans


class Portion:
    """Partners with keys that follow each other; every second one borrows."""

    def __init__(
        self,
        count: int,
        officers: list[int],
        agencies: list[int],
        kinds: list[Kind],
        weights: list[int],
    ) -> None:
        self.officers, self.agencies, self.count = officers, agencies, count
        self.contact, self.point, self.partner, self.loan, self.row, self.payment = map(
            first_key, (Contact, ContactPoint, Partner, Loan, Installment, Payment)
        )
        self.allocation = first_key(PaymentAllocation)
        self.random = Random(f"partners from {self.partner}")
        self.kinds = self.random.choices(kinds, weights, k=(count + 1) // 2)
        self.now = int(timezone.now().timestamp())

    def load(self) -> int:
        load(Contact, CONTACT, self.contacts())
        load(ContactPoint, POINT, self.points())
        load(Partner, PARTNER, self.partners())
        load(Loan, LOAN, self.loans())
        load(Installment, ROW, self.rows())
        load(Payment, PAYMENT, self.payments())
        load(PaymentAllocation, ALLOCATION, self.allocations())
        return len(self.kinds)

    def contacts(self) -> Iterator[tuple[Value, ...]]:
        for key in range(self.contact, self.contact + self.count):
            name = f"{self.random.choice(FIRST)} {self.random.choice(LAST)} {key}"
            made = moment(self.now - int(SPAN * self.random.random()))
            yield key, name, "passport", f"MIL{key:09d}", "PE", "es", None, None, made

    def points(self) -> Iterator[tuple[Value, ...]]:
        for number in range(self.count):
            phone = fake_phone(self.contact + number)
            yield self.point + number, self.contact + number, "phone", f"+{phone}", phone, 1

    def partners(self) -> Iterator[tuple[Value, ...]]:
        for number in range(self.count):
            kind = self.kinds[number // 2] if number % 2 == 0 else None
            yield (
                self.partner + number,
                self.contact + number,
                f"M-{self.partner + number:08d}",
                self.random.choice(self.officers),
                self.random.choice(self.agencies),
                kind.unpaid_since if kind else None,
                kind.is_active if kind else 0,
                moment(self.now),
            )

    def loans(self) -> Iterator[tuple[Value, ...]]:
        made = moment(self.now)
        for number, kind in enumerate(self.kinds):
            key = self.loan + number
            partner = self.partner + 2 * number
            yield key, f"M-{key:08d}", partner, kind.product, made, *kind.columns

    def rows(self) -> Iterator[tuple[Value, ...]]:
        key = self.row
        for loan, kind in enumerate(self.kinds, self.loan):
            for position, row in enumerate(kind.rows):
                yield key, loan, position, *row
                key += 1

    def payments(self) -> Iterator[tuple[Value, ...]]:
        key, booked = self.payment, moment(self.now)
        for loan, kind in enumerate(self.kinds, self.loan):
            for payment in kind.payments:
                yield key, loan, *payment, booked
                key += 1

    def allocations(self) -> Iterator[tuple[Value, ...]]:
        key, row, payment = self.allocation, self.row, self.payment
        for kind in self.kinds:
            for number, position, part, amount in kind.allocations:
                yield key, payment + number, row + position, part, amount
                key += 1
            row += len(kind.rows)
            payment += len(kind.payments)


# --- The kinds of loans ----------------------------------------------------------------------


def make_kinds(products: Iterable[LoanProduct], today: date) -> tuple[list[Kind], list[int]]:
    """Each distinct loan, and how often there is one such."""
    random, kinds, weights = Random("kinds"), [], []
    for product in products:
        for principal in PRINCIPALS:
            for terms in TERMS:
                for days, weight in DAYS:
                    row = terms + 1 if days is None else random.randint(2, terms - 1)
                    kinds.append(make_kind(product, principal, terms, row, days or 15, today))
                    weights.append(weight)
    return kinds, weights


def make_kind(
    product: LoanProduct, principal: int, terms: int, row: int, days: int, today: date
) -> Kind:
    """`row`: the first unpaid one, due in `days`; those before it were paid on their days."""
    first_due = add_months(today + timedelta(days=days), 1 - row)
    loan = Loan(
        product=product,
        principal=Decimal(principal),
        terms=terms,
        disbursed_on=add_months(first_due, -1),
        first_due=first_due,
        status=Loan.Status.ACTIVE,
        as_of=today,
        **{name: getattr(product, name) for name in COPIED},
    )
    paid = [one for one in planned(loan)[: row - 1] if one.due <= today]
    payments = [
        LendingPayment(key=number, paid_on=one.due, amount=one.total)
        for number, one in enumerate(paid)
    ]
    played = replay(loan.agreement, payments, today)
    for name, value in ledger.derived(played).items():
        setattr(loan, name, value)
    loan.status = Loan.Status.CLOSED if played.is_closed else Loan.Status.ACTIVE
    amount, rows = Payment._meta.get_field("amount"), map(ledger.row_values, played.rows)
    return Kind(
        product=product.pk,
        columns=_plain_columns(Loan, TERMS_OF_LOAN, vars(loan)),
        rows=[_plain_columns(Installment, ledger.ROW, one) for one in rows],
        payments=[(one.paid_on.isoformat(), plain(amount, one.amount)) for one in payments],
        allocations=[
            (one.payment, one.position, one.part.value, plain(amount, one.amount))
            for one in played.allocations
        ],
        unpaid_since=None if played.is_closed else plain_date(loan.unpaid_since),
        is_active=int(not played.is_closed),
    )


def _plain_columns(
    model: type[models.Model], names: Iterable[str], values: dict[str, Any]
) -> tuple[Value, ...]:
    return tuple(plain(model._meta.get_field(name), values[name]) for name in names)


def plain(field: Any, value: object) -> Value:
    """As `load` takes it."""
    kept = field.get_db_prep_save(value, connection)
    if isinstance(kept, bool):
        return int(kept)
    return kept if kept is None or isinstance(kept, int | str) else str(kept)


def plain_date(day: date | None) -> Value:
    return day.isoformat() if day else None


# --- What they stand on ----------------------------------------------------------------------


def make_products() -> list[LoanProduct]:
    """Of each kind of late interest one: some accounts change every night."""
    rows = (
        ("MIL-A", "Crédito de carga", "french", Decimal(36), "none", Decimal(0)),
        ("MIL-B", "Capital de carga", "equal_principal", Decimal(28), "interest", Decimal(30)),
    )
    return [
        LoanProduct.objects.get_or_create(
            code=code,
            defaults={
                "name": name, "method": method, "rate": rate, "late_kind": late,
                "late_rate": late_rate,
            },
        )[0]
        for code, name, method, rate, late, late_rate in rows
    ]  # fmt: skip


def make_officers() -> list[int]:
    """Officers who cannot log in."""
    officer = Group.objects.get(name="officer")
    for number in range(1, OFFICERS + 1):
        user, made = User.objects.get_or_create(
            username=f"analista{number:02d}",
            defaults={
                "first_name": "Analista",
                "last_name": f"Ficticia {number:02d}",
                "password": make_password(None),
            },
        )
        if made:
            user.groups.add(officer)
    found = User.objects.filter(username__startswith="analista").order_by("username")
    return list(found.values_list("pk", flat=True))


def make_agencies() -> list[int]:
    names = [f"Agencia de carga {number}" for number in range(1, AGENCIES + 1)]
    Agency.objects.bulk_create([Agency(name=name) for name in names], ignore_conflicts=True)
    rows = Agency.objects.filter(name__in=names).order_by("name")
    return list(rows.values_list("pk", flat=True))
