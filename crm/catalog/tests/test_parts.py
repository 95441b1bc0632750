import pytest

from crm.catalog.matching import find_property, named_in_part
from crm.catalog.models import Property

pytestmark = [pytest.mark.once, pytest.mark.django_db]


@pytest.fixture
def offered():
    for code, title, district in (
        ("LP-02", "Los Pinos 245", "Barranco"),
        ("MB-05", "Mirador de Barranco", "Barranco"),
        ("JS-06", "Jardines de Surco", "Santiago de Surco"),
        ("CY-10", "Cayma Mirador", "Cayma"),
        ("CA-03", "Casa Amancaes", "La Molina"),
    ):
        Property.objects.create(code=code, title=title, operation="rent", district=district)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("¿y los pinos?", "LP-02"),
        ("info de amancaes por favor", "CA-03"),
        ("jardines", "JS-06"),
        ("info surco", "JS-06"),
        ("ca 03", "CA-03"),
        ("mirador", None),
        ("barranco", None),
        ("casa", None),
        ("busco casa con jardines", None),
        ("de 02 dormitorios", None),
        ("hola", None),
    ],
)
def test_a_part_names_it_where_nothing_else_is_said(offered, text, code):
    found = find_property(text, parts=True)
    assert (found.code if found else None) == code


@pytest.mark.parametrize(
    ("text", "codes"),
    [("info mirador", ["CY-10", "MB-05"]), ("barranco", ["LP-02", "MB-05"]), ("algo lindo", [])],
)
def test_those_of_which_a_part_is_said(offered, text, codes):
    assert [one.code for one in named_in_part(text)] == codes


def test_a_part_alone_names_none_elsewhere(offered):
    assert find_property("jardines") is None
