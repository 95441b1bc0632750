"""Partners (*socios*), what they owe, what they paid, and what they sent in as proof."""

from partners.models.conditions import Conditions, LateKind
from partners.models.loan import Charge, Installment, Loan
from partners.models.options import PaymentOption
from partners.models.partner import Partner
from partners.models.payment import Payment, PaymentAllocation
from partners.models.portfolio import Portfolio, PortfolioShare
from partners.models.product import LoanProduct
from partners.models.receipt import Receipt

__all__ = [
    "Charge",
    "Conditions",
    "Installment",
    "LateKind",
    "Loan",
    "LoanProduct",
    "Partner",
    "Payment",
    "PaymentAllocation",
    "PaymentOption",
    "Portfolio",
    "PortfolioShare",
    "Receipt",
]
