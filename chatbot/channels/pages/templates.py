"""A channel's templates and what each is for: how they are shown, and the form for a purpose."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django import forms
from django.db.models import Case, Count, IntegerField, Q, QuerySet, Value, When
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from chatbot.channels.pages.words import is_key, language_name
from chatbot.purposes import purposes, sources_of
from crm.conversations import templates
from crm.conversations.models import Channel, MessageTemplate, TemplatePurpose
from crm.conversations.standing_in import KNOWN_SOURCES

Status = MessageTemplate.Status
MOST = 100
# Colours of .state in static/css/desk.css.
DOTS: dict[str, str] = {
    Status.APPROVED: "good",
    Status.PENDING: "new",
    Status.PAUSED: "busy",
    Status.REJECTED: "bad",
    Status.DISABLED: "bad",
    Status.GONE: "off",
}
CATEGORIES: dict[str, str | Promise] = {
    "MARKETING": _("Marketing"),
    "UTILITY": _("Utility"),
    "AUTHENTICATION": _("Authentication"),
}
QUALITIES: dict[str, str | Promise] = {
    "GREEN": _("good quality"),
    "YELLOW": _("middling quality"),
    "RED": _("bad quality"),
    "UNKNOWN": "",
}
FILES: dict[str, str | Promise] = {
    "image": _("with a picture"),
    "video": _("with a video"),
    "document": _("with a file"),
}
FIXED = "="


@dataclass(frozen=True, slots=True)
class Shown:
    """A template as a page shows it; what its provider calls by other words stays in those."""

    template: MessageTemplate

    @property
    def status(self) -> str:
        return str(dict(Status.choices).get(self.template.status, self.template.status))

    @property
    def dot(self) -> str:
        return DOTS.get(self.template.status, "new")

    @property
    def facts(self) -> str:
        """ "Utility · español (Perú) · with a picture · good quality"."""
        given = self.template
        words: list[str | Promise] = [
            CATEGORIES.get(given.category.upper(), given.category),
            language_name(given.language),
            FILES.get(templates.header_file(given), ""),
            QUALITIES.get(given.quality.upper(), given.quality),
        ]
        return " · ".join(str(word) for word in words if word)

    @property
    def preview(self) -> str:
        return templates.preview(self.template)


def numbers() -> dict[int, int]:
    """How many templates each channel has at its provider, by channel."""
    there = MessageTemplate.objects.exclude(status=Status.GONE).order_by()
    rows = there.values("channel").annotate(number=Count("pk"))
    return {row["channel"]: row["number"] for row in rows}


def shown(channel: Channel, asked: str = "") -> list[Shown]:
    """The first MOST whose name holds `asked`: those that can be sent first, gone ones last."""
    order = Case(
        When(status=Status.APPROVED, then=Value(0)),
        When(status=Status.GONE, then=Value(2)),
        default=Value(1),
        output_field=IntegerField(),
    )
    rows = channel.templates.filter(Q(name__icontains=asked) if asked else Q())
    return [Shown(row) for row in rows.order_by(order, "name", "language")[:MOST]]


@dataclass(frozen=True, slots=True)
class Purpose:
    """What the desk says by itself, and the template chosen for it on one channel."""

    slug: str
    label: str | Promise
    chosen: TemplatePurpose | None = None

    @property
    def is_usable(self) -> bool:
        chosen = self.chosen.template if self.chosen else None
        return bool(chosen and chosen.status == Status.APPROVED and templates.is_fillable(chosen))


def purposes_of(channel: Channel) -> list[Purpose]:
    rows = TemplatePurpose.objects.filter(channel=channel).select_related("template")
    chosen = {row.purpose: row for row in rows}
    return [Purpose(slug, label, chosen.get(slug)) for slug, label in purposes().items()]


class TemplateChoice(forms.ModelChoiceField):  # type: ignore[type-arg]  # not generic at run time
    def label_from_instance(self, template: MessageTemplate) -> str:
        name = f"{template.name} · {language_name(template.language)}"
        shown = Shown(template)
        return name if template.status == Status.APPROVED else f"{name} ({shown.status})"


@dataclass(frozen=True, slots=True)
class Row:
    """One variable of the template with the two fields that fill it."""

    variable: templates.Variable
    source: forms.BoundField
    fixed: forms.BoundField


class PurposeForm(forms.Form):
    """Which template, and what each of its variables is filled with. `template_pk` looks at
    another one than is chosen now."""

    def __init__(
        self,
        *args: Any,
        channel: Channel,
        purpose: Purpose,
        template_pk: str | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.channel, self.purpose = channel, purpose
        choices = _choosable(channel, purpose)
        self.fields["template"] = TemplateChoice(
            choices,
            label=_("Template"),
            required=False,
            empty_label=_("None: the message waits until the person writes"),
        )
        chosen = purpose.chosen.template if purpose.chosen else None
        asked = self.data.get("template", "") if self.is_bound else template_pk
        if asked is not None:
            chosen = choices.filter(pk=asked).first() if is_key(asked) else None
        self.chosen = chosen
        self.fields["template"].initial = chosen
        self.variables = templates.variables(chosen) if chosen else []
        for index, variable in enumerate(self.variables):
            self._ask_for(index, variable)

    def _ask_for(self, index: int, variable: templates.Variable) -> None:
        kept = self._kept(variable)
        fixed = "" if kept in KNOWN_SOURCES else kept
        self.fields[f"source{index}"] = forms.ChoiceField(
            label=variable.name,
            choices=[
                ("", "–"),
                *sources_of(self.purpose.slug),
                (FIXED, _("always the same words")),
            ],
            initial=FIXED if fixed else kept,
        )
        self.fields[f"fixed{index}"] = forms.CharField(
            label=_("The words"),
            required=False,
            max_length=templates.LONGEST_VALUE,
            initial=fixed,
            widget=forms.TextInput(attrs={"autocomplete": "off", "placeholder": variable.sample}),
        )

    def _kept(self, variable: templates.Variable) -> str:
        chosen = self.purpose.chosen
        if chosen is None or chosen.template != self.chosen:
            return ""
        return str(chosen.values.get(variable.key) or "")

    def rows(self) -> Iterator[Row]:
        for index, variable in enumerate(self.variables):
            yield Row(variable, self[f"source{index}"], self[f"fixed{index}"])

    def preview(self) -> str:
        return templates.preview(self.chosen) if self.chosen else ""

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        for index, _variable in enumerate(self.variables):
            words = str(cleaned.get(f"fixed{index}") or "").strip()
            if cleaned.get(f"source{index}") != FIXED:
                continue
            if not words:
                self.add_error(f"fixed{index}", _("Write the words."))
            elif words in KNOWN_SOURCES:
                self.add_error(f"fixed{index}", _("This word has a meaning here. Choose another."))
        return cleaned

    def save(self) -> None:
        """Without a template nothing stands in for the message any more."""
        rows = TemplatePurpose.objects.filter(channel=self.channel, purpose=self.purpose.slug)
        if self.chosen is None:
            rows.delete()
            return
        values = {variable.key: self._value(index) for index, variable in enumerate(self.variables)}
        TemplatePurpose.objects.update_or_create(
            channel=self.channel,
            purpose=self.purpose.slug,
            defaults={"template": self.chosen, "values": values},
        )

    def _value(self, index: int) -> str:
        source = str(self.cleaned_data[f"source{index}"])
        return str(self.cleaned_data[f"fixed{index}"]).strip() if source == FIXED else source


def _choosable(channel: Channel, purpose: Purpose) -> QuerySet[MessageTemplate]:
    """Those that words alone can fill, and the one chosen now, whatever became of it."""
    rows = channel.templates.filter(status=Status.APPROVED)
    pks = [r.pk for r in rows if templates.is_fillable(r) and not templates.header_file(r)]
    if purpose.chosen:
        pks.append(purpose.chosen.template_id)
    return channel.templates.filter(pk__in=pks)
