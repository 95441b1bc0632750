"""Which property a message names."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crm.catalog.matching import find_property, plain_words
from crm.catalog.models import Property

pytestmark = [pytest.mark.once, pytest.mark.django_db]


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


@pytest.mark.parametrize(
    ("text", "title"),
    [
        ("busco departamento con vista al mar", "Departamento Vista Mar"),
        ("busco una casa en la playa", "Casa de Playa"),
        ("casa con jardin", "Casa Jardín"),
        ("una casa de campo", "Casa Campo"),
        ("casa del sol", "Casa al Sol"),
        ("casa al sol", "Casa del Sol"),
        ("busco algo con vista al mar", "Vistamar"),
        ("me interesa el lote 11", "Lote 1"),
        ("me interesa el lote 1", "Lote 11"),
        ("quiero el lote11", "Lote 1"),
        ("el lote 1, 2 pisos", "Lote 12"),
        ("departamento 101", "Departamento 1001"),
        ("departamento 10 1 dormitorio", "Departamento 101"),
        ("torre 200", "Torre 20"),
        ("info del departamento 301-B", "Departamento 301-A"),
        ("info del departamento 301", "Departamento 301-A"),
        ("el departamento 301 e", "Departamento 301 A"),
        ("terreno mz. e lote 12", "Terreno Mz. A Lote 12"),
        ("terreno mz k lote 12", "Terreno Mz. C Lote 12"),
        ("edificio sol, torre B", "Edificio Sol Torre A"),
        ("los pinos lote e, por favor", "Los Pinos Lote A"),
        ("info del lote 1-b", "Lote 1"),
        ("info del lote 1b", "Lote 1"),
        ("info del lote 1 b por favor", "Lote 1"),
        ("info del lote 1-2", "Lote 1"),
        ("info del lote 1-2", "Lote 12"),
        ("el 301 b porfa", "Departamento 301-B"),
        ("el depa 301 b porfa", "Departamento 301"),
        ("el depa 301 d porfa", "Departamento 301"),
        ("el depa 301 d?", "Departamento 301"),
        ("mz d lt 5", "Mz. B Lote 5"),
        ("mz 3 c lt5", "Mz. 3 Lote 5"),
        ("torre 2-302", "Torre 2 301"),
        ("larco 1234-502", "Larco 1234 - 501"),
        ("larco 1234", "Larco 1234 - 501"),
        ("departamento 301 miraflores", "Departamento 301 C Miraflores"),
    ],
)
def test_what_resembles_a_title_and_is_none(text, title):
    Property.objects.create(code="ZZ-1", title=title, operation="sale")
    assert find_property(text) is None


@pytest.mark.parametrize(
    ("text", "title"),
    [
        ("quiero ver la casa playa", "Casa de Playa"),
        (
            "el departamento de miraflores con vista al mar",
            "Departamento en Miraflores, vista al mar",
        ),
        ("me interesa el lotte 11", "Lote 11"),
        ("quiero el lote11", "Lote 11"),
        ("dpartamento 1001", "Departamento 1001"),
        ("la tore 20", "Torre 20"),
        *((f"el lote {said}", "Lote 11") for said in ("Nº 11", "n°11", "N.º 11", "nro. 11", "#11")),
        ("el lote 11", "Lote Nº 11"),
        ("departamento No. 301", "Departamento 301"),
        ("departamento 301", "Departamento número 301"),
        ("departamento 301a por favor", "Departamento 301-A"),
        ("departamento 301 a por favor", "Departamento 301-A"),
        ("el dpartamento 301 - A", "Departamento 301-A"),
        ("terreno mz a lote 12", "Terreno Mz. A Lote 12"),
        ("tereno mz. E, lote 12", "Terreno Mz. E Lote 12"),
        ("edifisio sol torre a, por favor", "Edificio Sol, Torre A"),
        ("los pinos lote a", "Los Pinos Lote A"),
        ("el tereno playa mz a lote 2", "Terreno en la Playa, Mz. A Lote 2"),
        ("lote 1 a 20 minutos de Lima", "Lote 1"),
        ("¿el lote 1 o el 2?", "Lote 1"),
        ("info lote 12 x favor", "Lote 12"),
        ("lote 12 s/ 900", "Lote 12"),
        ("torre 2 301", "Torre 2-301"),
        ("torre 2-301", "Torre 2 301"),
        ("la tore 2-301", "Torre 2 301"),
        ("larco 1234-501", "Larco 1234 - 501"),
        ("departamento larco 1234-501", "Departamento Larco 1234 - 501"),
        ("lote 1-b", "Lote 1 B"),
        ("info del lote 11 d Los Pinos", "Lote 11"),
        ("lote 11 d los pinos", "Lote 11 de Los Pinos"),
        ("lote 11 d los pinos", "Lote 11-D Los Pinos"),
        ("departamento 301 n miraflores", "Departamento 301 en Miraflores"),
        ("departamento 301 C Miraflores", "Departamento 301-C, Miraflores"),
        ("departamento 301-c miraflores", "Departamento 301 C Miraflores"),
        ("departamento 301 p/ mi hijo", "Departamento 301"),
        ("dpto 301 c/cochera", "Departamento 301"),
        ("dpto 301 con cochera", "Departamento 301 c/cochera"),
        ("lote 1 c/u cuánto", "Lote 1"),
        ("el depa 301 b porfa", "Departamento 301-B"),
        ("el depa 301 d porfa", "Departamento 301-D"),
        ("mz b lt 5", "Mz. B Lote 5"),
        ("mz b lt5", "Manzana B, Lote 5"),
        ("mz b lt 5", "Mz-B Lt-5"),
    ],
)
def test_a_title_nearly_said(text, title):
    one = Property.objects.create(code="ZZ-1", title=title, operation="sale")
    assert find_property(text) == one


@pytest.mark.parametrize(
    ("text", "title"),
    [
        ("departamento 301 c/cochera", "Departamento 301"),
        ("departamento 301 c por favor", "Departamento 301-C"),
        ("departamento 301 d", "Departamento 301-D"),
        ("departamento 301-c", "Departamento 301-C"),
    ],
)
def test_a_letter_of_its_own_before_one_that_is_short_for_a_word(text, title):
    for name in ("", "-C", "-D"):
        Property.objects.create(code=f"ZZ{name}", title=f"Departamento 301{name}", operation="sale")
    assert find_property(text).title == title


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


def test_what_changed_meanwhile_is_read_again(properties, django_assert_num_queries):
    assert find_property("villa marina").code == "VM-01"
    with django_assert_num_queries(1):
        assert find_property("villa marina").code == "VM-01"
    marina = Property.objects.get(code="VM-01")
    marina.title = "Casa Serena"
    marina.save()
    assert find_property("casa serena") == marina
    assert find_property("villa marina") is None
    Property.objects.filter(code="VM-02").delete()
    assert find_property("villa marina norte") is None
