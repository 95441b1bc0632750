"""What property somebody describes in their own words."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crm.catalog.models import Property
from crm.catalog.wishes import Wish, matching, read_wish

pytestmark = [pytest.mark.once, pytest.mark.django_db]


@pytest.fixture
def offered():
    rows = [
        ("A1", "Vista al parque", "sale", "apartment", "Miraflores", "Lima", 3, 180_000, "USD"),
        ("A2", "Vista al mar", "sale", "apartment", "Miraflores", "Lima", 3, 250_000, "USD"),
        ("A3", "Estudio", "rent", "apartment", "Miraflores", "Lima", 1, 2_500, "PEN"),
        ("C1", "Casa Los Álamos", "sale", "house", "La Molina", "Lima", 4, 190_000, "USD"),
        ("T1", "Terreno Norte", "sale", "land", "São Paulo", "", None, 90_000, "USD"),
    ]
    names = [
        "code",
        "title",
        "operation",
        "kind",
        "district",
        "city",
        "bedrooms",
        "price",
        "currency",
    ]
    for row in rows:
        Property.objects.create(**dict(zip(names, row, strict=True)))
    Property.objects.create(
        code="X1", title="Vendida", operation="sale", district="Miraflores", status="closed"
    )


def codes(text):
    return [one.code for one in matching(read_wish(text))]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("what do you have in Miraflores under 200k with 3 bedrooms", ["A1"]),
        ("qué tienen en miraflores de 3 cuartos hasta 200 mil", ["A1"]),
        ("busco depa en Miraflores, presupuesto US$ 260,000", ["A1", "A2"]),
        ("depas en alquiler en MIRAFLORES", ["A3"]),
        ("casa con cuatro dormitorios", ["C1"]),
        ("¿tienes casas en la molina?", ["C1"]),
        ("terreno em Sao Paulo até 100 mil", ["T1"]),
        ("algo de mas de 185 mil dólares", ["C1", "A2"]),
        ("alquiler hasta S/ 3,000", ["A3"]),
        ("una oficina en Miraflores", []),
        ("departamento en Miraflores de 9 dormitorios", []),
    ],
)
def test_what_fits_is_found_the_cheapest_first(offered, text, found):
    assert codes(text) == found


@pytest.mark.parametrize(
    ("text", "most", "currency"),
    [
        ("hasta 200k", 200_000, ""),
        ("hasta US$ 150,000", 150_000, "USD"),
        ("menos de 1.5 millones de soles", 1_500_000, ""),
        ("under $2,000", 2_000, ""),
        ("tengo 120 mil dolares", 120_000, "USD"),
        ("S/1500 al mes", 1_500, "PEN"),
        ("con 2 baños", None, ""),
        ("para el 2026", None, ""),
        ("hasta 3 personas", None, ""),
    ],
)
def test_a_price_is_read_with_its_currency(text, most, currency):
    wish = read_wish(text)
    assert (wish.most, wish.currency) == (None if most is None else Decimal(most), currency)


def test_what_describes_nothing_says_so():
    assert not read_wish("hola, ¿tienen algo?").says_something
    assert read_wish("") == Wish()


@given(st.text(max_size=600))
def test_no_text_is_too_odd(text):
    wish = read_wish(text)
    assert wish.bedrooms < 20
    assert all(one is None or 0 < one < 10**12 for one in (wish.most, wish.least))
