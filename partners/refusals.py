"""What the engine refuses, in the words of the desk."""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from crm.errors import DeskError
from partners.lending.errors import LendingError

WORDS: dict[str, Promise] = {
    "not_positive": _("The amount must be more than zero."),
    "too_large": _("The amount is too large."),
    "too_fine": _("An amount has at most two decimals."),
    "not_a_number": _("Enter a plain amount, such as 1500.50."),
    "ambiguous": _("This may mean two amounts. Write it as 1500 or 1500.00."),
    "terms": _("The number of installments must be 1 to 1200."),
    "less_than_a_cent": _("Too many installments: less than a cent for each."),
    "grace": _("The grace must be shorter than the loan."),
    "first_due": _("The first due date must be after the disbursement, within ten years."),
    "dates": _("These dates make no loan."),
    "rate": _("The rate must be 0 to 1000 percent, with at most ten decimals."),
    "order": _("Name penalty, interest, fee and principal, each once, with commas."),
    "charge": _("A charge is a fee or a penalty."),
    "before_disbursement": _("The loan was not disbursed yet on that day."),
    "rounding": _("The installment is rounded so far up or down that it pays no loan off."),
}


def in_words(error: LendingError) -> DeskError:
    return DeskError(str(WORDS.get(error.code, _("These figures make no loan."))))
