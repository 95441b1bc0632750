"""How a loan is said on a page: {% load loans %}."""

from decimal import Decimal

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from crm.desk import wording
from partners.models import Loan

register = template.Library()

_LOOKS = {
    Loan.Status.DRAFT: "off",
    Loan.Status.ACTIVE: "busy",
    Loan.Status.CLOSED: "good",
    Loan.Status.CANCELLED: "off",
    Loan.Status.WRITTEN_OFF: "bad",
}


@register.filter
def loan_state(loan: Loan) -> SafeString:
    """The status as a word with its colour."""
    return format_html(
        '<span class="state state-{}">{}</span>',
        _LOOKS[Loan.Status(loan.status)],
        loan.get_status_display(),
    )


@register.filter
def exact(amount: Decimal | None, currency: str) -> str:
    """An amount to the cent, with its currency's sign; nothing for None."""
    return "" if amount is None else wording.exact_money(amount, currency)


@register.filter
def plain(amount: Decimal | None) -> str:
    """An amount to the cent, for a column whose head names the currency; nothing for None."""
    return "" if amount is None else wording.exact_money(amount, "").strip()


@register.filter
def percent(rate: Decimal) -> str:
    """A rate without the zeros that its column keeps: "16.5 %"."""
    return f"{rate.normalize():f} %"


@register.filter
def rhythm(loan: Loan) -> str:
    """How many installments, and how often: "18, monthly"."""
    often = {"month": _("monthly"), "fortnight": _("fortnightly"), "week": _("weekly")}
    return f"{loan.terms}, {often[loan.every]}"


@register.filter
def unlocalized(number: float) -> str:
    """A coordinate of a drawing: a dot before its decimals, in every language."""
    return f"{number:g}"


@register.filter
def less(number: float, by: float) -> str:
    """A coordinate so much to the left or above."""
    return unlocalized(number - by)
