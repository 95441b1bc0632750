"""The filters that are on, as words one can take away: "Estado: nuevo ×"."""

from dataclasses import dataclass
from typing import Any

from django.forms import ModelChoiceField, MultipleChoiceField
from django.http import QueryDict
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django_filters import FilterSet


@dataclass(frozen=True)
class Chip:
    """One filter that is on; `url` is this list without it."""

    name: str
    label: str
    value: str
    url: str


def chips_of(filterset: FilterSet, params: QueryDict) -> list[Chip]:
    """A chip for each filter that `params` sets to something the filter understands."""
    filterset.is_valid()
    cleaned: dict[str, Any] = getattr(filterset.form, "cleaned_data", {})
    return [
        Chip(
            name=name,
            label=str(field.label or name),
            value=_words(field, cleaned[name]),
            url=_without(params, name),
        )
        for name, field in filterset.form.fields.items()
        if name in params and cleaned.get(name) not in (None, "", [])
    ]


def _words(field: Any, value: Any) -> str:
    """How the person would say the value: a choice by its label, a date as a date."""
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if isinstance(field, ModelChoiceField):
        many = hasattr(value, "__iter__")
        return ", ".join(field.label_from_instance(one) for one in (value if many else [value]))
    choices = {str(key): str(label) for key, label in getattr(field, "choices", [])}
    if isinstance(field, MultipleChoiceField):
        return ", ".join(choices.get(str(one), str(one)) for one in value)
    if hasattr(value, "strftime"):
        return date_format(value, "SHORT_DATE_FORMAT")
    return choices.get(str(value), str(value))


def _without(params: QueryDict, name: str) -> str:
    kept = params.copy()
    kept.pop(name, None)
    kept.pop("page", None)
    return f"?{kept.urlencode()}"
