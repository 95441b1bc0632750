"""The page of intents: try a sentence, file what was not understood, take the examples away."""

from __future__ import annotations

from collections.abc import Callable

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from chatbot.intents import examples
from chatbot.intents.pages.forms import FileForm, SentenceForm
from chatbot.intents.pages.page import context, understood
from chatbot.intents.pages.words import NAMES
from chatbot.models import Example
from crm.desk.access import DeskRequest, permitted
from crm.desk.feedback import back, tell
from crm.errors import DeskError

CHANGE = "chatbot.change_example"
TEMPLATE = "intents/page.html"


@require_http_methods(["GET", "POST"])
@permitted(CHANGE)
def page(request: DeskRequest) -> HttpResponse:
    """A POST reads the sentence typed in: it may be somebody's, so it stands in no address."""
    if request.method != "POST":
        return render(request, TEMPLATE, context(request.user, request.GET))
    form = SentenceForm(request.POST)
    read = understood(form.cleaned_data["text"]) if form.is_valid() else None
    shown = context(request.user, request.GET, form=form, tried=read)
    return render(request, TEMPLATE, shown, status=200 if read else 422)


@require_POST
@permitted(CHANGE)
def add(request: DeskRequest) -> HttpResponse:
    """File a sentence that was typed in."""
    return _file(request, None)


@require_POST
@permitted(CHANGE)
def file(request: DeskRequest, pk: int) -> HttpResponse:
    return _file(request, _example(request, pk))


@require_POST
@permitted(CHANGE)
def dismiss(request: DeskRequest, pk: int) -> HttpResponse:
    found = _example(request, pk)
    told = _("It was set aside.")
    return _done(request, lambda: examples.dismiss(example=found), told, undo=found)


@require_POST
@permitted(CHANGE)
def take_back(request: DeskRequest, pk: int) -> HttpResponse:
    """A filed one, or one set aside, waits again; one that was typed in is gone."""
    found = _example(request, pk)
    return _done(request, lambda: examples.take_back(example=found), _("It was taken back."))


@require_GET
@permitted(CHANGE)
def export(request: DeskRequest) -> HttpResponse:
    """All that were filed, in the format of the corpus."""
    rows = Example.objects.visible_to(request.user).filed()
    content = "".join(examples.as_lines(rows.iterator()))
    answer = HttpResponse(content, content_type="text/tab-separated-values; charset=utf-8")
    answer["Content-Disposition"] = 'attachment; filename="ejemplos.tsv"'
    return answer


def _example(request: DeskRequest, pk: int) -> Example:
    return get_object_or_404(Example.objects.visible_to(request.user), pk=pk)


def _file(request: DeskRequest, example: Example | None) -> HttpResponse:
    form = FileForm(request.POST)
    if not form.is_valid():
        tell(request, _("Write the words, and choose what they mean."), level=messages.ERROR)
        return back(request, reverse("intents:page"))
    text, intent = form.cleaned_data["text"], form.cleaned_data["intent"]
    try:
        filed = examples.file(example=example, text=text, intent=intent, by=request.user)
    except DeskError as error:
        tell(request, str(error), level=messages.ERROR)
    else:
        told = _("Filed as an example of: %(intent)s.") % {"intent": NAMES[intent]}
        tell(request, told, undo_url=reverse("intents:take_back", args=[filed.pk]))
    return back(request, reverse("intents:page"))


def _done(
    request: DeskRequest, act: Callable[[], None], told: str, undo: Example | None = None
) -> HttpResponse:
    way_back = reverse("intents:take_back", args=[undo.pk]) if undo else None
    try:
        act()
    except DeskError as error:
        tell(request, str(error), level=messages.ERROR)
    else:
        tell(request, told, undo_url=way_back)
    return back(request, reverse("intents:page"))
