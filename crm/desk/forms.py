"""What a colleague changes about oneself."""

from typing import ClassVar

from django import forms
from django.utils.translation import gettext_lazy as _

from crm.people.models import User


class ProfileForm(forms.ModelForm):  # type: ignore[type-arg]  # not generic at run time
    class Meta:
        model = User
        fields = ["first_name", "last_name", "email", "phone"]
        widgets: ClassVar = {
            "email": forms.EmailInput(attrs={"autocomplete": "email"}),
            "phone": forms.TextInput(attrs={"inputmode": "tel", "autocomplete": "tel"}),
        }

    def clean_email(self) -> str:
        """One logs in by it and gets a new password by it: it can be only one person's."""
        email: str = self.cleaned_data["email"]
        others = User.objects.exclude(pk=self.instance.pk)
        if email and others.filter(email__iexact=email).exists():
            raise forms.ValidationError(_("A colleague has this address already."))
        return email
