"""What the portfolio is narrowed to."""

from collections.abc import Iterable

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from partners.models import PortfolioShare
from partners.portfolio.figures import key_of

NAMES = ("currency", "agency", "officer")


class Narrowing(forms.Form):
    """Only what there is can be chosen; anything else is as if nothing had been."""

    currency = forms.ChoiceField(label=gettext_lazy("Currency"), required=False)
    agency = forms.ChoiceField(label=gettext_lazy("Agency"), required=False)
    officer = forms.ChoiceField(label=gettext_lazy("Officer"), required=False)

    def __init__(self, data: dict[str, str], shares: Iterable[PortfolioShare]) -> None:
        super().__init__(data)
        rows = list(shares)
        currencies = {one.currency: one.currency for one in rows}
        agencies = {key_of(one.agency_id): str(one.agency or _("Without agency")) for one in rows}
        officers = {
            key_of(one.officer_id): str(one.officer or _("Without an officer")) for one in rows
        }
        self._offer("currency", _("Any currency"), currencies)
        self._offer("agency", _("Any agency"), agencies)
        self._offer("officer", _("Any officer"), officers)

    def _offer(self, name: str, empty: str, found: dict[str, str]) -> None:
        field = self.fields[name]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [("", empty), *sorted(found.items(), key=lambda item: item[1])]

    @property
    def asked(self) -> dict[str, str]:
        self.is_valid()
        return {name: self.cleaned_data.get(name, "") for name in NAMES}
