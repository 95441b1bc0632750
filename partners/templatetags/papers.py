"""Amounts and days of a statement, by Babel: {% load papers %}."""

from datetime import date
from decimal import Decimal

from babel.dates import format_date
from babel.numbers import format_decimal
from django import template
from django.utils.translation import get_language

from crm.desk import wording

register = template.Library()


@register.filter
def exact(amount: Decimal, currency: str) -> str:
    """ "S/ 90,000.00", always with its cents."""
    return wording.exact_money(amount, currency)


@register.filter
def cents(amount: Decimal | None) -> str:
    """ "1,234.56" in a column whose head names the currency; nothing for nothing."""
    return format_decimal(amount, "#,##0.00", locale="es_PE") if amount else ""


@register.filter
def balance(amount: Decimal) -> str:
    """The same, but zero is said."""
    return format_decimal(amount, "#,##0.00", locale="es_PE")


@register.filter
def day(value: date | None) -> str:
    """ "21/11/2026"; nothing for None."""
    return format_date(value, "dd/MM/yyyy", locale=_locale()) if value else ""


@register.filter
def long_day(value: date | None) -> str:
    """ "21 de noviembre de 2026"; nothing for None."""
    return format_date(value, "long", locale=_locale()) if value else ""


def _locale() -> str:
    return "es_PE" if (get_language() or "es").startswith("es") else "en_GB"
