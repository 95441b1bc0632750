"""What a template can say of a partner's loan: for those who may see it, and kept from the rest."""

from __future__ import annotations

from datetime import date

from django.db.models import F
from django.utils.formats import date_format
from django.utils.translation import override

from crm.conversations.models import Conversation
from crm.desk.wording import exact_money
from crm.people.models import User
from partners.models import Loan

LOAN, DUE, INSTALLMENT, OVERDUE, BALANCE = "loan", "due", "installment", "overdue", "balance"
# What the people who write templates call these (folded), and what stands before them.
CALLED = {
    LOAN: r"(numero_(de_)?)?(prestamo|credito)|loan(_number)?",
    DUE: r"(fecha_(de_)?)?(vencimiento|pago)|vence|due(_date)?",
    INSTALLMENT: r"(monto_(de_la_|de_)?)?cuota|monto|importe|installment|amount",
    OVERDUE: r"(monto_|saldo_|deuda_)?(vencid[oa]|atrasad[oa])|mora|overdue|arrears",
    BALANCE: r"saldo|deuda|pendiente|balance|outstanding",
}
BEFORE = {
    LOAN: r"(prestamo|credito|loan)( (n|nro|no|num|number))?[ .°º:#*]*",
    DUE: r"(vence|vencimiento|due)( (el|on))?( dia)?[ :*]*",
    INSTALLMENT: r"(cuota|installment|monto)( (de|of|por))?[ :*]*",
    OVERDUE: r"(vencid[oa]|atrasad[oa]|overdue|mora)( (de|of|por))?[ :*]*",
    BALANCE: r"(saldo|deuda|balance)( (de|of|es|is))?[ :*]*",
}
# What only officers and managers may read, in a message as well.
AMOUNTS = frozenset((INSTALLMENT, OVERDUE, BALANCE))


def facts_of(conversation: Conversation, user: User) -> dict[str, str]:
    """Of the active loan that is longest overdue, else due next; nothing for who may see none."""
    if conversation.is_group:
        return {}
    loans = Loan.objects.visible_to(user).running().filter(partner__contact=conversation.contact)
    loan = loans.order_by(
        F("unpaid_since").asc(nulls_last=True), F("next_due").asc(nulls_last=True), "pk"
    ).first()
    if loan is None:
        return {}
    due = loan.next_due or loan.unpaid_since
    return {
        LOAN: loan.number,
        DUE: _day(due, conversation.contact.spoken) if due else "",
        INSTALLMENT: exact_money(loan.next_amount or loan.overdue, loan.currency),
        OVERDUE: exact_money(loan.overdue, loan.currency) if loan.overdue else "",
        BALANCE: exact_money(loan.left, loan.currency),
    }


def _day(day: date, language: str) -> str:
    """In the words of whoever reads it."""
    with override(language):
        return date_format(day)
