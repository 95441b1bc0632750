"""The facts of a contact, each edited by itself: what it is called, how it is checked."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from crm.errors import DeskError
from crm.people.documents import clean_document
from crm.people.models import Contact, ContactPoint, Tag
from crm.people.phones import e164

LANGUAGES = [
    ("", gettext_lazy("not known")),
    ("es", gettext_lazy("Spanish")),
    ("en", gettext_lazy("English")),
    ("pt", gettext_lazy("Portuguese")),
    ("qu", gettext_lazy("Quechua")),
]
MOST_TAGS = 10
# In the order in which a page shows them.
FACTS = ("name", "document_number", "birthday", "language", "tags")


class ContactForm(forms.ModelForm):  # type: ignore[type-arg]  # not subscriptable at run time
    """All facts; `fact_form` cuts it down to one."""

    class Meta:
        model = Contact
        fields = ("name", "document_number", "birthday", "language")
        widgets = {
            "birthday": forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}),
            "document_number": forms.TextInput(attrs={"autocomplete": "off"}),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        said = self.instance.language
        known = LANGUAGES if said in dict(LANGUAGES) else [*LANGUAGES, (said, said)]
        self.fields["language"] = forms.ChoiceField(
            choices=known, required=False, label=self.fields["language"].label
        )
        self.fields["tags"] = forms.CharField(
            required=False,
            max_length=600,
            label=_("Tags"),
            help_text=_("With commas between them."),
            initial=", ".join(str(tag) for tag in self.instance.tags.all()),
        )

    def clean_name(self) -> str:
        return " ".join(str(self.cleaned_data["name"]).split())

    def clean_document_number(self) -> str:
        """Where its kind is known it is checked; else it stays as it was typed."""
        number, kind = (
            str(self.cleaned_data["document_number"]).strip(),
            self.instance.document_type,
        )
        if not number or not kind:
            return number
        number = clean_document(kind, number)
        same = Contact.objects.filter(document_type=kind, document_number=number, merged_into=None)
        if same.exclude(pk=self.instance.pk).exists():
            raise ValidationError(_("Somebody else has this document already."), code="taken")
        return number

    def clean_tags(self) -> list[str]:
        """Names of tags, each once, whatever its case."""
        said = [" ".join(one.split()) for one in str(self.cleaned_data["tags"]).split(",")]
        names = list({one.casefold(): one for one in said if one}.values())
        if len(names) > MOST_TAGS or any(len(one) > 60 for one in names):
            raise ValidationError(_("At most ten tags of a few words each."), code="tags")
        return names

    def clean_birthday(self) -> Any:
        day = self.cleaned_data["birthday"]
        if day is not None and not 1900 <= day.year <= timezone.localdate().year:
            raise ValidationError(_("Is the year right?"), code="year")
        if day is not None and day > timezone.localdate():
            raise ValidationError(_("This day is yet to come."), code="future")
        return day


def fact_form(name: str, contact: Contact, data: Any = None) -> ContactForm:
    """A form of that one fact. Raises KeyError for what is no fact."""
    if name not in FACTS:
        raise KeyError(name)
    form = ContactForm(data, instance=contact, auto_id=f"fact_%s_{contact.pk}")
    for other in [field for field in form.fields if field != name]:
        form.fields.pop(other)
    form.fields[name].widget.attrs["autofocus"] = True
    return form


def set_tags(*, contact: Contact, names: list[str]) -> None:
    """Give the contact exactly these tags, making those that do not exist in any case."""
    tags = [
        Tag.objects.filter(name__iexact=name).first() or Tag.objects.get_or_create(name=name)[0]
        for name in names
    ]
    contact.tags.set(tags)


def add_point(*, contact: Contact, text: str) -> ContactPoint:
    """Keep a phone number or an e-mail address, told apart by the "@".

    The first of its kind becomes the primary one. Raises DeskError for neither, and for one that
    this contact has already.
    """
    raw = text.replace("\x00", "").strip()[:254]
    kind, value = _understood(raw)
    first = not contact.points.filter(kind=kind, primary=True).exists()
    try:
        with transaction.atomic():
            return ContactPoint.objects.create(
                contact=contact, kind=kind, value=value, raw=raw, primary=first
            )
    except IntegrityError as error:
        raise DeskError(_("It is already there.")) from error


def remove_point(*, point: ContactPoint) -> None:
    """Forget a way to reach a contact. A verified one stays (DeskError)."""
    if point.verified_at is not None:
        raise DeskError(_("This one is verified and stays."))
    with transaction.atomic():
        contact, kind, was_primary = point.contact, point.kind, point.primary
        point.delete()
        heir = contact.points.filter(kind=kind).first() if was_primary else None
        if heir is not None:
            ContactPoint.objects.filter(pk=heir.pk).update(primary=True)


def _understood(raw: str) -> tuple[str, str]:
    if "@" in raw:
        try:
            validate_email(raw)
        except ValidationError as error:
            raise DeskError(_("This is no e-mail address.")) from error
        return ContactPoint.Kind.EMAIL, raw.lower()
    number = e164(raw)
    if not number:
        raise DeskError(_("Write a phone number or an e-mail address."))
    return ContactPoint.Kind.PHONE, number
