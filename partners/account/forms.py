"""What an officer types in about a loan that runs."""

import uuid
from typing import Any

from django import forms
from django.core.exceptions import NON_FIELD_ERRORS
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from partners.account.amounts import AmountField
from partners.models import Charge, Loan, Payment


def day_input() -> forms.DateInput:
    return forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"})


class OnceForm(forms.Form):
    """Carries a token of its own: sent twice, it does its work once."""

    token = forms.UUIDField(widget=forms.HiddenInput)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["token"].initial = uuid.uuid4


class PaymentForm(OnceForm):
    amount = AmountField(label=_("Amount"))
    paid_on = forms.DateField(label=_("Paid on"), widget=day_input())
    means = forms.ChoiceField(label=_("Means"), choices=Payment.Means)
    reference = forms.CharField(
        label=_("Operation number"),
        max_length=60,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    purpose = forms.ChoiceField(
        label=_("What more than is due is for"), choices=Payment.Purpose, initial="next"
    )
    note = forms.CharField(label=_("Note"), max_length=500, required=False)
    # What the page showed: a loan in another currency is not paid by mistake.
    currency = forms.CharField(max_length=3, required=False, widget=forms.HiddenInput)
    keep_rest = forms.BooleanField(label=_("Keep the rest as credit"), required=False)

    def __init__(self, *args: Any, loan: Loan, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["currency"].initial = loan.currency
        self.fields["paid_on"].initial = timezone.localdate
        amount = self.fields["amount"]
        assert isinstance(amount, AmountField)
        amount.currency = loan.currency

    @property
    def asks_to_keep(self) -> bool:
        """Shown only once the amount has turned out to be more than is owed."""
        return bool(self.data.get("keep_rest")) or self.has_error(NON_FIELD_ERRORS, "more")

    def booking(self) -> dict[str, Any]:
        """What `book_payment` takes."""
        said = {name: value for name, value in self.cleaned_data.items() if name != "token"}
        return said | {"form_token": self.cleaned_data["token"]}


class ChargeForm(forms.Form):
    prefix = "charge"

    part = forms.ChoiceField(label=_("Kind"), choices=Charge.Kind)
    amount = AmountField(label=_("Amount"))
    on = forms.DateField(label=_("Date"), widget=day_input())
    reason = forms.CharField(label=_("Reason"), max_length=200)

    def __init__(self, *args: Any, loan: Loan, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["on"].initial = timezone.localdate
        amount = self.fields["amount"]
        assert isinstance(amount, AmountField)
        amount.currency = loan.currency


class ReasonForm(forms.Form):
    reason = forms.CharField(
        label=_("Reason"), max_length=200, widget=forms.TextInput(attrs={"autocomplete": "off"})
    )


class CalculatorForm(forms.Form):
    prefix = "calc"

    on = forms.DateField(label=_("On what day"), widget=day_input())
    amount = AmountField(label=_("Amount"), required=False)

    def __init__(self, *args: Any, loan: Loan, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        amount = self.fields["amount"]
        assert isinstance(amount, AmountField)
        amount.currency = loan.currency
