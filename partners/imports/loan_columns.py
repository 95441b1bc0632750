"""The columns of a file of loans: what they are called, and how a cell is read."""

import re

from django.utils.translation import gettext_lazy

from crm.imports.contract import Column, Reading
from crm.imports.values import amount, currency, day, one_of, percent, text, whole_number
from partners.lending.terms import MOST_TERMS
from partners.models import Loan


def compact(cell: str, how: Reading) -> str:
    """A document without its separators, as it is kept."""
    return re.sub(r"[\s.\-/]", "", text(30)(cell, how)).upper()


STATUSES = {
    **dict.fromkeys(
        ("active", "activo", "vigente", "desembolsado", "vencido", "moroso"),
        Loan.Status.ACTIVE.value,
    ),
    **dict.fromkeys(("draft", "borrador", "solicitado", "aprobado"), Loan.Status.DRAFT.value),
    **dict.fromkeys(("cancelled", "anulado", "annulled"), Loan.Status.CANCELLED.value),
    **dict.fromkeys(("written off", "castigado", "incobrable"), Loan.Status.WRITTEN_OFF.value),
}
_PAID_OFF = gettext_lazy("Say active: it closes by itself once its payments are imported.")
REFUSED = {
    "cancelado": gettext_lazy(
        "Say “anulado” if it never came to be, “vigente” if it was paid off."
    ),
    **dict.fromkeys(("closed", "cerrado", "pagado", "paid"), _PAID_OFF),
}

COLUMNS = (
    Column(
        "external_id",
        gettext_lazy("Id in the other system"),
        text(60),
        ("id", "id externo", "external id", "id prestamo", "id credito", "codigo"),
        example="98001",
        hint=gettext_lazy(
            "With it the same file can be imported again, and changes nothing twice."
        ),
    ),
    Column(
        "number",
        gettext_lazy("Loan number"),
        text(20),
        (
            "numero",
            "numero de prestamo",
            "nro de prestamo",
            "nro prestamo",
            "numero de credito",
            "nro credito",
            "nro de credito",
            "prestamo",
            "credito",
            "loan",
            "loan no",
        ),
        required=True,
        example="P-000123",
    ),
    Column(
        "partner_number",
        gettext_lazy("Partner's member number"),
        text(20),
        ("numero de socio", "nro de socio", "nro socio", "socio", "member number", "partner"),
        example="S-0001",
        hint=gettext_lazy("This, the document, or the partner's id in the other system."),
    ),
    Column(
        "partner_document",
        gettext_lazy("Partner's document"),
        compact,
        ("dni", "documento", "nro documento", "nro de documento", "numero de documento"),
        example="40000001",
    ),
    Column(
        "partner_external_id",
        gettext_lazy("Partner's id in the other system"),
        text(60),
        ("id socio", "id cliente", "codigo de socio", "codigo socio", "codigo cliente"),
        example="10457",
    ),
    Column(
        "product",
        gettext_lazy("Product"),
        text(120),
        ("producto", "codigo de producto", "tipo de credito", "tipo de prestamo", "product code"),
        required=True,
        example="PERS",
        hint=gettext_lazy("By code or name; what is not said here is as the product has it."),
    ),
    Column(
        "principal",
        gettext_lazy("Principal"),
        amount,
        (
            "monto",
            "capital",
            "monto desembolsado",
            "monto prestado",
            "monto del prestamo",
            "importe",
            "amount",
            "monto aprobado",
        ),
        required=True,
        example="5,000.00",
    ),
    Column(
        "currency",
        gettext_lazy("Currency"),
        currency,
        ("moneda", "divisa"),
        example="PEN",
    ),
    Column(
        "rate",
        gettext_lazy("Rate"),
        percent,
        ("tasa", "interes", "tasa de interes", "tasa %", "interest rate"),
        example="30",
        hint=gettext_lazy("In percent, of the kind that the product has."),
    ),
    Column(
        "tea",
        gettext_lazy("Effective annual rate (TEA)"),
        percent,
        ("tea %", "tasa efectiva anual", "tasa efectiva", "effective rate"),
        example="42.58",
    ),
    Column(
        "tna",
        gettext_lazy("Nominal annual rate (TNA)"),
        percent,
        ("tna %", "tasa nominal anual", "tasa nominal", "nominal rate"),
        example="36",
    ),
    Column(
        "terms",
        gettext_lazy("Installments"),
        whole_number(1, MOST_TERMS),
        ("cuotas", "plazo", "numero de cuotas", "nro de cuotas", "nro cuotas", "meses", "term"),
        required=True,
        example="12",
    ),
    Column(
        "disbursed_on",
        gettext_lazy("Disbursed on"),
        day,
        (
            "fecha de desembolso",
            "fecha desembolso",
            "desembolso",
            "fec desembolso",
            "fecha",
            "disbursement date",
            "disbursed",
        ),
        required=True,
        example="15/01/2025",
    ),
    Column(
        "first_due",
        gettext_lazy("First due date"),
        day,
        (
            "primer vencimiento",
            "fecha primera cuota",
            "fecha de primera cuota",
            "primera cuota",
            "fecha primer vencimiento",
            "primer pago",
            "first due",
        ),
        example="15/02/2025",
        hint=gettext_lazy("A period after the disbursement where nothing is said."),
    ),
    Column(
        "status",
        gettext_lazy("Status"),
        one_of(STATUSES, REFUSED),
        ("estado", "situacion"),
        example="vigente",
        hint=gettext_lazy("Active where nothing is said."),
    ),
)
