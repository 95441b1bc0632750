"""Amounts as people here write them: 1500, 1,500.00, S/ 1500.50, and 1.500,00 all the same."""

import re
from decimal import Decimal
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from crm.desk.wording import SYMBOLS
from partners.lending.errors import LendingError
from partners.lending.money import check_amount
from partners.refusals import in_words

NUMBER = re.compile(r"([+-]?)([0-9]+(?:[.,'][0-9]+)*)", re.ASCII)
GROUPED = re.compile(r"[0-9]{1,3}([.,])[0-9]{3}(?:\1[0-9]{3})*", re.ASCII)
LONGEST = 40


def read_amount(text: str, currency: str = "") -> Decimal:
    """The amount that `text` means; a sign of the currency may stand before or after it.

    LendingError for what is no number, and for what may mean two: `1.500` is one and a half in
    Lima and fifteen hundred in Madrid. Not checked here: whether it is a sensible amount.
    """
    found = NUMBER.fullmatch(_without_sign(text, currency))
    if not found or len(text) > LONGEST:
        raise LendingError("not_a_number", "no plain amount")
    whole, cents = _parts(found[2])
    return Decimal(f"{found[1]}{whole}.{cents or 0}")


def _without_sign(text: str, currency: str) -> str:
    bare = "".join(text.split()).upper()
    signs = [SYMBOLS.get(currency, currency).upper(), currency.upper()]
    if currency == "PEN":
        signs.insert(0, "S/.")
    for sign in filter(None, signs):
        for cut in (bare.removeprefix(sign), bare.removesuffix(sign)):
            if cut != bare:
                return cut
    return bare


def _parts(digits: str) -> tuple[str, str]:
    """The digits before and after the decimal sign. Millions may have an apostrophe: 1'500,000."""
    digits = digits.replace("'", ",")
    marks = [mark for mark in digits if not mark.isdecimal()]
    if not marks:
        return digits, ""
    last = marks[-1]
    whole, _mark, cents = digits.rpartition(last)
    if len(set(marks)) > 1:
        if marks.count(last) > 1 or not GROUPED.fullmatch(whole):
            raise LendingError("not_a_number", "thousands in the wrong places")
        return _ungrouped(whole), cents
    if len(marks) > 1:
        if not GROUPED.fullmatch(digits):
            raise LendingError("not_a_number", "thousands in the wrong places")
        return _ungrouped(digits), ""
    if not GROUPED.fullmatch(digits) or digits.startswith("0"):
        return whole, cents
    if last == ".":
        raise LendingError("ambiguous", "a dot before three digits")
    return _ungrouped(digits), ""


def _ungrouped(digits: str) -> str:
    return re.sub(r"[.,]", "", digits)


class AmountField(forms.CharField):
    """A positive amount of `currency`, which a form may set later; its value is a Decimal."""

    def __init__(self, *, currency: str = "", **kwargs: Any) -> None:
        self.currency = currency
        attrs = {"inputmode": "decimal", "autocomplete": "off", "class": "amount"}
        kwargs.setdefault("widget", forms.TextInput(attrs=attrs))
        super().__init__(**kwargs)

    def prepare_value(self, value: Any) -> Any:
        return f"{value:.2f}" if isinstance(value, Decimal) else value

    def clean(self, value: Any) -> Any:
        text = str(super().clean(value) or "")
        if not text:
            return None
        try:
            amount = read_amount(text, self.currency)
            check_amount(amount, "amount")
        except LendingError as error:
            raise ValidationError(self._words(text, error), code=error.code) from error
        return amount

    def _words(self, text: str, error: LendingError) -> str:
        if error.code == "not_a_number" and self.currency and _is_foreign(text, self.currency):
            return _("The amount must be in %(currency)s.") % {"currency": self.currency}
        return str(in_words(error))

    def has_changed(self, initial: Any, data: Any) -> bool:
        return bool(str(self.prepare_value(initial) or "") != str(data or ""))


def _is_foreign(text: str, currency: str) -> bool:
    """Is it an amount, but with another currency's sign?"""
    for code in {*SYMBOLS, "$"} - {currency}:
        try:
            read_amount(text, code)
        except LendingError:
            continue
        return True
    return False


class RateField(forms.DecimalField):
    """Percent, with a comma or a dot, with or without its sign."""

    def __init__(self, **kwargs: Any) -> None:
        widget = forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off"})
        super().__init__(max_digits=14, decimal_places=10, widget=widget, **kwargs)

    def prepare_value(self, value: Any) -> Any:
        return f"{value.normalize():f}" if isinstance(value, Decimal) else value

    def to_python(self, value: Any) -> Any:
        if isinstance(value, str):
            value = value.replace("%", "").strip().replace(",", ".")
        return super().to_python(value)
