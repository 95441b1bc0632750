"""What a colleague types in about tickets."""

from __future__ import annotations

import re
import secrets
from typing import Any, ClassVar

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from crm.desk.access import DeskRequest
from crm.people.models import Contact, User
from partners.models import Loan, Partner, Receipt
from tickets.assignment import assignable
from tickets.models import CannedReply, Category, Priority
from tickets.opening import LONGEST_SUBJECT, LONGEST_TEXT

MOST_LINKS = 50
NAME = re.compile(r"[\w-]{8,40}", re.ASCII)


def new_name() -> str:
    """What a form is called, which is sent once however often it comes."""
    return secrets.token_urlsafe(16)


def name_of(request: DeskRequest) -> str:
    """The name of the form that was sent; blank for what no page of ours has written."""
    given = request.POST.get("form", "")
    return given if NAME.fullmatch(given) else ""


class TicketForm(forms.Form):
    subject = forms.CharField(label=_("Subject"), max_length=LONGEST_SUBJECT)
    description = forms.CharField(
        label=_("Description"),
        max_length=LONGEST_TEXT,
        widget=forms.Textarea(attrs={"rows": 6}),
        help_text=_("What happened, in the person's words."),
    )
    category = forms.ChoiceField(
        label=_("Category"),
        required=False,
        choices=[("", _("Guess it from the words")), *Category.choices],
    )
    priority = forms.TypedChoiceField(
        label=_("Priority"), choices=Priority.choices, coerce=int, initial=Priority.MEDIUM.value
    )
    assignee = forms.ModelChoiceField(
        label=_("Assigned to"),
        queryset=User.objects.none(),
        required=False,
        empty_label=_("Who has the fewest"),
    )
    loan = forms.ModelChoiceField(
        label=_("Loan"), queryset=Loan.objects.none(), required=False, empty_label=_("Not linked")
    )
    receipt = forms.ModelChoiceField(
        label=_("Receipt"),
        queryset=Receipt.objects.none(),
        required=False,
        empty_label=_("Not linked"),
    )

    def __init__(self, *args: Any, user: User, partner: Partner | None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        people = assignable()
        if not user.has_perm("tickets.assign_ticket"):
            people = people.filter(pk=user.pk)
        self._choose("assignee", people)
        loans = Loan.objects.visible_to(user).filter(partner=partner)
        receipts = Receipt.objects.visible_to(user).filter(partner=partner)
        for name, rows in (("loan", loans), ("receipt", receipts)):
            if partner is None or not rows.exists():
                del self.fields[name]
            else:
                self._choose(name, rows.order_by("-id"))

    def _choose(self, name: str, rows: Any) -> None:
        field = self.fields[name]
        assert isinstance(field, forms.ModelChoiceField)
        field.queryset = rows


class CannedForm(forms.ModelForm):  # type: ignore[type-arg]  # not generic at run time
    class Meta:
        model = CannedReply
        fields: ClassVar = ["title", "text", "category", "agency", "is_active"]
        widgets: ClassVar = {"text": forms.Textarea(attrs={"rows": 8})}


class RuleForm(forms.Form):
    """How soon tickets of one priority are due, in working minutes."""

    response = forms.IntegerField(
        label=_("First answer within"), min_value=1, max_value=60 * 24 * 60
    )
    resolution = forms.IntegerField(label=_("Solution within"), min_value=1, max_value=60 * 24 * 60)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        response, resolution = cleaned.get("response"), cleaned.get("resolution")
        if response and resolution and response > resolution:
            raise ValidationError(_("A ticket is answered before it is resolved."))
        return cleaned


def person_of(contact: Contact) -> Partner | None:
    """The partner that this contact is, if it is one."""
    found: Partner | None = getattr(contact, "partner", None)
    return found
