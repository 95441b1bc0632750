"""What a colleague types in about a partner."""

import re
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from crm.people.documents import DocumentType, clean_document, masked
from crm.people.models import Agency, Contact, User
from partners.identity import POINTS, FactError, cleaned, facts_of
from partners.models import Partner
from partners.registry import LONGEST_NUMBER, LONGEST_REASON, TERMS, next_number

_DAY = {"type": "date"}
_PLAIN = {"autocomplete": "off"}


def officers() -> QuerySet[User]:
    """Active colleagues who may look after partners."""
    people: QuerySet[User] = User.objects.with_perm(
        "partners.change_partner", backend="crm.people.backends.DeskBackend"
    )
    return people.filter(is_active=True).order_by("first_name", "last_name", "username")


class PartnerForm(forms.Form):
    """For a new partner (of a known contact, or of nobody known), or for changing one.

    A document on file is out of reach of who may see it only masked: `hidden_document` says so.
    """

    name = forms.CharField(
        label=gettext_lazy("Name"), max_length=200, widget=forms.TextInput(_PLAIN)
    )
    document_type = forms.ChoiceField(
        label=gettext_lazy("Kind of document"), choices=DocumentType.choices
    )
    document_number = forms.CharField(
        label=gettext_lazy("Document number"), max_length=30, widget=forms.TextInput(_PLAIN)
    )
    birthday = forms.DateField(
        label=gettext_lazy("Birthday"),
        widget=forms.DateInput(attrs=_DAY, format="%Y-%m-%d"),
        help_text=gettext_lazy("With its year one proves by chat who one is."),
    )
    phone = forms.CharField(
        label=gettext_lazy("Phone"),
        max_length=40,
        required=False,
        widget=forms.TextInput({**_PLAIN, "inputmode": "tel"}),
        help_text=gettext_lazy("The one they write from. Others stay as ways to reach them."),
    )
    email = forms.CharField(
        label=gettext_lazy("E-mail"),
        max_length=254,
        required=False,
        widget=forms.TextInput({**_PLAIN, "inputmode": "email"}),
    )
    number = forms.CharField(
        label=gettext_lazy("Member number"),
        max_length=LONGEST_NUMBER,
        widget=forms.TextInput(_PLAIN),
    )
    joined_on = forms.DateField(
        label=gettext_lazy("Partner since"),
        widget=forms.DateInput(attrs=_DAY, format="%Y-%m-%d"),
        required=False,
    )
    agency = forms.ModelChoiceField(
        label=gettext_lazy("Agency"), queryset=Agency.objects.all(), required=False
    )
    officer = forms.ModelChoiceField(
        label=gettext_lazy("Officer"), queryset=User.objects.none(), required=False
    )

    def __init__(
        self,
        data: Any = None,
        *,
        user: User,
        contact: Contact | None = None,
        partner: Partner | None = None,
    ) -> None:
        self.on_file = facts_of(contact) if contact else {}
        terms = {name: getattr(partner, name) for name in TERMS} if partner else _proposed(user)
        reached = _reached_by(contact) if contact and not partner else {}
        super().__init__(data, initial=terms | self.on_file | reached)
        self._offer_officers(partner)
        self.hidden_document = ""
        number = self.on_file.get("document_number", "")
        if number and not user.has_perm("people.view_document"):
            self.hidden_document = masked(number)
            del self.fields["document_number"]
            if self.on_file["document_type"]:
                del self.fields["document_type"]
        # Who has been a partner without one goes on without one.
        self.fields["birthday"].required = not (partner and not self.on_file.get("birthday"))

    def _offer_officers(self, partner: Partner | None) -> None:
        field = self.fields["officer"]
        assert isinstance(field, forms.ModelChoiceField)
        offered = officers()
        if partner and partner.officer_id:
            offered = offered | User.objects.filter(pk=partner.officer_id)
        field.queryset = offered.distinct()
        field.empty_label = _("nobody yet")
        agency = self.fields["agency"]
        assert isinstance(agency, forms.ModelChoiceField)
        agency.empty_label = _("none")

    def clean_joined_on(self) -> Any:
        day = self.cleaned_data["joined_on"]
        if day is not None and not 1900 <= day.year <= timezone.localdate().year:
            raise ValidationError(_("Is the year right?"), code="year")
        if day is not None and day > timezone.localdate():
            raise ValidationError(_("This day is yet to come."), code="future")
        return day

    def clean(self) -> dict[str, Any]:
        super().clean()
        for name in ("name", "birthday", "phone", "email"):
            self._clean_fact(name)
        self._clean_document()
        return self.cleaned_data

    def _clean_fact(self, name: str) -> None:
        said = self.cleaned_data.get(name)
        if said is None or said == self.on_file.get(name):
            return
        try:
            self.cleaned_data |= cleaned({name: said})
        except FactError as error:
            self.add_error(name, str(error))

    def _clean_document(self) -> None:
        kind = self.cleaned_data.get("document_type", self.on_file.get("document_type", ""))
        if self.hidden_document:
            number = self.on_file["document_number"]
            typed = re.sub(r"[^0-9A-Za-z]", "", self.data.get("document_number", "")).upper()
            if typed and typed != number:
                words = _("This person has another document on file. Ask an officer to look at it.")
                self.add_error(None, words)
                return
        else:
            number = self.cleaned_data.get("document_number", "")
        if not kind or not number:
            return
        try:
            self.cleaned_data["document_number"] = clean_document(kind, number)
        except ValidationError as error:
            field = "document_type" if self.hidden_document else "document_number"
            self.add_error(field if field in self.fields else None, error)

    def put_error(self, error: FactError) -> None:
        """Beside its field, or above the form where that is not shown."""
        self.add_error(error.field if error.field in self.fields else None, str(error))


class ReasonForm(forms.Form):
    reason = forms.CharField(
        label=gettext_lazy("Reason"),
        max_length=LONGEST_REASON,
        widget=forms.Textarea(attrs={"rows": 3, "autofocus": True}),
        help_text=gettext_lazy("Colleagues read it in the history."),
    )


def _reached_by(contact: Contact) -> dict[str, Any]:
    """What a new partner's phone and e-mail are likely to be."""
    found: dict[str, Any] = {}
    for point in contact.points.all():
        if point.kind in POINTS:
            found.setdefault(point.kind, point.value)
    return found


def _proposed(user: User) -> dict[str, Any]:
    today = timezone.localdate()
    mine = user.has_perm("partners.change_partner")
    return {
        "number": next_number(),
        "joined_on": today,
        "agency": user.agency_id,
        "officer": user.pk if mine and "officer" in user.roles else None,
        "document_type": DocumentType.DNI.value,
    }
