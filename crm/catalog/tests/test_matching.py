"""Which property a message names."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crm.catalog.matching import find_property, plain_words
from crm.catalog.models import Property

pytestmark = pytest.mark.django_db


@pytest.fixture
def properties():
    rows = [
        ("VM-01", "Villa Marina"),
        ("VM-02", "Villa Marina Norte"),
        ("LP7", "Los Pinos"),
        ("SOL", "Sol"),
        ("DEP-9", "Departamento en Miraflores con vista al mar"),
    ]
    for code, title in rows:
        Property.objects.create(code=code, title=title, operation="sale")


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("Hola, me interesa la propiedad Villa Marina", "VM-01"),
        ("¿sigue disponible VILLA MARINA?", "VM-01"),
        ("vila marina por favor", "VM-01"),
        ("me interesa villa marinna", "VM-01"),
        ("Villa Marína Norte", "VM-02"),
        ("info del vm-02", "VM-02"),
        ("quiero el LP7, gracias", "LP7"),
        ("Los Pinos", "LP7"),
        ("ver Sol mañana", "SOL"),
        ("departamento en miraflores con vista al mar", "DEP-9"),
        ("depa en miraflores con vista al mar", "DEP-9"),
        ("departamento miraflores vista al mar", "DEP-9"),
        ("Hola villa marna, ¿precio?", "VM-01"),
        ("la billa marina", "VM-01"),
        ("Villa Marína", "VM-01"),
        ("villa-marina", "VM-01"),
        ("villamarina", "VM-01"),
        ("viya mairna", "VM-01"),
        ("billa marina nrte", "VM-02"),
        ("me gustan los pimos de la foto", "LP7"),
        ("Hola, vivo en Villa María del Triunfo y quiero un préstamo", None),
        ("Busco casa en Villa María", None),
        ("soy de villa maria del triunfo", None),
        ("villa mariana", None),
        ("la villa de martina", None),
        ("villa marinera", None),
        ("vivo en la avenida marina", None),
        ("me gustan los pisos altos", None),
        ("departamento en barranco con vista al mar", None),
        ("Hola, buenas tardes", None),
        ("villa", None),
        ("soleado", None),
        ("busco casa en la marina", None),
        ("", None),
        ("👍", None),
    ],
)
def test_the_property_a_text_names(properties, text, code):
    found = find_property(text)
    assert (found.code if found else None) == code


def test_a_code_given_beside_the_text_wins(properties):
    assert find_property("Villa Marina", codes=["LP7"]).code == "LP7"


@pytest.mark.parametrize("status", ["draft", "withdrawn"])
def test_what_is_not_offered_is_not_meant(status):
    Property.objects.create(code="X-1", title="Villa Oculta", operation="rent", status=status)
    assert find_property("Villa Oculta X-1") is None


def test_a_new_title_is_known_at_once(properties):
    Property.objects.filter(code="LP7").first().delete()
    one = Property.objects.create(code="Z-1", title="Casa Azul", operation="rent")
    assert find_property("la casa azul") == one
    one.title = "Casa Verde"
    one.save()
    assert find_property("la casa verde") == one
    assert find_property("casa azul") is None


@given(st.text(max_size=500))
def test_no_text_breaks_it(text):
    assert plain_words(text) == plain_words(text).lower()
