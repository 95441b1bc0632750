"""What a colleague types in about a property."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.core.validators import MaxValueValidator, MinValueValidator
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from crm.catalog.models import Photo, Property
from crm.people.models import User

MOST_AT_ONCE = 20
MOST_ROOMS = 999
WIDE = ("title", "description", "address")


class PropertyForm(forms.ModelForm):  # type: ignore[type-arg]  # not generic at run time
    class Meta:
        model = Property
        fields = (
            "title",
            "code",
            "status",
            "operation",
            "kind",
            "price",
            "currency",
            "address",
            "district",
            "city",
            "bedrooms",
            "bathrooms",
            "area_m2",
            "responsible",
            "latitude",
            "longitude",
            "description",
        )
        widgets = {"description": forms.Textarea(attrs={"rows": 8})}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in ("price", "area_m2", "bedrooms", "bathrooms"):
            self.fields[name].validators.append(MinValueValidator(0))
            self.fields[name].widget.attrs["min"] = 0
        for name in ("bedrooms", "bathrooms"):
            self.fields[name].validators.append(MaxValueValidator(MOST_ROOMS))
        people = self.fields["responsible"]
        assert isinstance(people, forms.ModelChoiceField)
        now = self.instance.responsible_id
        active = User.objects.filter(is_active=True)
        people.queryset = active | User.objects.filter(pk=now) if now else active
        people.empty_label = _("Nobody")

    def clean_code(self) -> str:
        code = str(self.cleaned_data["code"]).strip()
        if Property.objects.filter(code__iexact=code).exclude(pk=self.instance.pk).exists():
            raise ValidationError(_("Another property has this code."), code="unique")
        return code

    def clean_title(self) -> str:
        return " ".join(str(self.cleaned_data["title"]).split())

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        # One without the other is no place.
        if (cleaned.get("latitude") is None) != (cleaned.get("longitude") is None) and not (
            {"latitude", "longitude"} & self.errors.keys()
        ):
            self.add_error("longitude", _("Give both coordinates, or none."))
        return cleaned


class CaptionForm(forms.ModelForm):  # type: ignore[type-arg]  # not generic at run time
    class Meta:
        model = Photo
        fields = ("caption",)


class ManyFilesInput(forms.ClearableFileInput):
    allow_multiple_selected = True


class PhotosForm(forms.Form):
    """Several pictures at once; each is checked by `add_photo`, so that good ones are kept."""

    photos = forms.FileField(
        label=gettext_lazy("Photos"),
        widget=ManyFilesInput(attrs={"accept": "image/jpeg,image/png,image/webp"}),
        help_text=gettext_lazy("JPEG, PNG or WebP, up to 5 MB each; several at once."),
    )

    def picked(self) -> list[UploadedFile]:
        """The files that came along, at most MOST_AT_ONCE of them."""
        return list(self.files.getlist("photos"))[:MOST_AT_ONCE]
