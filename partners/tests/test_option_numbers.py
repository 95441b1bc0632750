"""The numbers money is paid to: what is taken, and in which form it is kept."""

import pytest
from django.core.exceptions import ValidationError

from partners.papers.numbers import clean_cci, clean_number

pytestmark = [pytest.mark.once, pytest.mark.usefixtures("in_english")]

CCI = "01124100019000658270"


@pytest.mark.parametrize("text", [CCI, "011-241-000190006582-70", " 011 241 000190006582 70 "])
def test_a_cci_is_kept_as_twenty_digits(text):
    assert clean_cci(text) == CCI
    assert clean_cci("") == clean_cci(" - ") == ""


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (CCI[:-1], "twenty digits"),
        (CCI + "0", "twenty digits"),
        (CCI[:-1] + "x", "twenty digits"),
        ("٠" * 20, "twenty digits"),
    ],
)
def test_what_is_no_cci_is_said(text, words):
    with pytest.raises(ValidationError, match=words):
        clean_cci(text)


def test_no_digit_of_a_cci_can_be_mistyped():
    for place, digit in enumerate(CCI):
        for other in set("0123456789") - {digit}:
            with pytest.raises(ValidationError, match="check digits"):
                clean_cci(CCI[:place] + other + CCI[place + 1 :])


@pytest.mark.parametrize(
    ("kind", "text", "kept"),
    [
        ("bank", "191-0000000-0-00", "191-0000000-0-00"),
        ("bank", " 0011  0241 0200000000 ", "0011 0241 0200000000"),
        ("bank", "", ""),
        ("yape", "911 000 001", "+51911000001"),
        ("plin", "+51 911000001", "+51911000001"),
        ("pix", "390.533.447-05", "390.533.447-05"),
        ("pix", "39053344705", "390.533.447-05"),
        ("pix", "11222333000181", "11.222.333/0001-81"),
        ("pix", "+55 11 91234-5678", "+5511912345678"),
        ("pix", "Caixa@Ejemplo.test", "caixa@ejemplo.test"),
        ("pix", "123E4567-E89B-42D3-A456-426614174000", "123e4567-e89b-42d3-a456-426614174000"),
        ("cash", "Av. Ejemplo 123", "Av. Ejemplo 123"),
        ("other", "", ""),
    ],
)
def test_each_kind_has_its_form(kind, text, kept):
    assert clean_number(kind, text) == kept


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        ("bank", "12"),
        ("bank", "abc-123456"),
        ("bank", "1" * 31),
        ("yape", ""),
        ("yape", "12"),
        ("plin", "no sé"),
        ("pix", ""),
        ("pix", "390.533.447-06"),
        ("pix", "11912345678x"),
        ("pix", "caixa@"),
    ],
)
def test_what_has_another_form_is_refused(kind, text):
    with pytest.raises(ValidationError):
        clean_number(kind, text)
