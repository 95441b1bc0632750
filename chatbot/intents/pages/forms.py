"""What is typed on the page of intents."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from chatbot.intents.hearing.words import MOST_CHARACTERS
from chatbot.intents.pages.words import NAMES
from chatbot.models import Example


class SentenceForm(forms.Form):
    text = forms.CharField(label=_("A sentence"), max_length=MOST_CHARACTERS, strip=True)


class FileForm(forms.Form):
    """The words as they are kept, and what they mean."""

    text = forms.CharField(label=_("Words"), max_length=Example.LONGEST)
    intent = forms.ChoiceField(
        label=_("What it means"),
        choices=[("", _("What does it mean?")), *NAMES.items()],
    )
