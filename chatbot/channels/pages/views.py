"""Channels: managers look, administrators change."""

from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from chatbot.channels import directory
from chatbot.channels.base import Provider
from chatbot.channels.pages import manual
from chatbot.channels.pages.forms import ChannelForm
from chatbot.channels.pages.page import CHANGE, page_of, rows_of, standing_of, tried_of
from chatbot.channels.registry import BY_SLUG
from chatbot.template_sync import sync_templates
from crm.conversations.models import Channel
from crm.desk.access import DeskRequest, permitted
from crm.desk.feedback import tell

VIEW = "conversations.view_channel"
ADD = "conversations.add_channel"
# In the session: the channel whose words were just made up.
FRESH = "channel_words"


@require_GET
@permitted(VIEW)
def channel_list(request: DeskRequest) -> HttpResponse:
    context = {"rows": rows_of(request.user), "may_add": request.user.has_perm(ADD)}
    return render(request, "channels/list.html", context)


@require_GET
@permitted(VIEW)
def channel_detail(request: DeskRequest, pk: int) -> HttpResponse:
    """Right after words were made up for it, whoever caused that sees them, this once."""
    fresh = request.session.get(FRESH) == pk
    if fresh:
        del request.session[FRESH]
    return _page(request, pk, reveal=fresh and request.user.has_perm(CHANGE))


def _page(request: DeskRequest, pk: int, *, reveal: bool) -> HttpResponse:
    response = render(request, "channels/detail.html", page_of(request, pk, reveal=reveal))
    if reveal:
        response["Cache-Control"] = "no-store"
    return response


@require_GET
@permitted(VIEW)
def standing(request: DeskRequest, pk: int) -> HttpResponse:
    """The part of the page that changes by itself."""
    channel = get_object_or_404(Channel, pk=pk)
    return render(
        request, "channels/_standing.html", {"channel": channel, **standing_of(request, channel)}
    )


@require_GET
@permitted(VIEW)
def tried(request: DeskRequest, pk: int, message_pk: int) -> HttpResponse:
    """What became of a test message, asked again and again by the page."""
    channel = get_object_or_404(Channel, pk=pk)
    found = tried_of(request, channel, str(message_pk))
    if found is None:
        raise Http404
    return render(request, "channels/_tried.html", {"channel": channel, "tried": found})


@require_POST
@permitted(VIEW, CHANGE)
def reveal(request: DeskRequest, pk: int) -> HttpResponse:
    """The page with the words made up here, for whoever enters them at the provider right now."""
    return _page(request, pk, reveal=True)


@require_GET
@permitted(ADD)
def choose(request: DeskRequest) -> HttpResponse:
    providers = [(one.slug, one.label, one.icon) for one in BY_SLUG.values()]
    return render(request, "channels/choose.html", {"providers": providers})


@require_GET
@permitted(VIEW)
def guide(request: DeskRequest, provider: str) -> HttpResponse:
    """What is written for whoever connects this provider."""
    known = BY_SLUG.get(provider)
    if known is None or not known.manual:
        raise Http404
    try:
        text = manual.read(known.manual)
    except FileNotFoundError:
        raise Http404 from None
    title, _newline, rest = text.partition("\n")
    context = {"title": title.lstrip("# "), "content": manual.rendered(rest)}
    return render(request, "channels/guide.html", context)


@require_http_methods(["GET", "POST"])
@permitted(ADD, VIEW)
def add(request: DeskRequest, provider: str) -> HttpResponse:
    if provider not in BY_SLUG:
        raise Http404
    return _edit(request, Channel(), BY_SLUG[provider])


@require_http_methods(["GET", "POST"])
@permitted(VIEW, CHANGE)
def edit(request: DeskRequest, pk: int) -> HttpResponse:
    channel = get_object_or_404(Channel, pk=pk)
    if channel.provider not in BY_SLUG:
        raise Http404
    return _edit(request, channel, BY_SLUG[channel.provider])


def _edit(request: DeskRequest, channel: Channel, provider: type[Provider]) -> HttpResponse:
    form = ChannelForm(request.POST or None, instance=channel, provider=provider)
    if request.method == "POST":
        if form.is_valid():
            saved = form.save()
            directory.forget()
            if provider.is_simulated:
                sync_templates(saved)  # nobody has to be asked
            tell(request, _("The channel was saved."))
            if form.has_invented:
                request.session[FRESH] = saved.pk
                return redirect(f"{reverse('channels:detail', args=[saved.pk])}#how-title")
            return redirect("channels:detail", saved.pk)
        form.seal()
        form.focus_on_error()
    context = {"form": form, "provider": provider.label, "pk": channel.pk}
    status = 422 if form.is_bound else 200
    return render(request, "channels/edit.html", context, status=status)
