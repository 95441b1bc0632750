"""Views of a list that people keep: a name for filters and order, one's own or shared."""

from __future__ import annotations

from dataclasses import dataclass

from django.contrib import messages
from django.db import IntegrityError, transaction
from django.http import HttpResponse, QueryDict
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from crm.desk.access import DeskRequest, permitted
from crm.desk.feedback import back, tell
from crm.desk.models import SavedView
from crm.errors import DeskError
from crm.people.models import User

MOST_OWN = 40  # of one list
MOST_SHOWN = 60
LONGEST_NAME, LONGEST_QUERY = 60, 1000


@dataclass(frozen=True)
class Shown:
    """A saved view as the list names it."""

    view: SavedView
    url: str
    is_current: bool
    may_delete: bool


def shown_views(page: str, user: User, here: str) -> list[Shown]:
    """Those this person may use on that list; `here` is the list's address from its "?" on."""
    rows = list(SavedView.objects.visible_to(user).filter(page=page).select_related("owner"))
    tidies = user.sees_all()
    current = _plain(here)
    return [
        Shown(
            one,
            f"?{one.query}",
            one.query == current,
            one.owner_id == user.pk or (tidies and one.is_shared),
        )
        for one in rows[:MOST_SHOWN]
    ]


def save_view(*, page: str, name: str, query: str, by: User, is_shared: bool) -> SavedView:
    """Keep what the list shows under a name; an own one of that name becomes this.

    DeskError without a name, for too long a one, and for too many.
    """
    name, kept = " ".join(name.replace("\x00", "").split()), _plain(query)
    if not name:
        raise DeskError(_("Give the view a name."))
    if len(name) > LONGEST_NAME or len(kept) > LONGEST_QUERY:
        raise DeskError(_("This is too long."))
    mine = SavedView.objects.filter(owner=by, page=page)
    if mine.exclude(name=name).count() >= MOST_OWN:
        raise DeskError(_("You have many views of this list. Delete one first."))
    found = {"query": kept, "is_shared": is_shared}
    try:
        with transaction.atomic():
            view, _made = SavedView.objects.update_or_create(
                owner=by, page=page, name=name, defaults=found
            )
    except IntegrityError:
        # Saved twice at the same moment.
        view = mine.get(name=name)
    return view


@require_POST
@permitted()
def save(request: DeskRequest, page: str) -> HttpResponse:
    """`name`, `query` and `shared` of the form; back to the list."""
    asked = request.POST
    try:
        view = save_view(
            page=page[:40],
            name=asked.get("name", ""),
            query=asked.get("query", ""),
            by=request.user,
            is_shared="shared" in asked,
        )
    except DeskError as error:
        tell(request, str(error), level=messages.ERROR)
    else:
        tell(request, _("The view “%(name)s” was saved.") % {"name": view.name})
    return back(request, "desk:dashboard")


@require_POST
@permitted()
def delete(request: DeskRequest, pk: int) -> HttpResponse:
    view = get_object_or_404(SavedView.objects.deletable_by(request.user), pk=pk)
    view.delete()
    tell(request, _("The view “%(name)s” was deleted.") % {"name": view.name})
    return back(request, "desk:dashboard")


def _plain(query: str) -> str:
    """The parameters that say something, always written alike, without the page's number."""
    params = QueryDict(query.replace("\x00", "").lstrip("?")[: 2 * LONGEST_QUERY], mutable=True)
    params.pop("page", None)
    for name in [name for name in params if not any(params.getlist(name))]:
        params.pop(name)
    return params.urlencode()
