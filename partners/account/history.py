"""Entries of the audit log in words."""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from django.utils.formats import date_format
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from crm.audit.models import AuditEntry
from crm.desk.wording import exact_money
from partners.models import Charge, Loan, LoanProduct

ACTIONS: dict[str, str | Promise] = {
    "loan_drafted": gettext_lazy("Loan made as a draft"),
    "loan_imported": gettext_lazy("Loan imported"),
    "loan_disbursed": gettext_lazy("Disbursed"),
    "loan_cancelled": gettext_lazy("Annulled"),
    "loan_written_off": gettext_lazy("Written off"),
    "payment_booked": gettext_lazy("Payment booked"),
    "payment_reversed": gettext_lazy("Payment reversed"),
    "charge_set": gettext_lazy("Charge set"),
    "charge_cancelled": gettext_lazy("Charge taken back"),
    "product_made": gettext_lazy("Product made"),
    "product_changed": gettext_lazy("Product changed"),
}
MONEY = ("amount", "paid", "left", "credit", "principal", "least_principal", "most_principal")
# Keys of rows, and who the partner is: the page says it already.
SILENT = ("payment", "charge", "partner")


@dataclass(frozen=True, slots=True)
class Change:
    """`old` is empty where nothing was before."""

    what: str
    old: str
    new: str


@dataclass(frozen=True, slots=True)
class Event:
    who: str
    at: datetime
    what: str
    changes: list[Change]
    reason: str


def told(entry: AuditEntry, currency: str) -> Event:
    """An entry about a loan or a product, amounts in its currency."""
    names = [name for name in {**entry.after, **entry.before} if name not in SILENT]
    return Event(
        who=str(entry.actor) if entry.actor else _("Automatic"),
        at=entry.at,
        what=str(ACTIONS.get(entry.action) or _("Changed")),
        changes=[
            Change(
                label(name),
                _value(name, entry.before.get(name), currency),
                _value(name, entry.after.get(name), currency),
            )
            for name in names
        ],
        reason=entry.reason,
    )


def label(name: str) -> str:
    """What a column is called, as a page says it."""
    for model in (Loan, LoanProduct):
        fields = {field.name: field for field in model._meta.fields}
        if name in fields:
            said = str(fields[name].verbose_name)
            return said[:1].upper() + said[1:]
    others = {
        "amount": _("Amount"),
        "paid_on": _("Paid on"),
        "on": _("Date"),
        "part": _("Kind"),
    }
    return others.get(name, name.replace("_", " "))


def _value(name: str, value: Any, currency: str) -> str:
    """What the entry keeps as JSON, as a person says it."""
    if value is None or value == "":
        return ""
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if name in MONEY or name == "round_to":
        return _money(value, currency)
    if name in ("paid_on", "on", "disbursed_on", "first_due"):
        return date_format(date.fromisoformat(value), "SHORT_DATE_FORMAT")
    if name in ("rate", "late_rate", "late_second_rate"):
        return f"{Decimal(value).normalize():f} %"
    return _chosen(name, str(value))


def _money(value: Any, currency: str) -> str:
    try:
        return exact_money(Decimal(value), currency)
    except InvalidOperation:
        return str(value)


def _chosen(name: str, value: str) -> str:
    choices: dict[Any, Any] = {}
    if name == "part":
        choices = dict(Charge.Kind.choices)
    elif name in (fields := {field.name: field for field in Loan._meta.fields}):
        choices = dict(fields[name].flatchoices)
    return str(choices.get(value, value))
