"""What an officer puts right before approving, why one rejects, and what one sends in."""

from datetime import date
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import Case, When
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from partners.account.amounts import AmountField
from partners.models import Loan, Partner, Payment, Receipt
from partners.models.loan import LoanQuerySet
from partners.receipts import LONGEST_NOTES, LONGEST_REASON, LONGEST_REFERENCE

REASONS = (
    gettext_lazy("The picture cannot be read."),
    gettext_lazy("The amount or the date does not match the picture."),
    gettext_lazy("The money has not reached our account."),
    gettext_lazy("This payment was booked already."),
    gettext_lazy("It is no proof of a payment to us."),
)
LONGEST_KEY = 18  # digits
ACCEPTED = "image/jpeg,image/png,image/webp,application/pdf"


def loans_to_pay(partner: Partner) -> LoanQuerySet:
    """Those that take payments, the running ones first."""
    first = Case(When(status=Loan.Status.ACTIVE, then=0), default=1)
    rows = Loan.objects.filter(partner=partner, status__in=Loan.WITH_ACCOUNT)
    return rows.select_related("product").order_by(first, "-disbursed_on", "-id")


def amount_words(currency: str) -> str:
    """What stands above the amount: in the loan's currency; "" while no loan is known."""
    return _("Amount in %(currency)s") % {"currency": currency} if currency else _("Amount")


class LoanSelect(forms.Select):
    """Each option says in a data attribute what static/js/receipt.js writes above the amount."""

    def create_option(self, *args: Any, **kwargs: Any) -> dict[str, Any]:
        option = super().create_option(*args, **kwargs)
        loan = getattr(option["value"], "instance", None)
        option["attrs"]["data-amount"] = amount_words(loan.currency if loan else "")
        return option


class LoanField(forms.ModelChoiceField):  # type: ignore[type-arg]  # not generic at run time
    def label_from_instance(self, obj: Any) -> str:
        state = "" if obj.status == Loan.Status.ACTIVE else f" ({obj.get_status_display().lower()})"
        return f"{obj.number} · {obj.product} · {obj.currency}{state}"


class FactsForm(forms.Form):
    """What a receipt says of a payment, as far as it is known."""

    loan = LoanField(
        label=gettext_lazy("Loan"),
        queryset=Loan.objects.none(),
        required=False,
        widget=LoanSelect,
        empty_label=gettext_lazy("Not known yet"),
    )
    amount = AmountField(label=gettext_lazy("Amount"), required=False)
    paid_on = forms.DateField(
        label=gettext_lazy("Paid on"),
        required=False,
        widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}),
    )
    reference = forms.CharField(
        label=gettext_lazy("Operation number"),
        required=False,
        max_length=LONGEST_REFERENCE,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )

    def __init__(self, *args: Any, partner: Partner, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        loan = self.fields["loan"]
        assert isinstance(loan, forms.ModelChoiceField)
        loan.queryset = loans_to_pay(partner)
        self.fields["paid_on"].widget.attrs["max"] = timezone.localdate().isoformat()

    def clean_loan(self) -> Loan | None:
        """Its currency is the one whose sign may stand beside the amount."""
        loan: Loan | None = self.cleaned_data["loan"]
        amount = self.fields["amount"]
        assert isinstance(amount, AmountField)
        amount.currency = loan.currency if loan else ""
        return loan

    @property
    def amount_label(self) -> str:
        """The amount's label with the currency of the loan that is chosen now."""
        chosen, loan = str(self["loan"].value() or ""), self.fields["loan"]
        assert isinstance(loan, forms.ModelChoiceField)
        if loan.queryset is None or not chosen.isdecimal() or len(chosen) > LONGEST_KEY:
            return amount_words("")
        found = loan.queryset.filter(pk=int(chosen)).values_list("currency", flat=True)
        return amount_words(found.first() or "")

    def clean_paid_on(self) -> date | None:
        day: date | None = self.cleaned_data["paid_on"]
        if day is not None and day > timezone.localdate():
            raise ValidationError(_("A payment cannot be of a day to come."), code="future")
        return day


class SendForm(FactsForm):
    """What a colleague takes in at the counter."""

    file = forms.FileField(
        label=gettext_lazy("Picture or PDF"),
        help_text=gettext_lazy("JPEG, PNG, WebP or PDF, up to 5 MB."),
        allow_empty_file=True,  # refused in our own words
        widget=forms.FileInput(attrs={"accept": ACCEPTED}),
    )
    field_order = ("file", "loan", "amount", "paid_on", "reference")


class ReviewForm(FactsForm):
    """The facts to book by: all but the operation number must be known."""

    means = forms.ChoiceField(label=gettext_lazy("Means"), choices=Payment.Means)
    purpose = forms.ChoiceField(
        label=gettext_lazy("What more than is due is for"), choices=Payment.Purpose
    )
    notes = forms.CharField(
        label=gettext_lazy("Notes"),
        required=False,
        max_length=LONGEST_NOTES,
        help_text=gettext_lazy("For colleagues; the partner does not see them."),
        widget=forms.Textarea(attrs={"rows": 2}),
    )
    # Asked only where more was paid than is owed.
    keep_rest = forms.BooleanField(
        label=gettext_lazy("Keep the rest as credit"), required=False, widget=forms.HiddenInput
    )

    def __init__(self, *args: Any, receipt: Receipt, is_decision: bool = True, **kwargs: Any):
        initial = {
            "loan": receipt.loan_id,
            "amount": receipt.amount,
            "paid_on": receipt.paid_on,
            "reference": receipt.reference,
            "notes": receipt.notes,
        }
        super().__init__(*args, partner=receipt.partner, initial=initial, **kwargs)
        for name in ("loan", "amount", "paid_on") if is_decision else ():
            self.fields[name].required = True
        self._choose_only_loan(receipt)

    def ask_for_rest(self) -> None:
        """Show the question whether more than is owed may be kept."""
        self.fields["keep_rest"].widget = forms.CheckboxInput()

    @property
    def facts(self) -> dict[str, Any]:
        return {name: self.cleaned_data[name] for name in (*FactsForm.base_fields, "notes")}

    def _choose_only_loan(self, receipt: Receipt) -> None:
        """Who has one running loan pays that one."""
        loan = self.fields["loan"]
        assert isinstance(loan, forms.ModelChoiceField)
        if receipt.loan_id is None and loan.queryset is not None:
            running = loan.queryset.filter(status=Loan.Status.ACTIVE).values_list("pk", flat=True)
            found = list(running[:2])
            self.initial["loan"] = found[0] if len(found) == 1 else None


class RejectForm(forms.Form):
    reason = forms.ChoiceField(
        label=gettext_lazy("Reason"), required=False, choices=[], widget=forms.RadioSelect
    )
    words = forms.CharField(
        label=gettext_lazy("In your own words"),
        required=False,
        max_length=LONGEST_REASON,
        widget=forms.Textarea(attrs={"rows": 2}),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["reason"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [(str(number), text) for number, text in enumerate(REASONS, 1)]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        chosen = cleaned.get("reason", "")
        given = [str(REASONS[int(chosen) - 1])] if chosen else []
        cleaned["said"] = " ".join([*given, cleaned.get("words", "").strip()]).strip()
        if not self.errors and not cleaned["said"]:
            raise ValidationError(_("Say why it is rejected."), code="reason")
        return cleaned
