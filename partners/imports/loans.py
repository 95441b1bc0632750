"""Loans from a file, with the conditions of their product and the schedule of the engine."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from crm.audit.models import AuditEntry
from crm.errors import DeskError
from crm.imports.contract import Importer, Outcome, Row
from crm.imports.earlier import Earlier
from crm.people.folding import fold
from crm.people.models import User
from partners import currencies
from partners.imports import lookups
from partners.imports.accounts import checked, refresh_partners, settle
from partners.imports.audit import Told, entries
from partners.imports.loan_columns import COLUMNS
from partners.imports.lookups import by_external_id, note_sign, said
from partners.ledger import row_values
from partners.lending.dates import Every, add_periods
from partners.lending.errors import LendingError
from partners.lending.ledger import Ledger
from partners.lending.replay import replay
from partners.lending.terms import RateKind
from partners.loans import planned
from partners.models import Installment, Loan, LoanProduct, Partner
from partners.models.conditions import COPIED, Conditions
from partners.refusals import in_words

RATES = {"rate": "", "tea": RateKind.EFFECTIVE.value, "tna": RateKind.NOMINAL.value}
# What makes two loans the same; the status changes by itself.
AGREED = ("partner_id", "product_id", "principal", "terms")
# Only where the file says them: a product's conditions change, those of its loans do not.
IF_SAID = ("currency", "disbursed_on", "first_due")
DAYS = ("disbursed_on", "first_due")


class LoanImporter(Importer):
    kind = "loans"
    label = gettext_lazy("Loans")
    icon = "cash"
    permission = "partners.add_loan"
    columns = COLUMNS
    explanation = gettext_lazy(
        "Each gets the conditions of its product and the schedule that follows from them. A loan "
        "that is there already is never changed: where the file says otherwise, that is a problem."
    )

    def keys(self, row: Row) -> Iterable[tuple[str, str]]:
        for name in ("external_id", "number"):
            if row[name] is not None:
                yield name, str(row[name])

    def look(self, rows: Sequence[Row], by: User, earlier: Earlier) -> None:
        products, partners = lookups.products(), lookups.Partners(rows)
        kept = _kept(rows)
        for row in rows:
            product = products.get(fold(row["product"] or ""))
            if product is None and row["product"]:
                row.wrong("product", _("There is no such product."))
            partner = partners.of(row)
            if product is None or partner is None or not row.is_good:
                continue
            loan = _said(row, partner, product)
            row.found = Lent(loan)
            there = kept.get(("external_id", row["external_id"])) or kept.get(
                ("number", row["number"])
            )
            if there:
                _compare(row, loan, there)
            else:
                _check(row, loan)
                _check_allowed(row, loan, by)
                row.found.ledger = _rehearsed(row, loan)

    def write(self, rows: Sequence[Row], by: User, source: str) -> None:
        rows = [row for row in rows if row.outcome is Outcome.MADE]
        lent: list[Lent] = [row.found for row in rows]
        for one in lent:
            if one.ledger:
                settle(one.loan, one.ledger, one.ledger.as_of)
        loans = Loan.objects.bulk_create([one.loan for one in lent], batch_size=500)
        Installment.objects.bulk_create(
            (
                Installment(loan=one.loan, position=row.position, **row_values(row))
                for one in lent
                if one.ledger
                for row in one.ledger.rows
            ),
            batch_size=1000,
        )
        refresh_partners(loan.partner_id for loan in loans)
        told: list[Told] = [
            (loan, {}, _noted(loan), _("%(import)s, row %(row)d") % {"import": source, "row": n})
            for loan, n in zip(loans, [row.number for row in rows], strict=True)
        ]
        AuditEntry.objects.bulk_create(entries("loan_imported", by, told), batch_size=500)


@dataclass(slots=True)
class Lent:
    """A loan as the file has it, and its account as it begins; None for one without."""

    loan: Loan
    ledger: Ledger | None = None


def _kept(rows: Sequence[Row]) -> dict[tuple[str, Any], Loan]:
    there = [
        *Loan.objects.filter(number__in=said(rows, "number")),
        *by_external_id(Loan.objects.all(), said(rows, "external_id")),
    ]
    found: dict[tuple[str, Any], Loan] = {}
    for one in there:
        found["number", one.number] = one
        if one.external_id:
            found["external_id", one.external_id] = one
    return found


def _said(row: Row, partner: Partner, product: LoanProduct) -> Loan:
    """The loan as the file has it, not saved."""
    conditions: dict[str, Any] = {name: getattr(product, name) for name in COPIED}
    rates = [name for name in RATES if row[name] is not None]
    if len(rates) > 1:
        row.wrong(rates[1], _("Two rates are said of one loan."))
    for name in rates:
        conditions["rate"] = row[name]
        conditions["rate_kind"] = RATES[name] or product.rate_kind
    if row["currency"]:
        conditions["currency"] = row["currency"]
    start: date = row["disbursed_on"]
    first = row["first_due"]
    if first is None:
        first = _a_period_later(row, start, Every(product.every))
    return Loan(
        partner=partner,
        product=product,
        principal=row["principal"],
        terms=row["terms"],
        disbursed_on=start,
        first_due=first,
        number=row["number"],
        external_id=row["external_id"] or "",
        status=row["status"] or Loan.Status.ACTIVE,
        **conditions,
    )


def _a_period_later(row: Row, start: date, every: Every) -> date:
    """From 31 January that would be 28 February, and nobody knows whether the 28th is meant."""
    try:
        first = add_periods(start, every, 1)
    except LendingError:
        first = start
    if every is Every.MONTH and first.day != start.day:
        row.wrong("first_due", _("Say when the first installment is due."))
    return first


def _check(row: Row, loan: Loan) -> None:
    """What `draft_loan` and `disburse` ask of a loan."""
    note_sign(row, "principal", loan.currency)
    if loan.status in Loan.WITH_ACCOUNT and loan.disbursed_on > timezone.localdate():
        row.wrong("disbursed_on", _("The day of the disbursement has not come yet."))
    # Who is suspended still owes what they borrowed before; who is cancelled owes nothing.
    if loan.status == Loan.Status.ACTIVE and loan.partner.status == Partner.Status.CANCELLED:
        row.wrong(
            "",
            _("This partner is %(status)s now.")
            % {"status": loan.partner.get_status_display().lower()},
        )
    least, most = loan.product.least_principal, loan.product.most_principal
    within = loan.principal >= least and (most is None or loan.principal <= most)
    # In another currency the product says nothing of amounts.
    if loan.currency == loan.product.currency and not within:
        row.wrong(
            "principal", _("%(product)s does not lend this amount.") % {"product": loan.product}
        )
    try:
        currencies.check(loan.currency)
    except DeskError as error:
        row.wrong("currency", str(error))


def _check_allowed(row: Row, loan: Loan, by: User) -> None:
    """As at the desk: rate and currency are the product's but for who may change products, and
    whoever may only note loans notes drafts."""
    if not by.has_perm("partners.change_loanproduct"):
        _check_rate(row, loan)
        _check_currency(row, loan)
    if loan.status != Loan.Status.DRAFT and not by.has_perm("partners.change_loan"):
        row.wrong("status", _("You may import drafts only: say “draft”."))


def _check_currency(row: Row, loan: Loan) -> None:
    unknown = any(problem.column == "currency" for problem in row.problems)
    if loan.currency != loan.product.currency and not unknown:
        row.wrong(
            "currency",
            _("%(product)s is in %(currency)s; another currency is a manager's to set.")
            % {"product": loan.product, "currency": loan.product.currency},
        )


def _check_rate(row: Row, loan: Loan) -> None:
    product, columns = loan.product, [name for name in RATES if row[name] is not None]
    if len(columns) <= 1 and (loan.rate, loan.rate_kind) != (product.rate, product.rate_kind):
        row.wrong(
            _column(row, "rate"),
            _("%(product)s has %(rate)s %% %(kind)s; another rate is a manager's to set.")
            % {
                "product": product,
                "rate": _shown(product, "rate"),
                "kind": product.get_rate_kind_display(),
            },
        )


def _rehearsed(row: Row, loan: Loan) -> Ledger | None:
    """The account as it stands today, of a loan that has one. What was never paid may have grown
    beyond what a column holds."""
    try:
        if loan.status in Loan.WITH_ACCOUNT:
            return checked(replay(loan.agreement, [], timezone.localdate()))
        planned(loan)
    except LendingError as error:
        row.wrong("", str(in_words(error)))
    except DeskError as error:
        row.wrong("", str(error))
    return None


def _compare(row: Row, loan: Loan, there: Loan) -> None:
    """It is there: then nothing may be said otherwise."""
    row.outcome = Outcome.SAME
    if there.number != loan.number:
        row.wrong("number", _("This loan's number is %(number)s.") % {"number": there.number})
    if there.external_id and loan.external_id and there.external_id != loan.external_id:
        row.wrong("number", _("This loan is there with another id."))
    note_sign(row, "principal", row["currency"] or there.currency)
    names = [*AGREED, *(name for name in IF_SAID if row[name] is not None), *_rates_said(row)]
    differing = [name for name in names if getattr(loan, name) != getattr(there, name)]
    for name in differing:
        row.wrong(
            _column(row, name),
            _("The loan is there already with %(kept)s; an import changes no loan.")
            % {"kept": _shown(there, name)},
        )
    begun = {Loan.Status.CLOSED: Loan.Status.ACTIVE}
    if begun.get(Loan.Status(there.status), there.status) != loan.status:
        row.wrong(
            "status",
            _("The loan is there already as %(status)s; that is changed on its page.")
            % {"status": there.get_status_display().lower()},
        )


def _rates_said(row: Row) -> list[str]:
    """A TEA or TNA says its kind; a rate is of whatever kind the loan's is."""
    said = [name for name in RATES if row[name] is not None]
    return ["rate", "rate_kind"] if any(RATES[name] for name in said) else ["rate"] * len(said)


def _column(row: Row, name: str) -> str:
    if name.startswith("partner"):
        return next((n for n in row.values if n.startswith("partner_")), "")
    if name.startswith("rate"):
        return next((n for n in RATES if row[n] is not None), "rate")
    return name.removesuffix("_id")


def _shown(loan: Conditions, name: str) -> str:
    if name in ("partner_id", "product_id"):
        return str(getattr(loan, name.removesuffix("_id")))
    value = getattr(loan, name)
    if name == "rate_kind":
        return str(loan.get_rate_kind_display())
    return f"{value.normalize():f}" if isinstance(value, Decimal) else str(value)


def _noted(loan: Loan) -> dict[str, Any]:
    names = ("status", "principal", "currency", "rate", "rate_kind", "terms", *DAYS)
    return {name: getattr(loan, name) for name in names} | {"partner": loan.partner.number}
