"""Forms of the opening hours' page."""

from __future__ import annotations

from typing import Any, ClassVar

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from crm.conversations.models import AnsweringRules
from crm.people.calendar import Week
from crm.people.hours import OpeningHours, SpecialDay
from crm.people.opening import spans

HOURS = forms.TextInput(
    attrs={"placeholder": gettext_lazy("Closed"), "autocomplete": "off", "maxlength": "120"}
)


class WeekForm(forms.Form):
    """A line of hours for each weekday; `week()` is what they say."""

    def __init__(self, *args: Any, week: Week | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for day, label in OpeningHours.Weekday.choices:
            self.fields[f"day{day}"] = forms.CharField(
                label=label,
                required=False,
                max_length=120,
                widget=HOURS,
                initial=spans.written((week or {}).get(day, ())),
            )

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        for name, text in list(cleaned.items()):
            try:
                cleaned[name] = spans.parse(text)
            except ValidationError as error:
                self.add_error(name, error)
        if not self.errors and not any(cleaned.values()):
            raise ValidationError(_("Enter hours for one day of the week at least."))
        return cleaned

    def week(self) -> Week:
        return {day: self.cleaned_data[f"day{day}"] for day in range(7)}


class DayForm(forms.ModelForm):  # type: ignore[type-arg]  # not generic at run time
    """Days that are closed, or with `hours` open though they otherwise were not."""

    hours = forms.CharField(
        label=gettext_lazy("Hours"),
        required=False,
        widget=HOURS,
        help_text=gettext_lazy("Hours such as 9:00–13:00. Empty: closed all day."),
    )

    class Meta:
        model = SpecialDay
        fields = ("name", "first", "last", "agency")
        widgets: ClassVar = {
            "name": forms.TextInput(attrs={"autocomplete": "off"}),
            "first": forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}),
            "last": forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}),
        }

    field_order = ("name", "first", "last", "hours", "agency")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        last, agency = self.fields["last"], self.fields["agency"]
        last.required = False
        assert isinstance(agency, forms.ModelChoiceField)
        agency.empty_label = _("All agencies")
        agency.help_text = ""

    def clean_hours(self) -> str:
        found = spans.parse(self.cleaned_data["hours"])
        if len(found) > 1:
            raise ValidationError(_("Only one span: on such a day nobody closes at noon."))
        self.instance.is_open = bool(found)
        self.instance.opens, self.instance.closes = found[0] if found else (None, None)
        return str(self.cleaned_data["hours"])

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        cleaned["last"] = cleaned.get("last") or cleaned.get("first")
        return cleaned


class RulesForm(forms.ModelForm):  # type: ignore[type-arg]
    class Meta:
        model = AnsweringRules
        fields = ("queue_minutes", "person_minutes", "idle_minutes", "close_days")
