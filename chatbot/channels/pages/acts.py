"""What an administrator does on a channel's page."""

from collections.abc import Callable

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST

from chatbot.channels.errors import ChannelError
from chatbot.channels.pages import checking, trying
from chatbot.channels.pages.page import CHANGE, TRY, page_of
from chatbot.channels.pages.templates import PurposeForm, purposes_of
from chatbot.channels.pages.views import VIEW
from chatbot.channels.registry import provider_for
from chatbot.template_sync import has_templates, sync_templates
from crm.conversations.models import Channel
from crm.desk.access import DeskRequest, permitted
from crm.desk.feedback import tell
from crm.errors import DeskError


@require_POST
@permitted(VIEW, CHANGE)
def test(request: DeskRequest, pk: int) -> HttpResponse:
    return _do(request, pk, checking.check, _("The channel works: %(answer)s"))


@require_POST
@permitted(VIEW, CHANGE)
def register(request: DeskRequest, pk: int) -> HttpResponse:
    return _do(request, pk, checking.register, _("Registered."))


@require_POST
@permitted(VIEW, CHANGE)
def record(request: DeskRequest, pk: int) -> HttpResponse:
    return _do(request, pk, checking.ask_record, _("The provider was asked."))


@require_POST
@permitted(VIEW, CHANGE)
def resume(request: DeskRequest, pk: int) -> HttpResponse:
    return _do(request, pk, checking.resume, _("Messages go out again."))


@require_POST
@permitted(VIEW, CHANGE)
def seen(request: DeskRequest, pk: int) -> HttpResponse:
    return _do(request, pk, checking.see_to, _("Noted. The next check says how it is."))


@require_POST
@permitted(VIEW, CHANGE)
def switch(request: DeskRequest, pk: int) -> HttpResponse:
    on = request.POST.get("on") == "yes"
    off = _(
        "The channel is off. What you write here waits. What people write is not taken meanwhile: "
        "it comes later only if the provider still tries then, and none does so for long."
    )
    done = _("The channel is on.") if on else off
    return _do(request, pk, lambda channel: checking.switch(channel, on), done)


@require_POST
@permitted(VIEW, CHANGE)
def synchronise(request: DeskRequest, pk: int) -> HttpResponse:
    return _do(request, pk, _synchronise, "%(answer)s")


def _synchronise(channel: Channel) -> str:
    if not has_templates(channel):
        raise DeskError(_("This provider has no templates."))
    try:
        number = sync_templates(channel)
    except ChannelError as error:
        raise DeskError(provider_for(channel).without_secrets(str(error))) from None
    told = ngettext(
        "The provider lists %(n)d template.", "The provider lists %(n)d templates.", number
    )
    return told % {"n": number}


def _do(
    request: DeskRequest, pk: int, verb: Callable[[Channel], str | None], done: str
) -> HttpResponse:
    channel = get_object_or_404(Channel, pk=pk)
    try:
        answer = verb(channel)
    except DeskError as error:
        tell(request, str(error), level=messages.ERROR)
    else:
        tell(request, done % {"answer": answer} if "%(" in done else done)
    return redirect("channels:detail", pk)


@require_POST
@permitted(VIEW, CHANGE, TRY)
def send_trial(request: DeskRequest, pk: int) -> HttpResponse:
    """A test message; the page then shows what becomes of it."""
    channel = get_object_or_404(Channel, pk=pk)
    form = trying.TrialForm(request.POST, channel=channel, user=request.user)
    if form.is_valid():
        sent = trying.send(
            conversation=form.cleaned_data["conversation"],
            user=request.user,
            text=form.cleaned_data["text"],
        )
        return redirect(f"{reverse('channels:detail', args=[pk])}?tried={sent.pk}#trial")
    return render(request, "channels/detail.html", page_of(request, pk, trial=form), status=422)


@require_http_methods(["GET", "POST"])
@permitted(VIEW, CHANGE)
def purpose(request: DeskRequest, pk: int, slug: str) -> HttpResponse:
    """Which template stands in for a message of this purpose, and how it is filled."""
    channel = get_object_or_404(Channel, pk=pk)
    chosen = next((one for one in purposes_of(channel) if one.slug == slug), None)
    if chosen is None:
        raise Http404
    asked = request.GET.get("template")
    form = PurposeForm(request.POST or None, channel=channel, purpose=chosen, template_pk=asked)
    if request.method == "POST" and form.is_valid():
        form.save()
        tell(request, _("Saved."))
        return redirect(f"{reverse('channels:detail', args=[pk])}#templates")
    context = {"channel": channel, "purpose": chosen, "form": form}
    status = 422 if form.is_bound else 200
    return render(request, "channels/purpose.html", context, status=status)
