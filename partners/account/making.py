"""What an officer says of a new loan, and what it would come to."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from crm.errors import DeskError
from crm.people.models import User
from partners.account.amounts import AmountField, RateField
from partners.account.forms import OnceForm, day_input
from partners.account.rows import agreed_rows
from partners.lending.money import ZERO
from partners.lending.terms import MOST_RATE, MOST_TERMS
from partners.loans import planned
from partners.models import Loan, LoanProduct
from partners.models.conditions import COPIED

PREVIEWED = 24  # rows shown before the loan is saved; the rest is on its page


class ProductSelect(forms.Select):
    """Each option says in data attributes what static/js/loans.js fills in."""

    def create_option(self, *args: Any, **kwargs: Any) -> dict[str, Any]:
        option = super().create_option(*args, **kwargs)
        product = getattr(option["value"], "instance", None)
        if product:
            option["attrs"] |= {
                "data-terms": product.terms,
                "data-rate": f"{product.rate.normalize():f}",
                "data-every": product.every,
            }
        return option


class ProductField(forms.ModelChoiceField):  # type: ignore[type-arg]  # not generic at run time
    def label_from_instance(self, obj: Any) -> str:
        rate = f"{obj.rate.normalize():f} %"
        return f"{obj.name} · {rate} {obj.get_rate_kind_display()} · {obj.currency}"


class LoanForm(OnceForm):
    product = ProductField(
        label=_("Product"),
        queryset=LoanProduct.objects.none(),
        widget=ProductSelect,
        empty_label=_("Choose a product"),
        help_text=_("Its conditions are copied onto the loan."),
    )
    principal = AmountField(label=_("Principal"))
    terms = forms.IntegerField(label=_("Installments"), min_value=1, max_value=MOST_TERMS)
    disbursed_on = forms.DateField(label=_("Disbursement"), widget=day_input())
    first_due = forms.DateField(label=_("First due date"), widget=day_input())
    rate = RateField(
        label=_("Another rate (%)"),
        required=False,
        min_value=0,
        max_value=MOST_RATE,
        help_text=_("Blank: the product's."),
    )
    number = forms.CharField(
        label=_("Number"),
        max_length=20,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        product = self.fields["product"]
        assert isinstance(product, forms.ModelChoiceField)
        product.queryset = LoanProduct.objects.filter(is_active=True)
        if not user.has_perm("partners.change_loanproduct"):
            del self.fields["rate"]
        principal = self.fields["principal"]
        assert isinstance(principal, AmountField)
        principal.currency = self._currency()
        today = timezone.localdate()
        self.fields["disbursed_on"].initial = today
        self.fields["first_due"].initial = today + timedelta(days=30)

    def _currency(self) -> str:
        """Of the product that was chosen, whose sign may stand before the amount."""
        key = str(self.data.get("product", ""))
        if not key.isdecimal() or len(key) > 18:
            return ""
        found = LoanProduct.objects.filter(pk=int(key)).values_list("currency", flat=True)
        return found.first() or ""

    def figures(self) -> dict[str, Any]:
        """What a loan is made of, but for partner and number."""
        names = ("product", "principal", "terms", "disbursed_on", "first_due")
        said = {name: self.cleaned_data[name] for name in names}
        rate = self.cleaned_data.get("rate")
        return said if rate is None else said | {"rate": rate}

    def drafting(self) -> dict[str, Any]:
        """What `draft_loan` takes."""
        said = self.cleaned_data
        return self.figures() | {"number": said["number"], "form_token": said["token"]}


def preview(form: LoanForm) -> dict[str, Any]:
    """The schedule and its totals, for `#preview`; `wrong` instead, if the figures make no loan."""
    if not form.is_bound:
        return {}
    # The token and the number play no part in what it comes to.
    if any(name in form.errors for name in form.fields if name not in ("token", "number")):
        return {"incomplete": True, "form": form}
    loan = trial(form.figures())
    try:
        rows = agreed_rows(planned(loan))
    except DeskError as error:
        return {"wrong": str(error), "form": form}
    interest = sum((row.interest for row in rows), ZERO)
    return {
        "form": form,
        "loan": loan,
        "rows": rows[:PREVIEWED],
        "more_rows": len(rows) - PREVIEWED,
        "installments": len(rows),
        "interest": interest,
        "total": interest + loan.principal,
        "usual": max((row.total for row in rows), default=Decimal(0)),
        "last": rows[-1],
    }


def trial(figures: dict[str, Any]) -> Loan:
    """A loan of these figures that is not saved."""
    product = figures["product"]
    return Loan(**{name: getattr(product, name) for name in COPIED} | figures)
