import pytest

from crm.imports.guessing import guess_columns, guess_month_first
from crm.imports.registry import importers

HEADINGS: dict[str, list[tuple[str, str | None]]] = {
    "partners": [
        ("DNI", "document_number"),
        ("nro. documento", "document_number"),
        ("Apellidos y Nombres", "name"),
        ("CELULAR", "phone"),
        ("Fecha de Nacimiento", "birthday"),
        ("fecha de nacimento", "birthday"),
        ("Correo electrónico", "email"),
        ("Nº de socio", "number"),
        ("Nro. de Socio", "number"),
        ("Member number", "number"),
        ("Asesor", "officer"),
        ("Sucursal", "agency"),
        ("Color favorito", None),
    ],
    "loans": [
        ("Monto", "principal"),
        ("Capital", "principal"),
        ("TEA", "tea"),
        ("Tasa", "rate"),
        ("Cuotas", "terms"),
        ("Fecha de desembolso", "disbursed_on"),
        ("Primer vencimiento", "first_due"),
        ("Nro. Préstamo", "number"),
        ("DNI", "partner_document"),
    ],
    "payments": [
        ("nro. operación", "reference"),
        ("Fecha de pago", "paid_on"),
        ("Importe", "amount"),
        ("Préstamo", "loan"),
        ("Moneda", "currency"),
    ],
}
CASES = [(kind, *case) for kind, cases in HEADINGS.items() for case in cases]


@pytest.mark.parametrize(("kind", "heading", "name"), CASES)
def test_headings_people_write(kind, heading, name):
    found = guess_columns(importers()[kind].columns, [heading])
    assert found == ({name: 0} if name else {})


def test_each_column_and_each_fact_is_used_once():
    headings = ["DNI", "DNI", "Documento", "", "Nombre", "Socio"]
    found = guess_columns(importers()["partners"].columns, headings)
    assert found["document_number"] == 0 and found["name"] == 4
    assert len(set(found.values())) == len(found)


@pytest.mark.parametrize("kind", ["partners", "loans", "payments"])
def test_our_own_headings_are_known(kind):
    columns = importers()[kind].columns
    labels = [str(column.label) for column in columns]
    assert guess_columns(columns, labels) == {one.name: n for n, one in enumerate(columns)}


@pytest.mark.parametrize(
    ("cells", "month_first"),
    [
        (["01/31/2025", "02/03/2025"], True),
        (["31/01/2025", "02/03/2025"], False),
        (["01/31/2025", "31/01/2025"], False),
        (["02/03/2025"], False),
        (["2025-01-31", "x", ""], False),
    ],
)
def test_how_dates_are_written_is_seen_from_those_that_can_be_only_one(cells, month_first):
    assert guess_month_first(cells) is month_first
