"""An answer that was offered, named by its number or its place: as if it were tapped."""

import itertools

import pytest

from chatbot.tests.self_service import jpeg, make_loan

pytestmark = [pytest.mark.once, pytest.mark.django_db]


@pytest.fixture(autouse=True)
def loans(ana, product):
    return [make_loan(ana, product, f"P-0000{number}") for number in (20, 26)]


def titled(ask, title):
    """(place, id) of the answer with this title, of those last offered."""
    return next((place, id_) for place, (id_, shown) in enumerate(ask.options, 1) if shown == title)


def test_its_number_is_neither_an_amount_nor_a_loan(ask, each):
    rows = [
        ("menu", "Enviar comprobante"),
        ("menu", "Pagar todo hoy"),
        ("cuando pago", "Enviar comprobante"),
        ("cuando pago", "Pagar todo hoy"),
        ("cómo pago", "Enviar comprobante"),
    ]
    for (asked, title), how in each(itertools.product(rows, ["{}", "el {}"])):
        ask(asked)
        place, id_ = titled(ask, title)
        typed = ask(how.format(place))
        ask("cancelar")
        ask(asked)
        assert typed == ask.tap(id_, title)
        assert "Anotado" not in typed[0] and "No encuentro" not in typed[0]


def test_a_no_in_own_words_is_no_contrary(ask):
    for words in ("eso no es un comprobante", "perdón, no es comprobante"):
        ask.picture(jpeg())
        said = ask(words)
        assert not ask.dialog.name and "Envíame" not in said[0], words


@pytest.mark.parametrize("words", ["2", "el segundo"])
def test_a_button_below_one_loan_is_no_place_in_the_list_before(ask, words):
    ask("mis prestamos")
    ask("1")
    id_ = ask.options[1][0]
    typed = ask(words)
    ask("mis prestamos")
    ask("1")
    assert typed == ask.tap(id_)


def test_a_loan_one_digit_off_is_none_of_those_offered(ask, each):
    for words in each(["P-000001", "el P-000010", "P-000120", "P-000027"]):
        for asked in ("mis prestamos", "detalle de prestamo"):
            ask(asked)
            (said,) = ask(words)
            assert "No encuentro ese préstamo" in said, asked
        ask("cancelar")
        ask.picture(jpeg(), "430 ayer")
        said = ask(words)
        assert "No encuentro ese préstamo" in said[0] and "¿Está bien?" not in said[-1]
        assert "P-000026" in ask("p-000026")[0]
