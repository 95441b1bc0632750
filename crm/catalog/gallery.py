"""Photos of a property: shown, added, put in order, named, deleted."""

import puremagic
from django.contrib import messages
from django.core.files.storage import default_storage
from django.http import FileResponse, Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from crm.catalog.forms import CaptionForm, PhotosForm
from crm.catalog.guards import get_photo_for, get_property_for
from crm.catalog.photos import add_photo, delete_photo, move_photo, thumb_name
from crm.desk.access import DeskRequest, permitted
from crm.desk.feedback import tell
from crm.errors import DeskError

_SHOWN = ("image/jpeg", "image/png", "image/webp")
_A_DAY = 24 * 3600


@require_GET
@permitted("catalog.view_property")
def photo(request: DeskRequest, pk: int) -> FileResponse:
    return _served(get_photo_for(request.user, pk).image.name)


@require_GET
@permitted("catalog.view_property")
def thumb(request: DeskRequest, pk: int) -> FileResponse:
    """The small picture; the large one where there is none."""
    shown = get_photo_for(request.user, pk)
    small = thumb_name(shown)
    return _served(small if default_storage.exists(small) else shown.image.name)


@require_POST
@permitted("catalog.view_property", "catalog.change_property")
def add(request: DeskRequest, pk: int) -> HttpResponse:
    """Keeps the good ones of several pictures and says what is wrong with the others."""
    shown = get_property_for(request.user, pk)
    files = PhotosForm(request.POST, request.FILES).picked()
    kept = 0
    for file in files:
        try:
            add_photo(property=shown, file=file)
            kept += 1
        except DeskError as error:
            tell(request, f"{(file.name or '')[:60]}: {error}", level=messages.ERROR)
    if not files:
        tell(request, _("Choose a picture first."), level=messages.ERROR)
    if kept:
        said = ngettext("%(count)d photo was added.", "%(count)d photos were added.", kept)
        tell(request, said % {"count": kept})
    return _to_photos(pk)


@require_POST
@permitted("catalog.view_property", "catalog.change_property")
def move(request: DeskRequest, pk: int) -> HttpResponse:
    shown = get_photo_for(request.user, pk)
    move_photo(photo=shown, by=-1 if request.POST.get("to") == "front" else 1)
    return _to_photos(shown.property_id)


@require_POST
@permitted("catalog.view_property", "catalog.change_property")
def caption(request: DeskRequest, pk: int) -> HttpResponse:
    shown = get_photo_for(request.user, pk)
    form = CaptionForm(request.POST, instance=shown)
    if form.is_valid():
        form.save()
        tell(request, _("The caption was saved."))
    else:
        tell(request, " ".join(str(one) for one in form.errors["caption"]), level=messages.ERROR)
    return _to_photos(shown.property_id)


@require_http_methods(["GET", "POST"])
@permitted("catalog.view_property", "catalog.change_property")
def remove(request: DeskRequest, pk: int) -> HttpResponse:
    """Asks first: a deleted photo cannot be brought back."""
    shown = get_photo_for(request.user, pk)
    if request.method == "GET":
        return render(request, "catalog/delete_photo.html", {"photo": shown})
    about = shown.property_id
    delete_photo(photo=shown)
    tell(request, _("The photo was deleted."))
    return _to_photos(about)


def _served(name: str) -> FileResponse:
    """The stored picture under the type its bytes say; anything but a picture is not there."""
    try:
        file = default_storage.open(name)
    except OSError as error:
        raise Http404 from error
    try:
        kind = puremagic.from_string(file.read(2048), mime=True)
    except puremagic.PureError:
        kind = ""
    if kind not in _SHOWN:
        file.close()
        raise Http404
    file.seek(0)
    response = FileResponse(file, content_type=kind)
    response["X-Content-Type-Options"] = "nosniff"
    response["Content-Disposition"] = "inline"
    # A photo never changes under its key.
    response["Cache-Control"] = f"private, max-age={_A_DAY}"
    return response


def _to_photos(pk: int) -> HttpResponse:
    return redirect(f"{reverse('catalog:edit', args=[pk])}#photos")
