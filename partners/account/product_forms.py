"""What a manager says of a product."""

from itertools import permutations
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from partners import currencies
from partners.account.amounts import AmountField, RateField
from partners.lending.allocation import DEFAULT_ORDER, Part
from partners.lending.terms import MOST_RATE, MOST_TERMS
from partners.models import LoanProduct, PaymentAllocation

GROUPS = (
    (gettext_lazy("Product"), ("name", "code", "currency", "is_active")),
    (gettext_lazy("Interest"), ("method", "rate", "rate_kind", "day_count")),
    (gettext_lazy("Amounts and installments"),
     ("least_principal", "most_principal", "terms", "every", "grace_principal", "grace_interest",
      "round_to", "round_mode")),
    (gettext_lazy("Payments and late interest"),
     ("order", "late_kind", "late_rate", "late_second_rate", "late_grace")),
)  # fmt: skip
# The field that a refusal of the engine speaks of.
WHERE = {
    "terms": "terms",
    "less_than_a_cent": "terms",
    "grace": "grace_principal",
    "rate": "rate",
    "rounding": "round_to",
    "order": "order",
}


def _orders() -> list[tuple[str, str]]:
    """All ways in which a payment may pay, the usual one first."""
    words = dict(PaymentAllocation._meta.get_field("part").flatchoices)
    usual = ",".join(DEFAULT_ORDER)
    found = {
        ",".join(order): " → ".join(str(words[part.value]) for part in order)
        for order in permutations(Part)
    }
    return [(usual, found.pop(usual)), *found.items()]


class ProductForm(forms.ModelForm):  # type: ignore[type-arg]  # not generic at run time
    rate = RateField(label=gettext_lazy("Rate (%)"), min_value=0, max_value=MOST_RATE)
    late_rate = RateField(
        label=gettext_lazy("Late rate (%)"), min_value=0, max_value=MOST_RATE, required=False,
        help_text=gettext_lazy("Of the pair: the compensatory one."),
    )  # fmt: skip
    late_second_rate = RateField(
        label=gettext_lazy("Moratory rate (%)"), min_value=0, max_value=MOST_RATE, required=False,
        help_text=gettext_lazy("Only of the pair."),
    )  # fmt: skip
    least_principal = AmountField(label=gettext_lazy("Least principal"))
    most_principal = AmountField(label=gettext_lazy("Most principal"), required=False)
    round_to = AmountField(
        label=gettext_lazy("Installment rounded to"),
        help_text=gettext_lazy("0.01 is to the cent, 1 to whole units."),
    )
    currency = forms.ChoiceField(label=gettext_lazy("Currency"), choices=currencies.choices)
    order = forms.ChoiceField(label=gettext_lazy("Order in which a payment pays"), choices=_orders)

    class Meta:
        model = LoanProduct
        fields = [name for _title, names in GROUPS for name in names]
        widgets = {"code": forms.TextInput(attrs={"autocomplete": "off"})}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in ("terms", "grace_principal", "grace_interest", "late_grace"):
            self.fields[name].widget.attrs["min"] = 0
        self.fields["terms"].widget.attrs["max"] = MOST_TERMS
        for field in self.fields.values():
            if isinstance(field, AmountField):
                field.currency = str(self.data.get("currency", ""))
            field.label = str(field.label)[:1].upper() + str(field.label)[1:]

    def look_only(self) -> None:
        for field in self.fields.values():
            field.disabled = True

    def clean_code(self) -> str:
        code = "".join(str(self.cleaned_data["code"]).split())
        others = LoanProduct.objects.exclude(pk=self.instance.pk)
        if others.filter(code__iexact=code).exists():
            raise ValidationError(_("Another product has this code."), code="unique")
        return code

    def clean_name(self) -> str:
        return " ".join(str(self.cleaned_data["name"]).split())

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        for name in ("late_rate", "late_second_rate"):
            if name in cleaned and cleaned[name] is None:
                cleaned[name] = 0
        return cleaned
