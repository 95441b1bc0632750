"""What a colleague types in about a lead."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from crm.catalog.picking import PropertyField
from crm.people.models import User
from crm.people.phones import e164
from leads.triage import LONGEST_NOTE, assignable


class LeadForm(forms.Form):
    phone = forms.CharField(
        label=_("Phone"),
        max_length=40,
        required=False,
        widget=forms.TextInput(attrs={"inputmode": "tel", "autocomplete": "off"}),
        help_text=_("Somebody we know by this number is found again."),
    )
    name = forms.CharField(
        label=_("Name"),
        max_length=200,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    property = PropertyField(
        label=_("Property"), required=False, help_text=_("Its code or its title.")
    )
    assigned_to = forms.ModelChoiceField(
        label=_("Whose"), queryset=User.objects.none(), required=False, empty_label=_("Nobody's")
    )
    note = forms.CharField(
        label=_("Note"),
        required=False,
        max_length=LONGEST_NOTE,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=_("Only colleagues read it."),
    )

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        people = assignable()
        if not user.has_perm("leads.assign_lead"):
            people = people.filter(pk=user.pk)
        field = self.fields["assigned_to"]
        assert isinstance(field, forms.ModelChoiceField)
        field.queryset = people
        field.initial = user.pk

    def clean_phone(self) -> str:
        raw = str(self.cleaned_data["phone"]).strip()
        number = e164(raw) if raw else ""
        if raw and not number:
            raise ValidationError(_("This is no telephone number."), code="phone")
        return number

    def clean_name(self) -> str:
        return " ".join(str(self.cleaned_data["name"]).split())

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if not self.errors and not cleaned.get("phone") and not cleaned.get("name"):
            raise ValidationError(_("Write a phone number or a name."), code="who")
        return cleaned
