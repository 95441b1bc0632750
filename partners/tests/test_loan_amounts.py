"""Amounts as people write them: accepted, or refused with words that help."""

from decimal import Decimal

import pytest
from django.core.exceptions import ValidationError

from partners.account.amounts import AmountField, read_amount
from partners.lending.errors import LendingError


@pytest.mark.parametrize(
    ("text", "amount"),
    [
        ("1500", "1500"),
        ("1500.5", "1500.50"),
        ("1500,50", "1500.50"),
        ("1,500.00", "1500.00"),
        ("1.500,00", "1500.00"),
        ("1,500", "1500"),
        ("12,345,678.90", "12345678.90"),
        ("12.345.678,90", "12345678.90"),
        ("1'500,000.00", "1500000.00"),
        ("S/ 1,500.00", "1500.00"),
        ("S/.250.50", "250.50"),
        ("250.50 soles".replace(" soles", " PEN"), "250.50"),
        (" 1 500,00 ", "1500.00"),
        ("0,500", "0.500"),
        ("-5", "-5"),
    ],
)
def test_what_people_write_is_understood(text, amount):
    assert read_amount(text, "PEN") == Decimal(amount)


@pytest.mark.parametrize(
    "text",
    ["", "abc", "1e5", "NaN", "Infinity", "1,50,00", "1.5.0", "--5", "5 x", "1,5000.00", "١٥", "."],
)
def test_what_is_no_amount_is_refused(text):
    with pytest.raises(LendingError) as refused:
        read_amount(text, "PEN")
    assert refused.value.code == "not_a_number"


def test_what_may_mean_two_amounts_is_refused():
    with pytest.raises(LendingError) as refused:
        read_amount("1.500", "PEN")
    assert refused.value.code == "ambiguous"


@pytest.mark.usefixtures("in_english")
@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("-5", "more than zero"),
        ("0", "more than zero"),
        ("0.005", "two decimals"),
        ("9999999999999", "too large"),
        ("9" * 60, "plain amount"),
        ("US$ 100", "must be in PEN"),
        ("100 USD", "must be in PEN"),
        ("1.500", "two amounts"),
        ("cien", "plain amount"),
    ],
    ids=["negative", "zero", "fine", "large", "absurd", "dollars", "usd", "ambiguous", "words"],
)
def test_a_field_says_what_is_wrong(text, words):
    with pytest.raises(ValidationError, match=words):
        AmountField(currency="PEN").clean(text)


def test_a_field_takes_the_sign_of_its_own_currency():
    assert AmountField(currency="USD").clean("US$ 1,500.00") == 1500
    assert AmountField(currency="JPY").clean("JPY 1500") == 1500
