"""Files of payments, and the account after them."""

import pytest

from crm.imports import work
from partners import ledger
from partners.models import Installment, PaymentAllocation

HEAD = "Id;Préstamo;Fecha de pago;Monto;Moneda;Nro operación;Medio;Destino;Saldo a favor"
GOOD = "1;P-001;2024-02-01;20.00;PEN;OP 77;efectivo;"


@pytest.fixture
def media(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path / "media"


def table(*rows):
    return "\n".join([HEAD, *rows])


def state(loan):
    """Everything the account says, but for ids."""
    loan.refresh_from_db()
    paid = PaymentAllocation.objects.filter(installment__loan=loan)
    return (
        {name: getattr(loan, name) for name in (*ledger.DERIVED, "status", "as_of")},
        list(Installment.objects.filter(loan=loan).values_list("position", *ledger.ROW)),
        sorted(paid.values_list("payment__paid_on", "installment__position", "part", "amount")),
    )


@pytest.fixture
def two_a_portion(monkeypatch):
    monkeypatch.setattr(work, "PORTION", 2)
    monkeypatch.setattr(work, "PORTION_ON_SQLITE", 2)
