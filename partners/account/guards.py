"""Which loan, partner or product a person may touch: what is not theirs to see does not exist."""

from django.http import Http404
from django.shortcuts import get_object_or_404

from crm.people.models import User
from partners.models import Loan, LoanProduct, Partner


def get_loan_for(user: User, pk: int) -> Loan:
    """The loan with its partner and product; Http404 outside `visible_to(user)`."""
    rows = Loan.objects.visible_to(user).select_related("partner__contact", "product")
    return get_object_or_404(rows, pk=pk)


def get_partner_for(user: User, pk: int) -> Partner:
    return get_object_or_404(Partner.objects.visible_to(user).select_related("contact"), pk=pk)


def get_product_for(user: User, pk: int) -> LoanProduct:
    """Officers and managers see all products, nobody else any."""
    if not user.has_perm("partners.view_loanproduct"):
        raise Http404
    return get_object_or_404(LoanProduct, pk=pk)
