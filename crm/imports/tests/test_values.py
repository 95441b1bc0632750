"""What a cell means; what may mean two things is refused."""

from contextlib import suppress
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crm.imports.contract import Percentage, Plain, Reading, UnreadableError
from crm.imports.values import amount, currency, day, email, number, one_of, percent, phone, text

AS_SHOWN, POINT, COMMA = Reading(), Reading(decimal="."), Reading(decimal=",")


@pytest.mark.parametrize(
    ("cell", "meant"),
    [
        ("1500", "1500"),
        ("1,500.00", "1500"),
        ("1.500,50", "1500.50"),
        ("S/ 250", "250"),
        ("S/1500", "1500"),
        ("s/. 250,5", "250.50"),
        ("US$ 1,234,567.89", "1234567.89"),
        ("1.234.567", "1234567"),
        ("1 500,00", "1500"),
        ("1'500.00", "1500"),
        ("250.5", "250.50"),
        ("0,500", "0.50"),
        ("250.00 PEN", "250"),
        ("+80", "80"),
    ],
)
def test_amounts_as_people_write_them(cell, meant):
    assert amount(cell, AS_SHOWN) == Decimal(meant)


@pytest.mark.parametrize(
    ("cell", "is_so", "is_not"),
    [
        ("S/ 250", "PEN", "USD"),
        ("s/. 250", "PEN", "USD"),
        ("US$ 250", "USD", "MXN"),
        ("$ 250", "USD", "PEN"),
        ("$ 250", "MXN", "BRL"),
        ("250 eur", "EUR", "PEN"),
        ("R$ 250", "BRL", "USD"),
    ],
)
def test_a_sign_beside_an_amount_is_kept(cell, is_so, is_not):
    found = amount(cell, AS_SHOWN)
    assert found == 250 and found.may_be(is_so) and not found.may_be(is_not)


def test_no_sign_says_nothing_of_the_currency():
    assert amount("250", AS_SHOWN).may_be("XAF") and amount(Plain("250"), AS_SHOWN).may_be("PEN")


@pytest.mark.parametrize(
    ("cell", "words"),
    [
        ("1,500", "1500 or 1.500"),
        ("1.500", "1500 or 1.500"),
        ("S/ 12,345", "12345 or 12.345"),
        ("0", "more than zero"),
        ("-5.00", "more than zero"),
        ("(5.00)", "more than zero"),
        ("1.005,123", "two decimals"),
        ("9999999999999", "too large"),
        ("12,34,56", "no number"),
        ("1.5.0,00", "no number"),
        ("1,500.", "no number"),
        ("nan", "no number"),
        ("1e5", "no number"),
        ("=1+1", "no number"),
        ("", "no number"),
        ("mil", "no number"),
        ("１５００", "no number"),
    ],
)
@pytest.mark.usefixtures("in_english")
def test_amounts_that_are_refused(cell, words):
    with pytest.raises(UnreadableError, match=words):
        amount(cell, AS_SHOWN)


def test_a_file_that_says_its_sign_is_believed():
    assert amount("1,500", POINT) == 1500
    assert amount("1.500", COMMA) == 1500
    assert amount("1,50", COMMA) == Decimal("1.50")
    with pytest.raises(UnreadableError):
        amount("1.500,50", POINT)
    with pytest.raises(UnreadableError):
        amount("1500.5", COMMA)


def test_a_spreadsheets_number_has_a_decimal_point_whatever_the_file_says():
    assert amount(Plain("1.5"), COMMA) == Decimal("1.50")
    assert amount(Plain("1500"), AS_SHOWN) == 1500
    with pytest.raises(UnreadableError):
        amount(Plain("1.234"), AS_SHOWN)


@given(st.decimals("0.01", "99999999.99", places=2), st.sampled_from([",.", ".,"]))
def test_every_amount_is_read_as_it_was_written(value, signs):
    thousands, decimals = signs
    plain = f"{value:,.2f}"
    written = plain.translate(str.maketrans({",": thousands, ".": decimals}))
    assert amount(written, AS_SHOWN) == value
    assert amount(written, Reading(decimal=decimals)) == value


@given(st.text(max_size=30))
def test_whatever_stands_in_a_cell_is_a_number_or_refused(cell):
    with suppress(UnreadableError):
        assert number(cell, AS_SHOWN).is_finite()


@pytest.mark.parametrize(
    ("cell", "meant"),
    [
        ("2025-01-15", date(2025, 1, 15)),
        ("15/01/2025", date(2025, 1, 15)),
        ("15-1-2025", date(2025, 1, 15)),
        ("15.01.2025", date(2025, 1, 15)),
        ("2025-01-15 10:30:00", date(2025, 1, 15)),
        ("15/01/2025 8:05", date(2025, 1, 15)),
        ("03/02/2025", date(2025, 2, 3)),
        ("45672", date(2025, 1, 15)),
        ("45672.5", date(2025, 1, 15)),
        ("29/02/2024", date(2024, 2, 29)),
    ],
)
def test_dates_as_people_and_spreadsheets_write_them(cell, meant):
    assert day(cell, AS_SHOWN) == meant


@pytest.mark.parametrize(
    ("cell", "words"),
    [
        ("29/02/2023", "no such day"),
        ("30/02/2024", "no such day"),
        ("01/13/2025", "no such day"),
        ("2025-13-45", "no such day"),
        ("15/01/25", "four digits"),
        ("1985", "no date"),
        ("mañana", "no date"),
        ("99999", "no date"),
        ("=TODAY()", "no date"),
    ],
)
@pytest.mark.usefixtures("in_english")
def test_dates_that_are_refused(cell, words):
    with pytest.raises(UnreadableError, match=words):
        day(cell, AS_SHOWN)


def test_a_file_may_write_the_month_first():
    american = Reading(month_first=True)
    assert day("03/02/2025", american) == date(2025, 3, 2)
    assert day("2025-03-02", american) == date(2025, 3, 2)
    with pytest.raises(UnreadableError):
        day("15/01/2025", american)


@given(st.dates(date(1900, 1, 1), date(2199, 12, 31)))
def test_every_day_is_read_as_it_was_written(value):
    assert day(value.isoformat(), AS_SHOWN) == value
    assert day(value.strftime("%d/%m/%Y").zfill(10), AS_SHOWN) == value
    assert day(f"{value.month}/{value.day}/{value.year}", Reading(month_first=True)) == value


@given(st.dates(date(1910, 1, 2), date(2099, 12, 30)))
def test_every_serial_is_its_day(value):
    assert day(str((value - date(1899, 12, 30)).days), AS_SHOWN) == value


@given(st.text(max_size=30))
def test_whatever_stands_in_a_cell_is_a_day_or_refused(cell):
    with suppress(UnreadableError):
        assert isinstance(day(cell, AS_SHOWN), date)


@pytest.mark.parametrize(
    ("cell", "meant"),
    [("42.58", "42.58"), ("42,58 %", "42.58"), ("0.5%", "0.5"), ("0", "0"), (Plain("36"), "36")],
)
def test_rates(cell, meant):
    assert percent(cell, AS_SHOWN) == Decimal(meant)


@pytest.mark.parametrize(
    ("cell", "meant"), [("120 %", 120), ("0.5 %", "0.5"), ("1.125 %", "1.125")]
)
@pytest.mark.parametrize("how", [AS_SHOWN, POINT, COMMA], ids=["shown", "point", "comma"])
def test_a_spreadsheets_percent_has_a_decimal_point_whatever_the_file_says(cell, meant, how):
    assert percent(Percentage(cell), how) == Decimal(meant)
    with pytest.raises(UnreadableError):
        amount(Percentage(cell), how)


@pytest.mark.parametrize("cell", [Plain("0.125"), "0.3", "-1", "1001", "12.12345678901", "TEA"])
def test_rates_that_are_refused(cell):
    with pytest.raises(UnreadableError):
        percent(cell, AS_SHOWN)


def test_words():
    read = one_of({"activo": "active", "de baja": "cancelled"})
    assert read(" ACTIVO ", AS_SHOWN) == "active" and read("De_Baja", AS_SHOWN) == "cancelled"
    with pytest.raises(UnreadableError, match="activo, de baja"):
        read("otro", AS_SHOWN)


def test_currencies_phones_and_addresses():
    assert currency("soles", AS_SHOWN) == "PEN" and currency("usd", AS_SHOWN) == "USD"
    assert phone("911 000 001", AS_SHOWN) == "+51911000001"
    assert email(" Ana@Ejemplo.TEST ", AS_SHOWN) == "ana@ejemplo.test"
    assert text(5)("a  b\tc", AS_SHOWN) == "a b c"
    for read, cell in [(currency, "monedas"), (phone, "12"), (email, "ana@"), (text(3), "abcd")]:
        with pytest.raises(UnreadableError):
            read(cell, AS_SHOWN)
