"""What a person says of an import: which file, and which of its columns is what."""

from collections.abc import Sequence
from pathlib import PurePath
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.template.defaultfilters import filesizeformat
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from crm.imports.contract import Importer
from crm.imports.guessing import guess_columns, guess_month_first
from crm.imports.models import Import
from crm.imports.reading import MOST_BYTES, column_cells
from crm.imports.work import ROWS
from crm.imports.workbook import letters

_DATE_ORDERS = [
    ("day", gettext_lazy("3 February (day first)")),
    ("month", gettext_lazy("2 March (month first)")),
]
_DECIMALS = [
    ("", gettext_lazy("As each number shows")),
    (".", gettext_lazy("1,234.56 (point)")),
    (",", gettext_lazy("1.234,56 (comma)")),
]


class UploadForm(forms.Form):
    kind = forms.ChoiceField(label=gettext_lazy("What is in it"), widget=forms.RadioSelect)
    file = forms.FileField(
        label=gettext_lazy("File"),
        widget=forms.FileInput(attrs={"accept": ".csv,.tsv,.txt,.xlsx"}),
        allow_empty_file=True,
        help_text=gettext_lazy("CSV or XLSX: at most 50 MB, 200,000 rows, 100 columns."),
    )

    def __init__(self, *args: Any, importers: dict[str, Importer], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["kind"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [(kind, str(one.label)) for kind, one in importers.items()]
        if len(importers) == 1:
            field.initial = next(iter(importers))

    def clean_file(self) -> "UploadedFile":
        file: UploadedFile = self.cleaned_data["file"]
        size = file.size or 0
        if not size:
            raise ValidationError(_("The file is empty."), code="empty")
        if size > MOST_BYTES:
            told = _("The file may have %(limit)s at most. Split it.")
            raise ValidationError(told % {"limit": filesizeformat(MOST_BYTES)}, code="size")
        if PurePath(str(file.name)).suffix.lower() in (".xls", ".ods", ".xlsm", ".pdf"):
            raise ValidationError(_("Save the table as CSV or XLSX."), code="kind")
        return file


class ColumnsForm(forms.Form):
    """A select for each fact: which column of the file holds it, if any."""

    date_order = forms.ChoiceField(
        label=gettext_lazy("03/02/2025 means"), choices=_DATE_ORDERS, required=False
    )
    decimal = forms.ChoiceField(
        label=gettext_lazy("Decimals are written"), choices=_DECIMALS, required=False
    )

    def __init__(self, data: Any = None, *, one: Import) -> None:
        super().__init__(data)
        self.one = one
        columns = one.importer.columns
        known = one.mapping or guess_columns(columns, one.headings)
        choices = [("", _("not in the file")), *self._offered()]
        for column in columns:
            self.fields[column.name] = forms.ChoiceField(
                label=str(column.label),
                choices=choices,
                required=column.required,
                initial=str(known.get(column.name, "")),
                help_text=str(column.hint),
                error_messages={"required": _("Say which column this is.")},
            )
        month_first = one.month_first if one.mapping else self._month_first(known)
        self.initial = {
            "date_order": "month" if month_first else "day",
            "decimal": one.decimal,
        }

    def _offered(self) -> list[tuple[str, str]]:
        """The file's columns, by their letter, so that two of one name are told apart."""
        return [
            (str(place), f"{letters(place)} · {heading}" if heading else letters(place))
            for place, heading in enumerate(self.one.headings)
        ]

    def _month_first(self, known: dict[str, int]) -> bool:
        dates = [name for name in known if name.endswith(("_on", "_due", "birthday"))]
        path = self.one.folder / ROWS
        if not path.exists():
            return False
        cells = [cell for name in dates for cell in column_cells(path, known[name])]
        return guess_month_first(cells)

    @property
    def facts(self) -> list[Any]:
        """The fields of facts, in the importer's order, with an example of each."""
        return [
            {"field": self[column.name], "required": column.required, "example": column.example}
            for column in self.one.importer.columns
        ]

    @property
    def ways(self) -> list[Any]:
        return [self["date_order"], self["decimal"]]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        used: dict[str, str] = {}
        for column in self.one.importer.columns:
            place = cleaned.get(column.name)
            if place and place in used:
                self.add_error(
                    column.name,
                    _("This column is already named %(other)s.") % {"other": used[place]},
                )
            elif place:
                used[place] = str(column.label)
        return cleaned

    @property
    def said(self) -> dict[str, Any]:
        """For `verbs.name_columns`."""
        columns: Sequence[Any] = self.one.importer.columns
        mapping = {
            column.name: int(place)
            for column in columns
            if (place := self.cleaned_data.get(column.name))
        }
        return {
            "mapping": mapping,
            "month_first": self.cleaned_data.get("date_order") == "month",
            "decimal": self.cleaned_data.get("decimal") or "",
        }
