"""Choosing one of thousands of properties by typing: a text field and what it offers."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import Q, QuerySet
from django.urls import reverse_lazy
from django.utils.translation import gettext_lazy as _

from crm.catalog.models import Property
from crm.people.folding import fold

OFFERED = 20
_LIST = "property-options"


def find_properties(text: str, rows: QuerySet[Property]) -> QuerySet[Property]:
    """Those of `rows` whose title, code or district has words that begin with those of `text`.

    Not with a piece from within: whoever looks for "ana" means nobody's house in Yanahuara.
    """
    for word in fold(text)[:100].split()[:6]:
        within = Q(search_text__contains=f" {word}") | Q(search_text__contains=f"-{word}")
        rows = rows.filter(within | Q(search_text__startswith=word))
    return rows


class PropertyInput(forms.TextInput):
    """A text field that asks `catalog:options` for what it might mean as one types.

    The page needs `<datalist id="property-options">` once; `catalog/_picker.html` is that.
    """

    def __init__(self, attrs: dict[str, Any] | None = None) -> None:
        super().__init__(
            {
                "list": _LIST,
                "maxlength": 160,
                "autocomplete": "off",
                "hx-get": reverse_lazy("catalog:options"),
                "hx-trigger": "input changed delay:200ms, focus once",
                "hx-target": f"#{_LIST}",
                "hx-swap": "innerHTML",
                "hx-sync": "this:replace",
                **(attrs or {}),
            }
        )


class PropertyField(forms.ModelChoiceField):  # type: ignore[type-arg]  # not subscriptable
    """Takes a code in any case, the exact title of one property, or a primary key."""

    widget = PropertyInput
    default_error_messages = {
        "invalid_choice": _("No property has this code or title. Choose one of those offered.")
    }

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(queryset=Property.objects.all(), **kwargs)

    def prepare_value(self, value: Any) -> Any:
        return value.code if isinstance(value, Property) else value

    def to_python(self, value: Any) -> Property | None:
        text = str(value or "").replace("\x00", "").strip()[:160]
        if not text or isinstance(value, Property):
            return value or None
        meant = Q(code__iexact=text)
        if text.isdecimal() and len(text) < 19:
            meant |= Q(pk=int(text))
        # A code of digits only wins over another property's key.
        found = sorted(Property.objects.filter(meant), key=lambda one: one.code != text)
        return found[0] if found else self._by_title(text)

    def _by_title(self, text: str) -> Property:
        alike = [
            one
            for one in find_properties(text, Property.objects.all())[:50]
            if fold(one.title) == fold(text)
        ]
        if len(alike) != 1:
            raise ValidationError(self.error_messages["invalid_choice"], code="invalid_choice")
        return alike[0]
