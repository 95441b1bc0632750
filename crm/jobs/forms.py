"""What may be changed on a scheduled job."""

from django import forms
from django.utils.translation import gettext_lazy as _


class JobForm(forms.Form):
    """`at` is the time of day of a daily job; the others have none."""

    enabled = forms.BooleanField(label=_("Switched on"), required=False)
    at = forms.TimeField(label=_("Time"), required=False)
