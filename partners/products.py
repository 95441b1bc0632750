"""Making and changing what can be lent. Loans that were made keep their own conditions."""

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from crm.audit.models import record
from crm.errors import DeskError
from crm.people.models import User
from partners import currencies
from partners.lending.dates import Every
from partners.lending.errors import LendingError
from partners.lending.schedule import build_schedule
from partners.models import Loan, LoanProduct
from partners.models.conditions import COPIED
from partners.refusals import in_words

FACTS = ("code", "name", "least_principal", "most_principal", "terms", "is_active", *COPIED)
TRIED_WITH = Decimal(10000)
TRIED_FROM = date(2024, 1, 31)


def check_product(product: LoanProduct) -> None:
    """DeskError unless a loan of it can be laid out. The LendingError is its cause."""
    currencies.check(product.currency)
    if product.most_principal is not None and product.most_principal < product.least_principal:
        raise DeskError(_("The most is less than the least."))
    try:
        build_schedule(_trial(product))
    except LendingError as error:
        raise in_words(error) from error


def save_product(*, product: LoanProduct, by: User | None) -> LoanProduct:
    """Save a new or changed product, and note what changed. DeskError for a code that is taken,
    and for conditions that make no loan."""
    check_product(product)
    with transaction.atomic():
        kept = LoanProduct.objects.select_for_update().filter(pk=product.pk).first()
        try:
            with transaction.atomic():
                product.save()
        except IntegrityError as error:
            raise DeskError(_("Another product has this code.")) from error
        record(
            action="product_changed" if kept else "product_made",
            subject=product,
            by=by,
            before=_facts(kept) if kept else {},
            after=_facts(product),
        )
    return product


def _trial(product: LoanProduct) -> Any:
    """The terms of a loan of it, as large as it may be."""
    copied = {name: getattr(product, name) for name in COPIED}
    days = Every(product.every).days
    loan = Loan(
        principal=product.most_principal or max(product.least_principal, TRIED_WITH),
        terms=product.terms,
        disbursed_on=TRIED_FROM,
        first_due=TRIED_FROM + timedelta(days=days),
        **copied,
    )
    return loan.agreement.terms


def _facts(product: LoanProduct) -> dict[str, Any]:
    return {name: getattr(product, name) for name in FACTS}
