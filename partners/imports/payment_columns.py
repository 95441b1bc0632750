"""The columns of a file of payments: what they are called, and how a cell is read."""

from django.utils.translation import gettext_lazy

from crm.imports.contract import Column
from crm.imports.values import amount, currency, day, one_of, text
from partners.models import Payment

MEANS = {
    **dict.fromkeys(
        ("transfer", "transferencia", "deposito", "banco", "bank transfer"),
        Payment.Means.TRANSFER.value,
    ),
    **dict.fromkeys(("cash", "efectivo", "ventanilla", "caja"), Payment.Means.CASH.value),
    **dict.fromkeys(("wallet", "billetera", "yape", "plin", "pix"), Payment.Means.WALLET.value),
    **dict.fromkeys(("card", "tarjeta"), Payment.Means.CARD.value),
    **dict.fromkeys(("other", "otro", "otros"), Payment.Means.OTHER.value),
}
PURPOSES = {
    **dict.fromkeys(
        ("next", "cuota", "cuotas", "adelanto", "adelanto de cuotas", "normal"),
        Payment.Purpose.NEXT.value,
    ),
    **dict.fromkeys(
        ("fewer", "reducir plazo", "reduccion de plazo", "menos cuotas"),
        Payment.Purpose.FEWER.value,
    ),
    **dict.fromkeys(
        ("smaller", "reducir cuota", "reduccion de cuota", "cuota menor"),
        Payment.Purpose.SMALLER.value,
    ),
}
YES, NO = "yes", "no"
YES_OR_NO = {
    **dict.fromkeys(("yes", "si", "s", "y", "x", "1", "true", "verdadero"), YES),
    **dict.fromkeys(("no", "n", "0", "false", "falso"), NO),
}

COLUMNS = (
    Column(
        "external_id",
        gettext_lazy("Id in the other system"),
        text(60),
        ("id", "id externo", "external id", "id pago", "codigo"),
        example="550017",
        hint=gettext_lazy("This or the operation number says whether it was imported before."),
    ),
    Column(
        "loan",
        gettext_lazy("Loan number"),
        text(20),
        (
            "prestamo",
            "credito",
            "numero de prestamo",
            "nro de prestamo",
            "nro prestamo",
            "numero de credito",
            "nro credito",
            "nro de credito",
        ),
        example="P-000123",
        hint=gettext_lazy("This, or the loan's id in the other system."),
    ),
    Column(
        "loan_external_id",
        gettext_lazy("Loan's id in the other system"),
        text(60),
        ("id prestamo", "id credito", "codigo de prestamo", "codigo de credito"),
        example="98001",
    ),
    Column(
        "paid_on",
        gettext_lazy("Paid on"),
        day,
        (
            "fecha",
            "fecha de pago",
            "fecha pago",
            "fec pago",
            "fecha de abono",
            "fecha abono",
            "fecha operacion",
            "fecha de operacion",
            "date",
            "payment date",
        ),
        required=True,
        example="15/02/2025",
    ),
    Column(
        "amount",
        gettext_lazy("Amount"),
        amount,
        ("monto", "importe", "monto pagado", "pago", "abono", "monto abonado", "total"),
        required=True,
        example="468.50",
    ),
    Column("currency", gettext_lazy("Currency"), currency, ("moneda", "divisa"), example="PEN"),
    Column(
        "reference",
        gettext_lazy("Operation number"),
        text(60),
        (
            "nro operacion",
            "nro de operacion",
            "numero de operacion",
            "operacion",
            "n operacion",
            "num operacion",
            "referencia",
            "reference",
            "voucher",
            "recibo",
            "nro recibo",
        ),
        example="00451877",
    ),
    Column(
        "means",
        gettext_lazy("Means"),
        one_of(MEANS),
        ("medio", "medio de pago", "forma de pago", "canal", "payment method"),
        example="transferencia",
    ),
    Column(
        "purpose",
        gettext_lazy("What more than is due is for"),
        one_of(PURPOSES),
        ("destino", "tipo de pago", "tipo de prepago", "modalidad", "purpose"),
        example="adelanto",
    ),
    Column(
        "rest",
        gettext_lazy("Keep the rest as credit"),
        one_of(YES_OR_NO),
        ("saldo a favor", "a favor", "excedente", "guardar el resto", "keep the rest"),
        example="no",
        hint=gettext_lazy("Yes, where a payment may be more than is owed."),
    ),
)
