"""What is asked of a statement, and what is written of a payment option."""

from datetime import date
from typing import Any, ClassVar

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from crm.errors import DeskError
from partners import currencies
from partners.models import Loan, Partner, PaymentOption
from partners.papers.numbers import clean_cci, clean_number
from partners.statement import check_days, year_so_far

Kind = PaymentOption.Kind


class DayInput(forms.DateInput):
    input_type = "date"

    def __init__(self) -> None:
        super().__init__(format="%Y-%m-%d")


class StatementForm(forms.Form):
    """`?from=&to=&loan=` of a partner's statement; days left out are those of the running year."""

    start = forms.DateField(label=_("From"), required=False, widget=DayInput())
    end = forms.DateField(label=_("Until"), required=False, widget=DayInput())
    loan = forms.ModelChoiceField(
        label=_("Loan"),
        queryset=Loan.objects.none(),
        required=False,
        empty_label=_("All loans"),
        error_messages={"invalid_choice": _("Choose one of the partner's loans.")},
    )

    def __init__(self, data: Any, partner: Partner) -> None:
        self.today = timezone.localdate()
        start, end = year_so_far(self.today)
        kept = {name: data.get(name, "") for name in ("from", "to", "loan")}
        kept["to"] = kept["to"].strip() or end.isoformat()
        kept["from"] = kept["from"].strip() or min(start.isoformat(), kept["to"])
        super().__init__(kept)
        field = self.fields["loan"]
        assert isinstance(field, forms.ModelChoiceField)
        loans = Loan.objects.filter(partner=partner, status__in=Loan.WITH_ACCOUNT)
        field.queryset = loans.order_by("currency", "disbursed_on", "id")

    def add_prefix(self, field_name: str) -> str:
        return {"start": "from", "end": "to"}.get(field_name, field_name)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if isinstance(cleaned.get("start"), date) and isinstance(cleaned.get("end"), date):
            try:
                check_days(cleaned["start"], cleaned["end"], self.today)
            except DeskError as error:
                raise ValidationError(str(error), code="days") from error
        return cleaned


class OptionForm(forms.ModelForm):  # type: ignore[type-arg]  # not generic at run time
    class Meta:
        model = PaymentOption
        fields = ["kind", "name", "number", "cci", "holder", "currency", "instructions"]
        widgets: ClassVar = {
            "name": forms.TextInput(attrs={"autocomplete": "off"}),
            "number": forms.TextInput(attrs={"autocomplete": "off"}),
            "cci": forms.TextInput(attrs={"autocomplete": "off", "inputmode": "numeric"}),
            "instructions": forms.Textarea(attrs={"rows": 2}),
        }
        help_texts: ClassVar = {
            "name": _("What people read: the bank's name, or “Yape”."),
            "number": _("The account, the phone of Yape or Plin, the Pix key, or the address."),
            "cci": _("For a bank account in Peru: twenty digits, with or without hyphens."),
            "currency": _("Only loans in this currency are paid to it."),
            "instructions": _("For example what to write as the reference, or the hours."),
        }

    currency = forms.ChoiceField(label=_("Currency"), required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        currency, cci = self.fields["currency"], self.fields["cci"]
        assert isinstance(currency, forms.ChoiceField) and isinstance(cci, forms.CharField)
        currency.choices = [("", _("Any currency")), *currencies.choices()]
        # Counted once it is without hyphens and blanks.
        cci.max_length, cci.validators = 40, []
        cci.widget.attrs["maxlength"] = "40"

    def clean_cci(self) -> str:
        return clean_cci(str(self.cleaned_data["cci"]))

    def clean_name(self) -> str:
        return " ".join(str(self.cleaned_data["name"]).split())

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        kind = cleaned.get("kind", "")
        if kind and "number" in cleaned:
            try:
                cleaned["number"] = clean_number(kind, cleaned["number"])
            except ValidationError as error:
                self.add_error("number", error)
        if kind == Kind.BANK and not self.errors and not (cleaned["number"] or cleaned["cci"]):
            self.add_error("number", _("Write the account's number or its CCI."))
        if kind and kind != Kind.BANK and cleaned.get("cci"):
            self.add_error("cci", _("Only a bank account has a CCI."))
        return cleaned
