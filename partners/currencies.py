"""The currencies of today, by their ISO 4217 code."""

from functools import lru_cache

from babel.core import get_global
from babel.numbers import get_currency_name, get_territory_currencies
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from crm.errors import DeskError

# Those this business lends, before all others.
USUAL = ("PEN", "USD")


@lru_cache(maxsize=1)
def codes() -> tuple[str, ...]:
    """What is legal tender somewhere today: the usual ones first, then by code."""
    found = {code for place in get_global("territory_currencies") for code in _tender(place)}
    return (*USUAL, *sorted(found.difference(USUAL)))


def check(code: str) -> None:
    """DeskError unless it is the code of a currency."""
    if code not in codes():
        raise DeskError(_("%(code)s is no currency: write a code such as PEN.") % {"code": code})


def choices() -> list[tuple[str, str]]:
    """Each code with its name in the reader's language, for a select."""
    locale = "es_PE" if (get_language() or "es").startswith("es") else "en_GB"
    return [(code, f"{code} · {get_currency_name(code, locale=locale)}") for code in codes()]


def _tender(place: str) -> list[str]:
    return list(get_territory_currencies(place, tender=True, non_tender=False))
