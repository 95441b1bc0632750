"""How a receipt is said on a page: {% load receipts %}."""

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from crm.desk.wording import exact_money
from partners.models import Receipt

register = template.Library()

_LOOKS = {
    Receipt.Status.PENDING: "new",
    Receipt.Status.APPROVED: "good",
    Receipt.Status.REJECTED: "bad",
}


@register.filter
def receipt_state(receipt: Receipt) -> SafeString:
    """The status as a word with its colour; who has it open, and whether it was reversed."""
    look, words = _LOOKS[Receipt.Status(receipt.status)], receipt.get_status_display()
    if receipt.status == Receipt.Status.PENDING and receipt.holder:
        look, words = "busy", _("%(person)s has it") % {"person": receipt.holder}
    elif receipt.status == Receipt.Status.APPROVED and receipt.may_reopen:
        look, words = "off", _("Accepted, then reversed")
    return format_html('<span class="state state-{}">{}</span>', look, words)


@register.filter
def amount_said(receipt: Receipt) -> str:
    """The amount to the cent, in its loan's currency; a bare number while it has no loan, nothing
    while it is not known."""
    if receipt.amount is None:
        return ""
    return exact_money(receipt.amount, receipt.loan.currency if receipt.loan else "").strip()
