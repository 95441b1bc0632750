"""Moments, waits and money in the words people here use."""

from datetime import datetime, timedelta
from decimal import Decimal

from babel.dates import format_date, format_datetime
from babel.numbers import format_decimal
from django.utils import timezone
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

SYMBOLS = {"PEN": "S/", "USD": "US$", "EUR": "€", "BRL": "R$", "ARS": "AR$", "CLP": "CLP$"}


def short_moment(moment: datetime, now: datetime | None = None) -> str:
    """ "hoy 14:32", "ayer 09:10", "12 nov", "12 nov 2024": as short as it stays clear."""
    local = timezone.localtime(moment)
    today = timezone.localtime(now).date()
    days = (local.date() - today).days
    clock = f"{local:%H:%M}"
    if days == 0:
        return _("today %(time)s") % {"time": clock}
    if days == -1:
        return _("yesterday %(time)s") % {"time": clock}
    if days == 1:
        return _("tomorrow %(time)s") % {"time": clock}
    pattern = "d MMM" if local.year == today.year else "d MMM y"
    return format_date(local, pattern, locale=_locale()).replace(".", "")


def exact_moment(moment: datetime) -> str:
    """The whole of it, in the office's time zone: for a title on hover."""
    return format_datetime(timezone.localtime(moment), "EEEE d MMMM y, HH:mm:ss", locale=_locale())


def waiting(duration: timedelta) -> str:
    """How long somebody has waited, in its largest unit: "5 min", "3 h", "2 days"."""
    minutes = max(int(duration.total_seconds()), 0) // 60
    if minutes < 1:
        return _("now")
    if minutes < 60:
        return _("%(count)d min") % {"count": minutes}
    if minutes < 48 * 60:
        return _("%(count)d h") % {"count": minutes // 60}
    days = minutes // (24 * 60)
    return ngettext("%(count)d day", "%(count)d days", days) % {"count": days}


def money(amount: Decimal | int, currency: str) -> str:
    """ "S/ 1,234.56", "US$ 90,000": whole amounts without decimals, in every language alike."""
    whole = amount == int(amount)
    digits = format_decimal(amount, "#,##0" if whole else "#,##0.00", locale="es_PE")
    return f"{SYMBOLS.get(currency, currency)} {digits}"


def exact_money(amount: Decimal | int, currency: str) -> str:
    """ "S/ 90,000.00": always to the cent, for accounts."""
    digits = format_decimal(amount, "#,##0.00", locale="es_PE")
    return f"{SYMBOLS.get(currency, currency)} {digits}"


def _locale() -> str:
    return "es_PE" if (get_language() or "es").startswith("es") else "en_GB"
