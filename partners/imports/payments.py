"""Payments from a file: all of a portion are booked, then each loan is played once."""

from collections.abc import Iterable, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from crm.audit.models import AuditEntry
from crm.desk import wording
from crm.imports.contract import Importer, Outcome, Row
from crm.imports.earlier import Earlier
from crm.people.models import User
from partners.imports.accounts import LOANS, charges_of, checked, payments_of, refresh_all
from partners.imports.audit import entries
from partners.imports.lookups import by_external_id, note_sign, said
from partners.imports.payment_columns import COLUMNS, YES
from partners.lending.errors import LendingError
from partners.lending.ledger import Charge as LendingCharge
from partners.lending.ledger import Payment as LendingPayment
from partners.lending.ledger import Purpose
from partners.lending.replay import replay
from partners.models import Loan, Payment
from partners.payments import note_reopened
from partners.refusals import in_words

# A payment not written yet comes after those of its day that are.
_NOT_YET = 1 << 60


class PaymentImporter(Importer):
    kind = "payments"
    label = gettext_lazy("Payments")
    icon = "receipt"
    permission = "partners.add_payment"
    columns = COLUMNS
    explanation = gettext_lazy(
        "Each is booked on its loan for its own day, whatever was booked before. One that is more "
        "than is owed is a problem, unless its row says that the rest is kept as credit. A payment "
        "that is there already is never changed."
    )

    def keys(self, row: Row) -> Iterable[tuple[str, str]]:
        if row["external_id"] is not None:
            yield "external_id", row["external_id"]

    def look(self, rows: Sequence[Row], by: User, earlier: Earlier) -> None:
        loans = Loans(rows)
        for row in rows:
            row.found = loans.of(row)
            if row["external_id"] is None and row["reference"] is None:
                words = _("Give an id or an operation number: nothing else tells it from others.")
                row.wrong("", words)
            if row.found:
                _check(row, row.found)
        # Not by `keys`: one loan may be named in two ways.
        earlier.note_repeats(
            (row, "reference", f"{row.found.pk}\x1f{row['reference']}")
            for row in rows
            if row.found and row["reference"] is not None
        )
        good = [row for row in rows if row.is_good]
        known = Booked(good)
        for row in good:
            known.compare(row)
        new = [row for row in good if row.is_good and row.outcome is Outcome.MADE]
        _rehearse(new, earlier)

    def write(self, rows: Sequence[Row], by: User, source: str) -> None:
        rows = [row for row in rows if row.outcome is Outcome.MADE]
        loans = {row.found.pk: row.found for row in rows}
        before = {pk: _standing(loan) for pk, loan in loans.items()}
        was = {pk: loan.status for pk, loan in loans.items()}
        made = Payment.objects.bulk_create(
            (
                Payment(
                    loan=row.found,
                    paid_on=row["paid_on"],
                    amount=row["amount"],
                    purpose=row["purpose"] or Payment.Purpose.NEXT,
                    means=row["means"] or Payment.Means.TRANSFER,
                    reference=row["reference"] or "",
                    external_id=row["external_id"] or "",
                    booked_by=by,
                )
                for row in rows
            ),
            batch_size=500,
        )
        refresh_all(list(loans.values()))
        told = [
            (
                one.loan,
                before[one.loan_id],
                _standing(one.loan)
                | {"payment": one.pk, "amount": one.amount, "paid_on": one.paid_on},
                _("%(import)s, row %(row)d") % {"import": source, "row": row.number},
            )
            for row, one in zip(rows, made, strict=True)
        ]
        AuditEntry.objects.bulk_create(entries("payment_booked", by, told), batch_size=500)
        for pk, loan in loans.items():
            note_reopened(loan, was[pk], by=by, reason=source)


def _standing(loan: Loan) -> dict[str, Any]:
    return {"paid": loan.paid, "left": loan.left, "credit": loan.credit}


class Loans:
    """The loans that rows name, their rows held until the portion is written."""

    def __init__(self, rows: Sequence[Row]) -> None:
        loans = Loan.objects.all()
        named = {
            *loans.filter(number__in=said(rows, "loan")).values_list("pk", flat=True),
            *by_external_id(loans, said(rows, "loan_external_id")).values_list("pk", flat=True),
        }
        found = list(loans.select_for_update().filter(pk__in=named).order_by("pk"))
        self.by_number = {one.number: one for one in found}
        self.by_external_id = {one.external_id: one for one in found if one.external_id}

    def of(self, row: Row) -> Loan | None:
        named = [
            (name, found.get(row[name]))
            for name, found in (("loan", self.by_number), ("loan_external_id", self.by_external_id))
            if row[name] is not None
        ]
        if not named:
            row.wrong("", _("Name the loan: by its number or its other id."))
            return None
        for name, one in named:
            if one is None:
                row.wrong(name, _("There is no such loan."))
                return None
        if any(one != named[0][1] for _name, one in named):
            row.wrong("", _("The loan's number and its other id are not the same loan's."))
            return None
        return named[0][1]


def _check(row: Row, loan: Loan) -> None:
    """What `book_payment` asks of a payment."""
    if loan.status not in Loan.WITH_ACCOUNT:
        row.wrong("", _("This loan was not paid out: it takes no payments."))
    if row["currency"] and row["currency"] != loan.currency:
        row.wrong(
            "currency",
            _("The loan is in %(loan)s, the payment in %(payment)s.")
            % {"loan": loan.currency, "payment": row["currency"]},
        )
    note_sign(row, "amount", row["currency"] or loan.currency)
    if (paid_on := row["paid_on"]) is None:
        return
    if paid_on > timezone.localdate():
        row.wrong("paid_on", _("A payment cannot be of a day to come."))
    if paid_on < loan.disbursed_on:
        row.wrong("paid_on", _("The loan was not disbursed yet on that day."))


class Booked:
    """Payments that are there already under the ids and operation numbers of rows."""

    def __init__(self, rows: Sequence[Row]) -> None:
        loans = {row.found.pk for row in rows}
        alike = Payment.objects.filter(loan_id__in=loans, reference__in=said(rows, "reference"))
        there = [
            *by_external_id(Payment.objects.all(), said(rows, "external_id")),
            *alike.exclude(reference=""),
        ]
        self.by_external_id: dict[str, Payment] = {}
        self.by_reference: dict[tuple[int, str], list[Payment]] = {}
        for one in {one.pk: one for one in there}.values():
            if one.external_id:
                self.by_external_id[one.external_id] = one
            self.by_reference.setdefault((one.loan_id, one.reference), []).append(one)

    def compare(self, row: Row) -> None:
        """A payment reversed meanwhile is there, too: it is not booked once more."""
        there = self.by_external_id.get(row["external_id"] or "")
        if there is not None:
            row.outcome = Outcome.SAME
            if not _is_said(there, row):
                row.wrong("external_id", _("This payment is booked with other facts already."))
            return
        alike = self.by_reference.get((row.found.pk, row["reference"] or "-"), [])
        if any(_is_said(one, row) for one in alike):
            row.outcome = Outcome.SAME
        elif any(one.reversed_at is None for one in alike):
            row.wrong(
                "reference",
                _("The operation %(reference)s was booked on this loan already.")
                % {"reference": row["reference"]},
            )


def _is_said(one: Payment, row: Row) -> bool:
    wanted = (row.found.pk, row["amount"], row["paid_on"])
    given = [row[name] is None or getattr(one, name) == row[name] for name in ("means", "purpose")]
    return (one.loan_id, one.amount, one.paid_on) == wanted and all(given)


def _rehearse(rows: Sequence[Row], earlier: Earlier) -> None:
    """Each loan of a portion is played with its new payments, and in a check with those that
    portions before would have booked. What a prepayment asks for may be no schedule, amounts may
    add up to more than fits, or to more than is owed."""
    of_loan: dict[int, list[Row]] = {}
    for row in rows:
        of_loan.setdefault(row.found.pk, []).append(row)
    loans = list(of_loan.items())
    for start in range(0, len(loans), LOANS):
        _rehearse_some(dict(loans[start : start + LOANS]), earlier)


def _rehearse_some(of_loan: dict[int, list[Row]], earlier: Earlier) -> None:
    paid, charged = payments_of(list(of_loan)), charges_of(list(of_loan))
    before = earlier.rehearsed(of_loan)
    booked = {}
    for pk, new in of_loan.items():
        account = Rehearsal(new[0].found, paid[pk], charged[pk], before[pk])
        if facts := account.book(new):
            booked[pk] = facts
    earlier.rehearse(booked)


class Rehearsal:
    """A loan's account as it would be; nothing is written. `before`: what `book` gave for earlier
    portions, which is compact and JSON."""

    def __init__(
        self,
        loan: Loan,
        paid: Sequence[LendingPayment],
        charged: Sequence[LendingCharge],
        before: Sequence[Any] = (),
    ) -> None:
        self.loan, self.agreement, self.charged = loan, loan.agreement, charged
        self.paid = list(paid)
        self.credit: Decimal = loan.credit
        for credit, *rows in before:
            self.credit = Decimal(credit)
            self.paid += [_as_played(*facts) for facts in rows]

    def book(self, rows: Sequence[Row]) -> list[Any]:
        """Try these rows, noting problems; what would be booked: the credit then, and payments as
        `_as_played` takes them. Nothing of nothing."""
        if not self._all_fit(rows):
            self._one_by_one(rows)
        booked = [_facts(row) for row in rows if row.is_good]
        return [str(self.credit), *booked] if booked else []

    def _all_fit(self, rows: Sequence[Row]) -> bool:
        try:
            over = self._over(rows)
        except LendingError:
            return False
        if over > 0 and any(row["rest"] != YES for row in rows):
            return False
        self.credit += over
        return True

    def _over(self, rows: Iterable[Row]) -> Decimal:
        """How much more would be credit with these payments. LendingError if nothing can be."""
        all_of_them = [*self.paid, *(_as_played(*_facts(row)) for row in rows)]
        played = replay(self.agreement, all_of_them, timezone.localdate(), self.charged)
        return checked(played).credit - self.credit

    def _one_by_one(self, rows: Sequence[Row]) -> None:
        """In the order of the file, as they would be booked at the desk: each that would be
        refused there is a problem, and the next are played without it."""
        for row in rows:
            try:
                over = self._over([row])
            except LendingError as error:
                column = "amount" if error.code == "too_large" else "purpose"
                row.wrong(column, str(in_words(error)))
                continue
            if over > 0 and row["rest"] != YES:
                row.wrong("amount", _more_than_owed(over, self.loan.currency))
                continue
            self.paid.append(_as_played(*_facts(row)))
            self.credit += over


Facts = tuple[int, str, str, str]  # the row's number, day, amount, purpose


def _facts(row: Row) -> Facts:
    purpose = row["purpose"] or Payment.Purpose.NEXT.value
    return row.number, row["paid_on"].isoformat(), str(row["amount"]), purpose


def _as_played(number: int, paid_on: str, amount: str, purpose: str) -> LendingPayment:
    return LendingPayment(
        key=_NOT_YET + number,
        paid_on=date.fromisoformat(paid_on),
        amount=Decimal(amount),
        purpose=Purpose(purpose),
    )


def _more_than_owed(over: Decimal, currency: str) -> str:
    words = _(
        "This is %(amount)s more than is owed. Say yes in the column “%(column)s” to keep it."
    )
    return words % {
        "amount": wording.exact_money(over, currency),
        "column": _("Keep the rest as credit"),
    }
