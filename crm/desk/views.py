"""The desk's own pages: home, search, profile."""

from django.conf import settings
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from crm.desk.access import DeskRequest, permitted
from crm.desk.context import Shell
from crm.desk.feedback import tell
from crm.desk.forms import ProfileForm
from crm.desk.registry import Card, load, menu_entries
from crm.desk.search import IN_DROPDOWN, LONGEST, ON_PAGE, SHORTEST, search


@require_GET
@permitted()
def dashboard(request: DeskRequest) -> HttpResponse:
    user = request.user
    steps = [step for source in load(settings.FIRST_STEPS) for step in source(user)]
    cards = [card for source in load(settings.DASHBOARD_CARDS) for card in source(user)]
    context = {
        "cards": [card for card in cards if not card.group],
        "groups": grouped(cards),
        "steps": [] if all(step.done for step in steps) else steps,
        "steps_done": sum(step.done for step in steps),
    }
    template = "desk/dashboard.html#cards" if request.htmx else "desk/dashboard.html"
    return render(request, template, context)


def grouped(cards: list[Card]) -> dict[str, list[Card]]:
    """The cards that have a group, by its heading, in the order they came."""
    groups: dict[str, list[Card]] = {}
    for card in cards:
        if card.group:
            groups.setdefault(str(card.group), []).append(card)
    return groups


@require_GET
@permitted()
def search_page(request: DeskRequest) -> HttpResponse:
    # PostgreSQL takes no NUL in a text.
    asked = request.GET.get("q", "").replace("\x00", "").strip()[:LONGEST]
    in_dropdown = request.headers.get("HX-Target") == "search-results"
    context = {
        "asked": asked,
        "too_short": len(asked) < SHORTEST,
        "hits": search(request.user, asked, IN_DROPDOWN if in_dropdown else ON_PAGE),
    }
    template = "desk/search.html#dropdown" if in_dropdown else "desk/search.html"
    return render(request, template, context)


@require_http_methods(["GET", "POST"])
@permitted()
def profile(request: DeskRequest) -> HttpResponse:
    form = ProfileForm(request.POST or None, instance=request.user)
    if request.method == "POST" and form.is_valid():
        form.save()
        tell(request, _("Your profile was saved."))
        return redirect("desk:profile")
    if request.method == "POST":
        # The page shows who one is, not what one tried to be called.
        request.user.refresh_from_db()
    return render(request, "desk/profile.html", {"form": form})


@require_GET
@permitted()
def menu(request: DeskRequest) -> HttpResponse:
    """The sidebar's entries anew, for when a count has changed."""
    shell = Shell(request, path=request.GET.get("path", ""))
    return render(request, "desk/_menu.html", {"shell": shell})


@require_GET
@permitted()
def settings_page(request: DeskRequest) -> HttpResponse:
    """Everything that is set up once and that this person may see; 404 if there is nothing."""
    pages = menu_entries(settings.SETTINGS_PAGES, request.user)
    if not pages:
        raise Http404
    return render(request, "desk/settings.html", {"pages": pages})
